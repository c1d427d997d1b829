"""From a place in the map to the patch there, found in the background and highlighted."""

from __future__ import annotations

from typing import Callable, List, Optional, Sequence

from qgis.core import QgsCsException, QgsGeometry, QgsPointXY, QgsRasterLayer
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..core.class_map import ClassMap
from ..core.corrections_raster import Shape
from ..core.errand import Errand
from ..core.patches import Patch, patch_at
from .patch_tool import highlight
from .texts import tr


class PatchReader(QObject):
    """One question at a time: a newer one makes the older one void."""

    found = pyqtSignal(object, bool)  # Patch or None, whether it comes to what is selected already
    failed = pyqtSignal(dict)  # coded error

    def __init__(self, canvas: QgsMapCanvas, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._errand: Optional[Errand] = None

    def ask(
        self, layer: QgsRasterLayer, facts: ClassMap, point: QgsPointXY, shapes: Sequence[Shape], more: bool
    ) -> None:
        """Find the patch under a point of the map; ``found`` or ``failed`` follows."""
        self.drop()
        try:
            place = self._canvas.mapSettings().mapToLayerCoordinates(layer, point)
        except QgsCsException:  # the layer's CRS does not reach there
            self.found.emit(None, more)
            return
        work: Callable = lambda going_on: patch_at(facts, place.x(), place.y(), shapes, going_on)  # noqa: E731
        self._errand = Errand(tr("Read the class map"), work)
        self._errand.done.connect(lambda patch: self.found.emit(patch, more))
        self._errand.failed.connect(self.failed)
        self._errand.start()

    def drop(self) -> None:
        """Nobody waits for an answer any more."""
        if self._errand is not None:
            self._errand.drop()
            self._errand = None


class Highlights:
    """Polygons of a layer, shown above the map."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self._canvas = canvas
        self._bands: List = []

    def show(self, shapes: Sequence[QgsGeometry], layer: QgsRasterLayer) -> None:
        """Show these and no others."""
        self.clear()
        for shape in shapes:
            band = highlight(self._canvas)
            band.setToGeometry(shape, layer.crs())
            self._bands.append(band)

    def count(self) -> int:
        """How many are shown."""
        return len(self._bands)

    def clear(self) -> None:
        """Show none."""
        for band in self._bands:
            self._canvas.scene().removeItem(band)
        self._bands = []


def geometry_of(patch: Patch) -> QgsGeometry:
    """The outline of a patch in the coordinates of its map."""
    shape = QgsGeometry()
    shape.fromWkb(patch.wkb)
    return shape
