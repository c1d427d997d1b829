"""Pairs: a scene with its labels, and the data set that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ...presets.preset import PresetBand
from ...wire.plan import ClassEntry, Window
from .coding import Coding

if TYPE_CHECKING:
    from .labelled import LabelledScene

SPLITS = ("train", "val", "test")  # the names that training and evaluation ask for


class Wants(Protocol):
    """What a network wants of a scene; a preset is one, and so is :class:`ModelInput`."""

    @property
    def name(self) -> str:
        """How messages call it."""

    @property
    def bands(self) -> Sequence[PresetBand]:
        """Bands in the network's order."""

    @property
    def scaling(self) -> dict[str, Any]:
        """As :func:`wholescene.raster.scaling.scaling_from` reads it."""

    @property
    def ground_resolution(self) -> tuple[float, float] | None:
        """Finest and coarsest metres per pixel; None if any will do."""


@dataclass(frozen=True)
class ModelInput:
    """What a network that has no preset yet wants of a scene."""

    name: str
    bands: tuple[PresetBand, ...]
    scaling: dict[str, Any]
    ground_resolution: tuple[float, float] | None = None


@dataclass(frozen=True)
class Part:
    """A part of a scene: rows and columns from the first up to, not including, the last; None is the end."""

    rows: tuple[int, int | None] = (0, None)
    columns: tuple[int, int | None] = (0, None)

    def window(self, height: int, width: int) -> Window:
        """Its pixels in a scene of this size; of no area if it lies outside."""
        (top, bottom), (left, right) = _cut(self.rows, height), _cut(self.columns, width)
        return Window(top, left, bottom - top, right - left)

    def overlaps(self, other: Part) -> bool:
        """Whether the two share pixels, in a scene large enough."""
        return _meet(self.rows, other.rows) and _meet(self.columns, other.columns)

    def __str__(self) -> str:
        sides = (("rows", self.rows), ("cols", self.columns))
        told = [f"{name} {first}-{'' if end is None else end - 1}" for name, (first, end) in sides if first or end]
        return ", ".join(told) or "all"


WHOLE = Part()


def _cut(span: tuple[int, int | None], size: int) -> tuple[int, int]:
    first = min(span[0], size)
    return first, max(first, size if span[1] is None else min(span[1], size))


def _meet(one: tuple[int, int | None], other: tuple[int, int | None]) -> bool:
    return (one[1] is None or other[0] < one[1]) and (other[1] is None or one[0] < other[1])


@dataclass(frozen=True)
class RasterLabel:
    """A raster of class ids or colours on the grid of the image; ``source`` is a GDAL name."""

    source: str
    coding: Coding


@dataclass(frozen=True)
class VectorLabel:
    """Polygons with a class field.

    ``codes`` gives the train id of each text that the field may hold; ``background`` is the train id
    outside of all polygons. ``layer`` None is the only layer of the file.
    """

    source: str
    field: str
    codes: Mapping[str, int]
    background: int
    layer: str | None = None


@dataclass(frozen=True)
class Pair:
    """One scene with its label.

    ``sources`` are GDAL names: the bands of one scene. ``label`` is None where there is none, and
    ``expected`` says where it was looked for. Pairs of one ``group`` show the same ground.
    """

    name: str
    sources: tuple[str, ...]
    label: RasterLabel | VectorLabel | None
    group: str
    part: Part = WHOLE
    expected: str = ""


@dataclass(frozen=True)
class Dataset:
    """Labelled scenes by split.

    Train id ``i`` is ``classes[i]``, whose ``value`` is the published id. ``bands`` are those of the
    files, in order; empty if the files have to tell. ``model_input`` is what a network may want of
    them if nobody says otherwise. ``unlabelled`` are scenes known to come without labels, ``strays``
    labels without a scene.
    """

    name: str
    title: str
    classes: tuple[ClassEntry, ...]
    splits: Mapping[str, tuple[Pair, ...]]
    bands: tuple[PresetBand, ...] = ()
    model_input: ModelInput | None = None
    nodata: float | None = None
    unlabelled: tuple[Pair, ...] = ()
    strays: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """All pairs of all splits."""
        return tuple(pair for pairs in self.splits.values() for pair in pairs)

    def open(self, pair: Pair, wants: Wants | None = None, *, whole: bool = False) -> LabelledScene:
        """Open a pair for reading, see :func:`.labelled.open_pair`."""
        from .labelled import open_pair

        return open_pair(self, pair, wants, whole=whole)
