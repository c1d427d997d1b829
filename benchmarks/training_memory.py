"""What whole-scene training takes: memory and time of one forward and backward pass over a scene.

usage: training_memory.py [--sides 1024 1536] [--threads 1]

The network of water-lite, random weights, float32, compute tiles of 512 pixels. Each line is a process of
its own: the undivided module under plain autograd; its steps with everything kept; with what happens
inside tiles computed again (`checkpointing`, the default); and with kept maps in a file besides
(`offload = "file"`). Memory is the peak of what no file backs. Loss and gradient are printed since they have to be the
same. Linux only.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from wholescene import nn
from wholescene.holistic.ranks import Alone
from wholescene.training.config import Memory
from wholescene.training.exchange import Exchange
from wholescene.training.offload import offloaded
from wholescene.training.spatial import SpatialRun, share
from wholescene.wire.plan import Window

WAYS = ("plain", "kept", "checkpointing", "file")
ARCHITECTURE = {
    "encoder": {"name": "convnextv2", "variant": "atto", "in_channels": 3},
    "spim": {"stages": [3], "heads": 8, "kv_pool": 4},
    "decoder": {"name": "fpn", "channels": 128},
    "classes": 2,
}
TILE = 512


def main() -> None:
    """Run every way in a process of its own, or one of them here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sides", type=int, nargs="+", default=[1024, 1536], help="sides of the scenes in pixels")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.way:
        measure(options.way, options.sides[0])
        return
    print(f"{'way':14} {'side':>5} {'MB':>6} {'bytes/pixel':>11} {'s':>6}  loss, norm of the gradient", flush=True)
    for side in options.sides:
        for way in WAYS:
            command = [sys.executable, __file__, "--way", way, "--sides", str(side), "--threads", str(options.threads)]
            subprocess.run(command, check=True)


def measure(way: str, side: int) -> None:
    """One pass; prints its line."""
    torch.manual_seed(0)
    network = nn.build(ARCHITECTURE).eval()
    image, labels = torch.randn(1, 3, side, side), torch.randint(0, 2, (side, side))
    before, peak = anonymous(), [0]
    threading.Thread(target=watch, args=(peak,), daemon=True).start()
    began = time.perf_counter()
    loss = plain(network, image, labels) if way == "plain" else divided(network, image, labels, way)
    seconds, peak[0] = time.perf_counter() - began, max(peak[0], anonymous())
    norm = torch.cat([weight.grad.flatten() for weight in network.parameters() if weight.grad is not None]).norm()
    taken = peak[0] - before
    told = f"{taken >> 20:6} {taken / side**2:11.0f} {seconds:6.1f}  {loss:.6f}, {norm:.6f}"
    print(f"{way:14} {side:5} {told}", flush=True)


def plain(network: nn.Segmenter, image: Tensor, labels: Tensor) -> float:
    """The undivided module."""
    loss = F.cross_entropy(network(image), labels[None])
    loss.backward()
    return loss.item()


def divided(network: nn.Segmenter, image: Tensor, labels: Tensor, way: str) -> float:
    """The same by its steps."""
    side = labels.shape[0]

    def entropy(tile: Window, logits: Tensor) -> Tensor:
        here = labels[None, tile.row : tile.row + tile.height, tile.col : tile.col + tile.width]
        return F.cross_entropy(logits, here, reduction="sum")

    memory = Memory(offload="file" if way == "file" else "none", threshold_mb=0.25)
    with offloaded(memory, torch.device("cpu")):
        division = share((side, side), TILE, 1, None)
        run = SpatialRun(network.program(3), division, Exchange(Alone()), checkpointing=way != "kept")
        run.encode(image)
        loss = torch.stack(run.local(run.program.head, entropy)).sum() / labels.numel()
        loss.backward()
    return loss.item()


def anonymous() -> int:
    """Bytes of memory that no file backs."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) * 1024


def watch(peak: list[int]) -> None:
    """Note the peak, for ever."""
    while True:
        peak[0] = max(peak[0], anonymous())
        time.sleep(0.01)


if __name__ == "__main__":
    main()
