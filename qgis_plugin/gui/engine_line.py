"""The line at the foot of the panel: which engine answers, and its settings."""

from __future__ import annotations

from enum import Enum
from typing import Any, List, Mapping, Optional

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from ..core.machine import device_name, why_unused
from ..core.preflight import amount
from .texts import escaped, tr
from .widgets import ElidedLabel, Hint


class EngineState(Enum):
    """Whether an engine answers; the values are the colour of the lamp, seen on light and on dark."""

    ABSENT = "#808080"
    STARTING = "#be7a0e"
    READY = "#2d9a59"
    LOST = "#d9534f"


class EngineLine(QWidget):
    """A lamp, version and device of the engine, and a menu."""

    start_requested = pyqtSignal()
    stop_requested = pyqtSignal()
    python_requested = pyqtSignal()
    install_requested = pyqtSignal()
    place_requested = pyqtSignal()
    report_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.state = EngineState.ABSENT
        self._host = ""
        self._hello: Mapping[str, Any] = {}
        self._machine: Mapping[str, Any] = {}
        self._lamp = QLabel("\N{BLACK CIRCLE}")
        self._text = ElidedLabel()
        self._why = Hint()  # a GPU is left aside: what that costs is worth a line of its own
        self._menu = QMenu(self)
        self._start = self._menu.addAction(tr("Start the engine"))
        self._stop = self._menu.addAction(tr("Stop the engine"))
        self._menu.addSeparator()
        install = self._menu.addAction(tr("Install the engine here…"))
        install.triggered.connect(lambda: self.install_requested.emit())
        place = self._menu.addAction(tr("Where the engine runs…"))
        place.setObjectName("wholesceneEnginePlace")
        place.triggered.connect(lambda: self.place_requested.emit())
        python = self._menu.addAction(tr("Choose the engine's Python…"))
        self._start.triggered.connect(lambda: self.start_requested.emit())
        self._stop.triggered.connect(lambda: self.stop_requested.emit())
        python.triggered.connect(lambda: self.python_requested.emit())
        self._menu.addSeparator()
        report = self._menu.addAction(tr("Report for somebody who helps…"))
        report.triggered.connect(lambda: self.report_requested.emit())
        self._arrange()
        self.set_state(EngineState.ABSENT)

    def _arrange(self) -> None:
        button = QToolButton()
        button.setObjectName("wholesceneEngineMenu")
        button.setText("\N{MIDLINE HORIZONTAL ELLIPSIS}")
        button.setAutoRaise(True)
        button.setToolTip(tr("Engine settings"))
        button.setAccessibleName(button.toolTip())
        button.setMenu(self._menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Sunken)
        row = QHBoxLayout()
        row.addWidget(self._lamp)
        row.addWidget(self._text, 1)
        row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(line)
        layout.addLayout(row)
        layout.addWidget(self._why)

    def set_state(self, state: EngineState, hello: Optional[Mapping[str, Any]] = None) -> None:
        """Show ``state``; ``hello`` is what a ready engine said of itself."""
        self.state = state
        self._lamp.setStyleSheet(f"color: {state.value}")
        self._start.setEnabled(state in (EngineState.ABSENT, EngineState.LOST))
        self._stop.setEnabled(state is EngineState.READY)
        if hello is not None:
            self._hello = hello
            self._machine = hello.get("machine") or {}
        self._show()

    def set_host(self, name: str) -> None:
        """Name the machine whose engine it is; "" for this one, which needs no name."""
        self._host = name
        self._show()

    def show_pause(self, seconds: int) -> None:
        """Say that the other machine is out of reach, and when it is tried again."""
        self.set_state(EngineState.LOST)
        told = tr("{host} is out of reach; trying again in {n} s")
        self._text.setText(told.format(host=self._host, n=seconds))

    def show_machine(self, machine: Optional[Mapping[str, Any]]) -> None:
        """Show what the engine computes with; nothing where it has not told yet."""
        if machine:
            self._machine = machine
            self._show()

    def _show(self) -> None:
        self._text.setText(self._words(self.state, self._hello))
        why = self._why_unused()
        self._text.setToolTip(why or self._text.full_text())
        self._why.setText(escaped(why))
        self._why.setVisible(bool(why))

    def text(self) -> str:
        """The line as it reads now."""
        return self._text.full_text()

    def reason(self) -> str:
        """Why a GPU is left aside, as it reads below the line; "" if none is."""
        return self._why_unused()

    def _device(self) -> List[str]:
        """What computes, how much memory it has free, and whether a GPU is left aside."""
        machine = self._machine
        if not machine:
            return []
        used = next((d for d in machine.get("devices") or [] if d.get("device") == machine.get("device")), None)
        free = used["free"] if used else machine.get("memory_free")
        found = [device_name(machine)]
        if free is not None:
            found.append(tr("{size} free").format(size=amount(free)))
        if machine.get("unused"):
            found.append(tr("GPU unused"))
        return [text for text in found if text]

    def hello(self) -> Mapping[str, Any]:
        """What the engine said of itself, with its machine as it is now; empty where none answers."""
        return {**self._hello, "machine": self._machine} if self.state is EngineState.READY else {}

    def _why_unused(self) -> str:
        return why_unused(self._machine) if self.state is EngineState.READY else ""

    def _engine(self, version: str) -> str:
        if self._host:
            return tr("Engine {v} on {host}").format(v=version, host=self._host)
        return tr("Engine {v}").format(v=version)

    def _words(self, state: EngineState, hello: Mapping[str, Any]) -> str:
        if state is EngineState.READY:
            return " · ".join((self._engine(str(hello.get("version", ""))), *self._device()))
        if self._host and state is EngineState.STARTING:
            return tr("Connecting to {host}…").format(host=self._host)
        return {
            EngineState.ABSENT: tr("Engine not running"),
            EngineState.STARTING: tr("Starting the engine…"),
            EngineState.LOST: tr("Connection to the engine lost"),
        }[state]
