"""The figures of an error matrix: rows are classes of the map, columns classes of the reference.

The matrix may hold pixels, points or estimated shares of the area. Columns beyond the rows are
classes of the reference that the map does not have. A figure whose denominator is 0 is None.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Iterable, Optional, Tuple

import numpy as np

ORIENTATION = "rows = map, columns = reference"


@dataclass(frozen=True)
class ClassFigures:
    """How right one class is; each from 0 to 1, None where nothing is there to divide by.

    ``users``: of what the map calls it, how much is it (precision). ``producers``: of what it
    is, how much does the map call so (recall). ``iou``: intersection over union. ``f1``: the
    harmonic mean of the first two, also called Dice.
    """

    users: Optional[float]
    producers: Optional[float]
    iou: Optional[float]
    f1: Optional[float]


@dataclass(frozen=True)
class Figures:
    """``overall`` accuracy; ``mean_iou`` and ``mean_f1`` over the classes that occur in map or reference."""

    overall: Optional[float]
    mean_iou: Optional[float]
    mean_f1: Optional[float]
    classes: Tuple[ClassFigures, ...]


def figures_of(matrix: np.ndarray) -> Figures:
    """The figures of ``[R, C]`` with C ≥ R, the first R columns in the order of the rows."""
    matrix = np.asarray(matrix, float)
    count = len(matrix)
    right = np.diagonal(matrix)
    mapped, referenced = matrix.sum(axis=1), matrix.sum(axis=0)[:count]
    classes = tuple(_of_class(right[k], mapped[k], referenced[k]) for k in range(count))
    return Figures(
        overall=ratio(right.sum(), matrix.sum()),
        mean_iou=_mean(each.iou for each in classes),
        mean_f1=_mean(each.f1 for each in classes),
        classes=classes,
    )


def ratio(part: float, whole: float) -> Optional[float]:
    """``part / whole``, or None if there is no whole."""
    return float(part / whole) if whole > 0 else None


def _of_class(right: float, mapped: float, referenced: float) -> ClassFigures:
    return ClassFigures(
        users=ratio(right, mapped),
        producers=ratio(right, referenced),
        iou=ratio(right, mapped + referenced - right),
        f1=ratio(2 * right, mapped + referenced),
    )


def _mean(values: Iterable[Optional[float]]) -> Optional[float]:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None
