"""Small networks with random weights, and the undivided forward pass to hold the executor against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch

from wholescene import nn
from wholescene.holistic.executor import Executor
from wholescene.holistic.feature_map import Store
from wholescene.holistic.lanes import Lanes
from wholescene.holistic.ranks import Alone, Ranks
from wholescene.holistic.regions import divide
from wholescene.nn.patch import Patch
from wholescene.nn.segmenter import pad
from wholescene.nn.steps import Step
from wholescene.wire.plan import Window

ATTO = {"name": "convnextv2", "variant": "atto"}
SWIN = {"name": "swin", "variant": "tiny"}
FPN = {"name": "fpn", "channels": 32}
UPERNET = {"name": "upernet", "channels": 16}
WATER = {"name": "upernet", "dialect": "lwc", "channels": 16}
WATER_FINE = {**WATER, "joined": "finest"}


def network(
    *,
    encoder: dict[str, object] = ATTO,
    decoder: dict[str, object] = FPN,
    spim: dict[str, object] | None = None,
    classes: int = 5,
    in_channels: int = 3,
    seed: int = 0,
) -> nn.Segmenter:
    """A network whose every part matters: norms, GRN and biases are not at their neutral start."""
    torch.manual_seed(seed)
    architecture: dict[str, object] = {
        "encoder": {**encoder, "in_channels": in_channels},
        "decoder": decoder,
        "classes": classes,
    }
    if spim is not None:
        architecture["spim"] = spim
    net = nn.build(architecture).eval()
    for weight in net.parameters():
        weight.data.add_(torch.randn_like(weight) * 0.1)
    for name, statistic in net.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            statistic.add_(torch.rand_like(statistic))
    return net.requires_grad_(False)


class ArraySource:
    """A scene held as one padded tensor."""

    def __init__(self, image: torch.Tensor) -> None:
        self.image = pad(image)
        self.size = (self.image.shape[-2], self.image.shape[-1])

    def read(self, windows: Iterable[Window]) -> Iterator[Patch]:
        for window in windows:
            rows = slice(window.row, window.row + window.height)
            yield Patch(self.image[..., rows, window.col : window.col + window.width], window, self.size)


class Counter:
    """A ticker that counts multiply-adds per step."""

    def __init__(self) -> None:
        self.macs: dict[str, int] = {}

    def tick(self, step: Step, pixels: int, macs: int) -> None:
        self.macs[step.name] = self.macs.get(step.name, 0) + pixels * macs

    def stopped(self) -> bool:
        return False


def streamed(
    net: nn.Segmenter,
    image: torch.Tensor,
    *,
    tile: int,
    budget: int = 1 << 30,
    dtype: torch.dtype = torch.float32,
    ticker: Counter | None = None,
    region: int | None = None,
    ranks: Ranks | None = None,
    lanes: Lanes | None = None,
) -> torch.Tensor:
    """The logits of ``image`` ``[1, C, H, W]``, computed tile by tile; NaN where other ranks computed them."""
    source, ranks = ArraySource(image), ranks or Alone()
    program, store = net.program(image.shape[1]), Store(budget)
    division = divide(source.size, tile, ranks.size, region, program.grid)
    executor = Executor(program, division, source, store, dtype, ranks, ticker or Counter(), lanes or Lanes())
    executor.encode()
    logits = torch.full((1, classes_of(net), *source.size), torch.nan, dtype=dtype)
    for part in executor.decode(executor.head_tiles()):
        window = part.window
        logits[..., window.row : window.row + window.height, window.col : window.col + window.width] = part.data
    store.close()
    return logits[..., : image.shape[-2], : image.shape[-1]]


def classes_of(net: nn.Segmenter) -> int:
    """How many logits a pixel has."""
    layer = next(m for m in reversed(list(net.decoder.modules())) if isinstance(m, torch.nn.Conv2d))
    return layer.out_channels
