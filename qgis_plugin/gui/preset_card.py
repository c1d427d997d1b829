"""What there is to know of a preset before it is used."""

from __future__ import annotations

from typing import Any, List, Mapping, Tuple

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QPixmap
from qgis.PyQt.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ..translation import figure, number
from .texts import escaped, linked, tr
from .widgets import Hint, yielding

BADGE = "#be7a0e"  # seen on light and on dark
WIDEST = 260  # pixels of a picture


class PresetCard(QWidget):
    """Picture, description, bands, sensors, values, ground resolution, classes, licence; how to get missing weights.

    The button below leads to colours of one's own, or, where weights are missing, to adding them.
    """

    action_triggered = pyqtSignal(str)  # "colours" or "model"

    def __init__(self) -> None:
        super().__init__()
        self.picture = QLabel()
        self.picture.setAccessibleName(tr("A scene, and what the preset makes of it"))
        self._words = Hint()
        self._words.setOpenExternalLinks(True)
        self._action = ""
        self.way = yielding(QPushButton())
        self.way.setObjectName("wholescenePresetWay")
        self.way.clicked.connect(lambda: self.action_triggered.emit(self._action))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.picture)
        layout.addWidget(self._words)
        layout.addWidget(self.way)

    def show_preset(self, preset: Mapping[str, Any]) -> str:
        """Fill the card; the summary that its closed fold tells."""
        self._show_picture(preset.get("picture"))
        lines = [escaped(preset.get("description") or "")]
        lines += [f"<b>{escaped(name)}</b> {linked(value)}" for name, value in facts(preset)]
        lines.append(_badge(preset))
        self._words.setText("<br>".join(line for line in lines if line))
        self._action, label = _way(preset)
        self.way.setText(label)
        self.way.setVisible(bool(label))
        limits = tr("non-commercial") if preset.get("non_commercial") else ""
        return " · ".join(part for part in (resolution(preset), str(preset.get("licence") or ""), limits) if part)

    def text(self) -> str:
        """The words of the card, as rich text."""
        return self._words.text()

    def _show_picture(self, data: Any) -> None:
        pixmap = QPixmap()
        shown = isinstance(data, (bytes, bytearray)) and pixmap.loadFromData(bytes(data))
        if shown and pixmap.width() > WIDEST:
            pixmap = pixmap.scaledToWidth(WIDEST)
        self.picture.setPixmap(pixmap)
        self.picture.setVisible(bool(shown))


def _way(preset: Mapping[str, Any]) -> Tuple[str, str]:
    """What can be done with the preset: action and label."""
    if not preset.get("classes"):
        return "", ""
    if not preset.get("ready", True):
        return "model", tr("Add its weights…")
    return "colours", tr("Colours of your own…")


def _badge(preset: Mapping[str, Any]) -> str:
    if not preset.get("non_commercial"):
        return ""
    told = tr("The licence of its weights forbids commercial use.")
    return f'<span style="color:{BADGE}">\N{BLACK UP-POINTING TRIANGLE}</span> {escaped(told)}'


def facts(preset: Mapping[str, Any]) -> List[Tuple[str, str]]:
    """(name, value) of what the engine told; what it did not tell is left out."""
    bands = ", ".join(_band(band) for band in preset.get("bands", []))
    classes = ", ".join(str(entry["name"]) for entry in preset.get("classes", []))
    found = [
        (tr("Bands"), bands),
        (tr("Trained on"), "; ".join(map(str, preset.get("sensors") or []))),
        (tr("Values"), _values(preset)),
        (tr("Ground resolution"), resolution(preset)),
        (tr("Largest validated scene"), validated(preset)),
        (tr("Classes"), classes),
        (tr("Precision"), ", ".join(map(str, preset.get("precisions", [])))),
        (tr("Seams"), _seams(preset)),
        (tr("Licence"), _licence(preset)),
        (tr("Uses the weights of"), str(preset.get("weights_of") or "")),
        (tr("Weights"), str(preset.get("how") or "") if not preset.get("ready", True) else ""),
    ]
    return [(name, value) for name, value in found if value]


def _licence(preset: Mapping[str, Any]) -> str:
    """``CC-BY-NC-4.0 (accepted on 2026-11-21)``."""
    licence, day = str(preset.get("licence") or ""), preset.get("licence_accepted")
    return tr("{licence} (accepted on {day})").format(licence=licence, day=day) if licence and day else licence


def resolution(preset: Mapping[str, Any]) -> str:
    """``0.5 to 10 m``; empty where any will do."""
    values = preset.get("ground_resolution")
    return tr("{low} to {high} m").format(low=figure(values[0]), high=figure(values[1])) if values else ""


def validated(preset: Mapping[str, Any]) -> str:
    """``13.8 million pixels (who says so)``; empty for an engine that does not tell."""
    if "validated" not in preset:
        return ""
    size = preset["validated"]
    if not size:
        return tr("not measured here")
    pixels = tr("{n} million pixels").format(n=number(float(size["pixels"]) / 1e6, 1))
    return f"{pixels} ({size['by']})" if size.get("by") else pixels


def _seams(preset: Mapping[str, Any]) -> str:
    if preset.get("mode") != "crop":
        return ""
    return tr("It is run window by window, each without the rest of the scene: their edges may show in the map.")


def _values(preset: Mapping[str, Any]) -> str:
    values = preset.get("value_range")
    return tr("{low} to {high}").format(low=figure(values[0]), high=figure(values[1])) if values else ""


def _band(band: Mapping[str, Any]) -> str:
    wavelength = band.get("wavelength_nm")
    return f"{band['name']} ({wavelength:g} nm)" if wavelength else str(band["name"])
