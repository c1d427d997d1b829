"""Batch norm over all ranks' crops: the statistics of the whole batch, whoever computes which part of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor, nn

from .exchange import Exchange


@contextmanager
def joint_statistics(network: nn.Module, exchange: Exchange) -> Iterator[None]:
    """While inside, batch norms that learn take mean and variance over all ranks; gradients pass through both."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)] if exchange.size > 1 else []
    for norm in norms:
        norm.forward = partial(_normed, norm, exchange)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for norm in norms:
            del norm.forward


def _normed(norm: nn.BatchNorm2d, exchange: Exchange, x: Tensor) -> Tensor:
    if not norm.training:
        return nn.BatchNorm2d.forward(norm, x)
    wide = x.to(torch.promote_types(x.dtype, torch.float32))
    count = float(exchange.ranks.total(torch.tensor([x.numel() // x.shape[1]], device=x.device)).item())
    mean = exchange.total(wide.sum((0, 2, 3))) / count
    centred = wide - mean[:, None, None]
    variance = exchange.total((centred * centred).sum((0, 2, 3))) / count
    _remember(norm, mean.detach(), variance.detach() * count / max(count - 1, 1))
    out = centred * torch.rsqrt(variance + norm.eps)[:, None, None]
    if norm.affine:
        out = out * norm.weight[:, None, None] + norm.bias[:, None, None]
    return out.to(x.dtype)


@torch.no_grad()
def _remember(norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor) -> None:
    """Move the running statistics as torch does."""
    if norm.running_mean is None or norm.running_var is None or norm.num_batches_tracked is None:
        return
    norm.num_batches_tracked.add_(1)
    share = 1 / float(norm.num_batches_tracked) if norm.momentum is None else norm.momentum
    norm.running_mean.lerp_(mean.to(norm.running_mean.dtype), share)
    norm.running_var.lerp_(variance.to(norm.running_var.dtype), share)
