"""``wholescene presets``: what this installation can segment, presets for others, and presets in other colours."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from .preset_name import preset_name

COLUMNS = ("preset", "what it maps", "classes", "bands", "m/pixel", "weights")
SHOWN_BANDS = 8


EXAMPLES = """\
examples:
  wholescene presets
  wholescene presets --json
  wholescene presets export water-lite --output catalogue/water-lite.json
  wholescene presets recolour water-lite --as my-water --colour water=#0000ff
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "presets",
        help="list the presets, export one, or give one other colours",
        description="List the presets of the zoo, and what is missing of those that cannot be used yet.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument("--json", action="store_true", help="everything about them, as JSON")
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    exporting = actions.add_parser(
        "export",
        help="write one as a STAC Item",
        description="Write a preset as a STAC Item with the Machine Learning Model extension, for catalogues.",
    )
    exporting.set_defaults(run=run_export)
    exporting.add_argument("name", metavar="NAME", help="a preset's name, or its folder")
    exporting.add_argument("--output", "-o", type=Path, metavar="FILE", help="default: NAME.json")
    exporting.add_argument("--overwrite", action="store_true", help="replace a file of that name")
    _register_recolouring(actions)


def _register_recolouring(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    recolouring = actions.add_parser(
        "recolour",
        help="make one of your own in other colours",
        description="Make a preset of your own that is another one in other colours: with the same classes, and the "
        "same weights, which stay where they are.",
    )
    recolouring.set_defaults(run=run_recolour)
    recolouring.add_argument("base", metavar="NAME", help="the preset whose colours are to change")
    recolouring.add_argument("--as", dest="name", type=preset_name, required=True, metavar="NEW", help="its name")
    recolouring.add_argument("--title", default="", help="what lists call it (default: that of NAME, with NEW)")
    recolouring.add_argument(
        "--colour",
        dest="colours",
        type=_colour,
        action="append",
        required=True,
        metavar="CLASS=#RRGGBB",
        help="a class, by name or value, and its colour; can be given several times",
    )
    # also behind the action; where it stood before it, that counts
    recolouring.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print the preset as JSON")


def run(args: argparse.Namespace) -> int:
    """Print the list."""
    from ..presets.zoo import Zoo

    described = Zoo().describe()
    if args.json:
        print(json.dumps({"presets": described}, indent=1))
    else:
        _show(described)
    return 0


def run_export(args: argparse.Namespace) -> int:
    """Write the item and say where."""
    from .. import nn
    from ..holistic.programs import preset_errors
    from ..presets.export import exported, write_item
    from ..presets.zoo import Zoo

    zoo = Zoo()
    preset = zoo.load(args.name)
    target = args.output or Path(f"{preset.name}.json")
    with preset_errors(preset.name):
        parameters = None if preset.onnx else nn.count_parameters(preset.architecture)
    item = exported(zoo.item(args.name), zoo.folder(args.name), target, parameters, preset.weights)
    write_item(item, target, overwrite=args.overwrite)
    print(target)
    return 0


def run_recolour(args: argparse.Namespace) -> int:
    """Make the preset and say where."""
    from ..presets.recolouring import recolour
    from ..presets.zoo import Zoo, user_folders

    folder = user_folders()[0] / args.name
    made = recolour(Zoo(), args.base, folder, dict(args.colours), args.title)
    if args.json:
        print(json.dumps({"preset": args.name, "folder": str(folder), "described": made.to_dict()}, indent=1))
    else:
        print(f"{folder}\nUse it with: wholescene segment SCENE --preset {args.name}")
    return 0


def _colour(text: str) -> tuple[str, str]:
    name, equals, colour = text.rpartition("=")
    if not (name and equals and colour):
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form CLASS=#RRGGBB")
    return name, colour


def _show(described: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in COLUMNS:  # so that it fits into 80 columns
        table.add_column(heading, no_wrap=heading not in ("what it maps", "bands"))
    table.columns[1].min_width, table.columns[3].max_width = 20, 11
    for preset in described:
        table.add_row(*_cells(preset))
    console = Console()
    console.print(table)
    for preset in described:
        if preset.get("missing"):
            told = f"\n{preset['name']} has no weights: {preset['missing']}. {preset['how']}"
            console.print(told, markup=False, soft_wrap=True)  # addresses stay whole
    limited = [preset["name"] for preset in described if preset.get("non_commercial")]
    if limited:
        told = f"\nNot for commercial use, by the licence of their weights: {', '.join(limited)}"
        console.print(told, markup=False, soft_wrap=True)


def _cells(preset: dict[str, Any]) -> list[str]:
    if "error" in preset:
        return [preset["name"], preset["error"]["message"], "", "", "", "unusable"]
    metres = preset["ground_resolution"]
    return [
        preset["name"],
        preset["title"],
        str(len(preset["classes"])),
        _bands([band["name"] for band in preset["bands"]]),
        f"{metres[0]:g} to {metres[1]:g}" if metres else "any",
        "ready" if preset["ready"] else "missing",
    ]


def _bands(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= SHOWN_BANDS else f"{names[0]} to {names[-1]} ({len(names)})"
