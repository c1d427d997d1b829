"""Which part of the map to write."""

from __future__ import annotations

from enum import Enum
from typing import Optional, Tuple

from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle
from qgis.gui import QgsExtentWidget, QgsMapCanvas
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QVBoxLayout, QWidget

from .texts import tr
from .widgets import Hint, shrinkable


class ExtentMode(Enum):
    """Where the extent comes from."""

    SCENE = "scene"
    CANVAS = "canvas"
    CUSTOM = "custom"


class ExtentChoice(QWidget):
    """Whole scene, what the map shows when the button is clicked, or a rectangle drawn or taken from a layer."""

    extent_changed = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__()
        self._canvas = canvas
        self.combo = shrinkable(QComboBox())
        self.combo.setObjectName("wholesceneExtent")
        self.combo.addItem(tr("Whole scene"), ExtentMode.SCENE)
        self.combo.addItem(tr("Visible map"), ExtentMode.CANVAS)
        self.combo.addItem(tr("Draw, or take from a layer"), ExtentMode.CUSTOM)
        self.custom = QgsExtentWidget(None, QgsExtentWidget.WidgetStyle.CondensedStyle)
        self.custom.setMapCanvas(canvas)
        self._hint = Hint(tr("The extent limits the output, not the answer."))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        for widget in (self.combo, self.custom, self._hint):
            layout.addWidget(widget)
        self.combo.currentIndexChanged.connect(self._mode_changed)
        self.custom.extentChanged.connect(lambda _extent: self.extent_changed.emit())
        self._mode_changed()

    def set_scene_crs(self, crs: QgsCoordinateReferenceSystem, extent: QgsRectangle) -> None:
        """The scene changed: custom extents are told in its CRS."""
        if crs.isValid():
            self.custom.setOutputCrs(crs)
            self.custom.setOriginalExtent(extent, crs)

    def mode(self) -> ExtentMode:
        """Where the extent comes from."""
        return self.combo.currentData()

    def choose(self, mode: ExtentMode) -> None:
        """Choose a mode, as a user would."""
        self.combo.setCurrentIndex([ExtentMode.SCENE, ExtentMode.CANVAS, ExtentMode.CUSTOM].index(mode))

    def choose_scene(self) -> None:
        """Back to the whole scene."""
        self.choose(ExtentMode.SCENE)

    def extent(self) -> Optional[Tuple[QgsRectangle, QgsCoordinateReferenceSystem]]:
        """Rectangle and CRS; None for the whole scene. A custom extent not yet given is an empty rectangle."""
        if self.mode() is ExtentMode.SCENE:
            return None
        if self.mode() is ExtentMode.CANVAS:
            return self._canvas.extent(), self._canvas.mapSettings().destinationCrs()
        extent = self.custom.outputExtent() if self.custom.isValid() else QgsRectangle(0, 0, 0, 0)
        return extent, self.custom.outputCrs()

    def _mode_changed(self) -> None:
        self.custom.setVisible(self.mode() is ExtentMode.CUSTOM)
        self._hint.setVisible(self.mode() is not ExtentMode.SCENE)
        self.extent_changed.emit()
