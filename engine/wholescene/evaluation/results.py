"""What an evaluation found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add
from typing import Any

import msgspec

from ..wire.plan import ClassEntry
from .baseline import Baseline
from .classes import Classes
from .counting import Pixels, Seam, Tally
from .metrics import Confusion, Scores, error_rate, mean_scores, scores
from .seams import Tiling, chance, change_ratio, error_ratio


@dataclass(frozen=True)
class SeamScore:
    """See `wholescene.evaluation.seams`; NaN where a ratio has no meaning.

    Error rates ``near`` edges and ``elsewhere`` with their ratio ``errors``; ``changes`` with what chance gives.
    """

    near: float
    elsewhere: float
    errors: float
    changes: float
    chance_low: float
    chance_high: float

    @classmethod
    def of(cls, seam: Seam, whole: Confusion, classes: Classes) -> SeamScore:
        """From what was counted along a tiling's edges and everywhere."""
        near = error_rate(classes.merged(seam.near))
        elsewhere = error_rate(classes.merged(whole - seam.near))
        return cls(
            near, elsewhere, error_ratio(near, elsewhere), change_ratio(seam.rows, seam.cols), *chance(seam.moved)
        )


@dataclass(frozen=True)
class Row:
    """One mode over one scene, or over all."""

    mode: str
    confusion: Confusion
    scores: Scores
    seams: Mapping[str, SeamScore]

    @classmethod
    def of(cls, mode: str, tally: Tally, classes: Classes, shown: Mapping[str, Tiling]) -> Row:
        """From counts."""
        confusion = classes.merged(tally.confusion)
        seams = {key: SeamScore.of(tally.seams[key], tally.confusion, classes) for key in shown}
        return cls(mode, confusion, scores(confusion, classes.names, classes.unaveraged), seams)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        seams = {key: {name: known(value) for name, value in vars(seam).items()} for key, seam in self.seams.items()}
        return {"mode": self.mode, **self.scores.to_dict(), "confusion": self.confusion.tolist(), "seams": seams}


@dataclass(frozen=True)
class SceneRow:
    """A mode over a scene, with how it was come by. ``kept``: from an earlier evaluation; ``picture``: class values."""

    row: Row
    tally: Tally
    precision: str
    seconds: float
    kept: bool
    picture: Pixels

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the picture."""
        return {**self.row.to_dict(), "precision": self.precision, "seconds": self.seconds, "kept": self.kept}


@dataclass(frozen=True)
class SceneResult:
    """All modes over one scene. ``image`` is RGBA ``[h, w, 4]``, ``labels`` are train ids ``[h, w]``, both small."""

    name: str
    height: int
    width: int
    part: str
    rows: tuple[SceneRow, ...]
    image: Pixels
    labels: Pixels

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        size = {"name": self.name, "height": self.height, "width": self.width, "part": self.part}
        return {**size, "modes": [row.to_dict() for row in self.rows]}


@dataclass(frozen=True)
class Evaluation:
    """Everything: ``facts`` are what it was (preset, weights, data, when, …), ``earlier`` how often test scenes of this
    data set had been looked at before, None for other splits."""

    facts: Mapping[str, Any]
    classes: Classes
    labels: tuple[ClassEntry, ...]
    maps: tuple[ClassEntry, ...]
    tilings: Mapping[str, Tiling]
    scenes: tuple[SceneResult, ...]
    baseline: Baseline | None = None
    earlier: int | None = None

    @property
    def modes(self) -> list[str]:
        """Their names, in order."""
        return [row.row.mode for row in self.scenes[0].rows]

    @cached_property
    def pooled(self) -> tuple[Row, ...]:
        """Each mode over the pixels of all scenes together."""
        return tuple(
            Row.of(mode, reduce(add, (scene.rows[i].tally for scene in self.scenes)), self.classes, self.tilings)
            for i, mode in enumerate(self.modes)
        )

    @cached_property
    def means(self) -> tuple[Scores, ...]:
        """Each mode's scores as the mean over scenes."""
        return tuple(mean_scores([scene.rows[i].row.scores for scene in self.scenes]) for i in range(len(self.modes)))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        names = [*self.classes.names, "none of these"]
        return {
            "wholescene_evaluation": 1,
            **self.facts,
            "earlier_test_evaluations": self.earlier,
            "classes": list(self.classes.names),
            "confusion": {"rows": "labels", "columns": "map", "column_names": names},
            "tilings": {key: vars(tiling) for key, tiling in self.tilings.items()},
            "scenes": [scene.to_dict() for scene in self.scenes],
            "all_pixels": [row.to_dict() for row in self.pooled],
            "mean_of_scenes": [
                {"mode": mode, **found.to_dict()} for mode, found in zip(self.modes, self.means, strict=True)
            ],
            "baseline": _baseline(self.baseline),
        }


def known(value: float) -> float | None:
    """None for NaN."""
    return None if math.isnan(value) else value


def _baseline(baseline: Baseline | None) -> Any:

    return None if baseline is None else msgspec.to_builtins(baseline)
