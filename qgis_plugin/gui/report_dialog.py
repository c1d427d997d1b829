"""The report for somebody who helps, as it will be copied."""

from __future__ import annotations

from typing import List, Mapping, Optional

from qgis.PyQt.QtGui import QFontDatabase, QGuiApplication
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ..core.diagnostics import complete, write
from ..core.errand import Errand
from ..wire.errors import WholeSceneError
from ..wire.report import Section
from .accuracy_choice import flowing
from .notice import Kind, Notice
from .texts import escaped, tr
from .widgets import Hint, order_tabs


class ReportDialog(QDialog):
    """Gathers in the background; works without an engine too, and says that there is none."""

    def __init__(self, known: List[Section], parent: Optional[QWidget] = None) -> None:
        """``known`` is what QGIS's own thread can tell (`core.diagnostics.facts`)."""
        super().__init__(parent)
        self.setObjectName("wholesceneReportDialog")
        self.setWindowTitle(tr("Report for somebody who helps"))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(tr("The report"))
        self.progress, self.notice = QProgressBar(), Notice()
        self.progress.setRange(0, 0)
        self.progress.setAccessibleName(tr("Gathering…"))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy, self.save = QPushButton(tr("Copy")), QPushButton(tr("Save as…"))
        self._arrange()
        self._errand: Optional[Errand] = Errand(tr("Report"), lambda going_on: complete(known, going_on))
        self._errand.done.connect(self._gathered)
        self._errand.failed.connect(self._failed)
        self._errand.start()

    def _arrange(self) -> None:
        told = tr(
            "Versions, settings, what the doctor finds and the ends of the logs. Homes, names of user and machine, "
            "keys and passwords are taken out; look whether anything is left that nobody should see."
        )
        layout = QVBoxLayout(self)
        layout.addWidget(flowing(Hint(told)))
        layout.addWidget(self.text, 1)
        layout.addWidget(self.notice)
        layout.addWidget(self.progress)
        row = QHBoxLayout()
        row.addWidget(self.copy)
        row.addWidget(self.save)
        row.addWidget(self.buttons, 1)
        layout.addLayout(row)
        self.copy.setEnabled(False)
        self.save.setEnabled(False)
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._save)
        self.buttons.rejected.connect(self.reject)
        self.resize(760, 560)
        order_tabs(self)

    def done(self, result: int) -> None:
        """Closed: the report is not wanted any more."""
        if self._errand is not None:
            self._errand.drop()
            self._errand = None
        super().done(result)

    def _gathered(self, report: str) -> None:
        self._errand = None
        self.text.setPlainText(report)
        self.progress.hide()
        self.copy.setEnabled(True)
        self.save.setEnabled(True)
        self.copy.setDefault(True)

    def _failed(self, error: Mapping[str, object]) -> None:
        self._errand = None
        self.progress.hide()
        self.notice.show_error(error)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.notice.show_text(Kind.SUCCESS, tr("Copied."))

    def _save(self) -> None:
        title, kinds = tr("Save the report"), tr("Text (*.txt)")
        path, _filter = QFileDialog.getSaveFileName(self, title, "wholescene-report.txt", kinds)
        if not path:
            return
        try:
            write(self.text.toPlainText(), path)
        except WholeSceneError as problem:
            self.notice.show_error(problem.to_dict())
        else:
            self.notice.show_text(Kind.SUCCESS, tr("Written to {path}.").format(path=escaped(path)))
