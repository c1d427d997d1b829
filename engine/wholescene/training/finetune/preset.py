"""The new preset: the base's contract with other classes, its own weights, where it comes from, and a card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor

from ... import __version__
from ...presets.preset import Preset
from ...presets.reading import PRESET_FILE
from ...presets.seal import seal
from ...presets.shelter import whole_or_not_at_all
from ...presets.weights import sha256
from .classes import Classes
from .network import architecture_for
from .polygons import GAP
from .request import Finetuning
from .scores import Comparison

WEIGHTS_FILE, CARD_FILE = "weights.safetensors", "card.md"


@dataclass(frozen=True)
class Origin:
    """What a fine-tuned preset comes from: wish, base, class field of each label file, and what came out."""

    wish: Finetuning
    base: Preset
    fields: tuple[str, ...]
    steps: int
    comparison: Comparison

    def to_dict(self) -> dict[str, Any]:
        """As ``wholescene:finetuned`` of preset.json holds it."""
        wish, weights = self.wish, self.base.weights
        return {
            "base": self.base.name,
            "base_weights_sha256": weights.sha256 if weights else None,
            "engine": __version__,
            "labels": [
                {
                    "scene": [Path(source).name for source in file.scene],
                    "file": file.labels.name,
                    "sha256": sha256(file.labels),
                    "layer": file.layer,
                    "field": field,
                }
                for file, field in zip(wish.files, self.fields, strict=True)
            ],
            "steps": self.steps,
            "rate": wish.rate,
            "seed": wish.seed,
            "last_stage_learnt": wish.unfreeze,
            "weak_labels": wish.weak,
            "held_out": wish.held_out,
            "held_out_iou": self.comparison.to_dict(),
        }


def write_preset(
    folder: Path, item: Mapping[str, Any], classes: Classes, weights: Mapping[str, Tensor], origin: Origin
) -> None:
    """Make ``folder``, a preset after ``item`` (the base's preset.json). Raises PresetExists or OutputUnwritable."""
    with whole_or_not_at_all(folder) as part:
        save_file({name: value.detach().cpu().contiguous() for name, value in weights.items()}, part / WEIGHTS_FILE)
        own = preset_item(folder.name, item, classes, origin)
        (part / PRESET_FILE).write_text(json.dumps(own, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        (part / CARD_FILE).write_text(_card(folder.name, classes, origin), encoding="utf-8")
        seal(part)


def preset_item(name: str, item: Mapping[str, Any], classes: Classes, origin: Origin) -> dict[str, Any]:
    """The content of ``preset.json``, not sealed yet; bands, scaling, resolution and licence are the base's."""
    own: dict[str, Any] = json.loads(json.dumps(item))
    properties, base = own["properties"], origin.base
    # true of the base's weights only
    for claim in ("wholescene:weights_missing", "wholescene:validated", "wholescene:weights_of"):
        properties.pop(claim, None)
    properties |= {
        "title": origin.wish.title or f"{base.title}, fine-tuned ({name})",
        "description": _description(classes, origin),
        "mlm:name": name,
        "mlm:pretrained": True,
        "mlm:pretrained_source": base.name,
        "license": base.licence,
        "wholescene:architecture": architecture_for(base.architecture, classes),
        "wholescene:precisions": ["float32"],  # nobody has looked at others
        "wholescene:finetuned": origin.to_dict(),
    }
    result = properties["mlm:output"][0]
    result.pop("classification_classes", None)
    described = {entry["value"]: entry for entry in result.get("classification:classes", [])}
    result["classification:classes"] = [
        {
            **described.get(entry.value, {}),
            "value": entry.value,
            "name": described.get(entry.value, {}).get("name", _identifier(entry.name)),
            "title": entry.name,
            "color_hint": entry.colour.lstrip("#"),
        }
        for entry in classes.entries
    ]
    if "result" in result and "shape" in result["result"]:
        result["result"]["shape"][1] = len(classes.entries)
    return own | {"id": name, "assets": _assets(base)}


def _description(classes: Classes, origin: Origin) -> str:
    pixels = origin.comparison.learnt + origin.comparison.held
    taught = ", ".join(name for name, count in zip(classes.names, pixels, strict=True) if count)
    return f"{origin.base.title}, fine-tuned with polygons of {taught} on {len(origin.wish.files)} scene(s)."


def _identifier(name: str) -> str:
    """A class's name as the classification extension wants it: letters, digits, "-" and "_"."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name) or "class"


def _assets(base: Preset) -> dict[str, Any]:
    licence = base.weights.licence if base.weights else base.licence
    return {
        "model": {
            "href": f"./{WEIGHTS_FILE}",
            "title": f"Weights, fine-tuned from {base.name}",
            "type": "application/octet-stream; application=safetensors",
            "roles": ["mlm:model", "mlm:weights"],
            "mlm:artifact_type": "safetensors.torch.save_file",
            "license": licence,
        },
        "card": {"href": f"./{CARD_FILE}", "title": "Model card", "type": "text/markdown", "roles": ["metadata"]},
    }


def _card(name: str, classes: Classes, origin: Origin) -> str:
    told, wish = origin.to_dict(), origin.wish
    labels = "\n".join(
        f"| labels | `{entry['file']}`, field `{entry['field']}`, on `{' + '.join(entry['scene'])}`; "
        f"SHA-256 `{entry['sha256']}` |"
        for entry in told["labels"]
    )
    return f"""# {name}: fine-tuned from {origin.base.name}

| | |
|---|---|
| base | `{told["base"]}`, weights SHA-256 `{told["base_weights_sha256"]}` |
{labels}
| learnt | {_learnt(wish)}; {origin.steps} steps, rate {wish.rate:g}, seed {wish.seed} |
| licence | {origin.base.licence}, as the base |

{_judged(origin)}

{_unlearnt(classes, origin)}
"""


def _learnt(wish: Finetuning) -> str:
    what = "the head and the last encoder stage" if wish.unfreeze else "the head; the encoder is the base's"
    return f"{what}; weak labels of weight {wish.weak:g} from the base's own map" if wish.weak else what


def _judged(origin: Origin) -> str:
    figures = origin.comparison.to_dict()
    if figures["after"] is None:
        return "Nothing was held out: nobody knows how good these weights are."
    rows = "\n".join(
        f"| {row['name']} | {row['learnt_pixels']:,} | {row['held_out_pixels']:,} "
        f"| {shown(row['before'])} | {shown(row['after'])} |"
        for row in figures["classes"]
    )
    return f"""IoU on labelled pixels that were held out, of the base and of these weights:

| class | pixels learnt from | pixels held out | IoU before | IoU after |
|---|---|---|---|---|
{rows}
| mean | | | {shown(figures["before"])} | {shown(figures["after"])} |

They lie in the same scene as what was learnt from, in other blocks of it and at least {GAP} pixels away, and were drawn
by the same hand: they say little about other scenes."""


def _unlearnt(classes: Classes, origin: Origin) -> str:
    without = [name for name, pixels in zip(classes.names, origin.comparison.learnt, strict=True) if not pixels]
    if not without:
        return "Every class had labels."
    return f"Without labels, and so only as good as the base left them, or worse: {', '.join(without)}."


def shown(value: float | None) -> str:
    """An IoU for a table."""
    return "" if value is None else f"{value:.3f}"
