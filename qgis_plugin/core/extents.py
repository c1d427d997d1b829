"""A rectangle of QGIS as the request names it."""

from __future__ import annotations

from typing import Optional, Tuple

from qgis.core import QgsCoordinateReferenceSystem, QgsRasterLayer, QgsRectangle

from ..wire.request import Extent
from .scene_grid import in_pixels


def wire_extent(
    choice: Optional[Tuple[QgsRectangle, QgsCoordinateReferenceSystem]], layer: QgsRasterLayer
) -> Optional[Extent]:
    """The chosen rectangle with its CRS; in pixels where the layer has no georeference."""
    if choice is None:
        return None
    rectangle, crs = choice
    if in_pixels(layer) and (crs == layer.crs() or not layer.crs().isValid()):
        # QGIS lets y of such a layer run from 0 down to minus its height
        return Extent(rectangle.xMinimum(), -rectangle.yMaximum(), rectangle.xMaximum(), -rectangle.yMinimum(), "pixel")
    return Extent(*corners(rectangle), crs=crs_name(crs) if layer.crs().isValid() else None)


def corners(rectangle: QgsRectangle) -> Tuple[float, float, float, float]:
    """xmin, ymin, xmax, ymax."""
    return rectangle.xMinimum(), rectangle.yMinimum(), rectangle.xMaximum(), rectangle.yMaximum()


def crs_name(crs: QgsCoordinateReferenceSystem) -> Optional[str]:
    """``EPSG:…`` where there is one, else WKT."""
    if not crs.isValid():
        return None
    return crs.authid() if crs.authid().startswith("EPSG:") else crs.toWkt()
