"""Keeps the panel and one engine together: finds or starts it, tells its state."""

from __future__ import annotations

from typing import Any, Mapping

from qgis.core import QgsSettings
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog

from ..core.launcher import PYTHON_SETTING, EngineLauncher
from ..core.session import EngineSession
from .engine_line import EngineLine, EngineState
from .texts import tr


class EngineLink(QObject):
    """The session, the launcher and the line at the foot of the panel."""

    ready = pyqtSignal()
    unavailable = pyqtSignal(dict)  # coded error: not installed, did not start, lost

    def __init__(self, line: EngineLine, iface: QgisInterface, parent: QObject) -> None:
        super().__init__(parent)
        self.session = EngineSession(self)
        self._launcher = EngineLauncher(self)
        self._line = line
        self._window = iface.mainWindow()
        self._launcher.found.connect(self.session.open)
        self._launcher.failed.connect(self._unavailable)
        self.session.connected.connect(self._connected)
        self.session.lost.connect(self._unavailable)
        line.start_requested.connect(self.ensure)
        line.stop_requested.connect(self.session.shutdown_engine)
        line.python_requested.connect(self.choose_python)

    def is_ready(self) -> bool:
        """Whether an engine answers."""
        return self._line.state is EngineState.READY

    def ensure(self) -> None:
        """Connect to a running engine, or start one; safe to call at any time."""
        if self._line.state in (EngineState.READY, EngineState.STARTING):
            return
        self._line.set_state(EngineState.STARTING)
        self._launcher.find_or_start()

    def close(self) -> None:
        """Let go of the engine, which goes on by itself."""
        self._launcher.stop()
        self.session.stop()

    def choose_python(self) -> None:
        """Let the user say where the engine is."""
        settings = QgsSettings()
        before = settings.value(PYTHON_SETTING, "", str)
        title = tr("Python of the engine, for example .venv/bin/python in the WholeScene folder")
        path, _filter = QFileDialog.getOpenFileName(self._window, title, before)
        if path:
            settings.setValue(PYTHON_SETTING, path)
            self.ensure()

    def _connected(self, hello: Mapping[str, Any]) -> None:
        self._line.set_state(EngineState.READY, hello)
        self.ready.emit()

    def _unavailable(self, error: Mapping[str, Any]) -> None:
        lost = self._line.state is EngineState.READY
        self._line.set_state(EngineState.LOST if lost else EngineState.ABSENT)
        self.unavailable.emit(dict(error))
