"""What the user chose, as the request that every door of WholeScene shares."""

from __future__ import annotations

import os
from typing import Any, Dict, Mapping, Optional

from qgis.core import QgsCoordinateReferenceSystem, QgsRasterLayer, QgsRectangle

from ..core.layers import file_behind, gdal_name, sources_of
from ..wire.errors import WeightsMissing, WholeSceneError, from_dict
from ..wire.request import Extent, SegmentRequest
from .panel import SegmentPanel
from .texts import tr


def request_from(panel: SegmentPanel, overwrite: bool = False) -> Dict[str, Any]:
    """The request as plain values; raises a coded error where a choice cannot work."""
    layer, preset = panel.layer(), panel.preset_box.current()
    problem = preset_problem(preset)
    if problem is not None:
        raise problem
    request = SegmentRequest(
        sources=tuple(sources_of(layer)),
        preset=str(preset["name"]),
        output=absolute(panel.output_choice.path(), layer),
        extent=wire_extent(panel.extent_choice.extent(), layer),
        bands=panel.band_mapping.mapping(),
        overwrite=overwrite,
    )
    return request.to_dict()


def preset_problem(preset: Mapping[str, Any]) -> Optional[WholeSceneError]:
    """Why a preset cannot run yet, or None."""
    if preset.get("ready", True):
        return None
    if preset.get("error"):
        return from_dict(preset["error"])
    reason = preset.get("missing") or tr("the weights file is not there")
    return WeightsMissing(name=preset["name"], reason=str(reason).rstrip("."), how=preset.get("how") or "")


def absolute(path: Optional[str], layer: QgsRasterLayer) -> Optional[str]:
    """A relative output lies beside the scene: the engine's own folder would surprise."""
    if path is None:
        return None
    scene = file_behind(gdal_name(layer.source()))
    return os.path.join(os.path.dirname(scene), os.path.expanduser(path))


def wire_extent(choice: Optional[tuple], layer: QgsRasterLayer) -> Optional[Extent]:
    """The chosen rectangle with its CRS; in pixels where the layer has no georeference."""
    if choice is None:
        return None
    rectangle, crs = choice
    if in_pixels(layer) and (crs == layer.crs() or not layer.crs().isValid()):
        # QGIS lets y of such a layer run from 0 down to minus its height
        return Extent(rectangle.xMinimum(), -rectangle.yMaximum(), rectangle.xMaximum(), -rectangle.yMinimum(), "pixel")
    return Extent(*corners(rectangle), crs=crs_name(crs) if layer.crs().isValid() else None)


def corners(rectangle: QgsRectangle) -> tuple:
    """xmin, ymin, xmax, ymax."""
    return rectangle.xMinimum(), rectangle.yMinimum(), rectangle.xMaximum(), rectangle.yMaximum()


def crs_name(crs: QgsCoordinateReferenceSystem) -> Optional[str]:
    """``EPSG:…`` where there is one, else WKT."""
    if not crs.isValid():
        return None
    return crs.authid() if crs.authid().startswith("EPSG:") else crs.toWkt()


def in_pixels(layer: QgsRasterLayer) -> bool:
    """Whether the layer's coordinates are just columns and rows.

    Its CRS tells nothing: QGIS may have given the project's to a layer that has none.
    """
    extent = layer.extent()
    return (
        layer.rasterUnitsPerPixelX() == 1
        and layer.rasterUnitsPerPixelY() == 1
        and extent.xMinimum() == 0
        and extent.yMaximum() == 0
    )
