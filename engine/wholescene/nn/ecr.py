"""ECR, EHSNet's efficient cross-correlation: the least certain pixels ask the whole scene (section 3.3 of the paper).

Equation 2 selects, over the whole scene, the share of pixels where an auxiliary head's two largest probabilities
differ least. Equations 3 to 5 gather their features, let them attend to all pixels, and put the result back. Attention
is efficient (Shen et al. 2021, arXiv:1812.01243): queries are softmaxed over channels, keys over positions, so
that keys and values meet first, in a matrix of channels by channels that is a sum over the scene.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .patch import Patch
from .steps import Global, Read

BINS = 4096  # of the histogram of margins
LARGEST = 20.0  # what a key may exceed its channel's mean by: sums of its exponential stay within fixed point


class ECR(nn.Module):
    """Features ``[B, C, H, W]`` and margins ``[B, 1, H, W]`` to features of the same shape; there are no weights.

    ``share`` of the pixels is selected, as exactly as a histogram of `BINS` with straight lines in its bins tells.
    ``legacy`` selects the most certain pixels, as the authors' code does.
    """

    def __init__(self, share: float = 0.1, *, legacy: bool = False) -> None:
        super().__init__()
        if not 0 < share < 1:
            raise ValueError(f"share has to be between 0 and 1, not {share}")
        self.share, self.legacy = share, legacy

    def forward(self, features: Tensor, margins: Tensor) -> Tensor:
        pairs = zip(torch.split(features, 1), torch.split(margins, 1), strict=True)
        return torch.cat([self._scene(x, m) for x, m in pairs])

    def _scene(self, features: Tensor, margins: Tensor) -> Tensor:
        limit = self.limit(histogram(margins))
        sums = correlation(features, features.detach().mean((0, 2, 3)))
        return self.enhanced(features, self.selected(margins, limit), sums)

    def limit(self, counts: Tensor) -> Tensor:
        """Up to which margin pixels are selected (``legacy``: from which), of a histogram of them."""
        below = F.pad(counts.double().cumsum(0), (1, 0))
        wanted = below[-1] * (1 - self.share if self.legacy else self.share)
        index = torch.searchsorted(below, wanted[None]).clamp(1, BINS)
        first, last = below.gather(0, index - 1), below.gather(0, index)
        inside = (wanted - first) / (last - first).clamp_min(1e-9)
        return ((index - 1 + inside.clamp(0, 1)) / BINS)[0]

    def selected(self, margins: Tensor, limit: Tensor) -> Tensor:
        """Which pixels are, as bool."""
        found = margins.detach().double()
        return found >= limit if self.legacy else found < limit

    def enhanced(self, features: Tensor, hard: Tensor, sums: Tensor) -> Tensor:
        """The features with what the selected pixels attended to, added there; ``sums`` are `correlation`'s."""
        channels = features.shape[1]
        norms, products = sums[:channels], sums[channels:].view(channels, channels)
        context = (products / norms[:, None].clamp_min(1e-30)).to(features.dtype)
        # of all pixels: a shape that depends on values could not be planned; it costs what a 1 x 1 convolution does
        attended = torch.softmax(features, 1).permute(0, 2, 3, 1) @ context
        return torch.where(hard, features + attended.permute(0, 3, 1, 2), features)

    def steps(self, name: str, feature: str, writes: str, channels: int) -> list[Global]:
        """The module over a divided scene: ``feature`` has ``channels`` and then the margin, ``writes`` the channels.

        The first step counts margins and puts in their place whether a pixel is selected, the second correlates. The
        keys' means go from one to the other beside the maps: a softmax over positions does not depend on what is
        subtracted, as long as it is the same on all ranks.
        """
        means = torch.zeros(channels)

        def measure(patch: Patch) -> Tensor:
            features, margins = patch.data[:, :-1], patch.data[:, -1:]
            sums = features.detach().sum((0, 2, 3), dtype=_exact(features))
            return torch.cat([histogram(margins).to(sums), sums])

        def select(sums: Tensor) -> Callable[[Patch, Patch], Patch]:
            nonlocal means
            counts = sums[:BINS].detach()
            means = sums[BINS:].detach() / counts.sum()
            limit = self.limit(counts)

            def mark(_: Patch, patch: Patch) -> Patch:
                hard = self.selected(patch.data[:, -1:], limit).to(patch.data.dtype)
                return patch.like(torch.cat([patch.data[:, :-1], hard], 1))

            return mark

        def correlate(patch: Patch) -> Tensor:
            return correlation(patch.data[:, :-1], means)

        def enhance(sums: Tensor) -> Callable[[Patch, Patch], Patch]:
            return lambda _, patch: patch.like(self.enhanced(patch.data[:, :-1], patch.data[:, -1:] > 0.5, sums))

        first = _reduction(f"{name}.select", feature, feature, measure, select, BINS + channels, 0)
        measured = channels * (channels + 1)
        return [first, _reduction(f"{name}.attend", feature, writes, correlate, enhance, measured, channels**2)]


def margin(logits: Tensor) -> Tensor:
    """How far the two largest probabilities of each pixel lie apart: ``[B, classes, H, W]`` to ``[B, 1, H, W]``."""
    probabilities = torch.softmax(logits.detach().to(_exact(logits)), 1)
    top = probabilities.topk(2, 1).values
    return top[:, :1] - top[:, 1:]


def histogram(margins: Tensor) -> Tensor:
    """How many margins lie in each of `BINS` bins from 0 to 1."""
    bins = (margins.detach().double() * BINS).long().clamp(0, BINS - 1).flatten()
    return torch.zeros(BINS, dtype=torch.int64, device=bins.device).index_add(0, bins, torch.ones_like(bins))


def correlation(features: Tensor, means: Tensor) -> Tensor:
    """Sums over the pixels of ``[1, C, h, w]``: keys' exponentials ``[C]``, then these times the values ``[C · C]``.

    Keys have their ``means`` ``[C]`` subtracted, which a softmax over positions does not show.
    """
    values = features.flatten(2)[0].to(_exact(features))
    keys = (values - means[:, None].to(values)).clamp_max(LARGEST).exp()
    return torch.cat([keys.sum(1), (keys @ values.T).flatten()])


def _reduction(
    name: str,
    reads: str,
    writes: str,
    measure: Callable[[Patch], Tensor],
    close: Callable[[Tensor], Callable[[Patch, Patch], Patch]],
    measured: int,
    macs: int,
) -> Global:
    """A global step whose hidden features are the map itself."""
    return Global(
        name,
        reads=Read(reads),
        writes=writes,
        expand=lambda patch: patch,
        measure=measure,
        close=close,
        hidden_channels=0,
        measured=measured,
        macs_expand=macs,
        macs_close=macs,
    )


def _exact(x: Tensor) -> torch.dtype:
    return torch.promote_types(x.dtype, torch.float32)
