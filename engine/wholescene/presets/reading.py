"""From a preset folder to a Preset: the checks that need more than one field."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..wire.errors import PresetInvalid, UnknownPreset
from ..wire.plan import NODATA, ClassEntry
from .preset import Preset, PresetBand, ValidatedSize, WeightsAsset
from .schema import MLM, Asset, Band, Class, Input, Item, Missing, Output, Properties, Validated, ValueScaling, decode

PRESET_FILE = "preset.json"
MODEL_ROLE = "mlm:model"  # of the asset that is the weights
PRECISIONS = ("float32", "bf16", "fp16")
ONNX_OUTPUTS = ("logits", "probabilities")
Find = Callable[[str], Path]  # the folder of a preset by its name; raises UnknownPreset
_DIM_ORDER = ["batch", "bands", "height", "width"]
_SHA256_MULTIHASH = "1220"  # multihash prefix: SHA-256, 32 bytes


def read_preset(folder: Path, find: Find | None = None) -> Preset:
    """The preset in ``folder``; raises PresetInvalid that names the field.

    ``find`` tells where the preset lies whose weights this one may use.
    """
    path = folder / PRESET_FILE
    try:
        return _preset(decode(path.read_bytes()), folder, find)
    except (OSError, ValueError) as problem:
        raise PresetInvalid(path=str(path), detail=str(problem)) from None


def _preset(item: Item, folder: Path, find: Find | None) -> Preset:
    _check_item(item, folder)
    properties = item.properties
    source, result = _only(properties.inputs, "mlm:input"), _only(properties.outputs, "mlm:output")
    asset = model_asset(item.assets)
    bands = _bands(source, _described(properties, asset))
    classes = _classes(result)
    lender = _lender(properties.weights_of, folder, find)
    missing = properties.missing or _lacking(properties.weights_of, lender)
    return Preset(
        name=item.id,
        title=properties.title or properties.mlm_name,
        description=properties.description,
        classes=classes,
        bands=bands,
        scaling=_scaling(properties, source, len(bands)),
        ground_resolution=_ground_resolution(properties.ground_resolution),
        value_range=_value_range(properties.value_range),
        sensors=tuple(properties.sensors),
        validated=_validated(properties.validated),
        picture=_picture(item.assets, folder),
        architecture=_architecture(properties.architecture, len(bands), len(classes)),
        tile=properties.tile,
        precisions=_precisions(properties.precisions),
        weights=None if missing or lender is None else _weights(asset, lender, properties.license),
        licence=properties.license,
        missing=missing.reason if missing else None,
        how=missing.how if missing else "",
        weights_of=properties.weights_of,
        accepted=properties.accepted.date if properties.accepted else "",
    )


def _check_item(item: Item, folder: Path) -> None:
    _require(item.type == "Feature", "'type' has to be Feature")
    _require(any(uri.startswith(MLM) for uri in item.stac_extensions), "'stac_extensions' does not name MLM")
    _require(item.id == folder.name, f"'id' is '{item.id}', the folder's name is '{folder.name}'")
    _require("semantic-segmentation" in item.properties.tasks, "'mlm:tasks' lacks semantic-segmentation")


def _require(condition: bool, detail: str) -> None:
    if not condition:
        raise ValueError(detail)


def _only(entries: Sequence[Any], field: str) -> Any:
    _require(len(entries) == 1, f"'{field}' has {len(entries)} entries; a preset has one")
    return entries[0]


# -- bands ---------------------------------------------------------------------


def _described(properties: Properties, asset: Asset) -> dict[str, Band]:
    """Bands by name, from wherever STAC allows them."""
    described = asset.eo_bands + asset.bands + properties.eo_bands + properties.bands
    return {band.name: band for band in described}


def _bands(source: Input, described: Mapping[str, Band]) -> tuple[PresetBand, ...]:
    names = [band if isinstance(band, str) else band.name for band in source.bands]
    _require(bool(names), "'mlm:input' names no bands")
    structure = source.input
    _require(structure.dim_order == _DIM_ORDER, f"'dim_order' has to be {', '.join(_DIM_ORDER)}")
    fits = len(structure.shape) == len(_DIM_ORDER) and structure.shape[1] == len(names)
    _require(fits, f"'shape' {structure.shape} does not fit {len(names)} band(s)")
    return tuple(_band(described.get(name, Band(name))) for name in names)


def _band(band: Band) -> PresetBand:
    micrometres = band.eo_center_wavelength or band.center_wavelength
    wavelength = round(1000 * micrometres, 3) if micrometres else None
    return PresetBand(band.name, band.eo_common_name or band.common_name, wavelength)


# -- classes -------------------------------------------------------------------


def _classes(result: Output) -> tuple[ClassEntry, ...]:
    entries = result.classes or result.classification_classes
    _require(len(entries) >= 2, "'classification:classes' has to list two classes or more")
    values = [entry.value for entry in entries]
    _require(len(set(values)) == len(values), "two classes have the same value")
    return tuple(_class(entry) for entry in entries)


def _class(entry: Class) -> ClassEntry:
    _require(0 <= entry.value < NODATA, f"class value {entry.value} is not within 0-{NODATA - 1}")
    colour = (entry.color_hint or "").lstrip("#").upper()
    _require(re.fullmatch("[0-9A-F]{6}", colour) is not None, f"class '{entry.name}' needs a 'color_hint' RRGGBB")
    return ClassEntry(entry.value, entry.title or entry.name, f"#{colour}")


# -- scaling -------------------------------------------------------------------


def _scaling(properties: Properties, source: Input, bands: int) -> dict[str, Any]:
    """Percentile, min-max or z-score as one plain dict; MLM's offset and scale are z-scores."""
    if properties.percentiles is not None:
        _require(not source.value_scaling, "'value_scaling' and 'wholescene:percentiles' exclude each other")
        lower, upper = properties.percentiles.lower, properties.percentiles.upper
        _require(0 <= lower < upper <= 100, "'wholescene:percentiles' needs 0 <= lower < upper <= 100")
        return {"type": "percentile", "lower": lower, "upper": upper}
    entries = _per_band(source.value_scaling or [ValueScaling("offset", value=0.0)], bands)
    kinds = {entry.type for entry in entries}
    if kinds == {"min-max"}:
        return _min_max(entries, properties.clip)
    _require(kinds <= {"z-score", "offset", "scale"}, f"'value_scaling' of type {_names(kinds)} is not supported")
    mean, std = zip(*(_mean_std(entry) for entry in entries), strict=True)
    return {"type": "z-score", "mean": list(mean), "std": list(std)}


def _per_band(entries: Sequence[ValueScaling], bands: int) -> list[ValueScaling]:
    repeated = list(entries) * bands if len(entries) == 1 else list(entries)
    _require(len(repeated) == bands, f"'value_scaling' has {len(entries)} entries for {bands} band(s)")
    return repeated


def _min_max(entries: Sequence[ValueScaling], clip: bool) -> dict[str, Any]:
    minimum = [_number(entry.minimum, "minimum") for entry in entries]
    maximum = [_number(entry.maximum, "maximum") for entry in entries]
    ordered = all(low < high for low, high in zip(minimum, maximum, strict=True))
    _require(ordered, "'value_scaling' needs minimum < maximum")
    return {"type": "min-max", "minimum": minimum, "maximum": maximum, "clip": clip}


def _mean_std(entry: ValueScaling) -> tuple[float, float]:
    if entry.type == "offset":
        return _number(entry.value, "value"), 1.0
    mean = _number(entry.mean, "mean") if entry.type == "z-score" else 0.0
    std = _number(entry.stddev, "stddev") if entry.type == "z-score" else _number(entry.value, "value")
    _require(std > 0, "'value_scaling' has to divide by a positive number")
    return mean, std


def _number(value: float | None, name: str) -> float:
    if value is None or not math.isfinite(value):
        raise ValueError(f"'value_scaling' needs a finite '{name}'")
    return float(value)


# -- facts for people ----------------------------------------------------------


def _value_range(low_high: tuple[float, float] | None) -> tuple[float, float] | None:
    if low_high is not None:
        low, high = low_high
        _require(-math.inf < low < high < math.inf, "'wholescene:value_range' needs two numbers, the smaller first")
    return low_high


def _validated(validated: Validated | None) -> ValidatedSize | None:
    if validated is None:
        return None
    _require(validated.pixels > 0, "'wholescene:validated' needs a number of pixels above 0")
    return ValidatedSize(validated.pixels, validated.by)


def _picture(assets: Mapping[str, Asset], folder: Path) -> Path | None:
    """The asset with the role thumbnail, if it lies in the folder as a file."""
    for asset in assets.values():
        if "thumbnail" in asset.roles and _inside(asset.href) and (folder / asset.href).is_file():
            return folder / asset.href
    return None


# -- model ---------------------------------------------------------------------


def _ground_resolution(finest_coarsest: tuple[float, float] | None) -> tuple[float, float] | None:
    if finest_coarsest is not None:
        finest, coarsest = finest_coarsest
        _require(0 < finest <= coarsest < math.inf, "'wholescene:ground_resolution' needs 0 < finest <= coarsest")
    return finest_coarsest


def _architecture(architecture: dict[str, Any], bands: int, classes: int) -> dict[str, Any]:
    outputs = architecture.get("classes")
    _require(outputs == classes, f"'wholescene:architecture' gives {outputs} class(es), {classes} are listed")
    if "onnx" in architecture:
        _check_onnx(architecture["onnx"])
        return architecture
    for part in ("encoder", "decoder"):
        spec = architecture.get(part)
        named = isinstance(spec, dict) and isinstance(spec.get("name"), str)
        _require(named, f"'wholescene:architecture' needs '{part}' with a 'name'")
    channels = architecture["encoder"].get("in_channels", bands)
    _require(channels == bands, f"the encoder takes {channels} channel(s), the input has {bands} band(s)")
    return architecture


def _check_onnx(how: Any) -> None:
    """What is said about a model of others: the side of its windows, what it gives, and from where a class counts."""
    _require(isinstance(how, dict) and _whole(how.get("side")), "'onnx' needs the 'side' of its windows in pixels")
    outputs, threshold = how.get("outputs"), how.get("threshold")
    _require(outputs in ONNX_OUTPUTS, f"'outputs' of 'onnx' has to be one of {', '.join(ONNX_OUTPUTS)}")
    fits = threshold is None or (isinstance(threshold, int | float) and 0 < threshold < 1)
    _require(fits, "'threshold' of 'onnx' has to be between 0 and 1")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _precisions(precisions: Sequence[str]) -> tuple[str, ...]:
    unknown = set(precisions) - set(PRECISIONS)
    _require(not unknown, f"'wholescene:precisions' knows {', '.join(PRECISIONS)}, not {_names(unknown)}")
    _require(bool(precisions), "'wholescene:precisions' is empty")
    return tuple(precisions)


def _names(values: set[Any]) -> str:
    return ", ".join(sorted(map(str, values)))


# -- weights -------------------------------------------------------------------


def model_asset(assets: Mapping[str, Asset]) -> Asset:
    """The asset with the role `MODEL_ROLE`."""
    models = [asset for asset in assets.values() if MODEL_ROLE in asset.roles]
    _require(len(models) == 1, f"{len(models)} assets have the role '{MODEL_ROLE}'; a preset has one")
    return models[0]


def _weights(asset: Asset, folder: Path, licence: str) -> WeightsAsset:
    _require(
        _inside(asset.href),
        "the weights have to lie in the preset's folder, or 'wholescene:weights_missing' says why not",
    )
    return WeightsAsset(folder / asset.href, _sha256(asset.checksum), asset.size, asset.license or licence)


def _lender(name: str, folder: Path, find: Find | None) -> Path | None:
    """The folder with the weights: the preset's own, or that of the preset ``name``; None if that is not there."""
    if not name:
        return folder
    try:
        lender = find(name) if find else None
    except UnknownPreset:
        return None
    _require(lender is None or lender.resolve() != folder.resolve(), "'wholescene:weights_of' names the preset itself")
    return lender


def _lacking(name: str, lender: Path | None) -> Missing | None:
    """Why there are no weights where the preset that has them is not there."""
    if lender is not None:
        return None
    return Missing(f"it uses those of the preset '{name}', which is not there", f"Add the preset '{name}' again.")


def _inside(href: str) -> bool:
    """Whether a file name stays within the preset's folder."""
    path = Path(href)
    return "://" not in href and not path.is_absolute() and ".." not in path.parts


def _sha256(checksum: str | None) -> str | None:
    if checksum is None:
        return None
    valid = re.fullmatch(_SHA256_MULTIHASH + "[0-9a-f]{64}", checksum) is not None
    _require(valid, "'file:checksum' has to be 1220 and the SHA-256 in lower-case hexadecimal")
    return checksum.removeprefix(_SHA256_MULTIHASH)
