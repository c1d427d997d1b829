"""True ground area under the pixels of a grid, by the engine's rule: corners of small cells on the ellipsoid."""

from __future__ import annotations

from typing import Any, Optional, Sequence

import numpy as np
from osgeo import osr

SEMI_MAJOR = 6378137.0  # WGS84
FLATTENING = 1 / 298.257223563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
SQUARE_METRES_PER_HECTARE = 10_000.0
# The area is measured on cells of this many pixels at most …
CELL_PIXELS = 64
# … and about this many metres at most; within a cell all pixels count the same.
CELL_METRES = 2_000.0


class GroundAreas:
    """Square metres of the pixels of one grid (GDAL's transform, WKT). Belongs to the thread that makes it."""

    def __init__(self, transform: Sequence[float], crs: str) -> None:
        """Raises ValueError for a grid without a CRS that lies on the earth."""
        if not crs:
            raise ValueError("pixels of a grid without georeference have no area")
        self._transform = tuple(transform)
        self._to_degrees = _to_degrees(crs)
        self._step = self._cell_side()

    @classmethod
    def of(cls, transform: Sequence[float], crs: str) -> Optional["GroundAreas"]:
        """The areas of a grid; None where there are none to tell."""
        try:
            return cls(transform, crs)
        except (ValueError, RuntimeError):  # RuntimeError: a CRS of an engineering site, or of the moon
            return None

    def square_metres(self, mask: Any, row: int, col: int) -> float:
        """The area under the pixels of a boolean mask ``[h, w]`` whose upper left pixel is ``row, col``."""
        rows, cols = row + np.arange(mask.shape[0]), col + np.arange(mask.shape[1])
        row_cells, row_starts = np.unique(rows // self._step, return_index=True)
        col_cells, col_starts = np.unique(cols // self._step, return_index=True)
        counts = np.add.reduceat(mask.astype(np.int64), row_starts, axis=0)
        counts = np.add.reduceat(counts, col_starts, axis=1)
        return float((counts * self._pixel_areas(row_cells, col_cells)).sum())

    def _pixel_areas(self, rows: Any, cols: Any) -> Any:
        """Mean pixel area of consecutive cells, ``[rows, cols]``."""
        step = self._step
        corners = self._points(*np.meshgrid(np.append(cols, cols[-1] + 1) * step, np.append(rows, rows[-1] + 1) * step))
        diagonals = corners[1:, 1:] - corners[:-1, :-1], corners[1:, :-1] - corners[:-1, 1:]
        areas = np.linalg.norm(np.cross(*diagonals), axis=-1) / 2 / step**2
        return np.nan_to_num(areas, nan=0.0, posinf=0.0)

    def _points(self, cols: Any, rows: Any) -> Any:
        """Positions in space, ``[..., 3]``, of corners of pixels."""
        x0, a, b, y0, d, e = self._transform
        x, y = x0 + a * cols + b * rows, y0 + d * cols + e * rows
        points = self._to_degrees.TransformPoints(np.stack([x.ravel(), y.ravel()], axis=1).tolist())
        degrees = np.array(points)[:, :2].reshape((*x.shape, 2))
        return earth_centred(degrees[..., 0], degrees[..., 1])

    def _cell_side(self) -> int:
        """Pixels along the side of a cell."""
        corner = self._points(*np.meshgrid(np.array([0.0, 1.0]), np.array([0.0, 1.0])))
        sides = [np.linalg.norm(corner[0, 1] - corner[0, 0]), np.linalg.norm(corner[1, 0] - corner[0, 0])]
        longest = max(float(side) for side in sides)
        if not np.isfinite(longest) or longest <= 0:
            raise ValueError("the CRS does not reach this place")
        return max(1, min(CELL_PIXELS, int(CELL_METRES / longest)))


def earth_centred(longitude: Any, latitude: Any) -> Any:
    """Metres from the earth's centre, shape ``[..., 3]``, of points on the ellipsoid (degrees)."""
    lam, phi = np.radians(longitude), np.radians(latitude)
    radius = SEMI_MAJOR / np.sqrt(1 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2)  # of the prime vertical
    across = radius * np.cos(phi)
    return np.stack(
        [across * np.cos(lam), across * np.sin(lam), radius * (1 - ECCENTRICITY_SQUARED) * np.sin(phi)], axis=-1
    )


def _to_degrees(crs: str) -> Any:
    source, target = osr.SpatialReference(), osr.SpatialReference()
    if source.ImportFromWkt(crs) != 0 or not (source.IsProjected() or source.IsGeographic()):
        raise ValueError("the CRS is not one of the earth")
    target.ImportFromEPSG(4326)
    for reference in (source, target):
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return osr.CoordinateTransformation(source, target)


def hectares(square_metres: Optional[float]) -> Optional[float]:
    """The same area in hectares; None stays None."""
    return None if square_metres is None else square_metres / SQUARE_METRES_PER_HECTARE
