"""The selective scan of Mamba (Gu & Dao 2023, arXiv:2312.00752) in plain torch; on CUDA by a kernel where Triton is.

A state is a first-order recurrence per channel. It is computed in chunks: step by step inside, in all chunks at once,
then from chunk to chunk by the same on their last states. Decays are at most one and only ever multiplied, so that
nothing grows, however long the sequence.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

CHUNK = 64

Scan = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]


def selective_scan(x: Tensor, delta: Tensor, decay: Tensor, enter: Tensor, leave: Tensor, skip: Tensor) -> Tensor:
    """Equation 2 of the paper, with its discretisation (equation 4, B by Euler's rule): ``[B, D, L]`` to the same.

    ``delta`` ``[B, D, L]`` are the steps, ``decay`` ``[D, N]`` is A, ``enter`` and ``leave`` ``[B, N, L]`` are
    B and C, ``skip`` ``[D]`` is D. At least in float32, whatever is given.
    """
    inputs = (x, delta, decay, enter, leave, skip)
    learns = torch.is_grad_enabled() and any(each.requires_grad for each in inputs)
    kernel = _kernel(x.device) if x.is_cuda and x.dtype != torch.float64 and not learns else None
    if kernel is not None:
        return kernel(*inputs)
    exact = torch.promote_types(x.dtype, torch.float32)
    values, delta, decay, enter, leave, skip = (each.to(exact) for each in inputs)
    states = recurrence(
        torch.exp(delta[:, :, None] * decay[..., None]),
        (delta * values)[:, :, None] * enter[:, None],
    )
    out = (states * leave[:, None]).sum(2) + skip[:, None] * values
    return out.to(x.dtype)


@cache
def _kernel(device: torch.device) -> Scan | None:
    """The one for CUDA; None where there is no Triton, or none that can build it."""
    try:
        from .selective_scan_triton import scan, works
    except ImportError:
        return None
    return scan if works(device) else None


def recurrence(decays: Tensor, inputs: Tensor) -> Tensor:
    """``h[t] = decays[t] h[t-1] + inputs[t]`` along the last axis, from zero; decays lie between 0 and 1."""
    length = decays.shape[-1]
    if length <= CHUNK:
        return _stepwise(decays.movedim(-1, 0), inputs.movedim(-1, 0))[1].movedim(0, -1)
    decays, states = _stepwise(_chunks(decays), _chunks(inputs))
    ends = recurrence(decays[-1], states[-1])
    states = torch.addcmul(states, decays, F.pad(ends[..., :-1], (1, 0)))
    return states.movedim(0, -1).flatten(-2)[..., :length]


def _chunks(x: Tensor) -> Tensor:
    """``[..., L]`` to ``[CHUNK, ..., chunks]``, filled up with zeros."""
    x = F.pad(x, (0, -x.shape[-1] % CHUNK))
    return x.reshape(*x.shape[:-1], -1, CHUNK).movedim(-1, 0).contiguous()


def _stepwise(decays: Tensor, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Products of decays from the start, and states, one after the other along the first axis."""
    products, states = [decays[0]], [inputs[0]]
    for decay, entering in zip(decays[1:], inputs[1:], strict=True):
        products.append(decay * products[-1])
        states.append(torch.addcmul(entering, decay, states[-1]))
    return torch.stack(products), torch.stack(states)
