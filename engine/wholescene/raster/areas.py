"""Areas on the ground: how many hectares each class covers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..wire.plan import NODATA, ClassEntry, Window
from .geodesy import Floats, points_in_space
from .grid import Grid

SQUARE_METRES_PER_HECTARE = 10_000.0
# The area is measured on cells of this many pixels at most …
CELL_PIXELS = 64
# … and about this many metres at most; within a cell all pixels count the same.
CELL_METRES = 2_000.0


@dataclass(frozen=True)
class ClassArea:
    """What one class covers.

    ``hectares`` is None where the scene has no georeference. ``share`` (0 to 1) is the part
    of everything classified, by area where that is known, else by pixels.
    """

    value: int
    name: str
    colour: str
    pixels: int
    hectares: float | None
    share: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for msgpack and JSON."""
        return asdict(self)


def pixel_areas(grid: Grid, window: Window) -> Floats:
    """Square metres of ground under each pixel of a window.

    Shape ``[h, 1]`` for a north-up grid in degrees, whose pixels shrink with latitude only,
    else ``[h, w]``. Places that the CRS does not reach have no area. Raises ValueError for
    a grid without georeference.
    """
    areas, inner_rows, inner_cols = _areas_in_cells(grid, window)
    if areas.shape[1] == 1:
        return np.asarray(areas[inner_rows])
    return np.asarray(areas[inner_rows[:, None], inner_cols[None, :]])


Numbers = npt.NDArray[np.int64]


def _areas_in_cells(grid: Grid, window: Window) -> tuple[Floats, Numbers, Numbers]:
    """Mean pixel areas of the cells that a window touches, and which of them each row and each column lies in.

    ``[rows, cols]``, ``[h]``, ``[w]``; one column of cells where areas shrink with latitude only.
    """
    if grid.crs is None or not grid.georeferenced:
        raise ValueError("pixels of a grid without georeference have no area")
    step = max(1, min(CELL_PIXELS, int(CELL_METRES / max(grid.pixel_size_metres))))
    rows = _cells(window.row, window.height, step)
    by_rows = grid.crs.is_geographic and grid.transform.b == 0 and grid.transform.d == 0
    cols = np.array([0]) if by_rows else _cells(window.col, window.width, step)
    areas = _cell_areas(grid, rows * step, cols * step, step)
    inner_rows = np.arange(window.row, window.row + window.height) // step - rows[0]
    inner_cols = np.arange(window.col, window.col + window.width) // step - cols[0]
    return areas, inner_rows, np.zeros_like(inner_cols) if by_rows else inner_cols


def _cells(first: int, count: int, step: int) -> Numbers:
    """Numbers of the cells that a range of pixels touches; cells start at pixel 0 of the grid."""
    return np.arange(first // step, (first + count - 1) // step + 1)


def _cell_areas(grid: Grid, rows: Numbers, cols: Numbers, step: int) -> Floats:
    """Mean pixel area of the cells that start at these rows and columns, ``[rows, cols]``."""
    ys = np.append(rows, rows[-1] + step).astype(float)
    xs = np.append(cols, cols[-1] + step).astype(float)
    corners = points_in_space(grid.crs, *grid.positions(*np.meshgrid(xs, ys)))
    diagonals = corners[1:, 1:] - corners[:-1, :-1], corners[1:, :-1] - corners[:-1, 1:]
    areas = np.linalg.norm(np.cross(*diagonals), axis=-1) / 2 / step**2
    return np.asarray(np.nan_to_num(areas, nan=0.0))


class AreaCount:
    """Adds up pixels and square metres per class value, window by window."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.pixels = np.zeros(256, np.int64)
        self.square_metres = np.zeros(256) if grid.georeferenced else None

    def add(self, window: Window, classes: npt.NDArray[np.uint8]) -> None:
        """Count the class values ``[h, w]`` of a window."""
        if self.square_metres is None:
            self.pixels += np.bincount(classes.ravel(), minlength=256)
            return
        areas, rows, cols = _areas_in_cells(self.grid, window)
        columns = areas.shape[1]
        for row, of_cells in enumerate(areas):
            # all cells of a row at once: the number of its cell stands above each pixel's class value
            strip = (classes[rows == row] + 256 * cols).ravel()
            counts = np.bincount(strip, minlength=256 * columns).reshape(columns, 256)
            self.pixels += counts.sum(axis=0)
            self.square_metres += of_cells @ counts

    def of(self, classes: Sequence[ClassEntry]) -> tuple[ClassArea, ...]:
        """The table of class areas, in the order of the classes."""
        weights = (self.pixels if self.square_metres is None else self.square_metres).astype(float)
        whole = math.fsum(weights[:NODATA]) or 1.0
        return tuple(
            ClassArea(
                value=entry.value,
                name=entry.name,
                colour=entry.colour,
                pixels=int(self.pixels[entry.value]),
                hectares=self._hectares(entry.value),
                share=float(weights[entry.value]) / whole,
            )
            for entry in classes
        )

    def _hectares(self, value: int) -> float | None:
        if self.square_metres is None:
            return None
        return float(self.square_metres[value]) / SQUARE_METRES_PER_HECTARE
