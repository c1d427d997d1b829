"""EHSNet's decoder: all scales joined, LRD, ECR, and the auxiliary head that says where ECR looks (figure 3).

The paper has HRNet at an output stride of 8 before it; here any encoder may be. Its four maps are joined as HRNet's
are, by one 1 x 1 convolution of all of them at stride 8. Without ``lrd`` and ``ecr`` it is the baseline of the paper's
Table 4. BAE is a weight of the loss (`wholescene.training.losses.boundary`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

from . import patch as on_patch
from .decoder import Decoder
from .ecr import ECR, margin
from .fpn import upsample
from .kernels import gelu_
from .lrd import LRD
from .patch import Patch
from .steps import FeatureSpec, Local, Output, Read, Step, macs

STRIDE = 8


class EHSHead(Decoder):
    """Feature maps at strides 4, 8, 16, 32 to logits ``[B, classes, H / 8, W / 8]``.

    ``channels`` is the paper's d (of the joined map), ``width`` its k (inside LRD); `ECR` has ``share`` and ``legacy``.
    """

    level = 1  # of stride 8
    halos = (1,)  # what enlarging the logits needs

    def __init__(
        self,
        dims: Sequence[int],
        classes: int,
        channels: int = 256,
        width: int | None = None,
        *,
        lrd: bool = True,
        ecr: bool = True,
        share: float = 0.1,
        legacy: bool = False,
    ) -> None:
        super().__init__()
        self.channels = channels
        self.lateral = nn.ModuleList(nn.Conv2d(dim, channels, 1) for dim in dims)
        self.second = SecondHead(channels, classes)
        self.lrd = LRD(channels, width or channels) if lrd else None
        self.ecr = ECR(share, legacy=legacy) if ecr else None
        self.classifier = nn.Conv2d(channels, classes, 1)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        levels = [conv(x) for conv, x in zip(self.lateral, features, strict=True)]
        joined = F.gelu(reduce(Tensor.add, [_resized(x, level) for level, x in enumerate(levels)]))
        second = self.second(joined)
        found = joined if self.lrd is None else self.lrd(joined)
        found = found if self.ecr is None else self.ecr(found, margin(second))
        logits: Tensor = self.classifier(found)
        return logits

    # -- the same as steps -------------------------------------------------------

    def macs(self) -> int:
        """Multiply-adds of the classes per pixel of the logits' map."""
        return macs(self.classifier)

    def steps(self, outputs: Sequence[Output], features: dict[str, FeatureSpec]) -> tuple[list[Step], list[Output]]:
        """Join, LRD and ECR over the scene; `on_patches` is left with the classes."""
        spec = FeatureSpec(self.channels, STRIDE)
        features["joined"] = spec
        steps: list[Step] = [self._join(outputs)]
        last = "joined"
        if self.lrd is not None:
            last, features["lrd"] = "lrd", spec
            steps.append(self.lrd.step("decoder.lrd", "joined", last))
        if self.ecr is not None:
            features["margins"], features["ecr"] = FeatureSpec(1, STRIDE), spec
            steps += [self._judge(self.ecr), self.ecr.step("decoder.ecr", last, "margins", "ecr", self.channels)]
            last = "ecr"
        return steps, [(last, lambda patch: patch)]

    def _join(self, outputs: Sequence[Output]) -> Local:
        def run(patches: Sequence[Patch]) -> Patch:
            ready = [prepare(patch) for (_, prepare), patch in zip(outputs, patches, strict=True)]
            levels = [on_patch.convolve(p, conv) for conv, p in zip(_layers(self.lateral), ready, strict=True)]
            joined = reduce(on_patch.add, [_scaled(patch, level) for level, patch in enumerate(levels)])
            return joined.like(gelu_(joined.data))

        reads = tuple(Read(name, halo) for (name, _), halo in zip(outputs, (0, 0, 1, 1), strict=True))
        return Local("decoder.join", reads, "joined", run, macs(self.lateral))

    def _judge(self, ecr: ECR) -> Local:
        """How sure the auxiliary head is, as `ECR.ranked`."""

        def run(patches: Sequence[Patch]) -> Patch:
            second = self.second.on_patch(patches[0])
            return second.like(ecr.ranked(margin(second.data)).to(second.data.dtype))

        return Local("decoder.judge", (Read("joined", 1),), "margins", run, macs(self.second))

    def on_patches(self, patches: Sequence[Patch]) -> Patch:
        """The classes."""
        return on_patch.convolve(patches[0], self.classifier)


class SecondHead(nn.Module):
    """The auxiliary head: the joined map to logits at its own stride."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.classifier = nn.Conv2d(channels, classes, 1)

    def forward(self, joined: Tensor) -> Tensor:
        logits: Tensor = self.classifier(F.gelu(self.conv(joined)))
        return logits

    def on_patch(self, patch: Patch) -> Patch:
        """The same where one pixel around is known."""
        hidden = on_patch.convolve(patch, self.conv)
        return on_patch.convolve(hidden.like(gelu_(hidden.data)), self.classifier)


def _resized(x: Tensor, level: int) -> Tensor:
    """A map of stride ``4 << level`` at stride 8."""
    if level == 0:
        return F.avg_pool2d(x, 2)
    return x if level == 1 else upsample(x, 1 << (level - 1))


def _scaled(patch: Patch, level: int) -> Patch:
    if level == 0:
        return on_patch.shrink(patch, 2)
    return patch if level == 1 else on_patch.upsample(patch, 1 << (level - 1))


def _layers(modules: nn.ModuleList) -> list[nn.Conv2d]:
    return cast(list[nn.Conv2d], list(modules))
