"""Keeps the panel and one engine together: finds or starts it, tells its state."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Union

from qgis.core import QgsSettings
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog

from ..core.launcher import PYTHON_SETTING, EngineLauncher
from ..core.remote.courier import Courier
from ..core.remote.host import RemoteHost, choose_host, chosen_host
from ..core.remote.tunnel import Tunnel
from ..core.session import EngineSession
from ..wire.jobstate import has_ended
from .engine_line import EngineLine, EngineState
from .texts import tr

AGAIN_MS = 500


class EngineLink(QObject):
    """The session, the launcher and the line at the foot of the panel."""

    ready = pyqtSignal()
    lost = pyqtSignal(dict)  # coded error: an engine that answered does not any more
    unavailable = pyqtSignal(dict)  # coded error: not running, not installed, did not start
    left = pyqtSignal()  # another machine's engine was chosen: this one is not listened to any more
    waits_for_jobs = pyqtSignal()  # another Python was chosen, but the engine is busy

    def __init__(self, line: EngineLine, iface: QgisInterface, parent: QObject) -> None:
        super().__init__(parent)
        self.session = Courier(EngineSession(self), self)
        self._line = line
        self._window = iface.mainWindow()
        self._replacing = False  # the engine, by one of another Python
        self._waits = False
        self._pid = 0
        self._launcher = self._way_to(chosen_host())
        self.session.connected.connect(self._connected)
        self.session.lost.connect(self._lost)
        self.session.status.connect(self._replace_when_idle)
        self.session.status.connect(lambda status: line.show_machine(status.get("machine")))
        line.start_requested.connect(self.ensure)
        line.stop_requested.connect(self.session.shutdown_engine)
        line.python_requested.connect(self.choose_python)

    def _way_to(self, host: Optional[RemoteHost]) -> Union[EngineLauncher, Tunnel]:
        """What finds the engine of ``host``, or (None) of this machine."""
        self.session.serve(host)
        self._line.set_host(host.name if host is not None else "")
        way: Union[EngineLauncher, Tunnel] = EngineLauncher(self) if host is None else Tunnel(host, self)
        way.found.connect(lambda info: self.session.open(info, any_release=self._replacing))
        way.failed.connect(self._not_there)
        if isinstance(way, Tunnel):
            way.pausing.connect(self._line.show_pause)
            # soon: the session has to notice first that its connection is gone
            way.dropped.connect(lambda: QTimer.singleShot(AGAIN_MS, self.find))
        return way

    def use_host(self, host: Optional[RemoteHost]) -> None:
        """Use the engine of another machine from now on, or (None) of this one; jobs go on where they are."""
        choose_host(host)
        self._launcher.stop()
        self.session.stop()
        self._launcher.deleteLater()
        self._replacing = False
        self._line.set_state(EngineState.ABSENT)
        self.left.emit()
        self._launcher = self._way_to(host)
        self.ensure()

    def is_ready(self) -> bool:
        """Whether an engine answers."""
        return self._line.state is EngineState.READY

    def is_here(self) -> bool:
        """Whether the engine runs on this machine, so that presets made here are its presets."""
        return chosen_host() is None

    def ensure(self) -> None:
        """Connect to a running engine, or start one; safe to call at any time."""
        if self._line.state is not EngineState.READY:
            self._line.set_state(EngineState.STARTING)
            self._launcher.find_or_start()

    def replace(self) -> None:
        """End the running engine, one of another release, as soon as it has no jobs, and start the installed one."""
        self._replacing, self._waits = True, False
        if isinstance(self._launcher, Tunnel):
            self._launcher.any_release = True
        self._line.set_state(EngineState.STARTING)
        self._launcher.find_or_start()

    def find(self) -> None:
        """Connect to a running engine; ``unavailable`` follows if there is none."""
        if self._line.state is not EngineState.READY:
            self._launcher.find()

    def close(self) -> None:
        """Let go of the engine, which goes on by itself."""
        self._launcher.stop()
        self.session.stop()

    def choose_python(self) -> None:
        """Let the user say where the engine is."""
        before = QgsSettings().value(PYTHON_SETTING, "", str)
        title = tr("Python of the engine, for example .venv/bin/python in the WholeScene folder")
        path, _filter = QFileDialog.getOpenFileName(self._window, title, before)
        if path:
            self.use_python(path)

    def use_python(self, path: str) -> None:
        """Take the engine of that Python: at once, or when the running one has no jobs any more."""
        QgsSettings().setValue(PYTHON_SETTING, path)
        self._take_chosen()

    def use_installed(self) -> None:
        """Take the engine that was installed last, whatever Python was chosen before; when likewise."""
        QgsSettings().remove(PYTHON_SETTING)
        self._take_chosen()

    def _take_chosen(self) -> None:
        if self.session.host_name():  # whoever chooses a Python of this machine wants its engine
            self.use_host(None)
        elif self.is_ready():
            self._replacing, self._waits = True, False
            self.session.request_status()
        else:
            self.ensure()

    def _replace_when_idle(self, status: Mapping[str, Any]) -> None:
        if not self._replacing:
            return
        if any(not has_ended(str(job.get("state"))) for job in status.get("jobs", [])):
            if not self._waits:  # asked again with every beat of the heart, told once
                self._waits = True
                self.waits_for_jobs.emit()
        else:
            self.session.shutdown_engine()

    def _connected(self, hello: Mapping[str, Any]) -> None:
        self._pid = int(hello.get("pid") or 0)
        if self._replacing:  # one of another release: nobody else may talk to it
            self.session.request_status()
            return
        self._line.set_state(EngineState.READY, hello)
        self.ready.emit()

    def _lost(self, error: Mapping[str, Any]) -> None:
        replacing, self._replacing = self._replacing, False
        if replacing and self._pid:
            self._line.set_state(EngineState.STARTING)
            self._launcher.start_after(self._pid)
            return
        if not self.is_ready():  # it never answered
            self._not_there(error)
            return
        self._line.set_state(EngineState.LOST)
        self.lost.emit(dict(error))

    def _not_there(self, error: Mapping[str, Any]) -> None:
        if self._line.state is not EngineState.LOST:  # which tells more
            self._line.set_state(EngineState.ABSENT)
        self.unavailable.emit(dict(error))
