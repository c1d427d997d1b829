"""The whole network: encoder, SPIM, norms, decoder. Its forward is the undivided oracle."""

from collections.abc import Mapping, Sequence
from functools import partial

import torch.nn.functional as F
from torch import Tensor, nn

from . import patch as on_patch
from .convnextv2 import LayerNorm2d
from .decoder import Decoder
from .encoder import Encoder
from .fpn import upsample
from .patch import Patch
from .spim import SPIM
from .steps import FeatureSpec, Local, Output, Program, Read, Step

STRIDE = 32  # pixels of the coarsest feature map


class Segmenter(nn.Module):
    """Scene ``[B, bands, H, W]`` of any size to logits ``[B, classes, H, W]``.

    ``spim`` maps stage indices to blocks; their outputs go to the decoder and, if ``feeds_next``,
    also on to the next encoder stage.
    """

    def __init__(
        self, encoder: Encoder, spim: Mapping[int, SPIM], decoder: Decoder, *, feeds_next: bool = False
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.spim = nn.ModuleDict({str(stage): block for stage, block in spim.items()})
        self.norms = nn.ModuleList(LayerNorm2d(dim, encoder.eps) for dim in encoder.dims)
        self.decoder = decoder
        self.feeds_next = feeds_next

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        logits = upsample(self.decoder(self.features(pad(x))), self.decoder.stride)
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

    def program(self, bands: int) -> Program:
        """The network as steps, for a scene of ``bands`` bands padded to a multiple of `STRIDE`."""
        features = {"image": FeatureSpec(bands, 1)}
        steps: list[Step] = []
        outputs: list[Output] = []
        source = "image"
        for index, dim in enumerate(self.encoder.dims):
            name = f"stage{index}"
            features[name] = FeatureSpec(dim, 4 << index)
            steps += self.encoder.stage_steps(index, source, name)
            output, source = self._interact(index, name, features, steps)
            outputs.append((output, partial(_normed, self.norms[index])))
        more, outputs = self.decoder.steps(outputs, features)
        return Program(features, (*steps, *more), self._head(outputs))

    def _interact(self, index: int, name: str, features: dict[str, FeatureSpec], steps: list[Step]) -> tuple[str, str]:
        """Append stage ``index``'s SPIM, if any; the maps that the decoder and the next stage read."""
        if str(index) not in self.spim:
            return name, name
        block = self.spim[str(index)]
        assert isinstance(block, SPIM)
        in_place = self.feeds_next or index == len(self.encoder.dims) - 1
        output = name if in_place else f"{name}.spim"
        features[output] = features[name]
        steps.append(block.step(f"{name}.spim", name, output))
        return output, output if self.feeds_next else name

    def _head(self, outputs: Sequence[Output]) -> Local:
        def decode(patches: Sequence[Patch]) -> Patch:
            ready = [prepare(patch) for (_, prepare), patch in zip(outputs, patches, strict=True)]
            return on_patch.upsample(self.decoder.on_patches(ready), self.decoder.stride)

        halos = self.decoder.halos
        return Local(
            "head",
            reads=tuple(Read(name, halo) for (name, _), halo in zip(outputs, halos, strict=True)),
            writes="logits",
            run=decode,
            macs=self.decoder.macs() // 16,  # the finest map's pixels are 4 x 4 of the scene's
        )


def _normed(norm: nn.Module, patch: Patch) -> Patch:
    return patch.like(norm(patch.data))


def pad(x: Tensor) -> Tensor:
    """Zeros at the bottom and at the right, up to a multiple of the stride."""
    bottom, right = (-size % STRIDE for size in x.shape[-2:])
    return F.pad(x, (0, right, 0, bottom)) if bottom or right else x
