"""Writing what was imported: a preset folder of the user's, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import save_file

from ...wire.errors import OutputUnwritable
from ..licence import Acceptance
from ..reading import PRESET_FILE
from ..seal import seal
from ..shelter import whole_or_not_at_all

TITLES = {  # of decoders
    "deeplabv3plus": "DeepLabV3+",
    "fcn": "FCN",
    "mask2former": "Mask2Former",
    "ocr": "OCR",
    "pointrend": "PointRend",
    "psp": "PSP",
    "pyramid": "feature pyramid",
    "segformer": "SegFormer's head",
    "semantic_fpn": "semantic FPN",
    "stdc": "STDC's head",
    "upernet": "UPerNet",
}
ACCEPTED = "wholescene:licence_accepted"
WEIGHTS_FILE, CARD_FILE = "weights.safetensors", "card.md"


@dataclass(frozen=True)
class Origin:
    """Where imported weights come from: the file, the preset they were fitted to, and the licence that was accepted."""

    file: str
    sha256: str
    base: str
    licence: str
    accepted: Acceptance | None = None


def write_preset(
    folder: Path,
    item: Mapping[str, Any],
    architecture: Mapping[str, Any],
    weights: Iterable[tuple[str, NDArray[Any]]],
    origin: Origin,
) -> None:
    """Make ``folder``, a preset after ``item`` (the base's preset.json) with these weights.

    Raises:
        PresetExists: there is such a folder.
        OutputUnwritable: it cannot be written; nothing is left behind.
    """
    with whole_or_not_at_all(folder) as part:
        _fill(part, item, architecture, weights, origin)


def write_weights(path: Path, weights: Iterable[tuple[str, NDArray[Any]]], told: Mapping[str, str]) -> None:
    """Write a file of weights with what is ``told`` of them, whole or not at all.

    Raises:
        OutputUnwritable: it cannot be written; nothing is left behind.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        save_file(dict(weights), part, dict(told))
        part.rename(path)
    except (OSError, SafetensorError) as problem:
        raise OutputUnwritable(path=str(path), detail=str(problem)) from problem
    finally:
        part.unlink(missing_ok=True)


def _fill(
    part: Path,
    item: Mapping[str, Any],
    architecture: Mapping[str, Any],
    weights: Iterable[tuple[str, NDArray[Any]]],
    origin: Origin,
) -> None:
    save_file(dict(weights), part / WEIGHTS_FILE)
    own = _item(part.name, item, architecture, origin)
    (part / PRESET_FILE).write_text(json.dumps(own, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (part / CARD_FILE).write_text(_card(part.name, architecture, origin), encoding="utf-8")
    seal(part)


def _item(name: str, item: Mapping[str, Any], architecture: Mapping[str, Any], origin: Origin) -> dict[str, Any]:
    own: dict[str, Any] = json.loads(json.dumps(item))
    properties = own["properties"]
    for claim in ("wholescene:weights_missing", "wholescene:weights_of", ACCEPTED):  # of the base's weights
        properties.pop(claim, None)
    properties |= {
        "mlm:name": name,
        "mlm:architecture": describe(architecture),
        "license": origin.licence,
        "wholescene:architecture": dict(architecture),
    }
    if origin.accepted is not None:
        properties[ACCEPTED] = origin.accepted.to_dict()
    if name != origin.base:
        properties["title"] = f"{properties.get('title') or origin.base} ({name})"
    card = {"href": f"./{CARD_FILE}", "title": "Model card", "type": "text/markdown", "roles": ["metadata"]}
    return own | {"id": name, "assets": {"model": _weights_asset(origin), "card": card}}


def _weights_asset(origin: Origin) -> dict[str, Any]:
    return {
        "href": f"./{WEIGHTS_FILE}",
        "title": f"Weights of {origin.file}",
        "type": "application/octet-stream; application=safetensors",
        "roles": ["mlm:model", "mlm:weights"],
        "mlm:artifact_type": "safetensors.torch.save_file",
        "license": origin.licence,
    }


def describe(architecture: Mapping[str, Any]) -> str:
    """The network in a few words."""
    encoder, decoder, spim = architecture["encoder"], architecture["decoder"], architecture.get("spim")
    words = [f"{encoder['name']} {encoder['variant']}", _decoder(decoder)]
    if spim:
        words.insert(1, f"SPIM on stages {', '.join(map(str, spim['stages']))} ({spim['heads']} heads)")
    return ", ".join(words)


def _decoder(decoder: Mapping[str, Any]) -> str:
    title = TITLES.get(decoder["name"], decoder["name"])
    dialect = [decoder["dialect"]] if "dialect" in decoder else []
    words = ", ".join([*dialect, f"{decoder['channels']} channels"])
    behind = f", {_decoder(decoder['base'])}" if "base" in decoder else ""
    return f"{title} ({words}){behind}"


def _card(name: str, architecture: Mapping[str, Any], origin: Origin) -> str:
    heads = ""
    if "spim" in architecture:
        heads = "\nThe number of SPIM's heads is not in the file; it changes what the network computes.\n"
    return f"""# {name}: imported weights

| | |
|---|---|
| file | `{origin.file}` |
| SHA-256 of the file | `{origin.sha256}` |
| fitted to the preset | `{origin.base}`, whose classes, bands, scaling and ground resolution are taken over |
| network | {describe(architecture)} |
| licence | {origin.licence} |
{heads}
Nothing is known here about the quality of these weights; read what their authors say.
"""
