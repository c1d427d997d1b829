"""``wholescene import``: from a published checkpoint to a preset of one's own."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..wire.errors import CheckpointMismatch, NoExactForm, OutputExists, PresetExists, PresetInvalid
from ..wire.request import STRIDE
from . import consent, import_look, import_onnx, import_preset
from .preset_name import preset_name
from .progress import stop_at_once

if TYPE_CHECKING:
    from ..presets.importing import Mapped, Origin, Recognised
    from ..presets.importing.weights_file import WeightsFile
    from ..presets.preset import Preset

EXAMPLES = """\
examples:
  wholescene import REST_water_swin_large.pth --as glh-water
  wholescene import baseline_fbp_swin_large.pth --as fbp
  wholescene import my_training.pth --as my-water --preset glh-water --spim-heads 4
  wholescene import vmamba_upernet.pth --as my-vmamba --preset inria --cell 512
  wholescene import landcover_deepness.onnx --as my-landcover
  wholescene import water-of-somebody.zip --as my-water
  wholescene import some_file.pth --look
  wholescene import resnet50.pth --encoder-to resnet50.safetensors
"""

# of a file with an encoder alone: the decoder is only there to make a network of it
ENCODER = {"encoder": {}, "decoder": {"name": "fcn"}, "classes": 2}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "import",
        help="make a preset of a published checkpoint, or take one over",
        description="Make a preset of a checkpoint of mmsegmentation or of another project whose names are known, of "
        "which nothing is run, or of an ONNX model that segments, which then works in crop mode; or take over a preset "
        "made elsewhere, as a folder or a ZIP of it. Or take a pretrained encoder out of a checkpoint, to begin a "
        "training with.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a .pth, .bin, .safetensors, .onnx or .zip file, or a folder"
    )
    made = parser.add_mutually_exclusive_group(required=True)
    made.add_argument("--as", dest="name", type=preset_name, metavar="NAME", help="name of the new preset")
    made.add_argument(
        "--encoder-to", type=_weights_file, metavar="FILE", help="a new .safetensors file for the encoder alone"
    )
    made.add_argument("--look", action="store_true", help="tell what the file is and needs, and write nothing")
    parser.add_argument(
        "--preset", metavar="BASE", help="preset whose classes, bands and scaling the weights are for (default: NAME)"
    )
    parser.add_argument(
        "--spim-heads", type=_heads, metavar="N", help="heads of SPIM, which no weight tells (default: those of BASE)"
    )
    parser.add_argument(
        "--cell",
        type=_cell,
        metavar="PIXELS",
        help="side of the cells of a region grid that encoder and decoder keep to, as ViT and VMamba have to; each is "
        "one compute tile (default: the grid of BASE, if it has one)",
    )
    parser.add_argument(
        "--licence",
        type=import_onnx.licence,
        metavar="SPDX",
        help="licence of the weights, by SPDX identifier (default: what the file says, else that of BASE; of an ONNX "
        "model that does not say it: other)",
    )
    import_onnx.add_options(parser)
    consent.add_options(parser)
    parser.add_argument("--json", action="store_true", help="print what was imported as JSON")


def run(args: argparse.Namespace) -> int:
    """Read, match, ask for the licence, write."""
    with stop_at_once():
        return import_look.run(args) if args.look else _run(args)


def _run(args: argparse.Namespace) -> int:
    if args.encoder_to is not None:
        return _run_encoder(args)
    from ..presets.zoo import user_folders

    folder = user_folders()[0] / args.name
    if folder.exists():
        raise PresetExists(path=str(folder))
    if import_preset.is_meant(args.file):
        return import_preset.run(args, folder)
    if import_onnx.is_meant(args.file):
        return import_onnx.run(args, folder)
    return _run_weights(args, folder)


def _run_weights(args: argparse.Namespace, folder: Path) -> int:
    from ..presets.importing import open_weights, write_preset
    from ..presets.zoo import Zoo

    zoo, base = Zoo(), args.preset or args.name
    if args.preset is None and args.name not in zoo.names():
        args.parser.error(f"there is no preset '{args.name}' yet: name one to build on with --preset")
    preset, item = zoo.load(base), zoo.item(base)
    if args.cell is not None:
        item["properties"]["wholescene:tile"] = {"side": args.cell}
    checkpoint = open_weights(args.file)
    found = recognised(checkpoint, preset, args)
    _require_runs(preset, found, args)
    mapped = mapped_to(checkpoint, found)
    if not args.json:
        _show(found, mapped, args.spim_heads)
    mapped.report.require(str(args.file))
    origin = _origin(args, base, args.licence or preset.licence)
    write_preset(folder, item, found.architecture, mapped.arrays(), origin)
    _show_end(args.name, folder, found, mapped, origin, as_json=args.json)
    return 0


def recognised(checkpoint: WeightsFile, preset: Preset, args: argparse.Namespace) -> Recognised:
    """The network that a file holds, built on a preset; raises CheckpointMismatch if none is known."""
    from ..presets.importing import recognise

    wanted = {} if args.cell is None else {"context": "grid", "grid": [args.cell, args.cell]}
    return recognise(checkpoint, {**preset.architecture, **wanted}, args.spim_heads)


def mapped_to(checkpoint: WeightsFile, found: Recognised) -> Mapped:
    """The weights of a file under our names."""
    from .. import nn
    from ..presets.importing import Mapped

    return Mapped(checkpoint, found.tables, nn.shapes(found.architecture))


def _require_runs(preset: Preset, found: Recognised, args: argparse.Namespace) -> None:
    """As `check_runs`, with the option that is lacking told in CheckpointMismatch."""
    try:
        check_runs(args.file, preset, found, args.cell)
    except NoExactForm as problem:
        if args.cell is not None:
            raise
        detail = f"{problem.params['operator']} runs on the cells of a region grid only, whose side --cell names"
        raise CheckpointMismatch(path=str(args.file), detail=detail) from problem


def check_runs(file: Path, preset: Preset, found: Recognised, cell: int | None) -> None:
    """Look whether the network can be made, and run over a whole scene.

    Raises:
        CheckpointMismatch: it cannot be made, or its tiles do not fit.
        NoExactForm: it runs on the cells of a grid only, which neither the preset nor ``cell`` names.
    """
    from ..holistic.programs import program_of, sketch
    from ..holistic.tiles import SIDE

    tile = cell or int(preset.tile.get("side", SIDE))
    try:
        program_of(preset, sketch(preset, found.architecture, "float32"), tile)
    except PresetInvalid as problem:
        raise CheckpointMismatch(path=str(file), detail=problem.params["detail"]) from problem


def _run_encoder(args: argparse.Namespace) -> int:
    """The encoder's weights under our names, in a file that a training can ``start`` with."""
    from .. import nn
    from ..presets.importing import Mapped, open_weights, recognise, write_weights

    if args.encoder_to.exists():
        raise OutputExists(path=str(args.encoder_to))
    checkpoint = open_weights(args.file)
    found = recognise(checkpoint, ENCODER, encoder_only=True)
    shapes = {name: shape for name, shape in nn.shapes(found.architecture).items() if name.startswith("encoder.")}
    mapped = Mapped(checkpoint, found.tables, shapes)
    if not args.json:
        _show(found, mapped, None)
    mapped.report.require(str(args.file))
    write_weights(args.encoder_to, mapped.arrays(), {"made_of": args.file.name})
    encoder = found.architecture["encoder"]
    if args.json:
        document = {"file": str(args.encoder_to), "encoder": encoder, "weights": mapped.report.to_dict()}
        print(json.dumps(document, indent=1))
    else:
        told = ", ".join(f"{key} = {json.dumps(value)}" for key, value in encoder.items())
        print(f"Begin a training with it, under [network]:\nencoder = {{ {told} }}")
        print(f'start = {json.dumps(str(args.encoder_to))}\nanew = ["decoder"]')
    return 0


def _origin(args: argparse.Namespace, base: str, licence: str) -> Origin:
    """Where the weights come from, once their licence is accepted."""
    from ..presets.importing import Origin
    from ..presets.weights import sha256

    notice = (
        f"The preset '{base}' gives the licence of its weights as {licence}. "
        "The new preset takes it over; it does not make the weights yours to pass on."
    )
    if args.licence:
        notice = f"You give the licence of the weights as {licence}. It does not make them yours to pass on."
    accepted = consent.consent(licence, notice, args)
    return Origin(args.file.name, sha256(args.file), base, licence, accepted)


def _show(found: Recognised, mapped: Mapped, heads: int | None) -> None:
    """A table of what the file holds and what became of it."""
    from rich.console import Console
    from rich.table import Table

    report = mapped.report
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    table.add_row("", ", ".join(part.title for part in found.tables))
    table.add_row(str(len(report.matched)), "weights matched")
    for reason, count in Counter(report.skipped.values()).items():
        table.add_row(str(count), f"skipped: {reason}")
    for count, what in (
        (len(report.filled), "not in the file, set to zero, which means the same"),
        (len(report.missing), "missing"),
        (len(report.unexpected), "unknown"),
        (len(report.misshapen), "of another shape"),
    ):
        if count:
            table.add_row(str(count), what)
    spim = found.architecture.get("spim")
    if spim and heads is None:
        table.add_row(str(spim["heads"]), "heads of SPIM are assumed; another number is set with --spim-heads")
    if not spim and len(found.tables) > 1:
        table.add_row("", "no SPIM: the network sees no more than its encoder and its pools do")
    Console().print(table)


def _show_end(name: str, folder: Path, found: Recognised, mapped: Mapped, origin: Origin, *, as_json: bool) -> None:
    if not as_json:
        print(f"{folder}\nUse it with: wholescene segment SCENE --preset {name}")
        return
    document: dict[str, Any] = {
        "preset": name,
        "folder": str(folder),
        "base": origin.base,
        "architecture": found.architecture,
        "weights": mapped.report.to_dict(),
        "licence": origin.licence,
    }
    print(json.dumps(document, indent=1))


def _weights_file(text: str) -> Path:
    if not text.endswith(".safetensors"):
        raise argparse.ArgumentTypeError(f"'{text}' does not end with .safetensors")
    return Path(text)


def _cell(text: str) -> int:
    if not (text.isdigit() and int(text) > 0 and int(text) % STRIDE == 0):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of pixels that is a multiple of {STRIDE}")
    return int(text)


def _heads(text: str) -> int:
    if not (text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of heads")
    return int(text)
