"""The table of folders that this machine and the engine's machine both see."""

from __future__ import annotations

from typing import Sequence, Tuple

from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from .texts import tr

Pairs = Sequence[Tuple[str, str]]


class PathTable(QWidget):
    """Pairs of folders: as they are called here, and there."""

    def __init__(self) -> None:
        super().__init__()
        self.table = QTableWidget(0, 2)
        self.table.setAccessibleName(tr("Folders that both machines see"))
        self.table.setHorizontalHeaderLabels([tr("Folder here"), tr("The same folder there")])
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().hide()
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setFixedHeight(112)  # some rows; more can be scrolled to
        self.add_button, self.remove_button = QPushButton(tr("Add")), QPushButton(tr("Remove"))
        self.add_button.setAccessibleName(tr("Add a folder"))
        self.remove_button.setAccessibleName(tr("Remove the chosen folder"))
        self.add_button.clicked.connect(self._add)
        self.remove_button.clicked.connect(self._remove)
        self._arrange()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.add_button)
        row.addWidget(self.remove_button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        layout.addLayout(row)

    def set_pairs(self, pairs: Pairs) -> None:
        """Show these."""
        self.table.setRowCount(0)
        for here, there in pairs:
            self._append(here, there)

    def pairs(self) -> Tuple[Tuple[str, str], ...]:
        """Those that are filled in on both sides."""
        rows = [(self._text(row, 0), self._text(row, 1)) for row in range(self.table.rowCount())]
        return tuple((here, there) for here, there in rows if here and there)

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text().strip() if item is not None else ""

    def _append(self, here: str, there: str) -> int:
        row = self.table.rowCount()
        self.table.insertRow(row)
        for column, text in enumerate((here, there)):
            self.table.setItem(row, column, QTableWidgetItem(text))
        return row

    def _add(self) -> None:
        row = self._append("", "")
        self.table.setCurrentCell(row, 0)
        self.table.editItem(self.table.item(row, 0))

    def _remove(self) -> None:
        if self.table.currentRow() >= 0:
            self.table.removeRow(self.table.currentRow())
