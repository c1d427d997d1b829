"""From a finished run to a preset folder: weights, contract, configuration, and the skeleton of a card."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from ..presets.reading import PRESET_FILE
from ..presets.seal import seal
from ..wire.errors import OutputUnwritable
from .config import Config
from .stock import Sources

WEIGHTS_FILE, CARD_FILE = "weights.safetensors", "card.md"
EXTENSIONS = [
    "https://stac-extensions.github.io/mlm/v1.5.2/schema.json",
    "https://stac-extensions.github.io/eo/v2.0.0/schema.json",
    "https://stac-extensions.github.io/file/v2.1.0/schema.json",
    "https://stac-extensions.github.io/classification/v2.0.0/schema.json",
]


def make_preset(config: Config, sources: Sources, weights: Mapping[str, Tensor], toml: Path, result: str) -> Path:
    """Write the preset into the run's folder under its name; returns where.

    ``result`` says in the card how the weights were chosen. Raises OutputUnwritable.
    """
    folder = Path(config.output) / config.preset.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        state = {name: _plain(value) for name, value in weights.items()}
        save_file(state, folder / WEIGHTS_FILE)
        item = preset_item(config, sources)
        (folder / PRESET_FILE).write_text(json.dumps(item, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        (folder / CARD_FILE).write_text(_card(config, sources, result), encoding="utf-8")
        shutil.copyfile(toml, folder / f"{config.preset.name}.toml")
        seal(folder)
    except OSError as problem:
        raise OutputUnwritable(path=str(folder), detail=problem.strerror or str(problem)) from problem
    return folder


def preset_item(config: Config, sources: Sources) -> dict[str, Any]:
    """The content of ``preset.json``, not sealed yet."""
    about, classes, bands = config.preset, sources.classes, sources.wants.bands
    properties: dict[str, Any] = {
        "title": about.title or about.name,
        "description": about.description,
        "datetime": None,
        "start_datetime": "1970-01-01T00:00:00Z",
        "end_datetime": "9999-12-31T23:59:59Z",
        "license": about.licence,
        "bands": [_band(band.name, band.common_name, band.wavelength_nm) for band in bands],
        "mlm:name": about.name,
        "mlm:architecture": _network(config),
        "mlm:tasks": ["semantic-segmentation"],
        "mlm:framework": "PyTorch",
        "mlm:pretrained": config.network.start is not None,
        "mlm:pretrained_source": None,
        "mlm:input": [_input([band.name for band in bands], sources.wants.scaling)],
        "mlm:output": [_output([(entry.value, entry.name, entry.colour) for entry in classes])],
        "wholescene:architecture": config.architecture(len(classes), len(bands)),
        "wholescene:tile": {"side": config.network.tile},
        "wholescene:precisions": list(about.precisions),
    }
    if about.ground_resolution is not None:
        properties["wholescene:ground_resolution"] = list(about.ground_resolution)
    _add_scaling(properties, sources.wants.scaling, len(bands))
    model = {
        "href": f"./{WEIGHTS_FILE}",
        "title": "Weights",
        "type": "application/octet-stream; application=safetensors",
        "roles": ["mlm:model", "mlm:weights"],
        "mlm:artifact_type": "safetensors.torch.save_file",
        "license": about.licence,
    }
    card = {"href": f"./{CARD_FILE}", "title": "Model card", "type": "text/markdown", "roles": ["metadata"]}
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": EXTENSIONS,
        "id": about.name,
        "geometry": None,
        "properties": properties,
        "links": [],
        "assets": {"model": model, "card": card},
    }


def _plain(value: Tensor) -> Tensor:
    data = value.detach().to("cpu")
    return (data.float() if data.is_floating_point() and data.dtype != torch.float32 else data).contiguous().clone()


def _band(name: str, common_name: str | None, wavelength_nm: float | None) -> dict[str, Any]:
    band: dict[str, Any] = {"name": name}
    if common_name is not None:
        band["eo:common_name"] = common_name
    if wavelength_nm is not None:
        band["eo:center_wavelength"] = round(wavelength_nm / 1000, 6)  # in micrometres
    return band


def _input(bands: list[str], scaling: Mapping[str, Any]) -> dict[str, Any]:
    shape = {"shape": [-1, len(bands), -1, -1], "dim_order": ["batch", "bands", "height", "width"]}
    return {"name": "scene", "bands": bands, "input": {**shape, "data_type": "float32"}, "resize_type": None}


def _output(classes: list[tuple[int, str, str]]) -> dict[str, Any]:
    shape = {"shape": [-1, len(classes), -1, -1], "dim_order": ["batch", "class", "height", "width"]}
    return {
        "name": "class_map",
        "tasks": ["semantic-segmentation"],
        "result": {**shape, "data_type": "float32"},
        "classification:classes": [
            {"value": value, "name": name, "title": name, "color_hint": colour.lstrip("#")}
            for value, name, colour in classes
        ],
    }


def _add_scaling(properties: dict[str, Any], scaling: Mapping[str, Any], bands: int) -> None:
    """Write the scaling as MLM has it, percentiles and clipping in fields of our own."""
    kind = scaling["type"]
    if kind == "percentile":
        properties["wholescene:percentiles"] = {"lower": scaling["lower"], "upper": scaling["upper"]}
        properties["wholescene:clip"] = bool(scaling.get("clip", True))
        return
    names = {"z-score": {"mean": "mean", "std": "stddev"}, "min-max": {"minimum": "minimum", "maximum": "maximum"}}[
        kind
    ]
    values = {field: _per_band(scaling[key], bands) for key, field in names.items()}
    entries = [{"type": kind, **{field: numbers[i] for field, numbers in values.items()}} for i in range(bands)]
    properties["mlm:input"][0]["value_scaling"] = entries
    if scaling.get("clip"):
        properties["wholescene:clip"] = True


def _per_band(values: Any, bands: int) -> list[float]:
    numbers = [float(value) for value in (values if isinstance(values, (list, tuple)) else [values])]
    return numbers * bands if len(numbers) == 1 else numbers


def _network(config: Config) -> str:
    network = config.network
    words = [" ".join(str(network.encoder[key]) for key in ("name", "variant") if key in network.encoder)]
    if network.spim is not None:
        words.append(f"SPIM on stages {', '.join(map(str, network.spim.get('stages', [])))}")
    return ", ".join([*words, str(network.decoder.get("name"))])


def _card(config: Config, sources: Sources, result: str) -> str:
    about = config.preset
    lines = [f"| {set_.title or set_.name} | {_scenes(set_.splits)} |" for set_ in sources.datasets]
    data = "\n".join(lines)
    return f"""# {about.name}

{about.description or about.title or about.name}

| | |
|---|---|
| network | {_network(config)} |
| input | {", ".join(band.name for band in sources.wants.bands)}; scaling {json.dumps(sources.wants.scaling)} |
| output | {", ".join(f"{entry.value} {entry.name}" for entry in sources.classes)} |
| licence | {about.licence} |
| repeat | `wholescene train {about.name}.toml` |

## Data

| data | scenes by split |
|---|---|
{data}

## Result

{result}

To be written by whoever publishes this preset: sensors, resolution and value ranges of the data, the largest
scene it was validated on, whether scores are calibrated, IoU per class on every held-out scene, and
pictures of failures.
"""


def _scenes(splits: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}: {', '.join(pair.name for pair in pairs)}" for name, pairs in splits.items() if pairs)
