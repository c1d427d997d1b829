"""The classes of the new preset: the base's, and those that are new in the labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...wire.errors import ClassesUnusable, ClassFieldMissing, ClassLeftOut, ClassNotThere
from ...wire.plan import ClassEntry
from ..data.coding import IGNORE, MOST_CLASSES
from ..data.discovery import CLASS_FIELDS, colour_of
from ..data.vectors import Polygon, read_layer
from ..data.vectors.reading import field_names

NAMES, VALUES = "class_name", "class_id"  # the fields of corrections made in the plugin
LOOKED_FOR = tuple(dict.fromkeys((NAMES, VALUES, *CLASS_FIELDS)))
PALETTE = 48  # colours to choose new ones from
COLOUR = re.compile("#[0-9A-Fa-f]{6}")


@dataclass(frozen=True)
class Classes:
    """Train id ``i`` is ``entries[i]``, which was class ``kept[i]`` of the base, or is new (None).

    ``codes`` gives the train id of each text that the class field holds.
    """

    entries: tuple[ClassEntry, ...]
    kept: tuple[int | None, ...]
    codes: Mapping[str, int]

    @property
    def names(self) -> tuple[str, ...]:
        """By train id."""
        return tuple(entry.name for entry in self.entries)

    def of_base(self, count: int) -> list[int]:
        """The train id of each of the base's ``count`` classes; IGNORE for one that is not kept."""
        ids = {row: i for i, row in enumerate(self.kept) if row is not None}
        return [ids.get(row, IGNORE) for row in range(count)]


def class_field(path: Path, layer: str | None, named: str | None) -> str:
    """The field that holds the class: the one named, or a usual name that the layer has.

    Raises ClassFieldMissing and what reading the file raises.
    """
    if named is not None:
        return named
    offered = field_names(path, layer)
    by_name = {name.casefold(): name for name in offered}
    for name in LOOKED_FOR:
        if name in by_name:
            return by_name[name]
    raise ClassFieldMissing(path=str(path), looked=", ".join(LOOKED_FOR), offered=", ".join(offered) or "none")


def values_beside(path: Path, layer: str | None, field: str, polygons: Sequence[Polygon]) -> dict[str, int]:
    """The class values that stand beside the names, where the layer has both, as the plugin's corrections do."""
    fields = {name.casefold(): name for name in field_names(path, layer)}
    if field.casefold() != NAMES or VALUES not in fields:
        return {}
    beside = read_layer(path, layer, fields[VALUES]).polygons
    pairs = zip(polygons, beside, strict=False)
    return {name.value: int(value.value) for name, value in pairs if name.value and value.value.isdigit()}


def merge(
    preset: str,
    base: Sequence[ClassEntry],
    texts: Iterable[str],
    beside: Mapping[str, int],
    wanted: Sequence[str],
    colours: Mapping[str, str],
    path: str,
) -> Classes:
    """The classes of the new preset. ``texts`` is what the class fields hold, ``beside`` values known for some names.

    Raises ClassNotThere, ClassLeftOut or ClassesUnusable.
    """
    found = [*base, *_new(base, sorted(set(texts) - {""}), beside)]
    if wanted:
        found = _chosen(preset, found, wanted)
    if not 2 <= len(found) <= MOST_CLASSES:
        raise ClassesUnusable(detail=f"a preset has 2 to {MOST_CLASSES} of them, not {len(found)}")
    entries = _coloured(found, base, colours)
    codes = {key: i for i, entry in enumerate(entries) for key in (str(entry.value), entry.name.casefold())}
    known = {text: codes[_key(text, codes)] for text in texts if text and _key(text, codes) in codes}
    missing = sorted(set(texts) - {""} - set(known))
    if missing:
        raise ClassLeftOut(path=path, names=", ".join(missing))
    rows = {entry.value: row for row, entry in enumerate(base)}
    return Classes(tuple(entries), tuple(rows.get(entry.value) for entry in entries), known)


def _key(text: str, codes: Mapping[str, int]) -> str:
    return text if text in codes else text.casefold()


def _new(base: Sequence[ClassEntry], texts: Sequence[str], beside: Mapping[str, int]) -> list[ClassEntry]:
    """A class for each text that is neither name nor value of one of the base's; values that are free."""
    known = {key for entry in base for key in (str(entry.value), entry.name.casefold())}
    fresh = list({text.casefold(): text for text in texts if text.casefold() not in known}.values())
    taken = {entry.value for entry in base}
    given = {text: _given(text, beside, taken) for text in fresh}
    if len({value for value in given.values() if value is not None}) < sum(v is not None for v in given.values()):
        raise ClassesUnusable(detail="two names have the same value in the field class_id")
    free = iter(sorted(set(range(IGNORE)) - taken - set(given.values())))
    made = []
    for text in fresh:
        value = given[text] if given[text] is not None else next(free, None)
        if value is None:
            raise ClassesUnusable(detail=f"there are more than {MOST_CLASSES} of them")
        made.append(ClassEntry(value, f"class {text}" if text.isdigit() else text, ""))
    return made


def _given(text: str, beside: Mapping[str, int], taken: set[int]) -> int | None:
    """The value that the labels give a new class, if they give one that is free."""
    if text.isdigit():
        if int(text) >= IGNORE:
            raise ClassesUnusable(detail=f"the value {text} is not within 0 to {IGNORE - 1}")
        return int(text)
    value = beside.get(text)
    return value if value is not None and value < IGNORE and value not in taken else None


def _chosen(preset: str, found: Sequence[ClassEntry], wanted: Sequence[str]) -> list[ClassEntry]:
    by_key = {key: entry for entry in found for key in (str(entry.value), entry.name.casefold())}
    missing = [name for name in wanted if name.casefold() not in by_key]
    if missing:
        known = ", ".join(entry.name for entry in found)
        raise ClassNotThere(preset=preset, names=", ".join(missing), known=known)
    return list({by_key[name.casefold()].value: by_key[name.casefold()] for name in wanted}.values())


def _coloured(found: Sequence[ClassEntry], base: Sequence[ClassEntry], colours: Mapping[str, str]) -> list[ClassEntry]:
    """The colours asked for, the base's, and for new classes such as lie far from all others."""
    asked = {name.casefold(): colour.upper() for name, colour in colours.items()}
    unknown = set(asked) - {entry.name.casefold() for entry in found}
    wrong = [colour for colour in colours.values() if not COLOUR.fullmatch(colour)]
    if unknown or wrong:
        what = f"no class is called {', '.join(sorted(unknown))}" if unknown else f"'{wrong[0]}' is not #RRGGBB"
        raise ClassesUnusable(detail=f"of the colours, {what}")
    coloured = [replace(entry, colour=asked.get(entry.name.casefold(), entry.colour)) for entry in found]
    used = [entry.colour for entry in coloured if entry.colour]
    for place, entry in enumerate(coloured):
        if not entry.colour:
            coloured[place] = replace(entry, colour=distinct(used))
            used.append(coloured[place].colour)
    return coloured


def distinct(used: Sequence[str]) -> str:
    """The colour of a palette that is furthest from all that are used."""
    palette = [colour_of(place) for place in range(PALETTE)]
    return max(palette, key=lambda colour: min((_apart(colour, other) for other in used), default=0.0))


def _apart(one: str, other: str) -> float:
    """Distance of two colours ``#RRGGBB``, the channels weighed about as the eye does."""
    channels = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return sum(weight * (a - b) ** 2 for weight, (a, b) in zip((2, 4, 3), channels, strict=True))
