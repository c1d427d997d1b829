"""Peak memory of whole scenes: all processes of `wholescene segment` together.

Runs the command line on two large scenes, each in bf16 and float32, and adds up what all
its processes hold: anonymous and shared memory, shared pages counted once in proportion
(Pss_Anon + Pss_Shmem of /proc/PID/smaps_rollup); pages backed by files are the system's
to take back and are not counted. Linux only.

usage: memory.py [--cache FOLDER] [--preset NAME] [--command 'wholescene segment {scene} ...']

The scenes are the union u78 (8877 x 9929) and a canvas of 12,800 x 12,800 pixels laid out
with the Dubai scenes of the shared data; both are built once in the cache folder.
"""

from __future__ import annotations

import argparse
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
SEGMENT = (
    f"{sys.executable} -m wholescene.cli segment {{scene}} --preset {{preset}} "
    "--precision {precision} --output {output} --overwrite"
)
CANVAS = 12_800
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
    """The two scenes, built if they are not there."""
    cache.mkdir(parents=True, exist_ok=True)
    union = cache / "dubai_u78_rgb.tif"
    if not union.exists():
        subprocess.run([sys.executable, str(SHARED_DATA / "dubai" / "build.py"), str(cache)], check=True)
    canvas = cache / f"canvas_{CANVAS}.tif"
    if not canvas.exists():
        lay_out(sorted(cache.glob("dubai_t?_rgb.tif")), canvas)
    return {"dubai u78": union, "canvas of Dubai scenes": canvas}


def lay_out(parts: list[Path], canvas: Path) -> None:
    """Lay the scenes side by side, row by row and again from the first, until the canvas is full."""
    part = canvas.with_suffix(".part.tif")
    profile = {"driver": "GTiff", "width": CANVAS, "height": CANVAS, "count": 3, "dtype": "uint8", "photometric": "RGB"}
    layout = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "predictor": 2}
    with rasterio.open(part, "w", **profile, **layout) as target:
        row = number = 0
        while row < CANVAS:
            col, height = 0, CANVAS - row
            while col < CANVAS:
                with rasterio.open(parts[number % len(parts)]) as source:
                    height = min(height, source.height)
                    width = min(source.width, CANVAS - col)
                    target.write(
                        source.read(window=Window(0, 0, width, height)), window=Window(col, row, width, height)
                    )
                col, number = col + width, number + 1
            row += height
    part.replace(canvas)


def main() -> int:
    """Print one line per scene and precision; 1 if a run failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=REPOSITORY / "build" / "scenes", help="where the scenes are kept")
    parser.add_argument("--preset", default="water-lite")
    parser.add_argument("--precision", nargs="+", default=["bf16", "float32"])
    parser.add_argument("--scene", help="only the scene with this word in its name")
    parser.add_argument("--command", default=SEGMENT, help="with {scene}, {preset}, {precision} and {output}")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is measured ends too
    warnings.filterwarnings("ignore", category=NotGeoreferencedWarning)
    failed = False
    print(f"{'scene':24} {'size':>15} {'precision':>9} {'seconds':>8} {'Mpx/s':>6} {'peak GB':>8}", flush=True)
    for name, path in scenes(args.cache).items():
        if args.scene and args.scene not in name:
            continue
        for precision in args.precision:
            failed |= run(name, path, precision, args.preset, args.command).code != 0
    return int(failed)


def run(name: str, path: Path, precision: str, preset: str, template: str) -> Measurement:
    """Measure one scene at one precision and print its line."""
    with rasterio.open(path) as scene:
        width, height = scene.width, scene.height
    with tempfile.TemporaryDirectory() as folder:
        values = {"scene": path, "preset": preset, "precision": precision, "output": Path(folder) / "map.tif"}
        measured = measure([word.format(**values) for word in shlex.split(template)])
    speed = width * height / 1e6 / measured.seconds
    note = "" if measured.code == 0 else f"  failed with {measured.code}"
    print(
        f"{name:24} {f'{width} x {height}':>15} {precision:>9} {measured.seconds:8.1f} {speed:6.2f} "
        f"{measured.peak / GIGABYTE:8.2f}{note}",
        flush=True,
    )
    return measured


if __name__ == "__main__":
    sys.exit(main())
