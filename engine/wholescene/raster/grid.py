"""The grid: where the pixels of a raster lie on the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from affine import Affine
from rasterio.crs import CRS
from rasterio.errors import CRSError

from ..wire.errors import CrsUnknown, ExtentOutside
from ..wire.plan import OutputGrid, Window
from ..wire.request import Extent
from .gdal import environment
from .geodesy import Floats, points_in_space, reproject_points

# Edges closer than this to a pixel's border count as lying on it (pixels).
SLACK = 1e-6
# Length over which the ground size is measured (pixels): long enough for the
# millimetre that an iterative inverse projection may be off.
BASELINE = 32


@dataclass(frozen=True)
class Grid:
    """Size, affine transform (pixel corners) and CRS of a raster."""

    width: int
    height: int
    transform: Affine
    crs: CRS | None = None

    @cached_property
    def georeferenced(self) -> bool:
        """True if the pixels have a known place, and so a size in metres, on the ground."""
        if self.crs is None or self.transform == Affine.identity():
            return False
        return all(math.isfinite(size) and size > 0 for size in self._ground_size())

    @cached_property
    def pixel_size_metres(self) -> tuple[float, float]:
        """Ground metres along one column step and one row step at the centre.

        (1.0, 1.0), in pixels, for a grid that is not georeferenced.
        """
        return self._ground_size() if self.georeferenced else (1.0, 1.0)

    def _ground_size(self) -> tuple[float, float]:
        middle_col, middle_row = self.width / 2, self.height / 2
        dx, dy = min(BASELINE, self.width) / 2, min(BASELINE, self.height) / 2
        cols = np.array([middle_col - dx, middle_col + dx, middle_col, middle_col])
        rows = np.array([middle_row, middle_row, middle_row - dy, middle_row + dy])
        west, east, north, south = points_in_space(self.crs, *self.positions(cols, rows))
        return (
            float(np.linalg.norm(east - west)) / (2 * dx),
            float(np.linalg.norm(south - north)) / (2 * dy),
        )

    def positions(self, cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        """Map coordinates of (fractional) pixel coordinates; (0, 0) is the upper left corner."""
        a, b, c, d, e, f = tuple(self.transform)[:6]
        return a * cols + b * rows + c, d * cols + e * rows + f

    def pixels(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Fractional columns and rows of map coordinates; not finite where those are not."""
        a, b, c, d, e, f = tuple(~self.transform)[:6]
        with np.errstate(invalid="ignore"):
            return a * x + b * y + c, d * x + e * y + f

    def cut(self, window: Window) -> Grid:
        """The grid of a window of this grid."""
        a, b, c, d, e, f = tuple(self.transform)[:6]
        x, y = a * window.col + b * window.row + c, d * window.col + e * window.row + f
        return Grid(window.width, window.height, Affine(a, b, x, d, e, y), self.crs)

    def resampled(self, fx: float, fy: float) -> Grid:
        """The grid with ``fx`` × ``fy`` pixels of this one per pixel and the same upper left corner.

        Sizes are rounded up: the last pixels may reach beyond this grid.
        """
        width = max(1, math.ceil(self.width / fx - SLACK))
        height = max(1, math.ceil(self.height / fy - SLACK))
        a, b, c, d, e, f = tuple(self.transform)[:6]
        return Grid(width, height, Affine(a * fx, b * fy, c, d * fx, e * fy, f), self.crs)

    def to_wire(self) -> OutputGrid:
        """The grid as it travels in a plan."""
        wkt = self.crs.to_wkt() if self.crs is not None else ""
        return OutputGrid(self.width, self.height, tuple(self.transform)[:6], wkt)

    @classmethod
    def from_wire(cls, grid: OutputGrid) -> Grid:
        """The grid that :meth:`to_wire` described."""
        return cls(grid.width, grid.height, Affine(*grid.transform), parse_crs(grid.crs) if grid.crs else None)

    def window_of(self, extent: Extent) -> Window:
        """All pixels that the extent touches, clipped to this grid.

        Raises ExtentOutside if there are none and CrsUnknown for a CRS that GDAL does not know
        or that cannot be brought to this grid's.
        """
        cols, rows = (np.concatenate(pair) for pair in zip(self._outline(extent), self._within(extent), strict=True))
        reached = np.isfinite(cols) & np.isfinite(rows)
        if not reached.any():
            raise ExtentOutside(extent=str(extent), scene=self.describe_bounds())
        left, right = _touched(cols[reached], self.width)
        top, bottom = _touched(rows[reached], self.height)
        if left >= right or top >= bottom:
            raise ExtentOutside(extent=str(extent), scene=self.describe_bounds())
        return Window(top, left, bottom - top, right - left)

    def _outline(self, extent: Extent) -> tuple[Floats, Floats]:
        """The extent's border in columns and rows, with points between the corners: edges bend."""
        t = np.linspace(0, 1, 32)
        along, still = extent.xmin + t * (extent.xmax - extent.xmin), np.ones_like(t)
        up = extent.ymin + t * (extent.ymax - extent.ymin)
        x = np.concatenate([along, along, still * extent.xmin, still * extent.xmax])
        y = np.concatenate([still * extent.ymin, still * extent.ymax, up, up])
        if extent.crs == "pixel":
            return x, y
        if extent.crs:
            if self.crs is None:
                raise CrsUnknown(crs=f"{extent.crs}, for a scene without georeference (give pixels)")
            x, y = reproject_points(parse_crs(extent.crs), self.crs, x, y)
        return self.pixels(x, y)

    def _within(self, extent: Extent) -> tuple[Floats, Floats]:
        """Columns and rows of points of this grid that lie inside the extent.

        Needed where the extent's border is too far away to have coordinates in the grid's CRS.
        """
        t = np.linspace(0, 1, 32)
        cols, rows = (side.ravel() for side in np.meshgrid(t * self.width, t * self.height))
        if not extent.crs or extent.crs == "pixel" or self.crs is None:
            return cols[:0], rows[:0]
        x, y = reproject_points(self.crs, parse_crs(extent.crs), *self.positions(cols, rows))
        inside = (extent.xmin <= x) & (x <= extent.xmax) & (extent.ymin <= y) & (y <= extent.ymax)
        return cols[inside], rows[inside]

    def describe_bounds(self) -> str:
        """``xmin,ymin,xmax,ymax`` in the grid's own coordinates, for messages."""
        cols = np.array([0.0, self.width, 0.0, self.width])
        rows = np.array([0.0, 0.0, self.height, self.height])
        x, y = self.positions(cols, rows)
        name = f" ({self.crs.to_string()[:40]})" if self.crs is not None else " (pixels)"
        return f"{x.min():.10g},{y.min():.10g},{x.max():.10g},{y.max():.10g}{name}"


def _touched(coordinates: Floats, size: int) -> tuple[int, int]:
    """First and one-past-last pixel between the smallest and the largest coordinate."""
    first = math.floor(coordinates.min() + SLACK)
    last = math.ceil(coordinates.max() - SLACK)
    return max(0, first), min(size, last)


def parse_crs(text: str) -> CRS:
    """The CRS of an EPSG code, WKT or PROJ string; raises CrsUnknown."""
    try:
        with environment():
            return CRS.from_user_input(text)
    except (CRSError, ValueError):  # rasterio lets some of its own parsing errors through
        raise CrsUnknown(crs=text) from None
