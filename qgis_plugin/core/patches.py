"""The patch around a pixel: all pixels of its class that hang together by their edges."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np
from osgeo import gdal, ogr

from ..wire.errors import Cancelled
from ..wire.plan import Window
from .class_map import ClassMap
from .corrections_raster import CorrectedClasses, Shape, memory_store
from .errand import GoingOn
from .ground_areas import GroundAreas, hectares

STRIP = 512  # rows that are read together: those of a block of the file …
STRIP_PIXELS = 16_000_000  # … but not more pixels than this
LARGEST_PIXELS = 20_000_000
LARGEST_RUNS = 100_000  # pieces of rows: what a patch of many small arms costs
LARGEST_KNOWN = 4_000_000  # runs of the class in the rows that the patch reaches: what they take in memory
LOOK_EVERY = 2_000  # runs between two looks whether anybody still waits

Run = Tuple[int, int, int]  # row, first column, column behind the last


@dataclass(frozen=True)
class Patch:
    """What lies under a pixel. ``hectares`` is None without georeference, ``score`` without scores.

    A patch that is too large to be followed is not ``whole``: then it has at least the area that is told, and
    ``wkb``, the polygon in the map's coordinates, shows the part that was followed.
    """

    row: int
    col: int
    value: int
    pixels: int
    hectares: Optional[float]
    score: Optional[int]
    whole: bool
    wkb: bytes

    def holds(self, other: "Patch") -> bool:
        """Whether both are one patch."""
        return self.value == other.value and self.wkb == other.wkb


def patch_at(facts: ClassMap, x: float, y: float, shapes: Sequence[Shape], going_on: GoingOn) -> Optional[Patch]:
    """The patch at a point in the map's coordinates, after the corrections ``shapes``.

    None beside the map and where it has no data. Raises SceneUnreadable, Cancelled.
    """
    pixel = facts.pixel_at(x, y)
    if pixel is None:
        return None
    row, col = pixel
    classes = CorrectedClasses(facts, shapes)
    value = int(classes.read(Window(row, col, 1, 1))[0, 0])
    if value == facts.nodata:
        return None
    runs, whole = Flood(classes, value, going_on).from_pixel(row, col)
    ground = GroundAreas.of(facts.transform, facts.crs)
    square_metres, outlines = 0.0, []
    for mask, first_row, first_col in _masks(runs):
        if not going_on():
            raise Cancelled()
        square_metres += 0.0 if ground is None else ground.square_metres(mask, first_row, first_col)
        outlines.append(outline(mask, first_row, first_col, facts.transform))
    pixels = sum(end - start for _row, start, end in runs)
    area = None if ground is None else hectares(square_metres)
    return Patch(row, col, value, pixels, area, classes.score(row, col), whole, joined(outlines, whole))


class Flood:
    """Follows a patch run by run; rows are read in strips, when they are needed."""

    def __init__(self, classes: CorrectedClasses, value: int, going_on: GoingOn) -> None:
        self._classes, self._value, self._going_on = classes, value, going_on
        self._height = classes.facts.height
        self._strip = max(1, min(STRIP, STRIP_PIXELS // classes.facts.width))
        self._strips: Dict[int, "_Strip"] = {}
        self._known = 0
        self._rows: Dict[int, Tuple[List[int], List[int]]] = {}  # starts and ends of the runs of each row
        self._seen: Dict[int, bytearray] = {}

    def from_pixel(self, row: int, col: int) -> Tuple[List[Run], bool]:
        """The runs of the patch, and whether they are all; raises Cancelled."""
        starts, _ends = self._runs_of(row)
        waiting = [(row, bisect_right(starts, col) - 1)]
        self._seen[row][waiting[0][1]] = 1
        found: List[Run] = []
        pixels = 0
        while waiting:
            if len(found) % LOOK_EVERY == 0 and not self._going_on():
                raise Cancelled()
            row, number = waiting.pop()
            starts, ends = self._rows[row]
            run = (row, starts[number], ends[number])
            found.append(run)
            pixels += run[2] - run[1]
            if pixels >= LARGEST_PIXELS or len(found) >= LARGEST_RUNS or self._known >= LARGEST_KNOWN:
                return found, False
            waiting += self._beside(row - 1, run) + self._beside(row + 1, run)
        return found, True

    def _beside(self, row: int, run: Run) -> List[Tuple[int, int]]:
        """The runs of ``row`` that share an edge with ``run`` and were not seen yet."""
        if not 0 <= row < self._height:
            return []
        starts, ends = self._runs_of(row)
        seen, fresh = self._seen[row], []
        number = bisect_right(ends, run[1])
        while number < len(starts) and starts[number] < run[2]:
            if not seen[number]:
                seen[number] = 1
                fresh.append((row, number))
            number += 1
        return fresh

    def _runs_of(self, row: int) -> Tuple[List[int], List[int]]:
        if row not in self._rows:
            first = row // self._strip * self._strip
            if first not in self._strips:
                self._strips[first] = self._read(first)
            self._rows[row] = self._strips[first].of_row(row - first)
            self._seen[row] = bytearray(len(self._rows[row][0]))
            self._known += len(self._seen[row])
        return self._rows[row]

    def _read(self, first: int) -> "_Strip":
        """Find the runs of a strip of rows."""
        height, width = min(self._strip, self._height - first), self._classes.facts.width
        block = self._classes.read(Window(first, 0, height, width)) == self._value
        edges = np.zeros((height, width + 1), np.int8)
        edges[:, :-1] = block
        edges[:, 1:] -= block
        return _Strip(edges)


class _Strip:
    """The runs of some rows, as arrays: only rows that the patch reaches become lists."""

    def __init__(self, edges: Any) -> None:
        """``edges`` ``[rows, columns + 1]`` are 1 where a run starts and -1 behind its end."""
        self._starts, self._ends = (self._places(edges, sign) for sign in (1, -1))

    def of_row(self, row: int) -> Tuple[List[int], List[int]]:
        """First columns, and columns behind the last, of the runs of a row."""
        (cols, firsts), (ends, _same) = self._starts, self._ends
        part = slice(int(firsts[row]), int(firsts[row + 1]))
        return cols[part].tolist(), ends[part].tolist()

    @staticmethod
    def _places(edges: Any, sign: int) -> Tuple[Any, Any]:
        """The columns of the edges of one kind, row by row, and where each row's begin."""
        rows, cols = np.nonzero(edges == sign)
        return cols.astype(np.int32), np.searchsorted(rows, np.arange(edges.shape[0] + 1))


def _masks(runs: Sequence[Run]) -> Iterator[Tuple[Any, int, int]]:
    """The pixels of the runs strip by strip, each with the row and column of its upper left pixel.

    Of a river across the scene no mask around all of it is made.
    """
    strips: Dict[int, List[Run]] = {}
    for run in runs:
        strips.setdefault(run[0] // STRIP, []).append(run)
    for number in sorted(strips):
        part = strips[number]
        top, bottom = min(run[0] for run in part), max(run[0] for run in part) + 1
        left, right = min(run[1] for run in part), max(run[2] for run in part)
        mask = np.zeros((bottom - top, right - left), bool)
        for row, start, end in part:
            mask[row - top, start - left : end - left] = True
        yield mask, top, left


def outline(mask: Any, row: int, col: int, transform: Sequence[float]) -> Any:
    """The edges of the pixels of a mask (an OGR geometry) in the coordinates of ``transform``."""
    height, width = mask.shape
    raster = gdal.GetDriverByName("MEM").Create("", width, height, 1, gdal.GDT_Byte)
    x0, a, b, y0, d, e = transform
    raster.SetGeoTransform((x0 + a * col + b * row, a, b, y0 + d * col + e * row, d, e))
    band = raster.GetRasterBand(1)
    band.WriteArray(mask.astype(np.uint8))
    store = memory_store()
    layer = store.CreateLayer("outline", None, ogr.wkbPolygon)
    gdal.Polygonize(band, band, layer, -1, [])
    parts = ogr.Geometry(ogr.wkbMultiPolygon)
    for feature in layer:
        parts.AddGeometry(feature.GetGeometryRef())
    return parts


def joined(outlines: Sequence[Any], seamless: bool) -> bytes:
    """One geometry (WKB) of the outlines of all strips; ``seamless`` without the borders between them.

    That may take long for a patch of many arms, and is not worth it for a part that is only looked at.
    """
    every = ogr.Geometry(ogr.wkbMultiPolygon)
    for parts in outlines:
        # pixels that touch by corners only make rings that touch themselves, which cannot be joined
        valid = parts if not seamless or len(outlines) == 1 or parts.IsValid() else parts.MakeValid()
        for polygon in [valid] if valid.GetGeometryName() == "POLYGON" else valid:
            every.AddGeometry(polygon)
    shape = every.UnionCascaded() if seamless and len(outlines) > 1 else every
    if shape.GetGeometryName() == "MULTIPOLYGON" and shape.GetGeometryCount() == 1:
        shape = shape.GetGeometryRef(0)
    return bytes(shape.ExportToWkb())
