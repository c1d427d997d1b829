"""ECR, EHSNet's efficient cross-correlation: the least certain pixels ask the whole scene (section 3.3 of the paper).

Equation 2 selects, over the whole scene, the share of pixels where an auxiliary head's two largest probabilities
differ least. Equations 3 to 5 gather their features, let them attend to all pixels, and put the result back. Attention
is efficient (Shen et al. 2021, arXiv:1812.01243): queries are softmaxed over channels, keys over positions, so
that keys and values meet first, in a matrix of channels by channels that is a sum over the scene.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from . import selection
from .patch import Patch
from .scene_softmax import largest, weighted_means, weighted_sums
from .steps import Inquiry, Read, Turn


@dataclass(frozen=True)
class Known:
    """What is known of a scene: where its margins are divided, its largest keys, and what keys make of values."""

    rank: selection.Rank
    shift: Tensor | None = None
    sums: Tensor | None = None


class ECR(nn.Module):
    """Features ``[B, C, H, W]`` and margins ``[B, 1, H, W]`` to features of the same shape; there are no weights.

    ``share`` of the pixels is selected. ``legacy`` selects the most certain pixels, as the authors' code does.
    """

    def __init__(self, share: float = 0.1, *, legacy: bool = False) -> None:
        super().__init__()
        if not 0 < share < 1:
            raise ValueError(f"share has to be between 0 and 1, not {share}")
        self.share, self.legacy = share, legacy

    def ranked(self, margins: Tensor) -> Tensor:
        """Numbers in whose order pixels are selected, the smallest first; margins lie between 0 and 1."""
        return 1 - margins if self.legacy else margins

    def forward(self, features: Tensor, margins: Tensor) -> Tensor:
        pairs = zip(torch.split(features, 1), torch.split(margins, 1), strict=True)
        return torch.cat([self._scene(x, m) for x, m in pairs])

    def _scene(self, features: Tensor, margins: Tensor) -> Tensor:
        ranked = self.ranked(margins).to(features.dtype)
        hard = _up_to(selection.limit(ranked, self.share), ranked)
        pixels = features.flatten(2)
        return self._enhanced(features, hard, weighted_sums(pixels, pixels.mT, largest(pixels)))

    def _enhanced(self, features: Tensor, hard: Tensor, sums: Tensor) -> Tensor:
        """The features with what the selected pixels attended to, added there; ``sums`` are `weighted_sums`'."""
        channels = features.shape[1]
        context = weighted_means(sums, 1, channels, features.dtype)[0]
        # of all pixels: a shape that depends on values could not be planned; it costs what a 1 x 1 convolution does
        attended = torch.softmax(features, 1).permute(0, 2, 3, 1) @ context
        return torch.where(hard, features + attended.permute(0, 3, 1, 2), features)

    def step(self, name: str, features: str, ranked: str, writes: str, channels: int) -> Inquiry:
        """The module over a divided scene: ``features`` has ``channels``, the map of `ranked` margins one."""
        most = Turn(features, _most, _shifted, channels, 0, largest=True)
        sums = Turn(features, _sums, _summed, channels * (1 + channels), channels**2)
        turns = (*selection.turns(ranked, self.share), most, sums)
        reads = (Read(features), Read(ranked))
        return Inquiry(name, reads, writes, lambda: None, turns, self._close, channels**2)

    def _close(self, known: Known) -> Callable[[Sequence[Patch]], Patch]:
        limit, sums = selection.value_of(known.rank), known.sums
        assert sums is not None

        def run(patches: Sequence[Patch]) -> Patch:
            features, ranked = patches
            return features.like(self._enhanced(features.data, _up_to(limit, ranked.data), sums))

        return run


def margin(logits: Tensor) -> Tensor:
    """How far the two largest probabilities of each pixel lie apart: ``[B, classes, H, W]`` to ``[B, 1, H, W]``."""
    exact = torch.promote_types(logits.dtype, torch.float32)
    probabilities = torch.softmax(logits.detach().to(exact), 1)
    top = probabilities.topk(2, 1).values
    return top[:, :1] - top[:, 1:]


def _up_to(limit: Tensor, ranked: Tensor) -> Tensor:
    return ranked.detach().float() <= limit


def _most(patch: Patch, _: selection.Rank) -> Tensor:
    return largest(patch.data.flatten(2))


def _shifted(found: Tensor, rank: selection.Rank) -> Known:
    return Known(rank, found)


def _sums(patch: Patch, known: Known) -> Tensor:
    assert known.shift is not None
    pixels = patch.data.flatten(2)
    return weighted_sums(pixels, pixels.mT, known.shift)


def _summed(found: Tensor, known: Known) -> Known:
    return replace(known, sums=found)
