"""The file format of a preset: a STAC Item with the Machine Learning Model extension (MLM) 1.5.

What MLM has no field for carries the prefix ``wholescene:``. Unknown fields are ignored, so that
items of other tools can be extended into presets. The structs mirror the JSON; the checks that
need more than one field are in :mod:`wholescene.presets.reading`.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct, field

MLM = "https://stac-extensions.github.io/mlm/"


class Band(Struct):
    """A band of STAC 1.1 (``eo:common_name``) or of the EO extension before it (``common_name``).

    Wavelengths are in micrometres.
    """

    name: str
    eo_common_name: str | None = field(name="eo:common_name", default=None)
    eo_center_wavelength: float | None = field(name="eo:center_wavelength", default=None)
    common_name: str | None = None
    center_wavelength: float | None = None


class BandReference(Struct):
    """A band as an input names it."""

    name: str


class Structure(Struct):
    """Shape and dimension order of an array; -1 is any size."""

    shape: list[int]
    dim_order: list[str]


class ValueScaling(Struct):
    """One entry of ``value_scaling``; which fields count depends on ``type``."""

    type: str | None
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    stddev: float | None = None
    value: float | None = None


class Input(Struct):
    """What goes into the network."""

    name: str
    input: Structure
    bands: list[str | BandReference] = []
    value_scaling: list[ValueScaling] | None = None


class Class(Struct):
    """A class of the classification extension; ``title`` is the name that people read."""

    value: int
    name: str
    title: str | None = None
    description: str | None = None
    color_hint: str | None = None


class Output(Struct):
    """What the network gives; ``classification_classes`` is how some published items spell it."""

    name: str
    classes: list[Class] = field(name="classification:classes", default_factory=list)
    classification_classes: list[Class] = []


class Percentiles(Struct):
    """Scale each band so that these percentiles of the scene become 0 and 1."""

    lower: float
    upper: float


class Missing(Struct):
    """Why a preset comes without weights, and how to get them."""

    reason: str
    how: str


class Validated(Struct):
    """The largest scene that the weights were scored on: its pixels, and who did it."""

    pixels: int
    by: str = ""


class Accepted(Struct):
    """Under which licence the weights were taken over, on which day, and how."""

    licence: str = ""
    date: str = ""
    how: str = ""


class Properties(Struct):
    """The item's properties that a preset is made of."""

    mlm_name: str = field(name="mlm:name")
    tasks: list[str] = field(name="mlm:tasks")
    inputs: list[Input] = field(name="mlm:input")
    outputs: list[Output] = field(name="mlm:output")
    architecture: dict[str, Any] = field(name="wholescene:architecture")
    tile: dict[str, Any] = field(name="wholescene:tile", default_factory=dict)
    precisions: list[str] = field(name="wholescene:precisions", default_factory=lambda: ["float32"])
    ground_resolution: tuple[float, float] | None = field(name="wholescene:ground_resolution", default=None)
    sensors: list[str] = field(name="wholescene:sensors", default_factory=list)
    value_range: tuple[float, float] | None = field(name="wholescene:value_range", default=None)
    validated: Validated | None = field(name="wholescene:validated", default=None)
    percentiles: Percentiles | None = field(name="wholescene:percentiles", default=None)
    clip: bool = field(name="wholescene:clip", default=False)
    missing: Missing | None = field(name="wholescene:weights_missing", default=None)
    weights_of: str = field(name="wholescene:weights_of", default="")
    accepted: Accepted | None = field(name="wholescene:licence_accepted", default=None)
    title: str | None = None
    description: str = ""
    license: str = "other"
    bands: list[Band] = []
    eo_bands: list[Band] = field(name="eo:bands", default_factory=list)


class Asset(Struct):
    """A file of the item."""

    href: str
    roles: list[str] = []
    license: str | None = None
    checksum: str | None = field(name="file:checksum", default=None)
    size: int | None = field(name="file:size", default=None)
    bands: list[Band] = []
    eo_bands: list[Band] = field(name="eo:bands", default_factory=list)


class Item(Struct):
    """The whole of ``preset.json``."""

    type: str
    id: str
    properties: Properties
    assets: dict[str, Asset]
    stac_extensions: list[str] = []


def decode(data: bytes) -> Item:
    """The item in a JSON text; raises ValueError that names the field."""
    try:
        return msgspec.json.decode(data, type=Item)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise ValueError(str(problem)) from None
