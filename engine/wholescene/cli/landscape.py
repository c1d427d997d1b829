"""``wholescene landscape``: draw a scene whose true classes are known."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..wire.errors import OutputExists, OutputUnwritable


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "landscape",
        help="draw a scene to try things on",
        description="Draw a georeferenced landscape (rivers, lakes, fields, roads, ...) and the truth beside it.",
    )
    parser.set_defaults(run=run)
    parser.add_argument("folder", type=Path, help="where landscape.tif and landscape_truth.tif go")
    parser.add_argument("--size", type=_side, default=4096, metavar="PIXELS", help="side of the scene (default 4096)")
    parser.add_argument("--seed", type=int, default=0, help="another number, another landscape")
    parser.add_argument("--overwrite", action="store_true", help="replace a landscape that is there")


def run(args: argparse.Namespace) -> int:
    """Draw and write."""
    from ..raster.landscape import draw

    place = args.folder / "landscape.tif"
    if place.exists() and not args.overwrite:
        raise OutputExists(path=str(place))
    try:
        for path in draw(args.size, args.seed).write(args.folder):
            print(path)
    except OSError as problem:
        raise OutputUnwritable(path=str(args.folder), detail=problem.strerror or str(problem)) from None
    return 0


def _side(text: str) -> int:
    if not (text.isdigit() and int(text) >= 64):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of pixels from 64")
    return int(text)
