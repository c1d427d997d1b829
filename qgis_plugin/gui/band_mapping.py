"""Which band of the layer serves as which band of the preset."""

from __future__ import annotations

from typing import List, Optional, Sequence, Tuple

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QVBoxLayout, QWidget

from .texts import tr
from .widgets import Fold, shrinkable


class BandMapping(QWidget):
    """One combo box per band of the preset, folded as long as the guess is sure."""

    mapping_changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._body = QWidget()
        self._form = QFormLayout(self._body)
        self._form.setContentsMargins(18, 0, 0, 0)
        self._form.setVerticalSpacing(3)
        self._rows: List[Tuple[str, QComboBox]] = []
        self.fold = Fold(tr("Bands"), self._body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.fold)
        self.setVisible(False)

    def set_bands(
        self,
        wanted: Sequence[str],
        offered: Sequence[Tuple[str, str]],
        guess: Sequence[Optional[str]],
        sure: bool,
    ) -> None:
        """Show ``wanted`` names with ``offered`` (band, label) to choose from; ``guess`` names bands."""
        while self._form.rowCount():
            self._form.removeRow(0)
        self._rows = []
        for position, name in enumerate(wanted):
            combo = self._combo(offered, guess[position])
            self._rows.append((name, combo))
            self._form.addRow(name, combo)
        self.setVisible(bool(wanted) and bool(offered))
        self.fold.set_open(not sure)
        self._tell()

    def mapping(self) -> Optional[Tuple[str, ...]]:
        """The chosen bands in the preset's order; None while one is not chosen."""
        bands = [combo.currentData() for _name, combo in self._rows]
        return tuple(str(band) for band in bands) if bands and None not in bands else None

    def choose(self, position: int, band: str) -> None:
        """Set one combo box, as a user would."""
        combo = self._rows[position][1]
        combo.setCurrentIndex(combo.findData(band))

    def _combo(self, offered: Sequence[Tuple[str, str]], band: Optional[str]) -> QComboBox:
        combo = shrinkable(QComboBox())
        for value, label in offered:
            combo.addItem(label, value)
        combo.setCurrentIndex(combo.findData(band) if band is not None else -1)
        combo.currentIndexChanged.connect(self._chosen)
        return combo

    def _chosen(self) -> None:
        self._tell()
        self.mapping_changed.emit()

    def _tell(self) -> None:
        parts = [f"{name} {combo.currentData() or '?'}" for name, combo in self._rows]
        self.fold.set_summary(", ".join(parts) if len(parts) <= 6 else tr("{n} bands").format(n=len(parts)))
