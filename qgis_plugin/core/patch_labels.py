"""The patches of a whole class map: all pixels of one class that hang together by their edges, with their sizes.

A map is held as runs (pieces of rows of one class), not as pixels: some bytes per change of class along a row, so that
large maps fit. Rows are read in strips.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, List, Optional, Tuple

import numpy as np

from ..wire.errors import Cancelled
from ..wire.plan import NODATA
from .ground_areas import GroundAreas

STRIP_PIXELS = 8_000_000  # pixels that are looked at together
MOST_RUNS = 50_000_000  # more would need gigabytes; such a map is noise
NOTHING = -1  # label of what has no data

Rows = Callable[[int, int], Any]  # first row, number of rows -> uint8 [rows, width]
Progress = Callable[[float], bool]  # told how far (0 to 1) the work is; False once it is not wanted any more


def tell(progress: Progress, fraction: float) -> None:
    """Say how far the work is; raises Cancelled if nobody wants it any more."""
    if not progress(fraction):
        raise Cancelled()


def part_of(progress: Progress, first: float, last: float) -> Progress:
    """The progress of a part of the work, which runs from ``first`` to ``last`` of the whole."""
    return lambda fraction: progress(first + (last - first) * fraction)


@dataclass(frozen=True)
class Patches:
    """Runs and patches of a class map of ``width`` × ``height`` pixels.

    Run ``i`` begins in column ``starts[i]`` and belongs to patch ``labels[i]`` (NOTHING without data); the runs of row
    ``r`` are ``first_run[r]`` to ``first_run[r + 1]``. Patches are numbered from 0 in the order of their first pixel;
    ``classes``, ``pixels`` and ``square_metres`` (None without georeference) tell of each.
    """

    width: int
    height: int
    first_run: Any  # int64 [height + 1]
    starts: Any  # int32 [runs]
    labels: Any  # int32 [runs]
    classes: Any  # uint8 [patches]
    pixels: Any  # int64 [patches]
    square_metres: Optional[Any]  # float64 [patches]

    @classmethod
    def read(
        cls,
        shape: Tuple[int, int],
        rows: Rows,
        nodata: Optional[int] = NODATA,
        ground: Optional["RunAreas"] = None,
        progress: Progress = lambda _fraction: True,
    ) -> "Patches":
        """The patches of a map of ``shape`` (height, width); raises Cancelled, or OverflowError beyond MOST_RUNS."""
        scan = _Scan(shape, nodata, ground)
        for first, count in strips(*shape):
            tell(progress, first / shape[0])
            scan.add(first, rows(first, count))
        return scan.patches()

    def strip(self, first: int, count: int) -> Any:
        """The label of each pixel, int32 ``[count, width]``."""
        begin, end = int(self.first_run[first]), int(self.first_run[first + count])
        starts = self.starts[begin:end]
        lengths = np.diff(starts, append=np.int32(0))
        lengths[lengths <= 0] += self.width  # the last run of a row ends with the row
        return np.repeat(self.labels[begin:end], lengths).reshape(count, self.width)

    def values(self, first: int, count: int, nodata: int = NODATA) -> Any:
        """The class of each pixel, uint8 ``[count, width]``."""
        return np.append(self.classes, np.uint8(nodata))[self.strip(first, count)]

    def joined(self, parents: Any, classes: Any) -> "Patches":
        """Patches made one: patch ``i`` becomes part of patch ``parents[i]``, whose class is in ``classes``."""
        heads = np.flatnonzero(parents == np.arange(len(parents)))
        numbers = np.empty(len(parents) + 1, np.int32)
        numbers[heads] = np.arange(len(heads), dtype=np.int32)
        numbers[:-1] = numbers[parents]
        numbers[NOTHING] = NOTHING
        of_patch = numbers[:-1]
        return replace(
            self,
            labels=numbers[self.labels],
            classes=classes[heads],
            pixels=np.bincount(of_patch, self.pixels, len(heads)).astype(np.int64),
            square_metres=None if self.square_metres is None else np.bincount(of_patch, self.square_metres, len(heads)),
        )


class RunAreas(GroundAreas):
    """Ground areas of runs, by the sums of pixel areas along each row of cells."""

    def of_runs(self, rows: Any, starts: Any, ends: Any, width: int) -> Any:
        """Square metres of each run; ``rows`` grow."""
        cells = np.arange((width - 1) // self._step + 1)
        bands, line = np.unique(rows // self._step, return_inverse=True)
        areas = np.repeat(self._pixel_areas(bands, cells), self._step, axis=1)[:, :width]
        sums = np.concatenate([np.zeros((len(bands), 1)), np.cumsum(areas, axis=1)], axis=1)
        return sums[line, ends] - sums[line, starts]

    def sides(self, row: int, col: int) -> Tuple[float, float]:
        """Metres across and down a pixel."""
        corner = self._points(np.array([col, col + 1, col]), np.array([row, row, row + 1]))
        return tuple(float(np.linalg.norm(corner[end] - corner[0])) for end in (1, 2))


class _Scan:
    """Finds runs strip by strip, and which of them touch."""

    def __init__(self, shape: Tuple[int, int], nodata: Optional[int], ground: Optional[RunAreas]) -> None:
        self._height, self._width = shape
        self._nodata, self._ground = nodata, ground
        self._above: Optional[Tuple[Any, Any, Any]] = None  # last row of the strip before: values, starts, runs
        self._runs = 0
        self._per_row: List[Any] = []
        self._starts: List[Any] = []
        self._values: List[Any] = []
        self._lengths: List[Any] = []
        self._areas: List[Any] = []
        self._touching: List[Tuple[Any, Any]] = []

    def add(self, first: int, values: Any) -> None:
        """The next strip."""
        begins = np.ones(values.shape, bool)
        np.not_equal(values[:, 1:], values[:, :-1], out=begins[:, 1:])
        runs = (np.cumsum(begins, dtype=np.int32) - 1 + self._runs).reshape(values.shape)
        rows, cols = np.nonzero(begins)
        ends = np.append(cols[1:], 0)
        ends[ends == 0] = self._width
        self._per_row.append(begins.sum(axis=1))
        self._starts.append(cols.astype(np.int32))
        self._values.append(values[begins])
        self._lengths.append((ends - cols).astype(np.int32))
        if self._ground is not None:
            self._areas.append(self._ground.of_runs(first + rows, cols, ends, self._width))
        if self._above is not None:
            self._touch(*(np.stack(pair) for pair in zip(self._above, (values[0], begins[0], runs[0]))))
        self._touch(values, begins, runs)
        self._above = values[-1].copy(), begins[-1].copy(), runs[-1].copy()
        self._runs += len(rows)
        if self._runs > MOST_RUNS:
            raise OverflowError(self._runs)

    def _touch(self, values: Any, begins: Any, runs: Any) -> None:
        """Note the runs of one class above each other: once, where the later of the two begins."""
        meet = (begins[:-1] | begins[1:]) & (values[:-1] == values[1:])
        if self._nodata is not None:
            meet &= values[:-1] != self._nodata
        self._touching.append((runs[:-1][meet], runs[1:][meet]))

    def patches(self) -> Patches:
        """Put together what was found."""
        one, other = (np.concatenate(side) for side in zip(*self._touching))
        self._touching.clear()
        heads = components(self._runs, one, other)
        values, lengths = np.concatenate(self._values), np.concatenate(self._lengths)
        is_head = heads == np.arange(self._runs)
        if self._nodata is not None:
            is_head &= values != self._nodata
        numbers = np.cumsum(is_head, dtype=np.int32) - 1
        labels = numbers[heads]
        if self._nodata is not None:
            labels[values == self._nodata] = NOTHING
        count, known = int(is_head.sum()), labels != NOTHING
        areas = np.concatenate(self._areas)[known] if self._areas else None
        return Patches(
            width=self._width,
            height=self._height,
            first_run=np.concatenate([[0], np.cumsum(np.concatenate(self._per_row))]).astype(np.int64),
            starts=np.concatenate(self._starts),
            labels=labels,
            classes=values[is_head],
            pixels=np.bincount(labels[known], lengths[known], count).astype(np.int64),
            square_metres=None if areas is None else np.bincount(labels[known], areas, count),
        )


def components(count: int, one: Any, other: Any) -> Any:
    """For each of ``count`` nodes the lowest number in its connected component; ``one[i]`` touches ``other[i]``."""
    parents = np.arange(count, dtype=np.int32)
    while one.size:
        low, high = np.minimum(one, other), np.maximum(one, other)
        order = np.argsort(low, kind="stable")[::-1]
        parents[high[order]] = low[order]  # of several the last counts, which is the lowest
        parents = _shortened(parents)
        one, other = parents[one], parents[other]
        apart = one != other
        one, other = one[apart], other[apart]
    return parents


def _shortened(parents: Any) -> Any:
    """Every node directly under the head of its tree."""
    while True:
        higher = parents[parents]
        if np.array_equal(higher, parents):
            return parents
        parents = higher


def strips(height: int, width: int) -> List[Tuple[int, int]]:
    """First row and number of rows of each strip."""
    step = max(1, STRIP_PIXELS // max(1, width))
    return [(first, min(step, height - first)) for first in range(0, height, step)]
