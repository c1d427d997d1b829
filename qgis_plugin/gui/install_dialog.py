"""Installing the engine from the panel, repairing it, removing it."""

from __future__ import annotations

import threading
from typing import Any, Callable, Mapping, Optional

from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtGui import QShowEvent
from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from ..core.errand import Errand, GoingOn
from ..core.install.installer import Installer, Plan
from ..core.install.place import Installed
from ..core.install.removal import remove
from ..core.install.source import Kind
from ..translation import mark, marked
from .accuracy_choice import flowing
from .install_form import InstallForm
from .install_list import EngineList
from .install_stages import StageList
from .notice import Action, Notice
from .notice import Kind as Look
from .texts import escaped, tr
from .widgets import Hint, order_tabs

BUNDLE = ("bundle", mark("Take a bundle file"))
AGAIN = ("again", mark("Try again"))
# error code -> (action, label) of the way out that the dialog can offer
WAYS_OUT = {
    "install.network": AGAIN,
    "install.certificate": BUNDLE,
    "install.intercepted": AGAIN,
    "install.damaged": AGAIN,
    "install.disk_full": AGAIN,
    "install.file_held": AGAIN,
    "install.folder": AGAIN,
    "install.under_way": AGAIN,
    "install.failed": AGAIN,
    "install.check": ("repair", mark("Repair it")),
    "install.refused": BUNDLE,
    "install.no_python": BUNDLE,
    "install.build": ("internet", mark("Take the internet as the source")),
}


class _News(QObject):
    """Carries what an installation tells from its thread to the dialog's."""

    told = pyqtSignal(object)  # Progress


class InstallDialog(QDialog):
    """Everything in the background; nothing modal. An installation that was cancelled goes on where it stopped."""

    installed = pyqtSignal(str)  # the Python of an engine that has passed its check

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.setObjectName("wholesceneInstall")
        self.setWindowTitle(tr("Install the WholeScene engine"))
        self._errand: Optional[Errand] = None
        self._cancelled = threading.Event()
        self._again: Callable[[], Any] = self.start
        self._plan: Optional[Plan] = None  # what was installed or repaired last
        self._to_remove: Optional[Installed] = None
        self.engines, self.form, self.stages, self.notice = EngineList(), InstallForm(), StageList(), Notice()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.install_button = self.buttons.addButton(tr("Install"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.cancel_button = self.buttons.addButton(
            tr("Cancel the installation"), QDialogButtonBox.ButtonRole.ResetRole
        )
        self.install_button.setObjectName("wholesceneInstallNow")
        self.cancel_button.setObjectName("wholesceneInstallCancel")
        self._arrange()
        self._connect()
        self._busy(False)

    def _arrange(self) -> None:
        told = tr(
            "The engine is a program of its own that computes the maps. It gets a private Python environment in the "
            "folder below; nothing is put into QGIS's Python or into this profile."
        )
        layout = QVBoxLayout(self)
        layout.addWidget(flowing(Hint(told)))
        for widget in (self.engines, self.form, self.stages):
            layout.addWidget(widget)
        layout.addStretch()
        layout.addWidget(self.notice)
        layout.addWidget(self.buttons)
        self.stages.hide()
        self.setMinimumWidth(620)
        order_tabs(self)

    def _connect(self) -> None:
        self.buttons.accepted.connect(self.start)
        self.buttons.rejected.connect(self.reject)
        self.cancel_button.clicked.connect(lambda _checked: self.cancel())
        self.form.changed.connect(lambda: self._busy(self.is_busy()))
        self.form.problem.connect(self._tell)
        self.engines.repair_requested.connect(self.repair)
        self.engines.remove_requested.connect(self.ask_removal)
        self.notice.action_triggered.connect(self._take_way_out)
        self.notice.shown.connect(self._make_room)

    def showEvent(self, event: QShowEvent) -> None:
        """Look around anew, and make room for all lines."""
        super().showEvent(event)
        self.engines.look()
        self.form.look()
        self._make_room()

    def _make_room(self) -> None:
        """For all lines of what wraps, which the first size does not count."""
        needed = self.layout().totalHeightForWidth(self.width())
        if needed > self.height():
            self.resize(self.width(), needed)

    def is_busy(self) -> bool:
        """Whether something is installed, repaired or removed."""
        return self._errand is not None

    # -- clicks ---------------------------------------------------------------------

    def start(self) -> None:
        """Install what is chosen, or go on with it."""
        if not self.is_busy() and self.form.is_complete():
            self._run(self.form.plan(), tr("Install the engine"), lambda installer: installer.run(), self.start)

    def repair(self, engine: Installed) -> None:
        """Look whether an engine holds, and do again what does not."""
        if not self.is_busy() and self.form.is_complete():
            plan = self.form.plan()
            self._repair(Plan(engine.release, engine.build, plan.source, plan.python, plan.network))

    def _repair(self, plan: Plan) -> None:
        self._run(plan, tr("Repair the engine"), lambda installer: installer.repair(), lambda: self._repair(plan))
        told = tr("Looks what does not hold, and does that again. Then the engine is stopped first, with its jobs.")
        self.notice.show_text(Look.HINT, told)

    def cancel(self) -> None:
        """Stop; what was downloaded stays for the next time."""
        self._cancelled.set()
        self.cancel_button.setEnabled(False)

    def ask_removal(self, engine: Installed) -> None:
        """Ask before an engine is removed."""
        self._to_remove = engine
        told = tr(
            "Remove WholeScene {release} ({build}) and all that is in {folder}? It is stopped first, with its jobs. "
            "Maps and presets stay."
        )
        told = told.format(release=engine.release, build=engine.build, folder=escaped(engine.folder))
        self.notice.show_text(Look.HINT, told, ("remove", tr("Remove it")))

    def _remove(self) -> None:
        engine, self._to_remove = self._to_remove, None
        if engine is None or self.is_busy():
            return
        self._again = lambda: self.ask_removal(engine)
        self._begin(Errand(tr("Remove the engine"), lambda _going_on: remove(engine)), self._removed)

    def _run(self, plan: Plan, title: str, work: Callable[[Installer], Any], again: Callable[[], Any]) -> None:
        self._again, self._plan = again, plan
        news, cancelled = _News(), threading.Event()  # of no parent: it may outlive the dialog
        self._cancelled = cancelled
        news.told.connect(self.stages.show_progress)

        def install(going_on: GoingOn) -> str:
            return str(work(Installer(plan, lambda: going_on() and not cancelled.is_set(), news.told.emit)))

        self.stages.begin()
        self.stages.show()
        self._begin(Errand(title, install), self._done)
        self._make_room()

    def _begin(self, errand: Errand, done: Callable[[Any], None]) -> None:
        self.notice.clear()
        errand.done.connect(done)
        errand.failed.connect(self._failed)
        self._errand = errand
        self._busy(True)
        errand.start()

    def done(self, result: int) -> None:
        """Closed: what is under way is stopped, and goes on when Install is clicked the next time."""
        self.form.close_errands()
        if self._errand is not None:
            self._errand.drop()
            self._errand = None
            self.stages.fail()
            self._busy(False)
        super().done(result)

    # -- ends -----------------------------------------------------------------------

    def _done(self, python: str) -> None:
        self._errand = None
        self.stages.finish()
        self._busy(False)
        self.engines.look()
        self.notice.show_text(Look.SUCCESS, tr("The engine is installed and works. The panel starts it now."))
        self.installed.emit(python)

    def _removed(self, _nothing: object) -> None:
        self._errand = None
        self.stages.hide()
        self._busy(False)
        self.engines.look()
        self.form.look()  # its Python may have gone with it
        self.notice.show_text(Look.SUCCESS, tr("The engine was removed."))

    def _failed(self, error: Mapping[str, Any]) -> None:
        self._errand = None
        self.stages.fail()
        self._busy(False)
        self.engines.look()
        if error.get("code") == "job.cancelled":
            told = tr("Cancelled. What was downloaded is kept: Install goes on where it stopped.")
            self.notice.show_text(Look.HINT, told)
        else:
            self._tell(error)

    def _tell(self, error: Mapping[str, Any]) -> None:
        way = WAYS_OUT.get(str(error.get("code")))
        action: Action = (way[0], marked(way[1])) if way else None
        self.notice.show_error(error, action)

    def _take_way_out(self, action: str) -> None:
        self.notice.clear()
        if action == "remove":
            self._remove()
        elif action == "repair" and self._plan is not None:
            self._repair(self._plan)
        elif action == "again":
            self._again()
        elif action in ("bundle", "internet"):
            kind = Kind.BUNDLE if action == "bundle" else Kind.INTERNET
            self.form.source.setCurrentIndex(self.form.source.findData(kind))

    def _busy(self, busy: bool) -> None:
        self.form.setEnabled(not busy)
        self.engines.setEnabled(not busy)
        self.install_button.setEnabled(not busy and self.form.is_complete())
        self.cancel_button.setVisible(busy)
        self.cancel_button.setEnabled(busy)
