"""Choosing a preset: those that run, and, folded away, those whose weights are still to be obtained."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QPalette
from qgis.PyQt.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from .class_chips import ClassChips
from .preset_card import PresetCard
from .texts import tr
from .widgets import Fold, shrinkable

FOLDED = ""  # stands in the list for the presets that need weights
FIRST = "water-lite"  # what a new panel begins with, where it runs: it was trained on the most kinds of ground


class PresetBox(QWidget):
    """A list, the classes of the chosen preset, and a card with what else there is to know of it."""

    preset_changed = pyqtSignal(object)  # the preset's description, or None
    add_requested = pyqtSignal()  # a model that is not in the list
    colours_requested = pyqtSignal()  # others for the chosen preset

    def __init__(self) -> None:
        super().__init__()
        self.combo = shrinkable(QComboBox())
        self.combo.setObjectName("wholescenePreset")
        self.combo.setAccessibleName(tr("Preset"))
        self.setFocusProxy(self.combo)
        self.add_button = QToolButton()
        self.add_button.setObjectName("wholesceneAddModel")
        self.add_button.setText("+")
        self.add_button.setAutoRaise(True)
        self.add_button.setToolTip(tr("Add a model…"))
        self.add_button.setAccessibleName(self.add_button.toolTip())
        self.chips = ClassChips()
        self.card = PresetCard()
        self.about = Fold(tr("About"), self.card)
        self.about.setObjectName("wholesceneAbout")
        self._presets: Dict[str, Dict[str, Any]] = {}
        self._unfolded = False
        self._chosen = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        row = QHBoxLayout()
        row.setSpacing(3)
        row.addWidget(self.combo, 1)
        row.addWidget(self.add_button)
        layout.addLayout(row)
        for widget in (self.chips, self.about):
            layout.addWidget(widget)
        self.add_button.clicked.connect(lambda: self.add_requested.emit())
        self.card.action_triggered.connect(self._asked)
        self.combo.currentIndexChanged.connect(self._changed)
        self.set_presets([])

    def set_presets(self, presets: Sequence[Mapping[str, Any]]) -> None:
        """Fill the list; a preset that was chosen stays chosen."""
        self._presets = {str(preset["name"]): dict(preset) for preset in presets}
        ordered = self.names()
        if self._chosen not in self._presets:
            self._chosen = FIRST if FIRST in self.ready_names() else ordered[0] if ordered else ""
        self._fill()
        self.combo.setEnabled(bool(self._presets))
        self._tell()

    def current(self) -> Optional[Dict[str, Any]]:
        """The chosen preset as the engine described it."""
        return self._presets.get(self._chosen)

    def preset(self, name: str) -> Optional[Dict[str, Any]]:
        """A preset as the engine described it; None for one that it does not have."""
        return self._presets.get(name)

    def choose(self, name: str) -> None:
        """Choose a preset by name."""
        if self.combo.findData(name) < 0 and name in self._presets:
            self._unfolded = True
            self._fill()
        self.combo.setCurrentIndex(self.combo.findData(name))

    def title_of(self, name: str) -> str:
        """The title of a preset, or its name."""
        return str(self._presets.get(name, {}).get("title") or name)

    def names(self) -> List[str]:
        """All presets, those that run first."""
        return [str(preset["name"]) for preset in sorted(self._presets.values(), key=needs_weights)]

    def ready_names(self) -> List[str]:
        """The presets that can be used."""
        return [name for name in self.names() if not needs_weights(self._presets[name])]

    def is_folded(self) -> bool:
        """Whether presets that need weights are hidden behind one entry."""
        return self.combo.findData(FOLDED) >= 0

    def _fill(self) -> None:
        runnable = [name for name in self.names() if not needs_weights(self._presets[name])]
        others = self.names()[len(runnable) :]
        unfolded = self._unfolded or not runnable or self._chosen in others
        self.combo.blockSignals(True)
        self.combo.clear()
        for name in runnable + (others if unfolded else []):
            self._add(self._presets[name])
        if others and not unfolded:
            self.combo.addItem(tr("Needs weights ({n})…").format(n=len(others)), FOLDED)
            self._grey(self.combo.count() - 1)
        if runnable and others:
            self.combo.insertSeparator(len(runnable))
        self.combo.setCurrentIndex(self.combo.findData(self._chosen) if self._chosen else -1)
        self.combo.blockSignals(False)

    def _add(self, preset: Mapping[str, Any]) -> None:
        self.combo.addItem(_entry(preset), preset["name"])
        index = self.combo.count() - 1
        self.combo.setItemData(index, str(preset.get("description", "")), Qt.ItemDataRole.ToolTipRole)
        if needs_weights(preset):
            self._grey(index)

    def _grey(self, index: int) -> None:
        grey = self.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
        self.combo.setItemData(index, grey, Qt.ItemDataRole.ForegroundRole)

    def _changed(self) -> None:
        chosen = self.combo.currentData()
        if chosen == FOLDED and self.combo.currentIndex() >= 0:
            self._unfolded = True
            self._fill()  # with what was chosen before
            QTimer.singleShot(0, self.combo.showPopup)
            return
        self._chosen = str(chosen or "")
        self._tell()

    def _asked(self, action: str) -> None:
        (self.add_requested if action == "model" else self.colours_requested).emit()

    def _tell(self) -> None:
        preset = self.current()
        self.chips.set_classes(preset.get("classes", []) if preset else [])
        self.combo.setToolTip(str(preset.get("description", "")) if preset else "")
        self.about.setVisible(preset is not None)
        self.about.set_summary(self.card.show_preset(preset or {}))
        self.preset_changed.emit(preset)


def _entry(preset: Mapping[str, Any]) -> str:
    """How the list reads: the title, with what speaks against using it."""
    title = str(preset.get("title") or preset["name"])
    if needs_weights(preset):
        title = tr("{title} (needs weights)").format(title=title)
    return tr("{title} · non-commercial").format(title=title) if preset.get("non_commercial") else title


def needs_weights(preset: Mapping[str, Any]) -> bool:
    """Whether the preset cannot run yet."""
    return not preset.get("ready", True)
