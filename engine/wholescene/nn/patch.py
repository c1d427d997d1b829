"""A patch: part of a feature map that knows where it lies, and the layers that may run on it.

Every function here gives, on the pixels it returns, what the undivided layer gives there.
At a true edge of the map a patch is padded as the layer pads; at a cut it loses the pixels
whose neighbours it cannot see. So layers can be chained, and a halo that is too narrow shows
as a missing pixel, never as a wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce as reduce_windows

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..wire.plan import Window
from .exact_form import check_centred, check_skipping
from .kernels import conv2d, conv_gelu, gelu_


@dataclass(frozen=True)
class Patch:
    """``data`` ``[1, C, h, w]``: the pixels in ``window`` of a map of ``size`` (height, width)."""

    data: Tensor
    window: Window
    size: tuple[int, int]

    def like(self, data: Tensor) -> Patch:
        """Other channels on the same pixels."""
        return Patch(data, self.window, self.size)

    def packed(self) -> Patch:
        """The same, channels last in memory: layers may round otherwise on other layouts."""
        return self.like(self.data.contiguous(memory_format=torch.channels_last))

    def crop(self, window: Window) -> Patch:
        """The part in ``window``, which has to lie inside.

        Raises:
            ValueError: pixels are missing; the halo of the step is too narrow.
        """
        row, col = window.row - self.window.row, window.col - self.window.col
        inside = row >= 0 and col >= 0
        if not inside or row + window.height > self.window.height or col + window.width > self.window.width:
            raise ValueError(f"{window} reaches out of the patch {self.window}")
        data = self.data[..., row : row + window.height, col : col + window.width]
        return Patch(data, window, self.size)


def whole(data: Tensor) -> Patch:
    """A map that nothing is cut from, ``[1, C, H, W]``."""
    height, width = data.shape[-2:]
    return Patch(data, Window(0, 0, height, width), (height, width))


def convolve(patch: Patch, layer: nn.Conv2d, *, gelu: bool = False) -> Patch:
    """A convolution of stride 1, odd kernel and "same" zero padding, maybe with GELU; NoExactForm if it is another."""
    check_centred(layer)
    if layer.kernel_size == (1, 1) and layer.groups == 1:
        # as a matrix product: as a convolution of one thread it would unfold its input first
        product = F.linear(patch.data.permute(0, 2, 3, 1), layer.weight.flatten(1), layer.bias)
        return patch.like((gelu_(product) if gelu else product).permute(0, 3, 1, 2))
    (kernel_y, kernel_x), (dilation_y, dilation_x) = layer.kernel_size, layer.dilation
    reach_y, reach_x = kernel_y // 2 * dilation_y, kernel_x // 2 * dilation_x
    top, bottom, left, right = _edges(patch)
    data = patch.data
    if top or bottom or left or right:
        data = F.pad(data, (left * reach_x, right * reach_x, top * reach_y, bottom * reach_y))
    data = conv_gelu(data, layer) if gelu else conv2d(data, layer)
    row = patch.window.row + (not top) * reach_y
    col = patch.window.col + (not left) * reach_x
    return Patch(data, Window(row, col, data.shape[-2], data.shape[-1]), patch.size)


def reduce(patch: Patch, layer: nn.Module, factor: int) -> Patch:
    """A layer that makes one pixel of each ``factor`` x ``factor`` (kernel = stride): cuts lie on that grid."""
    height, width = patch.size
    data = layer(patch.data)
    window = Window(patch.window.row // factor, patch.window.col // factor, data.shape[-2], data.shape[-1])
    return Patch(data, window, (height // factor, width // factor))


def skip(patch: Patch, layer: nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d) -> Patch:
    """A convolution or pool of odd kernel that makes one pixel of each square of pixels; NoExactForm if it is another.

    Output pixel ``i`` looks at the pixels around ``i`` times the stride. Convolutions and means are
    padded with zeros, the mean counting them, maxima with nothing.
    """
    kernel, stride = check_skipping(layer)
    spans = [
        _skipped(first, count, side, kernel, stride)
        for first, count, side in zip(
            (patch.window.row, patch.window.col),
            (patch.window.height, patch.window.width),
            patch.size,
            strict=True,
        )
    ]
    (row, height, top, bottom), (col, width, left, right) = spans
    fill = -torch.inf if isinstance(layer, nn.MaxPool2d) else 0.0
    data = F.pad(patch.data, (left, right, top, bottom), value=fill)  # a negative margin cuts
    if isinstance(layer, nn.Conv2d):
        data = F.conv2d(data, layer.weight, layer.bias, stride=stride, groups=layer.groups)
    elif isinstance(layer, nn.MaxPool2d):
        data = F.max_pool2d(data, kernel, stride)
    else:
        data = F.avg_pool2d(data, kernel, stride)
    size = (-(-patch.size[0] // stride), -(-patch.size[1] // stride))
    return Patch(data, Window(row, col, height, width), size)


def _skipped(first: int, count: int, side: int, kernel: int, stride: int) -> tuple[int, int, int, int]:
    """Of one side: the first output pixel, how many can be known, and the pixels to add before and after (or cut)."""
    reach, end = kernel // 2, first + count
    start = -(-(first + reach) // stride) if first else 0
    stop = (end - 1 - reach) // stride + 1 if end < side else -(-side // stride)
    before = first - (start * stride - reach)
    after = (stop - 1) * stride + reach + 1 - end
    return start, stop - start, before, after


def upsample(patch: Patch, factor: int) -> Patch:
    """Bilinear enlargement by an even factor, pixel areas aligned (``align_corners=False``)."""
    data = F.interpolate(patch.data, scale_factor=float(factor), mode="bilinear", align_corners=False)
    top, bottom, left, right = _edges(patch)
    # the outer half of the enlarged pixel at a cut blends with a neighbour out of sight
    row, col = (not top) * factor // 2, (not left) * factor // 2
    below, beside = (not bottom) * factor // 2, (not right) * factor // 2
    data = data[..., row : data.shape[-2] - below, col : data.shape[-1] - beside]
    origin = patch.window.row * factor + row, patch.window.col * factor + col
    window = Window(*origin, data.shape[-2], data.shape[-1])
    return Patch(data, window, (patch.size[0] * factor, patch.size[1] * factor))


def repeat(patch: Patch, factor: int) -> Patch:
    """Enlargement by a whole factor, each pixel repeated."""
    window, (height, width) = patch.window, patch.size
    data = F.interpolate(patch.data, scale_factor=float(factor), mode="nearest")
    around = Window(window.row * factor, window.col * factor, window.height * factor, window.width * factor)
    return Patch(data, around, (height * factor, width * factor))


def shrink(patch: Patch, factor: int) -> Patch:
    """Bilinear reduction by an even factor, pixel areas aligned, without smoothing.

    The centre of ``factor`` x ``factor`` pixels lies between four of them, whose mean it takes.
    """
    window, before = patch.window, factor // 2 - 1  # pixels of a block before its middle two
    row, col = -(-(window.row - before) // factor), -(-(window.col - before) // factor)
    top, left = row * factor + before - window.row, col * factor + before - window.col
    data = F.avg_pool2d(patch.data[..., top:, left:], 2, stride=factor)
    size = (patch.size[0] // factor, patch.size[1] // factor)
    return Patch(data, Window(row, col, data.shape[-2], data.shape[-1]), size)


def add(first: Patch, second: Patch) -> Patch:
    """Sum on the pixels that both have."""
    window = _common(first.window, second.window)
    return first.crop(window).like(first.crop(window).data + second.crop(window).data)


def concatenate(patches: Sequence[Patch]) -> Patch:
    """Channels joined on the pixels that all have."""
    window = reduce_windows(_common, [patch.window for patch in patches])
    return patches[0].crop(window).like(torch.cat([patch.crop(window).data for patch in patches], 1))


def surround(window: Window, halo: int, height: int, width: int) -> Window:
    """The window and ``halo`` pixels around it, as far as the map reaches."""
    row, col = max(0, window.row - halo), max(0, window.col - halo)
    bottom = min(height, window.row + window.height + halo)
    right = min(width, window.col + window.width + halo)
    return Window(row, col, bottom - row, right - col)


def _edges(patch: Patch) -> tuple[bool, bool, bool, bool]:
    """Which sides (top, bottom, left, right) are edges of the map and not cuts."""
    window, (height, width) = patch.window, patch.size
    return (
        window.row == 0,
        window.row + window.height == height,
        window.col == 0,
        window.col + window.width == width,
    )


def _common(first: Window, second: Window) -> Window:
    """The pixels that both windows hold; patches that are joined always share some."""
    shared = first.intersection(second)
    if shared is None:
        raise ValueError(f"{first} and {second} share no pixel")
    return shared
