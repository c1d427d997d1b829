"""Choosing a preset."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon, QPalette
from qgis.PyQt.QtWidgets import QComboBox, QVBoxLayout, QWidget

from .class_chips import ClassChips
from .texts import tr
from .widgets import shrinkable


class PresetBox(QWidget):
    """Presets that run first, then those whose weights are still to be obtained."""

    preset_changed = pyqtSignal(object)  # the preset's description, or None

    def __init__(self) -> None:
        super().__init__()
        self.combo = shrinkable(QComboBox())
        self.combo.setObjectName("wholescenePreset")
        self.chips = ClassChips()
        self._presets: Dict[str, Dict[str, Any]] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(self.combo)
        layout.addWidget(self.chips)
        self.combo.currentIndexChanged.connect(self._changed)
        self.set_presets([])

    def set_presets(self, presets: Sequence[Mapping[str, Any]]) -> None:
        """Fill the list; a preset that was chosen stays chosen."""
        chosen = self.combo.currentData()
        self._presets = {str(preset["name"]): dict(preset) for preset in presets}
        self.combo.blockSignals(True)
        self.combo.clear()
        for preset in sorted(self._presets.values(), key=needs_weights):
            self._add(preset)
        self.combo.setCurrentIndex(max(0, self.combo.findData(chosen)) if self._presets else -1)
        self.combo.setEnabled(bool(self._presets))
        self.combo.blockSignals(False)
        self._changed()

    def current(self) -> Optional[Dict[str, Any]]:
        """The chosen preset as the engine described it."""
        return self._presets.get(self.combo.currentData())

    def choose(self, name: str) -> None:
        """Choose a preset by name."""
        self.combo.setCurrentIndex(self.combo.findData(name))

    def title_of(self, name: str) -> str:
        """The title of a preset, or its name."""
        return str(self._presets.get(name, {}).get("title") or name)

    def names(self) -> List[str]:
        """In the order of the list."""
        return [self.combo.itemData(index) for index in range(self.combo.count())]

    def _add(self, preset: Mapping[str, Any]) -> None:
        title = str(preset.get("title") or preset["name"])
        if needs_weights(preset):
            title = tr("{title} (needs weights)").format(title=title)
        self.combo.addItem(QIcon(), title, preset["name"])
        index = self.combo.count() - 1
        self.combo.setItemData(index, str(preset.get("description", "")), Qt.ItemDataRole.ToolTipRole)
        if needs_weights(preset):
            grey = self.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
            self.combo.setItemData(index, grey, Qt.ItemDataRole.ForegroundRole)

    def _changed(self) -> None:
        preset = self.current()
        self.chips.set_classes(preset.get("classes", []) if preset else [])
        self.combo.setToolTip(str(preset.get("description", "")) if preset else "")
        self.preset_changed.emit(preset)


def needs_weights(preset: Mapping[str, Any]) -> bool:
    """Whether the preset cannot run yet."""
    return not preset.get("ready", True)
