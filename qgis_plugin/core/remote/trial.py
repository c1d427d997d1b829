"""Goes the whole way to the engine of another machine once, step by step, without using it."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...wire.connection import ConnectionInfo
from ..session import EngineSession
from .host import RemoteHost
from .tunnel import Step, Tunnel


class Trial(QObject):
    """``passed`` comes for each :class:`Step` that went well; then ``succeeded`` or ``failed``."""

    passed = pyqtSignal(object)  # Step
    succeeded = pyqtSignal(dict)  # the engine's hello
    failed = pyqtSignal(dict)  # coded error

    def __init__(self, host: RemoteHost, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self._tunnel = Tunnel(host, self)
        self._session = EngineSession(self, shows_maps=False)
        self._tunnel.passed.connect(self.passed)
        self._tunnel.found.connect(self._found)
        self._tunnel.failed.connect(self._fail)
        self._session.connected.connect(self._greeted)
        self._session.lost.connect(self._fail)

    def start(self) -> None:
        """Begin."""
        self._tunnel.find_or_start()

    def stop(self) -> None:
        """Take everything down again; an engine that was started ends by itself when nobody comes."""
        self._tunnel.stop()
        self._session.stop()

    def _found(self, info: ConnectionInfo) -> None:
        self._session.open(info)

    def _greeted(self, hello: Mapping[str, Any]) -> None:
        self.passed.emit(Step.HELLO)
        self.stop()
        self.succeeded.emit(dict(hello))

    def _fail(self, error: Mapping[str, Any]) -> None:
        self.stop()
        self.failed.emit(dict(error))
