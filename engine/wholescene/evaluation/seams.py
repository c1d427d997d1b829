"""Seams: is a map wrong, or does it change, where a tiling was cut, more than elsewhere?

Two figures for one tiling, both 1 where the cuts leave no trace:

*errors*: the share of wrong pixels among labelled ones within `WIDTH` pixels of an inner edge of a tile, divided by
the share of wrong ones among all other labelled pixels.

*changes*, without labels: how often neighbouring pixels on two sides of an inner edge have different classes, divided
by how often neighbours do across parallel lines that are further than `WIDTH` from every inner edge. Expected changes
are counted for vertical and horizontal edges each by themselves and then added, so a landscape that runs one
way is no seam. Classes change in few places, so small scenes give any figure by chance: the same is counted for
`SHIFTS` copies of the lines, moved over the scene and around its far edge, and the middle 90 % of them stand beside.

Inner edges are all rows and columns, within the scene, where a tile begins or ends; overlapping tiles have two for
each overlap. Tiles and `WIDTH` count in pixels of the network's grid. A map that was not made in tiles can be
held against the same lines: landscapes have edges of their own, and that is the figure to compare with.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..holistic.crop import cut
from ..raster.view import ModelView
from ..wire.plan import Window

WIDTH = 8  # pixels of the network's grid on each side of an edge
SHIFTS = 40  # of the lines, to see what chance gives
TURN = 7  # columns are moved in another order than rows; has no divisor in common with SHIFTS + 1
MIDDLE = (0.05, 0.95)

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tiling:
    """Tiles of ``height`` × ``width`` network pixels: windows that share ``overlap`` of their side with the next and
    are moved back at the far edge, or with ``overlap`` None a plain grid from the upper left corner."""

    height: int
    width: int
    overlap: float | None = None

    @property
    def key(self) -> str:
        """Tells tilings apart in files."""
        return f"{self.height}x{self.width}" + ("" if self.overlap is None else f"@{self.overlap:.6g}")

    @property
    def title(self) -> str:
        """For people."""
        size = f"{self.height} x {self.width} pixels"
        return f"regions of {size}" if self.overlap is None else f"windows of {size} that overlap by {self.overlap:.0%}"

    def edges(self, height: int, width: int) -> tuple[list[int], list[int]]:
        """Inner edges (rows, columns) in a network grid of this size; edge *i* lies before pixel *i*."""
        return _edges(height, self.height, self.overlap), _edges(width, self.width, self.overlap)


def _edges(size: int, side: int, overlap: float | None) -> list[int]:
    if overlap is None:
        return list(range(side, size, side))
    cuts = cut(size, side, overlap, "uniform")
    ends = {edge for start in cuts.starts for edge in (start, start + cuts.side)}
    return sorted(ends - {0, size})


@dataclass(frozen=True)
class Lines:
    """The edges of a tiling along one axis of the *map*, a flag for each row or column.

    ``at``: an inner edge lies before this pixel; ``near``: the pixel is within `WIDTH` of one; ``apart``: the line
    before this pixel is none and further than that from all, and classes can change there.
    """

    at: Flags
    near: Flags
    apart: Flags


@dataclass(frozen=True)
class Edges:
    """A tiling's lines along rows and columns of a map, and copies of both that are moved."""

    rows: Lines
    cols: Lines
    moved: tuple[tuple[Lines, Lines], ...] = ()


def edges_of(tiling: Tiling, view: ModelView) -> Edges:
    """On the scene's own grid; network pixels that are larger than the scene's show in ``apart``."""
    rows, cols = tiling.edges(view.grid.height, view.grid.width)
    row_bounds, col_bounds = _bounds(view)
    moved = tuple(
        (
            _lines(_moved(rows, row_bounds, step), row_bounds),
            _lines(_moved(cols, col_bounds, step * TURN % (SHIFTS + 1)), col_bounds),
        )
        for step in range(1, SHIFTS + 1)
    )
    return Edges(_lines(rows, row_bounds), _lines(cols, col_bounds), moved)


def _moved(edges: list[int], bounds: list[int], step: int) -> list[int]:
    """Inner edges moved by so many parts of the side; what leaves it comes in again at the beginning."""
    inner = len(bounds) - 2  # places where an inner edge can be
    shift = round(step * inner / (SHIFTS + 1))
    return sorted({(edge - 1 + shift) % inner + 1 for edge in edges})


def _bounds(view: ModelView) -> tuple[list[int], list[int]]:
    """Where in the scene network pixel *i* begins, for *i* from 0 to their number, along rows and columns."""
    if view.native:
        return list(range(view.grid.height + 1)), list(range(view.grid.width + 1))
    tall = [view.scene_window(Window(0, 0, edge, 1)).height for edge in range(view.grid.height + 1)]
    wide = [view.scene_window(Window(0, 0, 1, edge)).width for edge in range(view.grid.width + 1)]
    return tall, wide


def _lines(edges: list[int], bounds: list[int]) -> Lines:
    size, last = bounds[-1], len(bounds) - 1
    at, near, apart = np.zeros((3, size), bool)
    apart[[bound for bound in bounds if 0 < bound < size]] = True
    inner = [edge for edge in edges if 0 < bounds[edge] < size]  # the last network pixel may reach beyond the scene
    at[[bounds[edge] for edge in inner]] = True
    for edge in inner:
        first, end = bounds[max(0, edge - WIDTH)], bounds[min(last, edge + WIDTH)]
        near[first:end] = True
        apart[first : end + 1] = False
    return Lines(at, near, apart)


@dataclass(frozen=True)
class Changes:
    """Neighbours across lines of one direction, all and those of different classes: at edges, and apart from them."""

    at: int
    changed_at: int
    apart: int
    changed_apart: int

    @classmethod
    def along(cls, axis: Lines, pairs: Counts, changed: Counts) -> Changes:
        """From the neighbours before each row or column, all and different ones."""
        counted = (int(counts[flags].sum()) for flags in (axis.at, axis.apart) for counts in (pairs, changed))
        return cls(*counted)

    def __add__(self, other: Changes) -> Changes:
        return Changes(*(mine + theirs for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True)))

    @property
    def expected(self) -> float:
        """How many would differ at edges if they were lines like all others."""
        return self.at * self.changed_apart / self.apart if self.apart else math.nan


def change_ratio(rows: Changes, cols: Changes) -> float:
    """Changes at edges over what they would be elsewhere; NaN if there are no edges, or no changes elsewhere."""
    used = [axis for axis in (rows, cols) if axis.at]
    expected = sum(axis.expected for axis in used)
    return sum(axis.changed_at for axis in used) / expected if expected > 0 else math.nan


def chance(moved: Sequence[tuple[Changes, Changes]]) -> tuple[float, float]:
    """Between which ratios the middle 90 % of the moved lines' lie; NaN if too few of them have any."""
    ratios = sorted(ratio for rows, cols in moved if not math.isnan(ratio := change_ratio(rows, cols)))
    if len(ratios) < SHIFTS / 2:
        return math.nan, math.nan
    low, high = np.quantile(ratios, MIDDLE)
    return float(low), float(high)


def error_ratio(near: float, elsewhere: float) -> float:
    """The error rate near edges over that elsewhere; NaN if one is unknown or nothing is wrong elsewhere."""
    return near / elsewhere if elsewhere > 0 else math.nan
