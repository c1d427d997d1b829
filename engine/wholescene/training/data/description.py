"""The description of a data set: classes, files, bands and splits, as a TOML file says them.

The formats of published data sets are such files in ``catalogue/``; a folder of one's own has a
``dataset.toml``, which may build on one of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from ...presets.preset import PresetBand
from ...wire.errors import DataDescriptionInvalid, DataFormatUnknown
from ...wire.plan import ClassEntry
from .coding import IGNORE, MOST_CLASSES, Coding, colour_value

CATALOGUE = Path(__file__).parent / "catalogue"
FILE = "dataset.toml"


class Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """No field may be misspelt."""


class Class(Strict):
    """A class; ``label`` is its value in label files where that is not ``value``."""

    value: int
    name: str
    colour: str
    label: int | None = None


class Band(Strict):
    """A band of the files."""

    name: str
    common_name: str | None = None
    wavelength_nm: float | None = None


class Layout(Strict):
    """Where images and their labels lie: paths below the folder with ``{fields}`` and ``*``.

    ``{split}`` stands for train, val or test (or how data sets call them); every other field for a part of the
    scene's name. Several images of one scene are its bands, or with ``mosaic`` its tiles, which
    differ in ``{tile}``.
    """

    images: str
    labels: str
    coding: Literal["ids", "colours"] = "ids"
    mosaic: bool = False
    field: str = "class"
    layer: str | None = None
    background: int | None = None


Span = Annotated[list[Annotated[int, msgspec.Meta(ge=0)]], msgspec.Meta(min_length=1, max_length=2)]


class PartOf(Strict):
    """Scenes of a split of which only some rows or columns belong to it: ``[first]`` or ``[first, end]``."""

    scenes: str
    rows: Span = msgspec.field(default_factory=lambda: [0])
    columns: Span = msgspec.field(default_factory=lambda: [0])


Entry = str | PartOf


class Split(Strict):
    """Scenes by split: names or patterns such as ``vienna*``, some with a part.

    ``groups`` list scenes of the same ground; ``may_share`` pairs of splits that may
    hold the same ground nevertheless; ``rest`` the split of all scenes that are not named.
    """

    train: list[Entry] = []
    val: list[Entry] = []
    test: list[Entry] = []
    groups: list[list[str]] = []
    may_share: list[tuple[str, str]] = []
    rest: str | None = None


class Description(Strict):
    """The whole of a description.

    ``like`` names the format that it builds on, ``group`` is a template of fields: scenes of one group show the same
    ground. ``unlabelled`` are patterns of scenes known to come without labels; ``variants`` change some of the fields.
    """

    name: str
    title: str = ""
    licence: str = ""
    home: str = ""
    like: str = ""
    classes: list[Class] = []
    ignore: list[int | str] = []
    bands: list[Band] = []
    scaling: dict[str, Any] = {}
    ground_resolution: tuple[float, float] | None = None
    nodata: float | None = None
    layouts: list[Layout] = []
    group: str | None = None
    unlabelled: list[str] = []
    split: Split | None = None
    variants: dict[str, dict[str, Any]] = {}

    def entries(self) -> tuple[ClassEntry, ...]:
        """The classes in the order of train ids."""
        return tuple(ClassEntry(entry.value, entry.name, entry.colour.upper()) for entry in self.classes)

    def coding(self, kind: str) -> Coding:
        """What label rasters of this kind hold."""
        if kind == "colours":
            codes = {colour_value(str(colour)): IGNORE for colour in self.ignore if isinstance(colour, str)}
            return Coding(codes | {colour_value(entry.colour): i for i, entry in enumerate(self.classes)}, colours=True)
        codes = {value: IGNORE for value in self.ignore if isinstance(value, int)}
        return Coding(codes | {stored_value(entry): i for i, entry in enumerate(self.classes)})

    def codes(self) -> dict[str, int]:
        """Train ids by what a class field may hold: names (in any case) and values, as text."""
        codes = {str(value): IGNORE for value in self.ignore}
        for i, entry in enumerate(self.classes):
            codes |= {str(stored_value(entry)): i, str(entry.value): i, entry.name.casefold(): i}
        return codes

    def train_id(self, value: int | None) -> int:
        """The train id of a published id; None is ignored."""
        return IGNORE if value is None else [entry.value for entry in self.classes].index(value)

    def preset_bands(self) -> tuple[PresetBand, ...]:
        """The bands of the files as the rest of the engine knows bands."""
        return tuple(PresetBand(band.name, band.common_name, band.wavelength_nm) for band in self.bands)


def stored_value(entry: Class) -> int:
    """The class's value in label files."""
    return entry.value if entry.label is None else entry.label


def formats() -> dict[str, str]:
    """Known formats and variants (``fbp``, ``fbp:16bit``, …) with their titles."""
    found: dict[str, str] = {}
    for path in sorted(CATALOGUE.glob("*.toml")):
        data = _decoded(path)
        found[path.stem] = str(data.get("title", ""))
        for variant, change in data.get("variants", {}).items():
            found[f"{path.stem}:{variant}"] = str(change.get("title", data.get("title", "")))
    return found


def load_format(name: str) -> Description:
    """A format of the catalogue, ``NAME`` or ``NAME:VARIANT``; raises DataFormatUnknown."""
    return _described(_format_data(name), CATALOGUE / f"{name.partition(':')[0]}.toml")


def load_description(path: Path) -> Description:
    """A ``dataset.toml``; raises DataDescriptionInvalid or DataFormatUnknown."""
    data = _decoded(path)
    like = data.get("like")
    return _described({**(_format_data(str(like)) if like else {}), **data}, path)


def read_toml(path: Path, kind: type[Any]) -> Any:
    """The file as a ``kind``; raises OSError, or ValueError that names the field."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise ValueError(str(problem)) from None


def _format_data(name: str) -> dict[str, Any]:
    stem, _, variant = name.partition(":")
    path = CATALOGUE / f"{stem}.toml"
    if name not in formats():
        raise DataFormatUnknown(name=name, known=", ".join(formats()))
    data = _decoded(path)
    changes = data.get("variants", {}).get(variant, {})
    return {**data, **changes, "name": name, "variants": {}}


def _decoded(path: Path) -> dict[str, Any]:
    try:
        data: dict[str, Any] = read_toml(path, dict)
    except (OSError, ValueError) as problem:
        raise DataDescriptionInvalid(path=str(path), detail=str(problem)) from None
    return data


def _described(data: dict[str, Any], path: Path) -> Description:
    try:
        description = msgspec.convert(data, type=Description)
        _check(description)
    except (msgspec.ValidationError, ValueError) as problem:
        raise DataDescriptionInvalid(path=str(path), detail=str(problem)) from None
    return description


def _check(description: Description) -> None:
    if not description.classes or not description.layouts:
        raise ValueError("it needs 'classes' and 'layouts', of its own or of the format that it is like")
    values = [entry.value for entry in description.classes]
    stored = [stored_value(entry) for entry in description.classes]
    if len(values) > MOST_CLASSES or len(set(values)) < len(values) or len(set(stored)) < len(stored):
        raise ValueError(f"classes need values of their own, at most {MOST_CLASSES}")
    for entry in description.classes:
        if not 0 <= entry.value < IGNORE:
            raise ValueError(f"class '{entry.name}' has the value {entry.value}; class maps hold 0 to {IGNORE - 1}")
        colour_value(entry.colour)
    both = set(stored) & {value for value in description.ignore if isinstance(value, int)}
    if both:
        raise ValueError(f"the value {min(both)} is both a class and ignored")
    for layout in description.layouts:
        if layout.background is not None and layout.background not in values:
            raise ValueError(f"background {layout.background} is not the value of a class")
        if layout.mosaic != ("{tile}" in layout.images):
            raise ValueError("a mosaic, and nothing else, needs {tile} in 'images'")
