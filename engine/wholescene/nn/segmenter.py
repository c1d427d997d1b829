"""The whole network: encoder, SPIM, norms, decoder. Its forward is the undivided oracle."""

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor, nn

from .convnextv2 import ConvNeXtV2, LayerNorm2d
from .fpn import FPN, upsample
from .spim import SPIM

STRIDE = 32  # pixels of the coarsest feature map


class Segmenter(nn.Module):
    """Scene ``[B, bands, H, W]`` of any size to logits ``[B, classes, H, W]``.

    ``spim`` maps stage indices to blocks; their outputs go to the decoder and, if ``feeds_next``,
    also on to the next encoder stage.
    """

    def __init__(
        self, encoder: ConvNeXtV2, spim: Mapping[int, SPIM], decoder: FPN, *, feeds_next: bool = False
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.spim = nn.ModuleDict({str(stage): block for stage, block in spim.items()})
        self.norms = nn.ModuleList(LayerNorm2d(dim) for dim in encoder.dims)
        self.decoder = decoder
        self.feeds_next = feeds_next

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        logits = upsample(self.decoder(self.features(pad(x))), 4)
        return logits[..., :height, :width]

    def features(self, x: Tensor) -> list[Tensor]:
        """The four normed feature maps that the decoder sees; sides are multiples of 32."""
        x = self.encoder.stem(x)
        features = []
        for index, stage in enumerate(self.encoder.stages):
            x = stage(x)
            out = self.spim[str(index)](x) if str(index) in self.spim else x
            x = out if self.feeds_next else x
            features.append(self.norms[index](out))
        return features


def pad(x: Tensor) -> Tensor:
    """Zeros at the bottom and at the right, up to a multiple of the stride."""
    bottom, right = (-size % STRIDE for size in x.shape[-2:])
    return F.pad(x, (0, right, 0, bottom)) if bottom or right else x
