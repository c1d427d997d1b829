"""Seconds and peak memory of a large network over a whole scene on one CUDA device, beside the floor.

    python benchmarks/gpu.py                          Swin-L, UPerNet, SPIM on stages 1-3, 6,800 x 7,200, bf16
    python benchmarks/gpu.py --size 12800 12800
    python benchmarks/gpu.py --device-memory 24       as if the device had so many GiB
    python benchmarks/gpu.py --device cpu --variant tiny --size 900 700      without a GPU: does it run?

Weights and pixels are random: nothing here depends on their values. The floor is what the same
device needs at the least: the network's multiply-adds at the speed of its own large matrix product,
and one reading and one writing of each feature map by each step that rewrites it at the speed of
its own copies, both measured in the same run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Generator, Iterable

import torch

from wholescene import nn
from wholescene.holistic.executor import Executor
from wholescene.holistic.feature_map import Store
from wholescene.holistic.ranks import Alone
from wholescene.holistic.regions import divide
from wholescene.nn.patch import Patch
from wholescene.nn.segmenter import STRIDE
from wholescene.nn.steps import Attention, Global, Program, Step
from wholescene.wire.plan import Window

TILE = 896  # side of a compute tile: 7 windows of Swin at every stride
GIB = 1 << 30


class RandomScene:
    """A scene that need not be kept: each window is drawn when it is read."""

    def __init__(self, size: tuple[int, int], device: str) -> None:
        self.size, self.device = size, device

    def read(self, windows: Iterable[Window]) -> Generator[Patch, None, None]:
        """Noise ``[1, 3, h, w]`` for each window."""
        for window in windows:
            yield Patch(torch.randn(1, 3, window.height, window.width, device=self.device), window, self.size)


class Clock:
    """A ticker that adds up multiply-adds and, by kind of step, seconds."""

    def __init__(self, device: str) -> None:
        self.device, self.macs = device, 0
        self.seconds: dict[str, float] = {}
        self._kind = "encoder"
        self._since = time.perf_counter()

    def tick(self, step: Step, pixels: int, macs: int) -> None:
        """Count a tile; look at the clock only where another kind of step begins."""
        self.macs += pixels * macs
        kind = "attention" if isinstance(step, Attention) else "encoder"
        kind = "decoder" if step.name == "head" or step.name.startswith("decoder") else kind
        if kind != self._kind:
            self.lap(kind)

    def lap(self, following: str = "") -> None:
        """The kind that ran until now has taken so long."""
        synchronize(self.device)
        now = time.perf_counter()
        self.seconds[self._kind] = self.seconds.get(self._kind, 0.0) + now - self._since
        self._kind, self._since = following, now

    def stopped(self) -> bool:
        """Never."""
        return False


def main() -> None:
    """Run once to warm up on a small scene, then measure."""
    options = arguments()
    device, dtype = options.device, {"bf16": torch.bfloat16, "float32": torch.float32}[options.precision]
    torch.manual_seed(0)
    network = nn.build(architecture(options)).eval().requires_grad_(False).to(device, dtype)
    program = network.program(3)
    gemm, copy = matrix_speed(device, dtype), copy_speed(device)
    run(program, (2 * TILE, 2 * TILE), device, dtype, options)
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    height, width = (-(-side // STRIDE) * STRIDE for side in options.size)
    began = time.perf_counter()
    clock = run(program, (height, width), device, dtype, options)
    wall = time.perf_counter() - began
    floor = 2 * clock.macs / gemm, moved_bytes(program, (height, width), dtype) / copy
    weights = sum(weight.numel() for weight in network.parameters()) * dtype.itemsize
    show(options, wall, clock, floor, gemm, copy, weights)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", nargs=2, type=int, default=(6800, 7200), metavar=("HEIGHT", "WIDTH"))
    parser.add_argument("--variant", default="large", help="of Swin")
    parser.add_argument("--stages", nargs="*", type=int, default=[1, 2, 3], help="with SPIM")
    parser.add_argument("--kv-pool", type=int, default=1)
    parser.add_argument("--classes", type=int, default=24)
    parser.add_argument("--precision", choices=("bf16", "float32"), default="bf16")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--device-memory", type=float, metavar="GIB", help="for feature maps (default: what is free)")
    parser.add_argument("--region", type=int, help="side of a region in pixels, where maps wait in main memory")
    return parser.parse_args()


def architecture(options: argparse.Namespace) -> dict[str, object]:
    """Swin, UPerNet with 512 channels, SPIM with 8 heads."""
    return {
        "encoder": {"name": "swin", "variant": options.variant, "in_channels": 3},
        "spim": {"stages": options.stages, "heads": 8, "kv_pool": options.kv_pool, "outer_residual": True},
        "decoder": {"name": "upernet", "channels": 512},
        "classes": options.classes,
    }


def run(program: Program, size: tuple[int, int], device: str, dtype: torch.dtype, options: argparse.Namespace) -> Clock:
    """The whole scene from pixels to class values, which are thrown away."""
    clock, ranks = Clock(device), Alone(device)
    division = divide(size, TILE, region=options.region)
    store = Store(64 * GIB, device=ranks.device, device_budget=device_budget(device, options))
    with torch.inference_mode():
        executor = Executor(program, division, RandomScene(size, device), store, dtype, ranks, clock)
        executor.encode()
        for logits in executor.decode(executor.head_tiles()):
            logits.data[0].float().max(0).indices.to(torch.uint8).cpu()
    store.close()
    clock.lap()
    return clock


def device_budget(device: str, options: argparse.Namespace) -> int:
    """Bytes of the device for feature maps: half of what is free, the rest being for the work itself."""
    if device != "cuda":
        return 0
    if options.device_memory is not None:
        return int(options.device_memory * GIB)
    return torch.cuda.mem_get_info()[0] // 2


def moved_bytes(program: Program, size: tuple[int, int], dtype: torch.dtype) -> int:
    """Bytes of feature maps that steps read and write, each once per pass."""
    total = 0
    for step in program.steps:
        spec = program.features[step.writes]
        values = spec.channels * (size[0] // spec.stride) * (size[1] // spec.stride)
        total += values * dtype.itemsize * (3 if isinstance(step, Global) else 2)
    return total


def matrix_speed(device: str, dtype: torch.dtype) -> float:
    """Floating point operations per second of a large matrix product."""
    side = 8192 if device == "cuda" else 1024
    left, right = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    return 2 * side**3 / best_of(device, lambda: left @ right)


def copy_speed(device: str) -> float:
    """Bytes per second, read and written."""
    data = torch.empty(GIB if device == "cuda" else GIB >> 3, dtype=torch.uint8, device=device)
    return 2 * len(data) / best_of(device, data.clone)


def best_of(device: str, work: Callable[[], object], rounds: int = 5) -> float:
    """The shortest time of some calls."""
    times = []
    for _ in range(rounds):
        synchronize(device)
        began = time.perf_counter()
        work()
        synchronize(device)
        times.append(time.perf_counter() - began)
    return min(times)


def synchronize(device: str) -> None:
    """Wait for the device."""
    if device == "cuda":
        torch.cuda.synchronize()


def show(
    options: argparse.Namespace,
    wall: float,
    clock: Clock,
    floor: tuple[float, float],
    gemm: float,
    copy: float,
    weights: int,
) -> None:
    """Print the table."""
    name = torch.cuda.get_device_name() if options.device == "cuda" else "CPU"
    (height, width), work, speed = options.size, 2 * clock.macs / 1e12, gemm / 1e12
    print(f"Swin-{options.variant}, UPerNet, SPIM on stages {options.stages} (keys pooled by {options.kv_pool})")
    print(f"{height} x {width} pixels, {options.precision}, {name}")
    print(f"  wall                     {wall:10.1f} s   ({height * width / wall / 1e6:.2f} Mpixel/s)")
    for kind, seconds in clock.seconds.items():
        print(f"    {kind:<22} {seconds:10.1f} s")
    print(f"  floor, multiply-adds     {floor[0]:10.1f} s   ({work:.1f} TFLOP at {speed:.1f} TFLOP/s)")
    print(f"  floor, feature maps      {floor[1]:10.1f} s   (at {copy / 1e9:.0f} GB/s)")
    print(f"  share of the floor       {floor[0] / wall:10.2f}")
    print(f"  weights                  {weights / GIB:10.2f} GiB")
    if options.device == "cuda":
        print(f"  peak device memory       {torch.cuda.max_memory_allocated() / GIB:10.2f} GiB")


if __name__ == "__main__":
    main()
