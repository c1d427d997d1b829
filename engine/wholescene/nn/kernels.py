"""Kernels of torch that do on a tile what a layer says, in less time than the obvious calls.

On x86 torch can run a linear layer together with what follows it, so that the values in between
are neither written nor rounded. Elsewhere the obvious calls do the same.
"""

from __future__ import annotations

import platform
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_NEEDED = ("_linear_pointwise", "_convolution_pointwise", "_is_mkldnn_bf16_supported")


def sum_of_squares(pixels: Tensor) -> Tensor:
    """Sum over the pixels of ``[1, C, h, w]``, channels last in memory, of their squares: ``[C]`` in float32.

    On CPUs from batch norm's mean and variance: two passes that keep nothing, where squaring first
    writes all squares, and rounds them in bfloat16.
    """
    if pixels.device.type != "cpu" or pixels.dtype == torch.float64 or _learns(pixels):
        rows = pixels.permute(0, 2, 3, 1).flatten(0, 2)
        return square_sums(rows, (0,)).squeeze(0)
    unused = [torch.zeros(pixels.shape[1]) for _ in range(2)]  # running averages; float32 makes the results so
    mean, variance = torch.ops.aten.batch_norm_update_stats(pixels, *unused, 0.0)
    total: Tensor = torch.addcmul(variance, mean, mean).mul_(pixels.numel() // pixels.shape[1])
    return total


def square_sums(x: Tensor, dims: tuple[int, ...]) -> Tensor:
    """Sum of squares over ``dims``, which are kept with length 1, in float32 or better."""
    if x.dtype == torch.float16:  # which cannot hold the square of a number above 255
        norm: Tensor = torch.linalg.vector_norm(x, dim=dims, keepdim=True, dtype=torch.float32)
        return norm.square()
    return (x * x).sum(dims, keepdim=True, dtype=torch.promote_types(x.dtype, torch.float32))


def linear_gelu(x: Tensor, layer: nn.Linear) -> Tensor:
    """``gelu(layer(x))``."""
    if not _fuses(x, layer.weight):
        return gelu_(layer(x))
    out: Tensor = torch.ops.mkldnn._linear_pointwise(x, layer.weight, layer.bias, "gelu", [], "none")
    return out


def linear_add(x: Tensor, weight: Tensor, bias: Tensor, residual: Tensor) -> Tensor:
    """``residual + linear(x)``."""
    if _learns(residual) or not _fuses(x, weight):
        return residual + F.linear(x, weight, bias)
    out: Tensor = torch.ops.mkldnn._linear_pointwise.binary(x, residual.contiguous(), weight, bias, "add")
    return out


def conv2d(x: Tensor, layer: nn.Conv2d, padding: tuple[int, int] = (0, 0)) -> Tensor:
    """A convolution of stride 1, with ``padding`` whatever the layer's is."""
    dilation, groups = layer.dilation, layer.groups
    if not _stalls(x, layer):
        return F.conv2d(x, layer.weight, layer.bias, padding=padding, dilation=dilation, groups=groups)
    bias = None if layer.bias is None else layer.bias.float()
    out = F.conv2d(x.float(), layer.weight.float(), bias, padding=padding, dilation=dilation, groups=groups)
    return out.to(x.dtype)


def _stalls(x: Tensor, layer: nn.Conv2d) -> bool:
    """Whether oneDNN may never have made its kernel, as for 8 channels and 1 x 15 beside each other (torch 2.13)."""
    depthwise = layer.groups == layer.in_channels > 1
    return depthwise and max(layer.kernel_size) > 7 and x.device.type == "cpu" and x.dtype == torch.bfloat16


def conv_gelu(x: Tensor, layer: nn.Conv2d) -> Tensor:
    """``gelu(layer(x))``, but without padding."""
    weight, bias, dilation, groups = layer.weight, layer.bias, layer.dilation, layer.groups
    if not _fuses(x, weight):
        return gelu_(F.conv2d(x, weight, bias, dilation=dilation, groups=groups))
    place = [[0, 0], [1, 1], list(dilation), groups]  # padding, stride, dilation, groups
    out: Tensor = torch.ops.mkldnn._convolution_pointwise(x, weight, bias, *place, "gelu", [], "none")
    return out


def _fuses(x: Tensor, weight: Tensor) -> bool:
    """Whether torch has such kernels for ``x`` and ``weight``.

    It has none for tensors that only stand for others; those that it has know no gradients and no autocast.
    """
    if type(x) is not Tensor or x.is_meta or x.dtype != weight.dtype or torch.is_autocast_enabled(x.device.type):
        return False
    return not _learns(x, weight) and _has_kernels(x.device.type, x.dtype)


def _learns(*tensors: Tensor) -> bool:
    """Whether a gradient will be asked for."""
    return torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)


@cache
def _has_kernels(device: str, dtype: torch.dtype) -> bool:
    if device != "cpu" or platform.machine() not in ("x86_64", "AMD64"):
        return False
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    # not part of torch's public interface: a release without them only takes longer
    if not all(hasattr(torch.ops.mkldnn, name) for name in _NEEDED):
        return False
    if dtype == torch.bfloat16:
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return dtype == torch.float32


def layer_norm(x: Tensor, layer: nn.LayerNorm) -> Tensor:
    """``layer(x)``; bfloat16 channels that do not fill vectors of 16 are normed in float32, which is faster on CPUs."""
    if x.device.type != "cpu" or x.dtype != torch.bfloat16 or x.shape[-1] % 16 == 0:
        return F.layer_norm(x, layer.normalized_shape, layer.weight, layer.bias, layer.eps)
    weight, bias = layer.weight.float(), layer.bias.float()
    return F.layer_norm(x.float(), layer.normalized_shape, weight, bias, layer.eps).to(x.dtype)


def gelu_(x: Tensor) -> Tensor:
    """`torch.nn.functional.gelu` in place, unless the gradient needs what was there."""
    if _learns(x):
        return F.gelu(x)
    out: Tensor = torch.ops.aten.gelu_(x)
    return out
