"""UPerNet, the decoder (Xiao et al. 2018, arXiv:1807.10221), as mmsegmentation computes it.

A pyramid of pools over the whole scene joins the coarsest map; a feature pyramid carries it down,
and all four levels are joined at the finest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import patch as on_patch
from .decoder import Decoder
from .exact_form import check_settled
from .patch import Patch
from .steps import FeatureSpec, Global, Output, Read, Step, macs

POOLS = (1, 2, 3, 6)  # bins along each side


class ConvModule(nn.Module):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, in_channels: int, channels: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, channels, kernel, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)))

    def on_patch(self, patch: Patch) -> Patch:
        """The same where neighbours are known (with the running statistics)."""
        check_settled(self.bn)
        out = on_patch.convolve(patch, self.conv)
        return out.like(F.relu(self.bn(out.data)))


class UPerNet(Decoder):
    """Feature maps at strides 4, 8, 16, 32 to logits ``[B, classes, H / 4, W / 4]``."""

    halos = (4, 4, 4, 4)  # three convolutions and the enlargements between them need so much
    fused: int = 0  # the level at which all levels are joined

    def __init__(self, dims: Sequence[int], classes: int, channels: int = 512) -> None:
        super().__init__()
        self.channels = channels
        self.psp_modules = nn.ModuleList(ConvModule(dims[-1], channels, 1) for _ in POOLS)
        self.bottleneck = ConvModule(dims[-1] + len(POOLS) * channels, channels, 3)
        self.lateral_convs = nn.ModuleList(ConvModule(dim, channels, 1) for dim in dims[:-1])
        self.fpn_convs = nn.ModuleList(ConvModule(channels, channels, 3) for _ in dims[:-1])
        self.fpn_bottleneck = ConvModule(len(dims) * channels, channels, 3)
        self.head_convs = nn.ModuleList()  # between the joined levels and the classes; here none
        self.conv_seg = nn.Conv2d(channels, classes, 1)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        levels = [self._pyramid_pool(features[-1])]
        for conv, x in zip(reversed(self.lateral_convs), reversed(features[:-1]), strict=True):
            levels.append(conv(x) + resize(levels[-1], x.shape[-2:]))
        coarse, *finer = levels
        outs = [coarse, *(conv(x) for conv, x in zip(reversed(self.fpn_convs), finer, strict=True))][::-1]
        joined = self.fpn_bottleneck(torch.cat([resize(out, outs[self.fused].shape[-2:]) for out in outs], 1))
        for conv in self.head_convs:
            joined = conv(joined)
        logits: Tensor = self.conv_seg(joined)
        return logits

    def _pyramid_pool(self, x: Tensor) -> Tensor:
        size = x.shape[-2:]
        means = [F.adaptive_avg_pool2d(x, bins) for bins in POOLS]
        pools = [self._pool(conv, mean, size) for conv, mean in zip(_modules(self.psp_modules), means, strict=True)]
        out: Tensor = self.bottleneck(torch.cat([x, *pools], 1))
        return out

    def _pool(self, conv: ConvModule, mean: Tensor, size: Sequence[int]) -> Tensor:
        """The bins' means convolved and enlarged to ``size``."""
        return resize(conv(mean), size)

    # -- the same as steps -------------------------------------------------------

    def macs(self) -> int:
        """Multiply-adds per pixel of the finest map, without the pools."""
        levels = zip(self.lateral_convs, self.fpn_convs, strict=True)
        each = sum(macs(lateral, conv) >> 2 * level for level, (lateral, conv) in enumerate(levels))
        return each + (macs(self.fpn_bottleneck, self.head_convs, self.conv_seg) >> 2 * self.fused)

    def steps(self, outputs: Sequence[Output], features: dict[str, FeatureSpec]) -> tuple[list[Step], list[Output]]:
        """The pools as a global step, and what `on_patches` reads afterwards."""
        source, norm = outputs[-1]
        spec = features[source]
        features["pooled"] = FeatureSpec(self.channels, spec.stride)
        step = Global(
            "decoder.pools",
            reads=Read(source, halo=1),
            writes="pooled",
            expand=norm,
            measure=_bin_sums,
            close=lambda sums: self._close(sums, norm),
            hidden_channels=0,
            measured=sum(bins**2 for bins in POOLS) * (spec.channels + 1),
            macs_expand=0,
            macs_close=macs(self.bottleneck),
        )
        return [step], [*outputs[:-1], ("pooled", _unchanged)]

    def _close(self, sums: Tensor, norm: Callable[[Patch], Patch]) -> Callable[[Patch, Patch], Patch]:
        """The bottleneck over the map and its pools, which by now are a few numbers of the whole scene."""
        for conv in _modules(self.psp_modules):
            check_settled(conv.bn)
        means = _means(sums, self.conv_seg.weight.dtype)
        pools = [self._narrow(conv, mean) for conv, mean in zip(_modules(self.psp_modules), means, strict=True)]

        def finish(_: Patch, patch: Patch) -> Patch:
            spread = [self._widen(pool, patch) for pool in pools]
            return self.bottleneck.on_patch(patch.like(torch.cat([norm(patch).data, *spread], 1)))

        return finish

    def _narrow(self, conv: ConvModule, mean: Tensor) -> Tensor:
        """What is done to the bins' means before they are enlarged."""
        out: Tensor = conv(mean)
        return out

    def _widen(self, pool: Tensor, patch: Patch) -> Tensor:
        """What `_narrow` gave, enlarged to the map, on the patch's pixels."""
        return spread_over(pool, patch)

    def on_patches(self, patches: Sequence[Patch]) -> Patch:
        """The rest of the decoder on patches of the four maps, the last of them after the pools."""
        levels = [patches[-1]]
        for conv, patch in zip(_modules(self.lateral_convs)[::-1], patches[-2::-1], strict=True):
            levels.append(on_patch.add(conv.on_patch(patch), on_patch.upsample(levels[-1], 2)))
        coarse, *finer = levels
        smooth = [conv.on_patch(x) for conv, x in zip(_modules(self.fpn_convs)[::-1], finer, strict=True)]
        outs = [coarse, *smooth][::-1]
        same = [_scaled(out, level - self.fused) for level, out in enumerate(outs)]
        joined = self.fpn_bottleneck.on_patch(on_patch.concatenate(same))
        for conv in _modules(self.head_convs):
            joined = conv.on_patch(joined)
        return on_patch.convolve(joined, self.conv_seg)


def _modules(modules: nn.ModuleList) -> list[ConvModule]:
    return cast(list[ConvModule], list(modules))


def resize(x: Tensor, size: Sequence[int]) -> Tensor:
    """Bilinear to ``size`` (height, width), pixel areas aligned, without smoothing where it shrinks."""
    return F.interpolate(x, (size[0], size[1]), mode="bilinear", align_corners=False)


def _scaled(patch: Patch, levels: int) -> Patch:
    """As many ``levels`` finer, or coarser if negative."""
    if levels > 0:
        return on_patch.upsample(patch, 2**levels)
    return on_patch.shrink(patch, 2**-levels) if levels else patch


def _unchanged(patch: Patch) -> Patch:
    return patch


def _bins(side: int, bins: int) -> tuple[Tensor, Tensor]:
    """First and one-past-last pixel of each bin of adaptive pooling; bins may share a pixel."""
    index = torch.arange(bins)
    return index * side // bins, -(-(index + 1) * side // bins)


def _members(first: int, count: int, side: int) -> Tensor:
    """Which bins of all pools the pixels ``first`` … belong to: zeros and ones ``[12, count]``."""
    pixel = torch.arange(first, first + count)
    starts, stops = (torch.cat(parts) for parts in zip(*(_bins(side, bins) for bins in POOLS), strict=True))
    return ((pixel >= starts[:, None]) & (pixel < stops[:, None])).float()


def _bin_sums(patch: Patch) -> Tensor:
    """A patch's share of every bin of every pool, with the number of pixels as one more channel: ``[(C + 1) · 50]``."""
    window = patch.window
    rows = _members(window.row, window.height, patch.size[0])
    cols = _members(window.col, window.width, patch.size[1])
    data = patch.data[0].to(torch.promote_types(patch.data.dtype, torch.float32))
    values = F.pad(data, (0, 0, 0, 0, 0, 1), value=1.0)
    every = torch.einsum("ih,chw,jw->cij", rows.to(values), values, cols.to(values))
    corners = [sum(POOLS[:i]) for i in range(len(POOLS))]
    blocks = [every[:, at : at + n, at : at + n] for at, n in zip(corners, POOLS, strict=True)]
    return torch.cat([block.reshape(-1) for block in blocks])


def _means(sums: Tensor, dtype: torch.dtype) -> list[Tensor]:
    """The pools ``[1, C, bins, bins]`` from what `_bin_sums` gave in all."""
    channels = sums.numel() // sum(bins**2 for bins in POOLS)
    parts = torch.split(sums, [channels * bins**2 for bins in POOLS])
    pools = [part.view(1, channels, bins, bins) for part, bins in zip(parts, POOLS, strict=True)]
    return [(pool[:, :-1] / pool[:, -1:]).to(dtype) for pool in pools]


def spread_over(small: Tensor, patch: Patch) -> Tensor:
    """``small`` enlarged to the whole map, of which only the patch's pixels are made."""
    window, bins = patch.window, small.shape[-1]
    rows = _enlarge(window.row, window.height, patch.size[0], bins).to(small)
    cols = _enlarge(window.col, window.width, patch.size[1], bins).to(small)
    return torch.einsum("hi,bcij,wj->bchw", rows, small, cols)


def _enlarge(first: int, count: int, side: int, bins: int) -> Tensor:
    """Bilinear weights ``[count, bins]`` of pixels ``first`` … of a side enlarged from ``bins``."""
    place = ((torch.arange(first, first + count) + 0.5) * (bins / side) - 0.5).clamp(0, bins - 1)
    return (1 - (place[:, None] - torch.arange(bins)).abs()).clamp_min(0)
