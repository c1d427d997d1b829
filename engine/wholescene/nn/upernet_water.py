"""UPerNet as the published water model of REST computes it, the dialect ``lwc``.

Its parameters are those of mmsegmentation's. But pools are enlarged before they are convolved, and
all levels are joined at the coarsest: so the logits come at stride 32.
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
    # two pixels of the coarsest map around a tile; their middles on the finer maps, with a pixel for each convolution
    halos = (14, 8, 5, 3)

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
