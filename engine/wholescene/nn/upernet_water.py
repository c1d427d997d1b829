"""UPerNet as the published water model of REST computes it, the dialect ``lwc``.

Unlike mmsegmentation's it enlarges pools before it convolves them, joins all levels at the coarsest,
so that the logits come at stride 32, and has one more convolution before the classes.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from .patch import Patch
from .upernet import ConvModule, UPerNet, resize, spread_over


class WaterUPerNet(UPerNet):
    """Feature maps at strides 4, 8, 16, 32 to logits ``[B, classes, H / 32, W / 32]``."""

    fused = 3
    stride = 32
    # three joined pixels around a tile; on the finer maps the middles of these, and a pixel for each convolution
    halos = (22, 12, 7, 4)

    def __init__(self, dims: Sequence[int], classes: int, channels: int = 512) -> None:
        super().__init__(dims, classes, channels)
        self.head_convs.append(ConvModule(channels, channels, 3))

    def _pool(self, conv: ConvModule, mean: Tensor, size: Sequence[int]) -> Tensor:
        out: Tensor = conv(resize(mean, size))
        return out

    # -- the same as steps -------------------------------------------------------

    # A 1 x 1 convolution and batch norm are affine in each pixel and commute with bilinear
    # enlargement, whose weights add up to one: only the ReLU has to wait.

    def _narrow(self, conv: ConvModule, mean: Tensor) -> Tensor:
        out: Tensor = conv.bn(conv.conv(mean))
        return out

    def _widen(self, pool: Tensor, patch: Patch) -> Tensor:
        return F.relu(spread_over(pool, patch))
