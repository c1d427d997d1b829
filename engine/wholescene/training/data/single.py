"""One scene with polygons drawn on it: what fine-tuning from QGIS learns from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...raster.naming import scene_title
from ...wire.errors import VectorUnreadable
from ...wire.plan import ClassEntry
from .coding import IGNORE, MOST_CLASSES
from .discovery import colour_of
from .pair import Dataset, Pair, Part, VectorLabel
from .vectors import read_layer

TRAIN, HELD_OUT = "train", "val"


def scene_with_polygons(
    sources: Sequence[str],
    polygons: Path,
    field: str,
    *,
    layer: str | None = None,
    classes: Sequence[ClassEntry] = (),
    background: int | None = None,
    held_out: Part | None = None,
    nodata: float | None = None,
) -> Dataset:
    """A data set of one scene whose labels are polygons with a class field.

    ``classes`` are those of a preset, whose names (in any case) or values the field holds; without, every text in the
    field becomes a class. ``background`` is the value of the class outside of all polygons; None ignores it.
    Labels in ``held_out`` are the split "val"; what lies beside it, in up to four parts, is "train".
    Raises VectorUnreadable, VectorField or SceneNotFound.
    """
    entries = tuple(classes) or _discovered(polygons, layer, field)
    codes = {key: i for i, entry in enumerate(entries) for key in (str(entry.value), entry.name.casefold())}
    outside = IGNORE if background is None else [entry.value for entry in entries].index(background)
    label = VectorLabel(str(polygons), field, codes, outside, layer)
    name = scene_title(sources)
    parts = {TRAIN: _others(held_out), HELD_OUT: [held_out]} if held_out is not None else {TRAIN: [Part()]}
    splits = {
        split: tuple(Pair(name, tuple(sources), label, name, part) for part in chosen)
        for split, chosen in parts.items()
        if chosen
    }
    return Dataset(name, name, entries, splits, nodata=nodata)


def _discovered(path: Path, layer: str | None, field: str) -> tuple[ClassEntry, ...]:
    """The texts of the field in alphabetical order; whole numbers are values of their own."""
    names = sorted({polygon.value for polygon in read_layer(path, layer, field).polygons} - {""})
    if not 0 < len(names) <= MOST_CLASSES:
        raise VectorUnreadable(path=str(path), detail=f"the field '{field}' holds {len(names)} different classes")
    numbers = all(name.isdigit() and int(name) < IGNORE for name in names)
    if numbers:
        names.sort(key=int)
    return tuple(
        ClassEntry(int(name) if numbers else i, f"class {name}" if numbers else name, colour_of(i))
        for i, name in enumerate(names)
    )


def _others(part: Part) -> list[Part]:
    """What is left of a scene beside a part of it: columns left and right, and rows above and below between them."""
    return [Part(columns=span) for span in _beside(part.columns)] + [
        Part(span, part.columns) for span in _beside(part.rows)
    ]


def _beside(span: tuple[int, int | None]) -> list[tuple[int, int | None]]:
    first, end = span
    before: list[tuple[int, int | None]] = [(0, first)] if first else []
    return before if end is None else [*before, (end, None)]
