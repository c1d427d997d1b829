"""How fast whole scenes are segmented, against other ways and against what the processor can do.

usage: speed.py [--only tiles peak ranks large] [--rounds 5] [--threads 2] [--size 4096] [--cache FOLDER]

Every program runs from a GeoTIFF to a written GeoTIFF with the same network (ConvNeXt V2 atto, FPN
128, one set of weights), the same number of threads and warm. They take turns, round by round; a figure
is the median over the rounds of the ratio within a round, so that a machine which is busy with
something else spoils a round for all alike. Each line ends with the target and whether it holds.

    tiles   against ONNX Runtime on tiles that overlap by 15 %, as plugins of QGIS run it, and against
            MONAI's sliding windows at their default overlap; without overlap, where seams show, beside it
    peak    operations of the undivided network per second, of those of a large matrix product
    ranks   two ranks of one thread each against one rank with two threads, and what exchanging took
    large   12,800 x 12,800 pixels, 24 classes: peak memory above the model, and whole-scene attention's time

For a quiet machine; needs requirements/bench.txt for `tiles`. Linux only for `large`'s memory.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bench_inputs

from wholescene.presets.zoo import FOLDERS_VARIABLE, Zoo

REPOSITORY = Path(__file__).resolve().parents[1]
LARGE = 12_800
WARM = 1024  # side of the scene that programs warm up with
PARTS = ("tiles", "peak", "ranks", "large")
Round = dict[str, dict[str, Any]]  # what each program told in one round


class Contender:
    """A program of `contenders.py`, kept warm; see there."""

    def __init__(
        self, name: str, preset: str, scenes: Sequence[Path], options: Sequence[str], **environment: str
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="wholescene-bench-")
        script, output = Path(__file__).with_name("contenders.py"), Path(self._folder.name) / "map.tif"
        command = [sys.executable, str(script), name, preset, *map(str, scenes), str(output), *options]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
        )
        self._answer()

    def run(self) -> dict[str, Any]:
        """One run over the scene."""
        assert self._process.stdin is not None
        self._process.stdin.write("run\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._answer())
        return told

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a program ended early: {self._process.args}")
        return line


class Bench:
    """Scenes, presets and options that all parts share."""

    def __init__(self, cache: Path, size: int, threads: int, rounds: int, tile: int, isa: str | None) -> None:
        self.cache, self.size, self.threads, self.rounds = cache, size, threads, rounds
        cache.mkdir(parents=True, exist_ok=True)
        self.environment = {FOLDERS_VARIABLE: str(cache / "presets")}
        if isa:
            self.environment["ONEDNN_MAX_CPU_ISA"] = isa
        self.preset = bench_inputs.preset(cache / "presets", "bench8", 8, spim=False, tile=tile)
        self.large_preset = bench_inputs.preset(cache / "presets", "bench24", 24, spim=True, tile=tile)

    def contender(self, name: str, *options: object, preset: str = "", side: int = 0) -> Contender:
        """Start a program and wait until it is ready."""
        scenes = [bench_inputs.scene(self.cache, pixels) for pixels in (side or self.size, WARM)]
        return Contender(name, preset or self.preset, scenes, list(map(str, options)), **self.environment)

    def play(self, programs: dict[str, Contender]) -> list[Round]:
        """All rounds: each program in turn, one at a time."""
        played = []
        for number in range(self.rounds):
            played.append({name: program.run() for name, program in programs.items()})
            seconds = ", ".join(f"{name} {told['seconds']:.2f} s" for name, told in played[-1].items())
            print(f"  round {number + 1}: {seconds}", file=sys.stderr, flush=True)
        for program in programs.values():
            program.close()
        return played

    def flops(self, preset: str, side: int) -> float:
        """Operations of the undivided network over a scene, counted on 1024 x 1024 pixels."""
        folder = Path(self.environment[FOLDERS_VARIABLE])
        architecture = Zoo([folder]).item(preset)["properties"]["wholescene:architecture"]
        return bench_inputs.flops(architecture) * (side / 1024) ** 2


def median(rounds: Sequence[Round], figure: Callable[[Round], float]) -> float:
    """The middle one of a figure's values in each round."""
    return statistics.median(figure(one) for one in rounds)


def show(label: str, value: float, target: float | None = None, *, most: bool = False, unit: str = "") -> None:
    """A line: what was measured, what it should be at least (or at ``most``), whether it is."""
    told = ""
    if target is not None:
        holds = value <= target if most else value >= target
        told = f"target {'<=' if most else '>='} {target:g}{unit:4}  {'holds' if holds else 'FALLS SHORT'}"
    print(f"  {label:62} {value:8.3f}{unit:4} {told}", flush=True)


def tiles_and_peak(bench: Bench, parts: Sequence[str]) -> None:
    """Parts ``tiles`` and ``peak``, in the same rounds."""
    programs = {f"exact {precision}": ("wholescene", precision) for precision in ("bf16", "float32")}
    if "peak" in parts:
        programs |= {f"matmul {precision}": ("matmul", precision) for precision in ("bf16", "float32")}
    if "tiles" in parts:
        programs |= {"onnx 15 %": ("onnx", "0.15"), "onnx 0 %": ("onnx", "0")}
        programs |= {"monai 25 %": ("monai", "0.25"), "monai 0 %": ("monai", "0")}
    started = {name: bench.contender(*words, bench.threads) for name, words in programs.items()}
    rounds = bench.play(started)
    print(f"\n{bench.size} x {bench.size} pixels, 8 classes, {bench.threads} threads, {bench.rounds} rounds (medians):")
    for name in programs:
        if not name.startswith("matmul"):
            show(f"{name}, seconds", median(rounds, lambda one, name=name: one[name]["seconds"]), unit=" s")
    if "tiles" in parts:
        tell_tiles(rounds)
    if "peak" in parts:
        tell_peak(rounds, bench.flops(bench.preset, bench.size))


def tell_tiles(rounds: Sequence[Round]) -> None:
    """How many times faster than tiles and windows."""
    targets = {
        ("bf16", "onnx 15 %"): 3.5,
        ("float32", "onnx 15 %"): 1.3,
        ("bf16", "monai 25 %"): 6.0,
        ("float32", "monai 25 %"): 2.2,
    }
    print("\ntimes as fast as (the others in float32):")
    for other in ("onnx 15 %", "monai 25 %", "onnx 0 %", "monai 0 %"):
        for precision in ("bf16", "float32"):
            ratio = median(rounds, lambda one, a=other, b=f"exact {precision}": one[a]["seconds"] / one[b]["seconds"])
            show(f"exact {precision} against {other} overlap", ratio, targets.get((precision, other)), unit="x")


def tell_peak(rounds: Sequence[Round], flops: float) -> None:
    """What part of a matrix product's speed is reached from file to file."""
    print(f"\nof the speed of a matrix product, file to file ({flops / 1e12:.3f} TFLOP):")
    for precision, target in (("bf16", 0.55), ("float32", 0.6)):
        ours, peak = f"exact {precision}", f"matmul {precision}"
        show(f"matrix product {precision}, GFLOP/s", median(rounds, lambda one, p=peak: one[p]["peak"] / 1e9))
        part = median(rounds, lambda one, o=ours, p=peak: flops / one[o]["seconds"] / one[p]["peak"])
        show(f"exact {precision}", part, target)


def ranks(bench: Bench) -> None:
    """Part ``ranks``."""
    programs = {
        f"{count} x {threads} {precision}": bench.contender("ranks", precision, count, threads, preset="bench24")
        for precision in ("bf16", "float32")
        for count, threads in ((1, 2), (2, 1))
    }
    rounds = bench.play(programs)
    print(f"\ntwo ranks of one thread against one rank of two, {bench.size} x {bench.size}, 24 classes, with SPIM:")
    for precision in ("bf16", "float32"):
        one_rank, two_ranks = f"1 x 2 {precision}", f"2 x 1 {precision}"
        ratio = median(rounds, lambda one, a=one_rank, b=two_ranks: one[a]["seconds"] / one[b]["seconds"])
        show(f"efficiency {precision}", ratio, 0.95)
        share = median(rounds, lambda one, name=two_ranks: one[name]["exchange"])
        show(f"time that the ranks spent exchanging, {precision}", share, 0.05, most=True)


def large(bench: Bench) -> None:
    """Part ``large``: one run."""
    program = bench.contender("wholescene", "bf16", bench.threads, preset=bench.large_preset, side=LARGE)
    told = run_watched(program)
    weights = (bench.cache / "presets" / bench.large_preset / "weights.safetensors").stat().st_size
    stages, attention = told["stages"], told["stages"].get("interacting", 0.0)
    print(f"\n{LARGE} x {LARGE} pixels, 24 classes, SPIM on the last stage with keys pooled by 4, bf16:")
    show("seconds", told["seconds"], unit=" s")
    for stage, seconds in stages.items():
        show(f"  of these {stage}", seconds, unit=" s")
    show("peak memory of the program, less its weights", (told["held"] - weights) / 1e9, 3.0, most=True, unit=" GB")
    show("whole-scene attention's time, of the rest", attention / (told["seconds"] - attention), 0.5, most=True)


def run_watched(program: Contender) -> dict[str, Any]:
    """One run, and the most memory that the process held meanwhile."""
    import threading

    from memory import EVERY, held

    done, peak = threading.Event(), 0

    def watch() -> None:
        nonlocal peak
        while not done.wait(EVERY):
            peak = max(peak, held(program.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    told = program.run()
    done.set()
    watcher.join()
    program.close()
    return {**told, "held": peak}


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--size", type=int, default=4096, help="side of the scene (default 4096)")
    parser.add_argument("--tile", type=int, default=512, help="side of compute tiles in pixels (default 512)")
    parser.add_argument("--cache", type=Path, default=REPOSITORY / "build" / "bench", help="where inputs are kept")
    parser.add_argument("--isa", help="instructions that matrix products may use, such as AVX512_CORE_BF16")
    args = parser.parse_args()
    bench = Bench(args.cache, args.size, args.threads, args.rounds, args.tile, args.isa)
    if {"tiles", "peak"} & set(args.only):
        tiles_and_peak(bench, args.only)
    if "ranks" in args.only:
        ranks(bench)
    if "large" in args.only:
        large(bench)
    return 0


if __name__ == "__main__":
    sys.exit(main())
