"""Where the engine runs: on this machine, or on another one over SSH; with a test of the whole way."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QShowEvent
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ..core.machine import device_name
from ..core.remote.host import MAX_PORT, RemoteHost, chosen_host, remembered_host
from ..core.remote.trial import Trial
from ..core.remote.tunnel import Step
from ..translation import mark, marked
from ..wire.errors import RemoteDestination
from .engine_link import EngineLink
from .notice import Notice
from .remote_paths import PathTable
from .texts import tr
from .widgets import Hint, order_tabs

STEPS = {
    Step.SSH: mark("SSH lets you in"),
    Step.ENGINE: mark("The engine is found or started"),
    Step.RELEASE: mark("Plugin and engine are of one release"),
    Step.TUNNEL: mark("Its port is brought here"),
    Step.HELLO: mark("The engine answers"),
}
HERE, ELSEWHERE = range(2)  # the entries of the first choice
OPEN, PASSED, FAILED = "\N{WHITE CIRCLE}", "\N{CHECK MARK}", "\N{MULTIPLICATION X}"


class RemoteDialog(QDialog):
    """OK uses the engine that is described; nothing changes before."""

    def __init__(self, link: EngineLink, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("wholesceneRemote")
        self.setWindowTitle(tr("Where the engine runs"))
        self._link = link
        self._trial: Optional[Trial] = None
        self._steps: Dict[Step, QLabel] = {step: QLabel() for step in STEPS}
        self.place = QComboBox()
        self.place.addItems([tr("On this machine"), tr("On another machine, over SSH")])
        self.destination, self.command = QLineEdit(), QLineEdit()
        self.port, self.identity, self.paths = QSpinBox(), QgsFileWidget(), PathTable()
        self.test_button = QPushButton(tr("Test"))
        self.notice = Notice()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, Qt.Orientation.Horizontal
        )
        self._fields = QWidget()
        self._describe()
        self._arrange()
        self._connect()
        self._show_host(remembered_host(), chosen_host() is not None)

    def _describe(self) -> None:
        """What each field expects, for eyes and for screen readers."""
        self.destination.setPlaceholderText(tr("user@host, or a name of your ssh configuration"))
        self.port.setRange(0, MAX_PORT)
        self.port.setSpecialValueText(tr("usual"))
        self.command.setPlaceholderText(tr("looked for; else for example /opt/wholescene/bin/wholescene"))
        self.identity.setDialogTitle(tr("File of your private key"))
        self.identity.lineEdit().setPlaceholderText(tr("as ssh chooses"))
        self.identity.lineEdit().setAccessibleName(tr("Key file"))
        for widget, name in ((self.destination, tr("Machine")), (self.port, tr("Port")), (self.command, tr("Command"))):
            widget.setAccessibleName(name)
        self.place.setAccessibleName(self.windowTitle())
        self.destination.setObjectName("wholesceneRemoteMachine")
        self.test_button.setObjectName("wholesceneRemoteTest")

    def _arrange(self) -> None:
        form = QFormLayout(self._fields)
        form.setContentsMargins(18, 0, 0, 0)
        form.addRow(tr("Machine"), self.destination)
        form.addRow(tr("Port"), self.port)
        form.addRow(tr("Key file"), self.identity)
        form.addRow(tr("Command"), self.command)
        told = tr(
            "Folders that both machines see, such as Z:\\scenes here and /data/scenes there. Scenes in them are used "
            "where they are, once their content was compared. Others are sent, after a question."
        )
        form.addRow(Hint(told))
        form.addRow(self.paths)
        tested = QHBoxLayout()
        tested.addWidget(self.test_button)
        tested.addStretch(1)
        form.addRow(tested)
        for label in self._steps.values():
            form.addRow(label)
        layout = QVBoxLayout(self)
        for widget in (self.place, self._fields, self.notice, self.buttons):
            layout.addWidget(widget)
        self.setMinimumWidth(560)
        order_tabs(self)

    def _connect(self) -> None:
        self.buttons.accepted.connect(self._use)
        self.buttons.rejected.connect(self.reject)
        self.place.currentIndexChanged.connect(lambda _place: self._fields.setEnabled(self.is_elsewhere()))
        self.test_button.clicked.connect(self.test)

    def showEvent(self, event: QShowEvent) -> None:
        """Make room for all lines of what wraps, which the first size does not count."""
        super().showEvent(event)
        needed = self.layout().totalHeightForWidth(self.width())
        if needed > self.height():
            self.resize(self.width(), needed)

    def _show_host(self, host: Optional[RemoteHost], used: bool) -> None:
        self.place.setCurrentIndex(ELSEWHERE if used else HERE)
        self._fields.setEnabled(used)
        if host is not None:
            self.destination.setText(host.destination)
            self.port.setValue(host.port)
            self.identity.setFilePath(host.identity)
            self.command.setText(host.command)
            self.paths.set_pairs(host.path_map)
        self._clear_steps()

    def is_elsewhere(self) -> bool:
        """Whether another machine is chosen."""
        return self.place.currentIndex() == ELSEWHERE

    def host(self) -> RemoteHost:
        """The machine that is described; raises RemoteDestination."""
        return RemoteHost(
            self.destination.text().strip(),
            self.port.value(),
            self.identity.filePath().strip(),
            self.command.text().strip(),
            self.paths.pairs(),
        )

    # -- the test ------------------------------------------------------------------

    def test(self) -> None:
        """Go the whole way once, and tell how far it led."""
        self._end_trial()
        self._clear_steps()
        self.notice.clear()
        try:
            self._trial = Trial(self.host(), self)
        except RemoteDestination as problem:
            self.notice.show_error(problem.to_dict())
            return
        self._trial.passed.connect(lambda step: self._tick(step, PASSED))
        self._trial.succeeded.connect(self._succeeded)
        self._trial.failed.connect(self._failed)
        self.test_button.setEnabled(False)
        self._trial.start()

    def steps(self) -> Dict[Step, str]:
        """The sign before each step."""
        return {step: label.text()[:1] for step, label in self._steps.items()}

    def _clear_steps(self) -> None:
        for step in STEPS:
            self._tick(step, OPEN)

    def _tick(self, step: Step, sign: str) -> None:
        label, words = self._steps[step], marked(STEPS[step])
        state = {OPEN: tr("not tried"), PASSED: tr("done"), FAILED: tr("failed")}[sign]
        label.setText(f"{sign}  {words}")
        label.setAccessibleName(f"{words}: {state}")

    def _succeeded(self, hello: Mapping[str, Any]) -> None:
        self._end_trial()
        device = device_name(hello.get("machine") or {})
        version = tr("Engine {v}").format(v=hello.get("version", ""))
        label = self._steps[Step.HELLO]
        label.setText(" · ".join(part for part in (label.text(), version, device) if part))

    def _failed(self, error: Mapping[str, Any]) -> None:
        self._end_trial()
        missed = next((step for step, sign in self.steps().items() if sign == OPEN), Step.HELLO)
        self._tick(missed, FAILED)
        self.notice.show_error(error)

    def _end_trial(self) -> None:
        self.test_button.setEnabled(True)
        trial, self._trial = self._trial, None
        if trial is not None:
            trial.stop()
            trial.deleteLater()

    # -- ends ----------------------------------------------------------------------

    def _use(self) -> None:
        try:
            host = self.host() if self.is_elsewhere() else None
        except RemoteDestination as problem:
            self.notice.show_error(problem.to_dict())
            return
        self.accept()
        if host != chosen_host():
            self._link.use_host(host)

    def done(self, result: int) -> None:
        """Closed: a test that is under way is not wanted any more."""
        self._end_trial()
        super().done(result)
