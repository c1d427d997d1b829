"""What every four-stage encoder shares: a stem, stages of blocks, and their steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from torch import Tensor, nn

from .exact_form import check_reducing
from .patch import reduce
from .steps import Local, Read, Step, macs, step_of


class Stage(nn.Module):
    """Halve the resolution (not in the first stage), then a row of blocks; ``[B, C, H, W]``.

    Each block has a method ``step(name, feature)``: itself as a step that rewrites a feature map.
    """

    def __init__(self, downsample: nn.Module, blocks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.downsample = downsample
        self.blocks = nn.Sequential(*blocks)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.blocks(self.downsample(x))
        return out


class Encoder(nn.Module):
    """Four feature maps at strides 4, 8, 16 and 32 of ``[B, bands, H, W]``.

    Height and width are multiples of 32; the segmenter sees to it. ``eps`` is that of the norms
    which follow the stages.
    """

    def __init__(self, dims: Sequence[int], stem: nn.Module, stages: Sequence[Stage], eps: float) -> None:
        super().__init__()
        self.dims = tuple(dims)
        self.eps = eps
        self.stem = stem
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.stem(x)
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features

    def stage_steps(self, index: int, reads: str, writes: str) -> list[Step]:
        """One stage as steps: the map ``reads`` halved (by four in the first stage) to ``writes``, then its blocks.

        Raises:
            NoExactForm: a layer cannot be computed exactly over a divided scene.
        """
        stage = cast(Stage, self.stages[index])
        layer, factor = (self.stem, 4) if index == 0 else (stage.downsample, 2)
        check_reducing(layer)
        down = Local(
            f"{writes}.downsample",
            reads=(Read(reads),),
            writes=writes,
            run=lambda patches: reduce(patches[0], layer, factor),
            macs=macs(layer),
        )
        return [down, *(step_of(block, f"{writes}.{i}", writes) for i, block in enumerate(stage.blocks))]
