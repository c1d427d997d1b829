"""Peak memory of whole scenes: all processes of `wholescene segment` together, beside what was planned.

Runs the command line on large scenes and adds up what all its processes hold: anonymous and
shared memory, shared pages counted once in proportion (Pss_Anon + Pss_Shmem of
/proc/PID/smaps_rollup); pages backed by files are the system's to take back and are not counted.
`wholescene plan` says beforehand what it will be. Linux only.

usage: memory.py [--cache FOLDER] [--preset NAME] [--memory SIZE] [--ranks N] [--scene WORD]

The scenes are the union u78 (8877 x 9929) and canvases of 6,400 and 12,800 pixels a side laid out
with the Dubai scenes of the shared data; they are built once in the cache folder. At the end stands
how much more the larger canvas takes than the smaller: with a --memory that sends features to
scratch files, nothing should grow with the scene.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.windows import Window

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED_DATA = Path(os.environ.get("WHOLESCENE_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
CLI = f"{sys.executable} -m wholescene.cli"
SEGMENT = f"{CLI} segment {{scene}} --preset {{preset}} --precision {{precision}} --output {{output}} --overwrite"
PLAN = f"{CLI} plan {{scene}} --preset {{preset}} --precision {{precision}} --json"
CANVASES = (6_400, 12_800)
EVERY = 0.1  # seconds between two samples
GIGABYTE = 1e9


@dataclass(frozen=True)
class Measurement:
    """One run: wall-clock seconds, highest memory in bytes, exit code."""

    seconds: float
    peak: int
    code: int


def measure(command: list[str]) -> Measurement:
    """Run ``command`` and watch it with everything it starts."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0
    try:
        while process.poll() is None:
            peak = max(peak, sum(held(pid) for pid in tree(process.pid)))
            time.sleep(EVERY)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    return Measurement(time.monotonic() - started, peak, process.returncode)


def tree(pid: int) -> Iterator[int]:
    """The process and all below it."""
    yield pid
    try:
        for child in psutil.Process(pid).children(recursive=True):
            yield child.pid
    except psutil.NoSuchProcess:
        return


def held(pid: int) -> int:
    """Bytes of anonymous and shared memory, in proportion; 0 if the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return 0
    fields = (line.split() for line in lines)
    return sum(int(words[1]) for words in fields if words[0] in ("Pss_Anon:", "Pss_Shmem:")) * 1024


def scenes(cache: Path) -> dict[str, Path]:
    """The scenes, built if they are not there."""
    cache.mkdir(parents=True, exist_ok=True)
    union = cache / "dubai_u78_rgb.tif"
    if not union.exists():
        subprocess.run([sys.executable, str(SHARED_DATA / "dubai" / "build.py"), str(cache)], check=True)
    canvases = {f"canvas {side}": cache / f"canvas_{side}.tif" for side in CANVASES}
    for side, canvas in zip(CANVASES, canvases.values(), strict=True):
        if not canvas.exists():
            lay_out(sorted(cache.glob("dubai_t?_rgb.tif")), canvas, side)
    return {"dubai u78": union} | canvases


def lay_out(parts: list[Path], canvas: Path, side: int) -> None:
    """Lay the scenes side by side, row by row and again from the first, until the canvas is full."""
    part = canvas.with_suffix(".part.tif")
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 3, "dtype": "uint8", "photometric": "RGB"}
    layout = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "predictor": 2}
    with rasterio.open(part, "w", **profile, **layout) as target:
        row = number = 0
        while row < side:
            col, height = 0, side - row
            while col < side:
                with rasterio.open(parts[number % len(parts)]) as source:
                    height = min(height, source.height)
                    width = min(source.width, side - col)
                    target.write(
                        source.read(window=Window(0, 0, width, height)), window=Window(col, row, width, height)
                    )
                col, number = col + width, number + 1
            row += height
    part.replace(canvas)


def main() -> int:
    """Print one line per scene and precision; 1 if a run failed."""
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is measured ends too
    warnings.filterwarnings("ignore", category=NotGeoreferencedWarning)
    limits = "".join(f" --{name} {value}" for name in ("memory", "ranks") if (value := getattr(args, name)))
    headings = f"{'precision':>9} {'seconds':>8} {'Mpx/s':>6} {'peak':>8} {'planned':>8} {'off by':>7}"
    print(f"{'scene':14} {'size':>15} {headings}", flush=True)
    runs: dict[tuple[str, str], Measurement] = {}
    for name, path in scenes(args.cache).items():
        for precision in args.precision if not args.scene or args.scene in name else ():
            values = {"scene": str(path), "preset": args.preset, "precision": precision}
            planned = plan(PLAN + limits, values)
            runs[name, precision] = run(args.command + limits, values)
            show(name, path, precision, runs[name, precision], planned)
    compare(runs)
    return int(any(measured.code for measured in runs.values()))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=REPOSITORY / "build" / "scenes", help="where the scenes are kept")
    parser.add_argument("--preset", default="water-lite")
    parser.add_argument("--precision", nargs="+", default=["bf16", "float32"])
    parser.add_argument("--memory", help="main memory allowed, such as 600MiB")
    parser.add_argument("--ranks", help="ranks that share the scene")
    parser.add_argument("--scene", help="only the scenes with this word in their name")
    parser.add_argument("--command", default=SEGMENT, help="with {scene}, {preset}, {precision} and {output}")
    return parser.parse_args()


def plan(template: str, values: dict[str, str]) -> int:
    """Bytes of main memory that the planner expects."""
    words = [word.format(**values) for word in shlex.split(template)]
    answer = json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout)
    return int(answer["schedule"]["main_bytes"])


def run(template: str, values: dict[str, str]) -> Measurement:
    """Measure one scene at one precision."""
    with tempfile.TemporaryDirectory() as folder:
        filled = values | {"output": str(Path(folder) / "map.tif")}
        return measure([word.format(**filled) for word in shlex.split(template)])


def show(name: str, path: Path, precision: str, measured: Measurement, planned: int) -> None:
    """Print a run's line."""
    with rasterio.open(path) as scene:
        width, height = scene.width, scene.height
    speed = width * height / 1e6 / measured.seconds
    note = "" if measured.code == 0 else f"  failed with {measured.code}"
    print(
        f"{name:14} {f'{width} x {height}':>15} {precision:>9} {measured.seconds:8.1f} {speed:6.2f} "
        f"{measured.peak / GIGABYTE:5.2f} GB {planned / GIGABYTE:5.2f} GB {planned / measured.peak - 1:+7.0%}{note}",
        flush=True,
    )


def compare(runs: dict[tuple[str, str], Measurement]) -> None:
    """Print how much more the larger canvas took than the smaller."""
    small, large = (f"canvas {side}" for side in CANVASES)
    for precision in dict.fromkeys(precision for _, precision in runs):
        pair = [runs.get((name, precision)) for name in (small, large)]
        if pair[0] and pair[1]:
            print(f"{precision}: {large} took {pair[1].peak / pair[0].peak - 1:+.1%} of the memory of {small}")


if __name__ == "__main__":
    sys.exit(main())
