"""Small networks with random weights, and the undivided forward pass to hold the executor against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch

from wholescene import nn
from wholescene.holistic.executor import Executor
from wholescene.holistic.feature_map import Store
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


def streamed(
    net: nn.Segmenter,
    image: torch.Tensor,
    *,
    tile: int,
    budget: int = 1 << 30,
    dtype: torch.dtype = torch.float32,
    ticker: Counter | None = None,
) -> torch.Tensor:
    """The logits of ``image`` ``[1, C, H, W]``, computed tile by tile."""
    source = ArraySource(image)
    store = Store(budget)
    executor = Executor(net.program(image.shape[1]), source.size, source, store, dtype, tile, ticker or Counter())
    executor.encode()
    parts = list(executor.decode(executor.head_tiles()))
    store.close()
    logits = torch.full((1, parts[0].data.shape[1], *source.size), torch.nan, dtype=dtype)
    for part in parts:
        window = part.window
        logits[..., window.row : window.row + window.height, window.col : window.col + window.width] = part.data
    return logits[..., : image.shape[-2], : image.shape[-1]]
