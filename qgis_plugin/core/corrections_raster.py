"""A class map with its corrections burnt in: the same pixels for reading, for areas and for the corrected map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

import numpy as np
from osgeo import gdal, ogr

from ..wire.errors import Cancelled
from ..wire.plan import Window
from .class_map import SCORE_BAND, ClassMap, open_raster
from .errand import GoingOn
from .ground_areas import GroundAreas, hectares

SIDE = 1024  # pixels of the windows in which maps are gone through


@dataclass(frozen=True)
class Shape:
    """A correction without its history: ``value`` for every pixel whose centre lies in the polygon ``wkb``.

    In the map's own coordinates. Later ones win.
    """

    value: int
    wkb: bytes


class CorrectedClasses:
    """Class values of a map after its corrections. Belongs to one thread; pixels without data stay so."""

    def __init__(self, facts: ClassMap, shapes: Sequence[Shape] = ()) -> None:
        """Raises SceneUnreadable."""
        self.facts = facts
        self._dataset = open_raster(facts.path)
        self._classes = self._dataset.GetRasterBand(1)
        self._shapes = [_Placed.of(shape, facts) for shape in shapes]

    def read(self, window: Window) -> Any:
        """Class values ``[h, w]`` of a window inside the map."""
        return self.read_both(window)[1]

    def read_both(self, window: Window) -> Tuple[Any, Any]:
        """Class values of the map as it was written and as it is corrected."""
        written = self._classes.ReadAsArray(window.col, window.row, window.width, window.height)
        touching = [placed for placed in self._shapes if placed.touches(window)]
        if not touching:
            return written, written
        burnt = _burn(self.facts, touching, window)
        corrected = np.where((burnt >= 0) & (written != self.facts.nodata), burnt, written).astype(np.uint8)
        return written, corrected

    def score(self, row: int, col: int) -> Optional[int]:
        """How the network scored its choice there, in percent; None if the run kept no scores."""
        if not self.facts.scored:
            return None
        value = int(self._dataset.GetRasterBand(SCORE_BAND).ReadAsArray(col, row, 1, 1)[0, 0])
        return value if value <= 100 else None

    def windows(self, touched: bool = False) -> Iterator[Window]:
        """The whole map in windows; with ``touched`` those that a correction may change."""
        for row in range(0, self.facts.height, SIDE):
            for col in range(0, self.facts.width, SIDE):
                height, width = min(SIDE, self.facts.height - row), min(SIDE, self.facts.width - col)
                window = Window(row, col, height, width)
                if not touched or any(placed.touches(window) for placed in self._shapes):
                    yield window


def corrected_areas(facts: ClassMap, shapes: Sequence[Shape], going_on: GoingOn) -> List[Dict[str, Any]]:
    """The map's area table after its corrections: pixels exactly, hectares by true ground area. Raises Cancelled.

    Only pixels that change are counted, so that it is quick on any map.
    """
    if not shapes:
        return facts.areas
    classes = CorrectedClasses(facts, shapes)
    ground = GroundAreas.of(facts.transform, facts.crs)
    pixels = dict.fromkeys(facts.classes(), 0)
    metres = dict.fromkeys(facts.classes(), 0.0)
    for window in classes.windows(touched=True):
        if not going_on():
            raise Cancelled()
        written, corrected = classes.read_both(window)
        changed = written != corrected
        for sign, values in ((-1, written), (1, corrected)):
            for value in np.unique(values[changed]).tolist():
                mask = changed & (values == value)
                pixels[value] = pixels.get(value, 0) + sign * int(mask.sum())
                if ground is not None:
                    metres[value] = metres.get(value, 0.0) + sign * ground.square_metres(mask, window.row, window.col)
    return _table(facts.areas, pixels, metres)


def _table(
    areas: Sequence[Mapping[str, Any]], pixels: Mapping[int, int], metres: Mapping[int, float]
) -> List[Dict[str, Any]]:
    table: List[Dict[str, Any]] = []
    for area in areas:
        value, before = int(area["value"]), area.get("hectares")
        after = None if before is None else max(0.0, before + (hectares(metres[value]) or 0.0))
        table.append({**area, "pixels": int(area["pixels"]) + pixels[value], "hectares": after})
    measure = "hectares" if all(area["hectares"] is not None for area in table) else "pixels"
    whole = sum(area[measure] for area in table) or 1
    return [{**area, "share": area[measure] / whole} for area in table]


@dataclass(frozen=True)
class _Placed:
    """A polygon and the pixels around it."""

    value: int
    polygon: Any
    first: Tuple[float, float]  # row, col
    last: Tuple[float, float]

    @classmethod
    def of(cls, shape: Shape, facts: ClassMap) -> "_Placed":
        polygon = ogr.CreateGeometryFromWkb(shape.wkb)
        left, right, bottom, top = polygon.GetEnvelope()
        inverse = gdal.InvGeoTransform(list(facts.transform))
        corners = [gdal.ApplyGeoTransform(inverse, x, y) for x in (left, right) for y in (bottom, top)]
        rows, cols = [corner[1] for corner in corners], [corner[0] for corner in corners]
        return cls(shape.value, polygon, (min(rows), min(cols)), (max(rows), max(cols)))

    def touches(self, window: Window) -> bool:
        """Whether it may change a pixel there."""
        rows = self.first[0] < window.row + window.height and self.last[0] > window.row
        return rows and self.first[1] < window.col + window.width and self.last[1] > window.col


def memory_store() -> Any:
    """A vector dataset that lives as long as it is held."""
    # GDAL 3.11 has one driver for both kinds of data in memory
    return (ogr.GetDriverByName("Memory") or ogr.GetDriverByName("MEM")).CreateDataSource("")


def _burn(facts: ClassMap, placed: Sequence[_Placed], window: Window) -> Any:
    """The values of the polygons, ``[h, w]``, -1 where there is none."""
    target = gdal.GetDriverByName("MEM").Create("", window.width, window.height, 1, gdal.GDT_Int16)
    x0, a, b, y0, d, e = facts.transform
    origin = (x0 + a * window.col + b * window.row, a, b, y0 + d * window.col + e * window.row, d, e)
    target.SetGeoTransform(origin)
    target.GetRasterBand(1).Fill(-1)
    source = memory_store()
    layer = source.CreateLayer("shapes", None, ogr.wkbUnknown)
    layer.CreateField(ogr.FieldDefn("value", ogr.OFTInteger))
    for one in placed:
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField("value", one.value)
        feature.SetGeometry(one.polygon)
        layer.CreateFeature(feature)
    # by the centre of the pixel, in the order of the features
    gdal.PushErrorHandler("CPLQuietErrorHandler")  # it warns that neither side has a CRS, which is as it should be
    try:
        gdal.RasterizeLayer(target, [1], layer, options=["ATTRIBUTE=value"])
    finally:
        gdal.PopErrorHandler()
    return target.ReadAsArray()
