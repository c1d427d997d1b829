"""Polygons of a QGIS layer as the mask of a request."""

from __future__ import annotations

from typing import Iterable, List, Optional

from qgis.core import QgsGeometry, QgsRasterLayer, QgsVectorLayer, QgsWkbTypes

from ..wire.errors import ExtentEmpty, MaskTooDetailed
from ..wire.mask import Mask, Point, Polygon, Ring
from .extents import crs_name
from .scene_grid import in_pixels

MOST_CORNERS = 10_000  # a request has at most 256 KiB


def wire_mask(polygons: QgsVectorLayer, scene: QgsRasterLayer) -> Mask:
    """The selected features of a polygon layer, or all of them, as a mask for a scene.

    Raises ExtentEmpty where there is no polygon, MaskTooDetailed for more corners than a request can hold.
    """
    turned = in_pixels(scene) and (polygons.crs() == scene.crs() or not scene.crs().isValid())
    found: List[Polygon] = []
    corners = 0
    for geometry in _geometries(polygons):
        for polygon in _parts(geometry, turned):
            found.append(polygon)
            corners += sum(map(len, polygon))
        if corners > MOST_CORNERS:
            raise MaskTooDetailed(layer=polygons.name(), most=MOST_CORNERS)
    if not found:
        raise ExtentEmpty(extent=polygons.name())
    if turned:
        return Mask(tuple(found), "pixel")
    return Mask(tuple(found), crs_name(polygons.crs()) if scene.crs().isValid() else None)


def shifted(mask: Optional[Mask], col: int, row: int) -> Optional[Mask]:
    """A mask in pixels, counted from another corner of the scene; others, which lie on the ground, as they are."""
    if mask is None or mask.crs != "pixel":
        return mask
    moved = (tuple(tuple((x - col, y - row) for x, y in ring) for ring in polygon) for polygon in mask.polygons)
    return Mask(tuple(moved), "pixel")


def _geometries(layer: QgsVectorLayer) -> Iterable[QgsGeometry]:
    features = layer.getSelectedFeatures() if layer.selectedFeatureCount() else layer.getFeatures()
    return (feature.geometry() for feature in features)


def _parts(geometry: QgsGeometry, turned: bool) -> List[Polygon]:
    """The polygons of a feature; curves become lines."""
    if geometry.isEmpty() or geometry.type() != QgsWkbTypes.GeometryType.PolygonGeometry:
        return []
    straight = QgsGeometry(geometry.constGet().segmentize())
    parts = straight.asMultiPolygon() if straight.isMultipart() else [straight.asPolygon()]
    polygons = (tuple(_ring(ring, turned) for ring in part) for part in parts)
    return [kept for kept in (tuple(ring for ring in polygon if len(set(ring)) > 2) for polygon in polygons) if kept]


def _ring(points: Iterable, turned: bool) -> Ring:
    # QGIS lets y of a layer without georeference run from 0 down to minus its height
    corners: Iterable[Point] = ((point.x(), -point.y() if turned else point.y()) for point in points)
    return tuple(corners)
