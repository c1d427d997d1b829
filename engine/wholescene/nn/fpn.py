"""A light feature pyramid decoder (after Lin et al. 2017, arXiv:1612.03144).

The 3 x 3 convolution is applied once, on the finest level: on all four it would cost more than
the atto encoder itself.
"""

from collections.abc import Sequence
from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

from . import patch as on_patch
from .decoder import Decoder
from .patch import Patch
from .steps import macs


class FPN(Decoder):
    """Feature maps at strides 4, 8, 16, 32 to logits ``[B, classes, H / 4, W / 4]``."""

    def __init__(self, dims: Sequence[int], classes: int, channels: int = 128, dropout: float = 0.0) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(dim, channels, 1) for dim in dims)
        self.smooth = nn.Conv2d(channels, channels, 3, padding=1)
        self.dropout = nn.Dropout2d(dropout)
        self.classifier = nn.Conv2d(channels, classes, 1)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        top, *finer = [conv(x) for conv, x in zip(self.lateral, features, strict=True)][::-1]
        for lateral in finer:
            top = lateral + upsample(top, 2)
        logits: Tensor = self.classifier(self.dropout(F.gelu(self.smooth(top))))
        return logits

    def macs(self) -> int:
        """Multiply-adds per pixel of the finest map: each coarser level has a quarter of the pixels."""
        levels = sum(macs(conv) >> 2 * level for level, conv in enumerate(self.lateral))
        return levels + macs(self.smooth, self.classifier)

    halos = (2, 2, 2, 2)  # enlarging and the 3 x 3 convolution need so much around a tile

    def on_patches(self, patches: Sequence[Patch]) -> Patch:
        """The same on patches of the four maps, each with at least its halo around the tile."""
        top, *finer = [
            on_patch.convolve(p, cast(nn.Conv2d, conv)) for conv, p in zip(self.lateral, patches, strict=True)
        ][::-1]
        for lateral in finer:
            top = on_patch.add(lateral, on_patch.upsample(top, 2))
        return on_patch.convolve(on_patch.convolve(top, self.smooth, gelu=True), self.classifier)


def upsample(x: Tensor, factor: int) -> Tensor:
    """Bilinear enlargement by a whole factor, pixel areas aligned."""
    return F.interpolate(x, scale_factor=float(factor), mode="bilinear", align_corners=False)
