"""LRD, EHSNet's long-range dependency module: large depthwise kernels side by side (section 3.2 of the paper).

Equation 1, ``f_out = δ(f_in, f_5, f_7, f_15, f_31)``: a 5 x 5 convolution, three larger ones side by side on its
result, and a 1 x 1 convolution of all of them joined. The larger kernels are factorised, 1 x k and then k x 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import patch as on_patch
from .kernels import conv2d, gelu_
from .patch import Patch
from .steps import Local, Read, macs

FIRST, LARGE = 5, (7, 15, 31)


class LRD(nn.Module):
    """``[B, channels, H, W]`` to the same shape, by way of ``width`` channels."""

    reach = FIRST // 2 + max(LARGE) // 2  # pixels around a pixel that count

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, width, 1)
        self.first = _depthwise(width, (FIRST, FIRST))
        self.rows = nn.ModuleList(_depthwise(width, (1, side)) for side in LARGE)
        self.columns = nn.ModuleList(_depthwise(width, (side, 1)) for side in LARGE)
        self.fuse = nn.Conv2d((2 + len(LARGE)) * width, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.gelu(self.reduce(x))
        first = self.first(x)
        large = [
            _same(_same(first, row), column)
            for row, column in zip(_layers(self.rows), _layers(self.columns), strict=True)
        ]
        out: Tensor = self.fuse(torch.cat([x, first, *large], 1))
        return out

    def on_patch(self, patch: Patch) -> Patch:
        """The same where `reach` pixels around are known."""
        reduced = on_patch.convolve(patch, self.reduce)
        x = reduced.like(gelu_(reduced.data))
        first = on_patch.convolve(x, self.first)
        pairs = zip(_layers(self.rows), _layers(self.columns), strict=True)
        large = [on_patch.convolve(on_patch.convolve(first, row), column) for row, column in pairs]
        return on_patch.convolve(on_patch.concatenate([x, first, *large]), self.fuse)

    def step(self, name: str, reads: str, writes: str) -> Local:
        """The module as a local step from one map to another."""

        def run(patches: Sequence[Patch]) -> Patch:
            return self.on_patch(patches[0])

        return Local(name, reads=(Read(reads, self.reach),), writes=writes, run=run, macs=macs(self))


def _depthwise(channels: int, kernel: tuple[int, int]) -> nn.Conv2d:
    return nn.Conv2d(channels, channels, kernel, padding=(kernel[0] // 2, kernel[1] // 2), groups=channels)


def _same(x: Tensor, layer: nn.Conv2d) -> Tensor:
    height, width = layer.kernel_size
    return conv2d(x, layer, (height // 2, width // 2))


def _layers(modules: nn.ModuleList) -> list[nn.Conv2d]:
    return cast(list[nn.Conv2d], list(modules))
