"""``wholescene finetune``: from polygons drawn on a scene to a preset of one's own."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .finetune_view import LineView, open_view
from .preset_name import preset_name
from .progress import stop_on_signals
from .resources import add_device
from .segment import bands_list

if TYPE_CHECKING:
    from ..training.finetune import Finetuning, Outcome
    from .finetune_view import View

EXAMPLES = """\
examples:
  wholescene finetune scene.tif drawn.gpkg --preset water-lite --as my-water
  wholescene finetune scene.tif drawn.gpkg --preset water-lite --as reed --field kind --classes other,water,reed
  wholescene finetune a.tif a.gpkg --also b.tif b.gpkg --preset water-lite --as my-water --minutes 10 --yes
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "finetune",
        help="make a preset that has learnt from your polygons",
        description="Teach a preset with polygons drawn on a scene (GeoPackage, GeoJSON or Shapefile, in any CRS) and "
        "make a new preset of it. What was held out tells whether it got better, before anything is saved.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument("scene", metavar="SCENE", help="a raster that GDAL opens; several joined by '+' are its bands")
    parser.add_argument("labels", metavar="LABELS", type=Path, help="polygons with a class field")
    parser.add_argument("-p", "--preset", required=True, metavar="BASE", help="preset to begin with")
    parser.add_argument(
        "--as", dest="name", type=preset_name, required=True, metavar="NAME", help="name of the new preset"
    )
    parser.add_argument(
        "--also",
        nargs=2,
        action="append",
        default=[],
        metavar=("SCENE", "LABELS"),
        help="another scene and its polygons",
    )
    _add_labels(parser)
    _add_learning(parser)
    _add_end(parser)


def _add_labels(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--field", help="field that holds the class (default: class_name, class_id, class, …)")
    parser.add_argument("--layer", help="layer of the file, if it has several")
    parser.add_argument(
        "--classes",
        type=_list,
        default=(),
        metavar="A,B,C",
        help="classes of the new preset (default: those of BASE, and what is new in the labels)",
    )
    parser.add_argument(
        "--colour", type=_colour, action="append", default=[], metavar="CLASS=#RRGGBB", help="colour of a class"
    )
    parser.add_argument("--title", default="", help="what the new preset is called in lists")
    parser.add_argument("--bands", type=bands_list, metavar="R,G,B", help="for each band of BASE, name or number")
    parser.add_argument("--nodata", type=float, help="value that means 'no data', if the file does not say so")


def _add_learning(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minutes", type=_positive, default=5.0, help="how long to learn (default: 5)")
    parser.add_argument("--steps", type=_count, metavar="N", help="learn for N steps instead, to repeat a result")
    parser.add_argument(
        "--held-out", type=_share, default=0.25, metavar="SHARE", help="share that is judged by, not learnt (0.25)"
    )
    parser.add_argument("--unfreeze", action="store_true", help="let the last encoder stage learn too: slower")
    parser.add_argument(
        "--weak", type=_amount, default=0.0, metavar="W", help="weight of BASE's own map where there is no label (0)"
    )
    parser.add_argument("--rate", type=_positive, default=1e-3, help="learning rate of the head (0.001)")
    parser.add_argument("--seed", type=int, default=0, help="another division and order (0)")
    group = parser.add_argument_group("resources")
    group.add_argument("--threads", type=_count, metavar="T", help="threads")
    add_device(group)


def _add_end(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-y", "--yes", action="store_true", help="save without asking, if it did not get worse")
    parser.add_argument("--even-if-worse", action="store_true", help="save it also if it got worse")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print what came out as JSON")
    output.add_argument("--json-lines", action="store_true", help="print all that happens, one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Learn, show, save; 0 if there is a new preset, 1 if not."""
    quiet = args.json or args.json_lines
    if not args.yes and (quiet or not sys.stdin.isatty()):
        args.parser.error("nobody can be asked whether to save the preset: pass --yes")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if args.threads:
        from .threads import set_threads

        set_threads(args.threads)
    from ..holistic.allocator import keep_memory
    from ..training.finetune import finetune

    keep_memory()
    with stop_on_signals() as stop, open_view(stop, lines=args.json_lines, quiet=quiet, ask=not args.yes) as view:
        outcome = _told(view, lambda: finetune(_wish(args), view, even_if_worse=args.even_if_worse))
    _show_end(args, view, outcome)
    return 0 if outcome.folder is not None else 1


def _told(view: View, work: Any) -> Outcome:
    """What ``work`` gives; lines tell of its coded error too, before it goes on its way."""
    from ..wire.errors import WholeSceneError

    try:
        outcome: Outcome = work()
    except WholeSceneError as error:
        if isinstance(view, LineView):
            view.tell("error", error=error.to_dict())
        raise
    return outcome


def _wish(args: argparse.Namespace) -> Finetuning:
    from ..training.finetune import Finetuning, LabelledFile

    pairs = [(args.scene, args.labels), *((scene, Path(labels)) for scene, labels in args.also)]
    return Finetuning(
        files=tuple(LabelledFile(_sources(scene), labels, args.layer) for scene, labels in pairs),
        base=args.preset,
        name=args.name,
        field=args.field,
        classes=args.classes,
        colours=dict(args.colour),
        title=args.title,
        bands=args.bands,
        nodata=args.nodata,
        minutes=args.minutes,
        steps=args.steps,
        held_out=args.held_out,
        unfreeze=args.unfreeze,
        weak=args.weak,
        rate=args.rate,
        seed=args.seed,
        device=None if args.device == "auto" else args.device,
    )


def _sources(scene: str) -> tuple[str, ...]:
    """The scene, or its bands if that is no file by itself."""
    return (scene,) if "+" not in scene or Path(scene).exists() else tuple(scene.split("+"))


def _show_end(args: argparse.Namespace, view: View, outcome: Outcome) -> None:
    document = {
        "preset": args.name,
        "folder": str(outcome.folder) if outcome.folder else None,
        "base": args.preset,
        "steps": outcome.steps,
        "held_out_iou": outcome.comparison.to_dict(),
        "classes": [
            {"value": entry.value, "name": entry.name, "colour": entry.colour, "new": row is None}
            for entry, row in zip(outcome.classes.entries, outcome.classes.kept, strict=True)
        ],
    }
    if isinstance(view, LineView):
        view.tell("done", **document)
    elif args.json:
        print(json.dumps(document, indent=1))
    elif outcome.folder:
        print(f"{outcome.folder}\nUse it with: wholescene segment SCENE --preset {args.name}")
    else:
        print("Nothing was saved.")


# -- what options mean ------------------------------------------------------------


def _list(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if len(names) < 2:
        raise argparse.ArgumentTypeError("a preset has two classes or more, separated by commas")
    return names


def _colour(text: str) -> tuple[str, str]:
    name, _, colour = text.rpartition("=")
    if not name or not re.fullmatch("#[0-9A-Fa-f]{6}", colour):
        raise argparse.ArgumentTypeError(f"'{text}' is not CLASS=#RRGGBB")
    return name, colour


def _positive(text: str) -> float:
    value = _amount(text)
    if not value:
        raise argparse.ArgumentTypeError(f"'{text}' is not above 0")
    return value


def _amount(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 0")
    return value


def _share(text: str) -> float:
    value = _amount(text)
    if value > 0.5:
        raise argparse.ArgumentTypeError(f"'{text}' is not a share from 0 to 0.5")
    return value


def _count(text: str) -> int:
    if not (text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1")
    return int(text)
