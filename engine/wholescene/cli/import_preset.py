"""``wholescene import`` of a preset that was made elsewhere: its folder, or a ZIP of it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from ..wire.errors import NoExactForm, PresetInvalid
from .consent import consent

if TYPE_CHECKING:
    from ..presets.preset import Preset


def is_meant(file: Path) -> bool:
    """Whether a file is a preset already, by its looks."""
    from ..presets.importing.package import is_package

    return is_package(file)


def run(args: argparse.Namespace, folder: Path) -> int:
    """Look, ask for the licence, take over, try; nothing is left of what does not run."""
    from ..presets.importing.adoption import adopt
    from ..presets.importing.package import Package
    from ..presets.zoo import Zoo

    package = Package(args.file)
    licence = licence_of(package.item)
    notice = f"The preset '{package.item.get('id')}' gives the licence of its weights as {licence}."
    if package.terms() and not args.json:
        print(f"{package.terms().strip()}\n")
    accepted = consent(licence, notice, args)
    preset = adopt(package, folder, accepted, Zoo().named, check_runs)
    if args.json:
        print(json.dumps({"preset": args.name, "folder": str(folder), "licence": licence}, indent=1))
    else:
        print(f"{len(preset.classes)} classes: {', '.join(entry.name for entry in preset.classes)}")
        print(f"{folder}\nUse it with: wholescene segment SCENE --preset {args.name}")
    return 0


def licence_of(item: dict[str, object]) -> str:
    """The licence of the weights: that of the asset, else of the preset; "other" where neither says."""
    from ..presets.reading import MODEL_ROLE

    assets, properties = item.get("assets"), item["properties"]
    entries = assets.values() if isinstance(assets, dict) else ()
    models = [entry for entry in entries if isinstance(entry, dict) and MODEL_ROLE in (entry.get("roles") or ())]
    named = [entry.get("license") for entry in (*models, properties) if isinstance(entry, dict)]
    return next((name for name in named if isinstance(name, str) and name), "other")


def check_runs(preset: Preset) -> None:
    """Raise PresetInvalid, OnnxShape or the like unless the preset's network can be made, filled and run."""
    if preset.onnx is not None:
        from ..presets.onnx_model import OnnxFile, OnnxModel

        OnnxModel(OnnxFile(preset.weights_path()), int(preset.onnx["side"]))
        return
    from ..holistic.models import load
    from ..holistic.programs import program_of
    from ..holistic.tiles import SIDE

    try:
        program_of(preset, load(preset, "float32"), int(preset.tile.get("side", SIDE)))
    except NoExactForm as problem:
        raise PresetInvalid(path=preset.name, detail=problem.message) from problem
