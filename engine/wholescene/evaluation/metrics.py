"""Scores from a confusion matrix.

A confusion matrix here is int64 ``[n, n + 1]``: row *i* are the pixels labelled *i*, column *j* those mapped as *j*;
the last column are pixels mapped as none of the *n* classes, which is always wrong. Averages are over the classes
that occur: IoU and F1 over those in labels or map, accuracy over those in the labels (scikit-learn's macro averages).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Confusion = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ClassScores:
    """Scores of one class; NaN where there is nothing to divide by. ``labelled`` and ``mapped`` count pixels.

    ``averaged`` is whether the class counts in the means.
    """

    name: str
    iou: float
    f1: float
    precision: float
    recall: float
    labelled: int
    mapped: int
    averaged: bool = True


@dataclass(frozen=True)
class Scores:
    """Overall accuracy, mean IoU, mean accuracy (of recalls), mean F1, and those of each class; NaN without pixels."""

    oa: float
    miou: float
    macc: float
    f1: float
    pixels: int
    classes: tuple[ClassScores, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, None for NaN."""
        values: dict[str, Any] = _without_nan(asdict(self))
        values["classes"] = [_without_nan(entry) for entry in values["classes"]]
        return values


def scores(confusion: Confusion, names: Sequence[str], unaveraged: Collection[str] = ()) -> Scores:
    """All scores of a confusion matrix ``[n, n + 1]``; classes in ``unaveraged`` are left out of the means."""
    right = np.diagonal(confusion).astype(np.float64)
    labelled, mapped = confusion.sum(1), confusion.sum(0)[:-1]
    iou = _share(right, labelled + mapped - right)
    f1 = _share(2 * right, labelled + mapped)
    precision, recall = _share(right, mapped), _share(right, labelled)
    averaged = np.array([name not in unaveraged for name in names], bool)
    total = int(confusion.sum())
    return Scores(
        oa=float(right.sum() / total) if total else math.nan,
        miou=_mean(iou[averaged]),
        macc=_mean(recall[averaged]),
        f1=_mean(f1[averaged]),
        pixels=total,
        classes=tuple(
            ClassScores(
                name=name,
                iou=float(iou[i]),
                f1=float(f1[i]),
                precision=float(precision[i]),
                recall=float(recall[i]),
                labelled=int(labelled[i]),
                mapped=int(mapped[i]),
                averaged=bool(averaged[i]),
            )
            for i, name in enumerate(names)
        ),
    )


def mean_scores(found: Sequence[Scores]) -> Scores:
    """The plain mean over scenes of each score, of those scenes that have it."""
    classes = tuple(
        ClassScores(
            name=first.name,
            iou=_mean([entry.classes[i].iou for entry in found]),
            f1=_mean([entry.classes[i].f1 for entry in found]),
            precision=_mean([entry.classes[i].precision for entry in found]),
            recall=_mean([entry.classes[i].recall for entry in found]),
            labelled=sum(entry.classes[i].labelled for entry in found),
            mapped=sum(entry.classes[i].mapped for entry in found),
            averaged=first.averaged,
        )
        for i, first in enumerate(found[0].classes)
    )
    return Scores(
        oa=_mean([entry.oa for entry in found]),
        miou=_mean([entry.miou for entry in found]),
        macc=_mean([entry.macc for entry in found]),
        f1=_mean([entry.f1 for entry in found]),
        pixels=sum(entry.pixels for entry in found),
        classes=classes,
    )


def error_rate(confusion: Confusion) -> float:
    """The share of wrong pixels; NaN without pixels."""
    total = confusion.sum()
    return float(1 - np.diagonal(confusion).sum() / total) if total else math.nan


def _share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Floats:
    out = np.full(len(part), np.nan)
    np.divide(part, whole, out=out, where=whole > 0)
    return out


def _mean(values: npt.NDArray[Any] | Sequence[float]) -> float:
    known = [float(value) for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _without_nan(values: dict[str, Any]) -> dict[str, Any]:
    return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in values.items()}
