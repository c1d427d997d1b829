"""``wholescene evaluate``: hold a preset against labelled scenes."""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..service.place import size
from ..wire.errors import Cancelled
from ..wire.request import PRECISIONS, STRIDE, WEIGHTINGS
from . import resources
from .progress import open_view, stop_on_signals
from .threads import set_threads, wait_asleep

if TYPE_CHECKING:
    from ..evaluation.results import Evaluation
    from ..evaluation.run import Segment
    from ..evaluation.settings import Settings

OUTPUT = Path("evaluation")
DATA_FIELDS = ("data", "format", "split_file", "split", "scenes", "baseline")
FIELDS = (*DATA_FIELDS, "holistic", "crop", "overlap", "weighting", "grid", "without_spim", "precision")
EXAMPLES = """\
examples:
  wholescene evaluate water-lite dubai --format dubai:water
  wholescene evaluate water-lite dubai --format dubai:water --split val --crop 256,512,1024 --no-spim
  wholescene evaluate water-lite lakes --map lake=water,reed=other --ignore cloud
  wholescene evaluate water.toml             all of it from a file
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "evaluate",
        help="hold a preset against labelled scenes",
        description="Score a preset on labelled scenes: as it is, cut into windows, with less attention. Finished maps "
        "are counted once: run it again and it goes on.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument("preset", metavar="PRESET", help="a name, a preset's folder, or a TOML file with all of this")
    parser.add_argument("data", nargs="?", metavar="DATA", help="the folder of a data set, as for 'dataset check'")
    parser.add_argument(
        "-o", "--output", type=Path, default=OUTPUT, help="folder for figures, page and log (evaluation)"
    )
    _add_data(parser.add_argument_group("data"))
    _add_modes(parser.add_argument_group("rows of the table"))
    _add_classes(parser.add_argument_group("classes (by default those of the same name)"))
    _add_resources(parser.add_argument_group("resources (the figures do not depend on them)"))
    parser.add_argument("--json", action="store_true", help="print everything as JSON on stdout")


def _add_data(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--format", metavar="NAME", help="see 'dataset formats' (default: dataset.toml, or recognised)")
    group.add_argument("--split-file", metavar="FILE", help="a split file (TOML) in place of the data set's own")
    group.add_argument("--split", choices=("train", "val", "test"), help="which scenes (default: test)")
    group.add_argument("--scenes", type=_words, metavar="A,B*", help="only these of the split: names or patterns")
    group.add_argument("--baseline", metavar="FILE", help="figures of another method to show beside (TOML)")


def _add_modes(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--no-holistic", dest="holistic", action="store_const", const=False, help="not the preset as is")
    group.add_argument("--crop", type=_sides, metavar="256,512", help="window by window, with these sides in pixels")
    group.add_argument("--overlap", type=float, metavar="SHARE", help="of a window with the next (1/3)")
    group.add_argument("--weighting", choices=WEIGHTINGS, help="how the windows of a pixel count (uniform)")
    group.add_argument(
        "--grid", type=_grids, metavar="512,512x1024", help="attention within regions: HEIGHTxWIDTH or one side"
    )
    group.add_argument(
        "--no-spim", dest="without_spim", action="store_const", const=True, help="no whole-scene attention"
    )
    group.add_argument("--precision", choices=PRECISIONS, help="default: float32, on every machine")


def _add_classes(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--map", type=_renaming, metavar="A=B,C=B", help="classes of the data set that mean others")
    group.add_argument("--map-preset", type=_renaming, metavar="A=B", help="classes of the preset that mean others")
    group.add_argument("--ignore", type=_words, metavar="A,B", help="classes of the data set whose pixels do not count")
    group.add_argument(
        "--unaveraged", type=_words, metavar="A,B", help="classes left out of the means; their pixels count"
    )


def _add_resources(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--threads", type=resources.count, metavar="T", help="threads of the computation")
    group.add_argument("--memory", type=size, metavar="SIZE", help="main memory to use at most, such as 8GiB")
    resources.add_device(group)


def run(args: argparse.Namespace) -> int:
    """Evaluate, write page and JSON, print the table."""
    wait_asleep()
    if args.threads is not None:
        set_threads(args.threads)
    from ..evaluation.report import write
    from ..evaluation.run import evaluate

    settings, config = _settings(args)
    try:
        with stop_on_signals() as stop:
            found = evaluate(settings, args.output, config=config, segment=_segment(args), listener=open_view(stop))
    except Cancelled:
        print("What is finished is kept; the same command goes on.", file=sys.stderr)
        raise
    files = write(found, args.output)
    if args.json:
        print(json.dumps(found.to_dict(), indent=1, ensure_ascii=False))
        return 0
    _show(found)
    print(f"{files.page}\n{files.json}")
    return 0


def _settings(args: argparse.Namespace) -> tuple[Settings, Path | None]:
    """What file and options say, options first; with the file."""
    from ..evaluation.settings import read_settings, settings

    given: dict[str, Any] = {name: getattr(args, name) for name in FIELDS if getattr(args, name) is not None}
    wishes = {"dataset": args.map, "preset": args.map_preset, "ignore": args.ignore, "unaveraged": args.unaveraged}
    given["classes"] = {name: value for name, value in wishes.items() if value is not None}
    if args.preset.endswith(".toml"):
        return read_settings(Path(args.preset), given), Path(args.preset)
    if args.data is None:
        args.parser.error("DATA is needed, or a TOML file in place of PRESET")
    return settings({"preset": args.preset, **given}), None


def _segment(args: argparse.Namespace) -> Segment:
    """What makes the maps, on the device and within the memory that the options name."""
    from ..service.compute import segment
    from ..service.crew import Crew

    device = None if args.device == "auto" else args.device
    options = Crew((device,), args.threads, args.memory).place(0).options()
    return partial(segment, **options)


def _show(found: Evaluation) -> None:
    from rich.console import Console

    from .scores import show

    show(found, Console(highlight=False))


def _words(text: str) -> list[str]:
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise argparse.ArgumentTypeError(f"'{text}' is not a list such as A,B")
    return words


def _renaming(text: str) -> dict[str, str]:
    pairs = [tuple(side.strip() for side in word.split("=", 1)) for word in text.split(",")]
    if not all(len(pair) == 2 and all(pair) for pair in pairs):
        raise argparse.ArgumentTypeError(f"'{text}' is not a list such as lake=water,reed=other")
    return {pair[0]: pair[1] for pair in pairs}


def _sides(text: str) -> list[int]:
    words = _words(text)
    if not all(word.isdigit() and int(word) >= STRIDE for word in words):
        raise argparse.ArgumentTypeError(f"'{text}' is not a list of numbers of pixels from {STRIDE}")
    return [int(word) for word in words]


def _grids(text: str) -> list[tuple[int, int]]:
    pairs = [word.split("x") * (1 if "x" in word else 2) for word in _words(text)]
    if not all(len(pair) == 2 and all(side.isdigit() and _whole(int(side)) for side in pair) for pair in pairs):
        raise argparse.ArgumentTypeError(f"'{text}' is not a list such as 512,512x1024 in multiples of {STRIDE}")
    return [(int(pair[0]), int(pair[1])) for pair in pairs]


def _whole(side: int) -> bool:
    return side > 0 and side % STRIDE == 0
