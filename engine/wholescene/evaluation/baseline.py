"""Figures of another method, given with the data, to be shown beside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from ..wire.errors import BaselineInvalid
from .classes import key

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Figures(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is known of one scene, from 0 to 1; ``iou`` by class."""

    oa: Share | None = None
    miou: Share | None = None
    macc: Share | None = None
    f1: Share | None = None
    iou: dict[str, Share] = {}

    def of_class(self, name: str) -> float | None:
        """The IoU of a class."""
        return next((value for named, value in self.iou.items() if key(named) == key(name)), None)


class Baseline(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One method: its name, and figures by scene; ``all`` are those over all scenes of the split."""

    title: str
    scenes: dict[str, Figures] = {}
    all: Figures | None = None


def read_baseline(path: Path, classes: Sequence[str]) -> Baseline:
    """A baseline file (TOML); scenes that are not evaluated may be named, classes that are not scored may not.

    Raises BaselineInvalid.
    """
    try:
        baseline = msgspec.toml.decode(path.read_bytes(), type=Baseline)
    except OSError as problem:
        raise BaselineInvalid(path=str(path), detail=problem.strerror or str(problem)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise BaselineInvalid(path=str(path), detail=str(problem)) from None
    known = {key(name) for name in classes}
    for name, figures in {**baseline.scenes, **({"all": baseline.all} if baseline.all else {})}.items():
        strange = [named for named in figures.iou if key(named) not in known]
        if strange:
            detail = f"scene '{name}' has an IoU for '{strange[0]}'; the classes are {', '.join(classes)}"
            raise BaselineInvalid(path=str(path), detail=detail)
    return baseline
