"""A mask on a grid: which pixels lie in polygons."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from affine import Affine
from rasterio.features import geometry_mask

from ..wire.errors import CrsUnknown, MaskOutside
from ..wire.mask import Mask, Ring
from ..wire.plan import Window
from .gdal import environment
from .geodesy import reproject_points
from .grid import Grid, parse_crs

Inside = npt.NDArray[np.bool_]
BETWEEN = 16  # pieces of an edge that comes from another CRS: it bends
STRIP = 1 << 24  # pixels that are counted at a time


class GridMask:
    """Polygons in columns and rows of a grid. ``window`` is the smallest that holds all pixels inside.

    Raises:
        MaskOutside: no pixel's centre lies in a polygon.
        CrsUnknown: no such CRS, or the grid has none.
    """

    def __init__(self, mask: Mask, grid: Grid) -> None:
        self._polygons = [_Polygon([_in_pixels(ring, mask.crs, grid) for ring in polygon]) for polygon in mask.polygons]
        self.window = self._window(grid)
        if self.window is None or not any(part.any() for _, part in self._strips(self.window)):
            raise MaskOutside(mask=str(mask), scene=grid.describe_bounds())

    def inside(self, window: Window) -> Inside:
        """Which pixels of a window are inside, ``[h, w]``: those whose centre is."""
        shapes = [polygon.shape for polygon in self._polygons if polygon.touches(window)]
        if not shapes:
            return np.zeros((window.height, window.width), bool)
        with environment():
            return np.asarray(
                geometry_mask(
                    shapes, (window.height, window.width), Affine.translation(window.col, window.row), invert=True
                ),
                bool,
            )

    def within(self, extent: Window) -> Window:
        """The part of a window that can hold pixels inside; raises MaskOutside if there is none."""
        part = self.window.intersection(extent) if self.window is not None else None
        if part is None or not any(strip.any() for _, strip in self._strips(part)):
            where = f"{extent.col},{extent.row} + {extent.width} x {extent.height} pixels"
            raise MaskOutside(mask=f"{len(self._polygons)} polygon(s)", scene=f"the extent: {where}")
        return part

    def count(self, window: Window) -> int:
        """How many pixels of a window are inside."""
        return sum(int(part.sum()) for _, part in self._strips(window))

    def _strips(self, window: Window) -> Iterator[tuple[Window, Inside]]:
        rows = max(1, STRIP // window.width)
        for first in range(0, window.height, rows):
            strip = Window(window.row + first, window.col, min(rows, window.height - first), window.width)
            yield strip, self.inside(strip)

    def _window(self, grid: Grid) -> Window | None:
        left, top, right, bottom = (
            function(polygon.bounds[side] for polygon in self._polygons)
            for side, function in enumerate((min, min, max, max))
        )
        whole = Window(0, 0, grid.height, grid.width)
        row, col = math.floor(max(top, -1.0)), math.floor(max(left, -1.0))
        height, width = math.ceil(min(bottom, grid.height)) - row, math.ceil(min(right, grid.width)) - col
        return Window(row, col, height, width).intersection(whole) if height > 0 and width > 0 else None


class _Polygon:
    """Rings ``[n, 2]`` of columns and rows."""

    def __init__(self, rings: list[npt.NDArray[np.float64]]) -> None:
        # of all rings: some formats do not tell holes from further parts, and an odd number of rings is inside
        corners = np.concatenate(rings)
        low, high = corners.min(0), corners.max(0)
        self.bounds = float(low[0]), float(low[1]), float(high[0]), float(high[1])
        self.shape: dict[str, Any] = {"type": "Polygon", "coordinates": [ring.tolist() for ring in rings]}

    def touches(self, window: Window) -> bool:
        """Whether the polygon may hold pixels of a window."""
        left, top, right, bottom = self.bounds
        across = left < window.col + window.width and right > window.col
        return across and top < window.row + window.height and bottom > window.row


def _in_pixels(ring: Ring, crs: str | None, grid: Grid) -> npt.NDArray[np.float64]:
    points = np.array([*ring, ring[0]] if ring[0] != ring[-1] else ring)
    if crs == "pixel":
        return points
    x, y = points[:, 0], points[:, 1]
    if crs:
        if grid.crs is None:
            raise CrsUnknown(crs=f"{crs}, for a scene without georeference (give pixels)")
        source = parse_crs(crs)
        if source != grid.crs:
            x, y = reproject_points(source, grid.crs, *_denser(points).T)
    pixels = np.stack(grid.pixels(x, y), 1)
    if not np.isfinite(pixels).all():
        raise MaskOutside(mask="a polygon", scene=grid.describe_bounds())
    return pixels


def _denser(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The same ring with points between its corners."""
    share = np.linspace(0, 1, BETWEEN, endpoint=False)[None, :, None]
    edges = points[:-1, None] + share * np.diff(points, axis=0)[:, None]
    return np.concatenate([edges.reshape(-1, 2), points[-1:]])
