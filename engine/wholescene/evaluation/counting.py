"""Counting: one finished map against the labels of its scene, a strip of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..training.data import IGNORE, LabelledScene
from ..wire.plan import NODATA, ClassEntry, Window
from .metrics import Confusion
from .seams import Changes, Counts, Edges

STRIP = 4 << 20  # pixels looked at together

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Seam:
    """What a tiling's edges show: the confusion matrix of the pixels near them, changes across rows and columns.

    ``moved`` are the changes (rows, columns) across copies of the lines elsewhere.
    """

    near: Confusion
    rows: Changes
    cols: Changes
    moved: tuple[tuple[Changes, Changes], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        moved = [[list(vars(axis).values()) for axis in pair] for pair in self.moved]
        return {"near": self.near.tolist(), "rows": vars(self.rows), "cols": vars(self.cols), "moved": moved}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Seam:
        """What :meth:`to_dict` wrote."""
        moved = tuple((Changes(*rows), Changes(*cols)) for rows, cols in values["moved"])
        return cls(np.array(values["near"], np.int64), Changes(**values["rows"]), Changes(**values["cols"]), moved)

    def __add__(self, other: Seam) -> Seam:
        moved = zip(self.moved, other.moved, strict=True)
        return Seam(
            self.near + other.near,
            self.rows + other.rows,
            self.cols + other.cols,
            tuple((one[0] + two[0], one[1] + two[1]) for one, two in moved),
        )


@dataclass(frozen=True)
class Tally:
    """Counts of one map: train ids against the preset's classes, ``[labels, classes + 1]``; the last column is anything
    else in the map. They know nothing of merged or ignored classes, so that they can be used again for any of that.

    ``seams`` by `Tiling.key`.
    """

    confusion: Confusion
    seams: dict[str, Seam]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        seams = {key: seam.to_dict() for key, seam in self.seams.items()}
        return {"confusion": self.confusion.tolist(), "seams": seams}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Tally:
        """What :meth:`to_dict` wrote; raises KeyError, TypeError or ValueError."""
        seams = {key: Seam.from_dict(seam) for key, seam in values["seams"].items()}
        return cls(np.array(values["confusion"], np.int64), seams)

    def __add__(self, other: Tally) -> Tally:
        """The counts of both, with the tilings that both were held against."""
        shared = {key: seam + other.seams[key] for key, seam in self.seams.items() if key in other.seams}
        return Tally(self.confusion + other.confusion, shared)


def tally(
    class_map: Pixels,
    scene: LabelledScene,
    labels: int,
    classes: Sequence[ClassEntry],
    tilings: Mapping[str, Edges],
) -> Tally:
    """Count a map ``[h, w]`` of class values on the scene's own grid, whole; it may be a memory map.

    ``labels`` is the number of train ids, ``tilings`` are the edges of each tiling.
    Raises LabelValueUnknown or SceneTruncated.
    """
    counter = _Pairs(labels, classes)
    whole = np.zeros(counter.bins, np.int64)
    apart = {key: np.zeros(counter.bins, np.int64) for key in tilings}
    for window in strips(*class_map.shape):
        rows = slice(window.row, window.row + window.height)
        pairs = counter.pairs(scene.scene_labels(window), class_map[rows])
        whole += counter.count(pairs)
        for key, edges in tilings.items():
            apart[key] += counter.count(pairs[~edges.rows.near[rows]][:, ~edges.cols.near])
    changes = _changes(class_map)
    seams = {key: _seam(counter.matrix(whole - apart[key]), edges, *changes) for key, edges in tilings.items()}
    return Tally(counter.matrix(whole), seams)


def _seam(near: Confusion, edges: Edges, rows: tuple[Counts, Counts], cols: tuple[Counts, Counts]) -> Seam:
    moved = tuple((Changes.along(across, *rows), Changes.along(along, *cols)) for across, along in edges.moved)
    return Seam(near, Changes.along(edges.rows, *rows), Changes.along(edges.cols, *cols), moved)


def strips(height: int, width: int) -> Iterator[Window]:
    """Whole rows, a few megapixels at a time."""
    rows = max(1, STRIP // width)
    for row in range(0, height, rows):
        yield Window(row, 0, min(rows, height - row), width)


class _Pairs:
    """Pairs of train id and class of the map as one number each."""

    def __init__(self, labels: int, classes: Sequence[ClassEntry]) -> None:
        self.labels, self.columns = labels, len(classes) + 1
        self.bins = labels * self.columns + 1  # the last: not labelled
        self._column = np.full(256, len(classes), np.int32)
        for i, entry in enumerate(classes):
            self._column[entry.value] = i

    def pairs(self, labels: Pixels, values: Pixels) -> npt.NDArray[np.int32]:
        found = labels.astype(np.int32) * self.columns + self._column[values]
        found[labels == IGNORE] = self.bins - 1
        return found

    def count(self, pairs: npt.NDArray[np.int32]) -> Counts:
        return np.bincount(pairs.ravel(), minlength=self.bins).astype(np.int64)

    def matrix(self, counts: Counts) -> Confusion:
        return counts[:-1].reshape(self.labels, self.columns)


def _changes(class_map: Pixels) -> tuple[tuple[Counts, Counts], tuple[Counts, Counts]]:
    """For rows, then columns: how many neighbours lie across the line before each, and how many of them differ.

    Pixels without a class are nobody's neighbours.
    """
    height, width = class_map.shape
    rows, rows_changed, cols, cols_changed = (np.zeros(size, np.int64) for size in (height, height, width, width))
    for window in strips(height, width):
        first, end = window.row, window.row + window.height
        strip = class_map[max(0, first - 1) : end]
        known = strip != NODATA
        pairs, changed = known[1:] & known[:-1], strip[1:] != strip[:-1]
        place = slice(max(1, first), end)
        rows[place], rows_changed[place] = pairs.sum(1), (pairs & changed).sum(1)
        strip, known = class_map[first:end], known[-window.height :]
        pairs, changed = known[:, 1:] & known[:, :-1], strip[:, 1:] != strip[:, :-1]
        cols[1:] += pairs.sum(0)
        cols_changed[1:] += (pairs & changed).sum(0)
    return (rows, rows_changed), (cols, cols_changed)
