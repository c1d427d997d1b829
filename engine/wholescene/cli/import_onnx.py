"""``wholescene import`` of an ONNX model."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from .consent import consent

OUTPUTS = ("logits", "probabilities")


def is_meant(file: Path) -> bool:
    """Whether a file is an ONNX model, by its name."""
    return file.suffix.lower() == ".onnx"


def add_options(parser: argparse.ArgumentParser) -> None:
    """What an ONNX file may leave open."""
    group = parser.add_argument_group("ONNX models")
    group.add_argument("--tile", type=_side, metavar="PIXELS", help="side of its windows where the file leaves it open")
    group.add_argument(
        "--outputs",
        choices=OUTPUTS,
        help="what it gives (default: probabilities if it carries metadata of Deepness, else logits)",
    )


def run(args: argparse.Namespace, folder: Path) -> int:
    """Open, try, write; the base preset, if one is named, tells what the file does not."""
    from ..presets.importing.deepness import Deepness
    from ..presets.importing.folder import ACCEPTED
    from ..presets.importing.onnx_preset import onnx_item, onnx_licence, write_onnx_preset
    from ..presets.onnx_model import OnnxFile, OnnxModel
    from ..presets.zoo import Zoo

    base = Zoo().item(args.preset) if args.preset else None
    file = OnnxFile(args.file)
    told = Deepness(args.file, file.metadata)
    model = OnnxModel(file, args.tile or told.side)
    item = onnx_item(args.name, model, told, base, args.outputs, args.licence)
    named = onnx_licence(told, args.licence)
    accepted = consent(named, f"The licence of the model {args.file.name} is given as {named}.", args)
    item["properties"][ACCEPTED] = accepted.to_dict()
    write_onnx_preset(folder, model, item)
    _show_end(args.name, folder, item, as_json=args.json)
    return 0


def _show_end(name: str, folder: Path, item: dict[str, Any], *, as_json: bool) -> None:
    properties = item["properties"]
    how, classes = properties["wholescene:architecture"]["onnx"], properties["mlm:output"][0]["classification:classes"]
    if as_json:
        print(json.dumps({"preset": name, "folder": str(folder), "item": item}, indent=1))
        return
    print(f"{len(classes)} classes: {', '.join(entry['title'] for entry in classes)}")
    print(f"windows of {how['side']} x {how['side']} pixels, {how['outputs']}")
    print(f"{folder}\nUse it with: wholescene segment SCENE --preset {name} --mode crop")


def licence(text: str) -> str:
    """An SPDX identifier; argparse's own error for anything else."""
    from ..presets.importing.deepness import SPDX

    if not SPDX.fullmatch(text):
        raise argparse.ArgumentTypeError(f"'{text}' is not an SPDX identifier, such as MIT, nor other")
    return text


def _side(text: str) -> int:
    if not (text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of pixels")
    return int(text)
