"""Adding a model from the panel, step by step: file, what it needs, licence, done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Collection, Mapping, Optional

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ..core import model_import
from ..core.errand import Errand, GoingOn
from ..core.model_import import ModelWish
from .model_pages import DetailsPage, FilePage, LicencePage
from .notice import Notice
from .texts import tr
from .widgets import order_tabs

FILE, DETAILS, LICENCE = range(3)


class ModelDialog(QDialog):
    """Looks and imports in the background. Emits ``added`` with the name of the new preset."""

    added = pyqtSignal(str)

    def __init__(self, ready: Collection[str], parent: Optional[QWidget] = None) -> None:
        """``ready`` are the presets that can be used already."""
        super().__init__(parent)
        self._ready = ready
        self._errand: Optional[Errand] = None
        self.setObjectName("wholesceneModelDialog")
        self.setWindowTitle(tr("Add a model"))
        self.file, self.details, self.licence = FilePage(), DetailsPage(), LicencePage()
        self.pages = QStackedWidget()
        for page in (self.file, self.details, self.licence):
            self.pages.addWidget(page)
            page.changed.connect(self._tell)
        self.progress, self.notice = QProgressBar(), Notice()
        self.progress.setRange(0, 0)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.back = self.buttons.addButton(tr("Back"), QDialogButtonBox.ButtonRole.ActionRole)
        self.next = self.buttons.addButton(tr("Next"), QDialogButtonBox.ButtonRole.ActionRole)
        self.next.setObjectName("wholesceneModelNext")
        self.back.setAutoDefault(False)
        self.next.setDefault(True)
        self._arrange()
        self._busy("")

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.notice)
        layout.addWidget(self.progress)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(560)
        self.back.clicked.connect(self._go_back)
        self.next.clicked.connect(self._go_on)
        self.buttons.rejected.connect(self.reject)
        order_tabs(self)

    def choose_file(self, path: str) -> None:
        """Put a path into the first step."""
        self.file.path.setText(path)

    def done(self, result: int) -> None:
        """Closed: whatever is under way is not wanted any more, and leaves nothing behind."""
        if self._errand is not None:
            self._errand.drop()
            self._errand = None
        super().done(result)

    # -- steps ---------------------------------------------------------------------

    def _go_on(self) -> None:
        self.notice.clear()
        (self._look, self._show_licence, self._add)[self.pages.currentIndex()]()

    def _go_back(self) -> None:
        self.notice.clear()
        self._show(self.pages.currentIndex() - 1)

    def _look(self) -> None:
        wish = ModelWish(self.file.chosen())
        self._send(tr("Looking at {file}…"), lambda going_on: model_import.look(wish, going_on), self._looked)

    def _looked(self, told: Mapping[str, Any]) -> None:
        self.details.show_look(told, self._ready)
        self._show(DETAILS)

    def _show_licence(self) -> None:
        self.licence.show_licence(self.details.licence(), self.details.may_name_licence())
        self._show(LICENCE)

    def _add(self) -> None:
        wish = replace(self.details.wish(self.file.chosen()), licence=self.licence.licence())
        self._send(tr("Adding {file}…"), lambda going_on: model_import.add(wish, going_on), self._added)

    def _added(self, told: Mapping[str, Any]) -> None:
        self.added.emit(str(told["preset"]))
        self.accept()

    def _show(self, page: int) -> None:
        self.pages.setCurrentIndex(page)
        self._tell()
        order_tabs(self)
        self.pages.currentWidget().setFocus()

    # -- errands -------------------------------------------------------------------

    def _send(self, title: str, work: Callable[[GoingOn], Any], done: Callable[[Any], None]) -> None:
        told = title.format(file=Path(self.file.chosen()).name)
        errand = Errand(told, work)
        errand.done.connect(lambda found: self._ended(done, found))
        errand.failed.connect(self._failed)
        self._errand = errand
        self._busy(told)
        errand.start()

    def _ended(self, done: Callable[[Any], None], found: Any) -> None:
        self._errand = None
        self._busy("")
        done(found)

    def _failed(self, error: Mapping[str, Any]) -> None:
        self._errand = None
        self._busy("")
        self.notice.show_error(error)

    def _busy(self, told: str) -> None:
        self.progress.setVisible(bool(told))
        self.progress.setFormat(told)
        self.progress.setAccessibleName(told)
        self.pages.setEnabled(not told)
        self._tell()

    def _tell(self) -> None:
        """Enable what is possible now."""
        page, busy = self.pages.currentIndex(), self._errand is not None
        self.back.setEnabled(page > FILE and not busy)
        self.next.setEnabled(self.pages.currentWidget().is_complete() and not busy)
        self.next.setText(tr("Add the model") if page == LICENCE else tr("Next"))
