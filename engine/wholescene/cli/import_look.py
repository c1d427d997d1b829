"""``wholescene import --look``: what a file is and what an import of it would need, with nothing written."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..wire.errors import CheckpointMismatch, NoExactForm, OnnxDynamic, OnnxMetadata, PresetInvalid, WholeSceneError
from . import import_onnx, import_preset

if TYPE_CHECKING:
    from ..presets.importing import Recognised
    from ..presets.importing.weights_file import WeightsFile
    from ..presets.preset import Preset

NAME = re.compile(r"[^A-Za-z0-9._-]+")


def run(args: argparse.Namespace) -> int:
    """Look at the file and tell: a document for programs, some lines for people."""
    if import_preset.is_meant(args.file):
        told = look_at_preset(args.file)
    elif import_onnx.is_meant(args.file):
        told = look_at_onnx(args)
    else:
        told = look_at_weights(args)
    print(json.dumps(told, indent=1) if args.json else "\n".join(_lines(told)))
    return 0


def look_at_preset(file: Path) -> dict[str, Any]:
    """A preset made elsewhere."""
    from ..presets import licence
    from ..presets.importing.package import Package

    package = Package(file)
    properties = package.item["properties"]
    return {
        **_head("preset", package.path, str(package.item.get("id") or file.stem)),
        "title": str(properties.get("title") or package.item.get("id") or ""),
        "description": str(properties.get("description") or ""),
        "licence": licence.describe(import_preset.licence_of(package.item), package.terms()),
        "needs": [],
    }


def look_at_onnx(args: argparse.Namespace) -> dict[str, Any]:
    """An ONNX model, with what it says of itself."""
    from ..presets import licence
    from ..presets.importing.deepness import Deepness
    from ..presets.importing.onnx_preset import onnx_licence
    from ..presets.onnx_model import OnnxFile, OnnxModel

    file = OnnxFile(args.file)
    told = Deepness(args.file, file.metadata)
    found = {
        **_head("onnx", args.file, args.file.stem),
        "classes": told.names or [],
        "tile": args.tile or told.side,
        "outputs": "probabilities" if told.spoken else "logits",
        "licence": licence.describe(onnx_licence(told, args.licence)),
    }
    needs = [] if told.spoken or args.preset else ["base"]
    try:
        model = OnnxModel(file, args.tile or told.side)
    except OnnxDynamic as problem:
        if problem.params["axes"] == "bands":
            raise
        return {**found, "needs": [*needs, "tile"], "bases": _onnx_bases(None)}
    return {**found, "tile": model.side, "bands": model.bands, "needs": needs, "bases": _onnx_bases(model.bands)}


def _onnx_bases(bands: int | None) -> list[dict[str, Any]]:
    """The presets that a model of so many bands may be built on."""
    return [
        {"preset": preset.name, "title": preset.title, "fits": True}
        for preset in _presets()
        if bands in (None, len(preset.bands))
    ]


def look_at_weights(args: argparse.Namespace) -> dict[str, Any]:
    """Weights: the parts that are recognised in them, and which presets they can be built on."""
    from ..presets.importing import open_weights
    from ..presets.importing.table import tables

    checkpoint = open_weights(args.file)
    found = [table for table in tables() if table.knows(checkpoint.tensors)]
    parts = {table.part: table.title for table in found}
    runs = _Runs(args)
    bases = [_fit(checkpoint, preset, args, runs) for preset in _presets(args.preset) if preset.onnx is None]
    bases.sort(key=lambda base: (not base["fits"], bool(base["needs"])))
    lacking = sorted({need for base in bases for need in base["needs"]}) if not any(b["fits"] for b in bases) else []
    return {
        **_head("weights", args.file, args.file.stem),
        "parts": [parts[part] for part in ("encoder", "spim", "decoder") if part in parts],
        "weights": len(checkpoint.tensors),
        "encoder_only": "encoder" in parts and "decoder" not in parts,
        "has_spim": "spim" in parts,
        "bases": bases,
        "needs": ["base", *lacking],
    }


def _presets(name: str | None = None) -> list[Preset]:
    """Every preset that can be read, or the named one."""
    from ..presets.zoo import Zoo

    zoo, found = Zoo(), []
    for other in [name] if name else zoo.names():
        try:
            found.append(zoo.load(other))
        except PresetInvalid:
            if name:
                raise
    return found


class _Runs:
    """Looks whether a network runs, once for presets on which it becomes the same."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._args = args
        self._known: dict[str, WholeSceneError | None] = {}

    def __call__(self, preset: Preset, found: Recognised) -> None:
        """Raise what `check_runs` raises."""
        key = json.dumps([found.architecture, len(preset.bands), preset.tile], sort_keys=True)
        if key not in self._known:
            self._known[key] = self._problem(preset, found)
        problem = self._known[key]
        if problem is not None:
            raise problem

    def _problem(self, preset: Preset, found: Recognised) -> WholeSceneError | None:
        from .import_weights import check_runs

        try:
            check_runs(self._args.file, preset, found, self._args.cell)
        except WholeSceneError as problem:
            return problem
        return None


def _fit(checkpoint: WeightsFile, preset: Preset, args: argparse.Namespace, runs: _Runs) -> dict[str, Any]:
    """Whether weights fit a preset's classes and bands, and what is in the way."""
    from ..holistic.programs import preset_errors
    from ..presets import licence
    from .import_weights import mapped_to, recognised

    named = {"preset": preset.name, "title": preset.title, "licence": licence.describe(args.licence or preset.licence)}
    try:
        found = recognised(checkpoint, preset, args)
        with preset_errors(str(args.file)):
            mapped = mapped_to(checkpoint, found)
        mapped.report.require(str(args.file))  # which most presets end with: what follows takes a second
        runs(preset, found)
    except NoExactForm as problem:
        return {**named, "fits": False, "needs": ["cell"], "problem": problem.to_dict()}
    except WholeSceneError as problem:
        return {**named, "fits": False, "needs": _needs(problem), "problem": problem.to_dict()}
    return {**named, "fits": True, "needs": [], "matched": len(mapped.report.matched), "spim_heads": _heads(found)}


def _heads(found: Recognised) -> int | None:
    spim = found.architecture.get("spim")
    return int(spim["heads"]) if spim else None


def _needs(problem: WholeSceneError) -> list[str]:
    """The option whose lack is the problem."""
    detail = str(problem.params.get("detail", "")) if isinstance(problem, (CheckpointMismatch, OnnxMetadata)) else ""
    return [need for need, option in (("spim_heads", "--spim-heads"), ("cell", "--cell")) if option in detail]


def _head(kind: str, file: Path, name: str) -> dict[str, Any]:
    return {"kind": kind, "file": file.name, "name": NAME.sub("-", name).strip("-._") or "model"}


def _verdict(base: dict[str, Any]) -> str:
    if base["fits"]:
        return f"can be built on {base['preset']}"
    lacking = ", ".join(f"--{need.replace('_', '-')}" for need in base["needs"])
    return f"can be built on {base['preset']} with {lacking}" if lacking else f"not on {base['preset']}"


def _lines(told: dict[str, Any]) -> list[str]:
    """The same for people."""
    kinds = {"preset": "a preset", "onnx": "an ONNX model", "weights": "weights"}
    lines = [f"{told['file']}: {kinds[told['kind']]}", *(f"  {part}" for part in told.get("parts", []))]
    if "title" in told:
        lines.append(f"  {told['title']}")
    if "licence" in told:
        lines.append(f"  licence: {told['licence']['title']}")
    for base in told.get("bases", []):
        lines.append(f"  {_verdict(base)}")
    if told["needs"]:
        lines.append(f"  needs: {', '.join(told['needs'])}")
    return lines
