"""The engines that were installed from the panel: which, where, and what can be done about them."""

from __future__ import annotations

from typing import List

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ..core.install.place import Installed, installed_engines
from .texts import escaped, tr


class EngineList(QWidget):
    """A row for each; hidden while there is none."""

    repair_requested = pyqtSignal(object)  # Installed
    remove_requested = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rows: List[QWidget] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)

    def look(self) -> List[Installed]:
        """Read what there is, and show it."""
        for row in self._rows:
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        engines = installed_engines()
        self._rows = [self._row(engine) for engine in engines]
        for row in self._rows:
            self._layout.addWidget(row)
            row.show()  # now, and not with the next event
        self.setVisible(bool(engines))
        return engines

    def _row(self, engine: Installed) -> QWidget:
        row = QWidget()
        label = QLabel(_words(engine))
        label.setToolTip(str(engine.folder))
        label.setWordWrap(True)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label, 1)
        if engine.whole:
            layout.addWidget(self._button(tr("Repair"), "wholesceneRepair", engine, self.repair_requested))
        layout.addWidget(self._button(tr("Remove"), "wholesceneRemove", engine, self.remove_requested))
        return row

    def _button(self, text: str, name: str, engine: Installed, signal) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAutoDefault(False)
        button.setAccessibleName(f"{text}: {engine.folder.name}")
        button.clicked.connect(lambda _checked: signal.emit(engine))
        return button


def _words(engine: Installed) -> str:
    """What it is, and whether it is whole and in use."""
    words = {"release": engine.release, "build": engine.build, "folder": escaped(engine.folder)}
    if not engine.whole:
        return tr("WholeScene {release} ({build}): begun, not finished. Install goes on where it stopped.").format(
            **words
        )
    if engine.is_registered():
        return tr("WholeScene {release} ({build}) is installed in {folder}.").format(**words)
    return tr("WholeScene {release} ({build}) is installed in {folder}, but not in use.").format(**words)
