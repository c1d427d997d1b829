"""``wholescene demo``: one scene from end to end, with a picture to look at."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..wire.request import SegmentRequest
from .segment import bands_list, compute, door


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "demo",
        help="segment a drawn landscape, or a scene of yours, and make a picture of it",
        description="Segment a scene, print classes and areas, leave a GeoTIFF and a picture.",
    )
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument("--scene", help="a raster, several in one string, or a folder of bands (default: a landscape)")
    parser.add_argument("-p", "--preset", default="water-lite", help="which model (default water-lite)")
    parser.add_argument("--bands", type=bands_list, metavar="R,G,B", help="for each band of the preset, name or number")
    parser.add_argument("--folder", type=Path, default=Path("demo"), help="where the results go (default demo/)")
    parser.add_argument("--size", type=int, default=4096, metavar="PIXELS", help="side of the landscape")


def run(args: argparse.Namespace) -> int:
    """Segment, print, draw the picture."""
    from ..raster.naming import scene_title
    from ..raster.picture import render

    args.folder.mkdir(parents=True, exist_ok=True)
    sources = scene_of(args.scene) if args.scene else (_landscape(args.folder, args.size),)
    output = args.folder / f"{scene_title(sources)}_{args.preset}.tif"
    request = SegmentRequest(sources, args.preset, output=str(output), bands=args.bands, overwrite=True)
    with door(None) as way:
        (outcome,) = compute([request], way, quiet=False, several=False, overwrite=True)
    if outcome.state == "stopped":
        return 130
    if outcome.result is None:
        return 1
    picture = output.with_suffix(".png")
    render(output, picture)
    print(f"{picture}  (a picture of it)")
    return 0


def scene_of(text: str) -> tuple[str, ...]:
    """The files that SCENE names: one raster, several separated by blanks, or all rasters of a folder."""
    from ..raster.sources import RASTER_SUFFIXES

    path = Path(text)
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if file.suffix.lower() in RASTER_SUFFIXES)
        return tuple(map(str, found)) or (text,)
    words = tuple(text.split())
    several = not path.exists() and len(words) > 1 and all(Path(word).exists() for word in words)
    return words if several else (text,)


def _landscape(folder: Path, size: int) -> str:
    """The drawn scene, made once."""
    from ..raster.landscape import draw

    place = folder / f"landscape-{size}"
    scene = place / "landscape.tif"
    if not scene.exists():
        print(f"Drawing a landscape of {size} × {size} pixels ...", flush=True)
        draw(size).write(place)
    return str(scene)
