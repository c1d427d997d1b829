"""A preset of an ONNX model: its contract from the file's metadata, and from a base preset for what they leave out."""

from __future__ import annotations

import colorsys
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...wire.errors import OnnxMetadata
from ..onnx_model import OnnxModel
from ..reading import PRESET_FILE
from ..schema import MLM
from ..seal import seal
from ..shelter import whole_or_not_at_all
from .deepness import Deepness

MODEL_FILE, CARD_FILE = "model.onnx", "card.md"
MIDDLE = 0.5  # the threshold of a model of one class that names none
EXTENSIONS = [
    f"{MLM}v1.5.2/schema.json",
    "https://stac-extensions.github.io/eo/v2.0.0/schema.json",
    "https://stac-extensions.github.io/file/v2.1.0/schema.json",
    "https://stac-extensions.github.io/classification/v2.0.0/schema.json",
]
RGB = ("red", "green", "blue")
BACKGROUND = "E9E3D5"
GOLDEN = 0.618034  # of a turn from one hue to the next: neighbours differ, however many there are


def onnx_item(
    name: str,
    model: OnnxModel,
    told: Deepness,
    base: Mapping[str, Any] | None,
    outputs: str | None = None,
    licence: str | None = None,
) -> dict[str, Any]:
    """The content of ``preset.json``, not sealed yet.

    ``base`` is the item of a preset that fills what the file does not say: bands, scaling, classes and colours.
    ``outputs`` is what the model gives, one of `ONNX_OUTPUTS`; None: probabilities if it speaks Deepness, else logits.
    ``licence`` is the model's, see `onnx_licence`: the base's is that of other weights.

    Raises:
        OnnxMetadata: neither of both says how values are scaled, or they contradict the model's shapes.
    """
    classes = _classes(model, told, base)
    properties = {
        "title": name,
        "description": f"An ONNX model, run window by window; imported from {model.path.name}.",
        "datetime": None,
        "start_datetime": "1900-01-01T00:00:00Z",
        "end_datetime": "9999-12-31T23:59:59Z",
        "license": onnx_licence(told, licence),
        "bands": _bands(model, base),
        "mlm:name": name,
        "mlm:architecture": "ONNX",
        "mlm:tasks": ["semantic-segmentation"],
        "mlm:framework": "ONNX",
        "mlm:input": [_input(model, told, base)],
        "mlm:output": [_output(classes)],
        "wholescene:architecture": {
            "onnx": _how(model, told, outputs or ("probabilities" if told.spoken else "logits")),
            "classes": len(classes),
        },
        "wholescene:precisions": ["float32"],
        **_ground_resolution(told, base),
    }
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": EXTENSIONS,
        "id": name,
        "geometry": None,
        "properties": properties,
        "links": [],
        "assets": _assets(properties["license"]),
    }


def onnx_licence(told: Deepness, named: str | None = None) -> str:
    """The model's licence: what is ``named``, else what the file says, else "other"."""
    return named or told.licence or "other"


def write_onnx_preset(folder: Path, model: OnnxModel, item: Mapping[str, Any]) -> None:
    """Make ``folder``, a preset of the model with this item.

    Raises:
        PresetExists: there is such a folder.
        OutputUnwritable: it cannot be written; nothing is left behind.
    """
    with whole_or_not_at_all(folder) as part:
        shutil.copyfile(model.path, part / MODEL_FILE)
        (part / PRESET_FILE).write_text(json.dumps(item, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        (part / CARD_FILE).write_text(_card(folder.name, model, item), encoding="utf-8")
        seal(part)


# -- what goes in ------------------------------------------------------------------


def _bands(model: OnnxModel, base: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The base's bands if it has as many; red, green and blue where there are three; else numbers."""
    offered = [] if base is None else list(base["properties"].get("bands", []))
    if len(offered) == model.bands:
        return offered
    if base is not None:
        raise _contradicts(model, f"it takes {model.bands} band(s), the preset to build on has {len(offered)}")
    if model.bands == len(RGB):
        return [{"name": colour, "eo:common_name": colour} for colour in RGB]
    return [{"name": f"b{number}"} for number in range(1, model.bands + 1)]


def _input(model: OnnxModel, told: Deepness, base: Mapping[str, Any] | None) -> dict[str, Any]:
    shape = {"shape": [-1, model.bands, model.side, model.side], "dim_order": ["batch", "bands", "height", "width"]}
    if told.spoken:
        scaling = told.scaling(model.bands)
    elif base is not None:
        scaling = base["properties"]["mlm:input"][0].get("value_scaling") or []
    else:
        raise _contradicts(model, "nothing tells how values are scaled")
    names = [band["name"] for band in _bands(model, base)]
    return {"name": "scene", "bands": names, "input": {**shape, "data_type": "float32"}, "value_scaling": scaling}


def _ground_resolution(told: Deepness, base: Mapping[str, Any] | None) -> dict[str, Any]:
    key = "wholescene:ground_resolution"
    if told.resolution is not None:
        return {key: [told.resolution / 100] * 2}
    offered = None if base is None else base["properties"].get(key)
    return {} if offered is None else {key: offered}


# -- what comes out ----------------------------------------------------------------


def _how(model: OnnxModel, told: Deepness, outputs: str) -> dict[str, Any]:
    """How its windows are cut and its output is read."""
    how: dict[str, Any] = {"side": model.side, "outputs": outputs}
    if outputs == "probabilities" and (told.threshold is not None or model.channels == 1):
        how["threshold"] = MIDDLE if told.threshold is None else told.threshold
    return how


def _classes(model: OnnxModel, told: Deepness, base: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Named by the file, else by the base; a model of one channel tells its class from the background."""
    count = max(2, model.channels)
    names = told.names
    if names is not None and len(names) == 1 and model.channels == 1:
        names = ["background", *names]
    if names is None and base is not None:
        offered = list(base["properties"]["mlm:output"][0]["classification:classes"])
        if len(offered) != count:
            raise _contradicts(model, f"it gives {count} classes, the preset to build on has {len(offered)}")
        return offered
    names = names or [f"class {number}" for number in range(count)]
    if len(names) != count:
        raise _contradicts(model, f"it gives {count} classes and names {len(names)}")
    return [_class(number, name) for number, name in enumerate(names)]


def _class(number: int, name: str) -> dict[str, Any]:
    plain = re.sub(r"[^0-9A-Za-z_-]+", "_", name).strip("_") or f"class_{number}"
    return {"value": number, "name": plain, "title": name, "color_hint": _colour(number)}


def _colour(number: int) -> str:
    if number == 0:
        return BACKGROUND
    channels = colorsys.hsv_to_rgb(number * GOLDEN % 1, 0.65, 0.85)
    return "".join(f"{round(255 * channel):02X}" for channel in channels)


def _output(classes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    shape = {"shape": [-1, len(classes), -1, -1], "dim_order": ["batch", "class", "height", "width"]}
    return {
        "name": "class_map",
        "tasks": ["semantic-segmentation"],
        "result": {**shape, "data_type": "float32"},
        "classification:classes": list(classes),
    }


# -- files ---------------------------------------------------------------------------


def _assets(licence: str) -> dict[str, Any]:
    model = {
        "href": f"./{MODEL_FILE}",
        "title": "Model",
        "type": "application/octet-stream; framework=onnx",
        "roles": ["mlm:model"],
        "mlm:artifact_type": "onnx",
        "license": licence,
    }
    card = {"href": f"./{CARD_FILE}", "title": "Model card", "type": "text/markdown", "roles": ["metadata"]}
    return {"model": model, "card": card}


def _card(name: str, model: OnnxModel, item: Mapping[str, Any]) -> str:
    how = item["properties"]["wholescene:architecture"]["onnx"]
    classes = item["properties"]["mlm:output"][0]["classification:classes"]
    return f"""# {name}: an imported ONNX model

| | |
|---|---|
| file | `{model.path.name}` |
| windows | {how["side"]} × {how["side"]} pixels |
| gives | {how["outputs"]} of {len(classes)} classes |
| licence | {item["properties"]["license"]} |

It runs window by window (`--mode crop`): nobody but its authors can cut it into steps, so that windows may show in the
map, and the map depends on them. Colours that the file does not have are WholeScene's own.

Nothing is known here about its quality; read what its authors say.
"""


def _contradicts(model: OnnxModel, detail: str) -> OnnxMetadata:
    return OnnxMetadata(path=str(model.path), detail=detail)
