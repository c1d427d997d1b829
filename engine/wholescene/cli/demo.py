"""``wholescene demo``: one scene from end to end, with a picture to look at."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..wire.errors import BandCount
from ..wire.request import SegmentRequest
from .segment import bands_list, check_preset, compute, door

PICTURE_SIDE = 1000  # pixels of the scene, and of the map beside it


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
    parser.add_argument("--nodata", type=float, help="value that means 'no data', if the file does not say so")
    parser.add_argument("--folder", type=Path, default=Path("demo"), help="where the results go (default demo/)")
    parser.add_argument("--size", type=int, default=4096, metavar="PIXELS", help="side of the landscape")


def run(args: argparse.Namespace) -> int:
    """Segment, print, draw the picture."""
    from ..raster.naming import scene_title
    from ..raster.picture import render

    check_preset(args.preset)
    args.folder.mkdir(parents=True, exist_ok=True)
    sources = scene_of(args.scene) if args.scene else (_landscape(args.folder, args.size),)
    output = args.folder / f"{scene_title(sources)}_{args.preset}.tif"
    bands = args.bands or bands_of(sources, args.preset)
    request = SegmentRequest(sources, args.preset, output=str(output), bands=bands, nodata=args.nodata, overwrite=True)
    with door(None) as way:
        (outcome,) = compute([request], way, quiet=False, several=False, overwrite=True)
    if outcome.state == "stopped":
        return 130
    if outcome.result is None:
        return 1
    picture = output.with_suffix(".png")
    render(output, picture, PICTURE_SIDE, sources, _shown_bands(output, args.preset))
    print(f"{picture}  (the scene and its map)")
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


def _shown_bands(output: Path, preset: str) -> list[int]:
    """The scene's bands for red, green and blue, as the map was made from them; the first ones if those are others."""
    from ..presets.zoo import Zoo
    from ..raster.provenance import read_provenance

    used = [int(number) for number in read_provenance(output)["bands"].split(",")]
    numbers = {band.common_name: number for band, number in zip(Zoo().load(preset).bands, used, strict=True)}
    rgb = [numbers[colour] for colour in ("red", "green", "blue") if colour in numbers]
    return rgb if len(rgb) == 3 else (used * 3)[:3]


def bands_of(sources: tuple[str, ...], preset: str) -> tuple[str, ...] | None:
    """The first bands, with a remark, where a scene does not tell which are which; else None: let the job find them."""
    from ..presets.zoo import Zoo
    from ..raster.bands import match_bands
    from ..raster.scene import Scene

    wanted = Zoo().load(preset).bands
    with Scene.open(sources) as scene:
        try:
            match_bands(scene.bands, wanted, None, preset)
            return None
        except BandCount:
            if len(scene.bands) < len(wanted):
                return None  # the job tells what is missing
    numbers = tuple(str(number) for number in range(1, len(wanted) + 1))
    names = ", ".join(band.name for band in wanted)
    print(f"The scene does not name its bands: taking {', '.join(numbers)} for {names}.")
    print(f"If they are others, say which: make demo SCENE=... BANDS={','.join(reversed(numbers))}", flush=True)
    return numbers


def _landscape(folder: Path, size: int) -> str:
    """The drawn scene, made once."""
    from ..raster.landscape import draw

    place = folder / f"landscape-{size}"
    scene = place / "landscape.tif"
    if not scene.exists():
        print(f"Drawing a landscape of {size} × {size} pixels ...", flush=True)
        draw(size).write(place)
    return str(scene)
