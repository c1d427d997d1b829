"""The selective scan as one Triton kernel for CUDA: nothing but its inputs and its result is ever written.

Triton comes with the CUDA builds of torch for Linux; elsewhere importing this module fails.
"""

from __future__ import annotations

import logging
from contextlib import nullcontext
from functools import cache

import torch
import triton
import triton.language as tl
from torch import Tensor

log = logging.getLogger(__name__)

BLOCK = 1024  # steps of the sequence that a program takes at a time


def scan(x: Tensor, delta: Tensor, decay: Tensor, enter: Tensor, leave: Tensor, skip: Tensor) -> Tensor:
    """As :func:`~wholescene.nn.selective_scan.selective_scan`, without gradients."""
    out = torch.empty_like(x, memory_format=torch.contiguous_format)
    batch, channels, length = x.shape
    states = decay.shape[1]
    inputs = (each.contiguous() for each in (x, delta, decay, enter, leave, skip))
    width = triton.next_power_of_2(states)
    # Triton launches on the current device, whatever the tensors lie on; its interpreter has none
    with torch.cuda.device(x.device) if x.is_cuda else nullcontext():
        _kernel[(batch * channels,)](*inputs, out, channels, length, states, WIDTH=width, BLOCK=BLOCK)
    return out


@cache
def works(device: torch.device) -> bool:
    """Whether the kernel can be built and run there; Triton needs a C compiler for it."""
    line = torch.zeros(1, 1, 1, device=device)
    try:
        scan(line, line, torch.zeros(1, 1, device=device), line, line, torch.zeros(1, device=device))
    except Exception as problem:  # whatever a compiler, a driver or Triton itself says
        log.warning("VMamba's scan runs in plain torch, since Triton cannot build its kernel: %s", problem)
        return False
    return True


@triton.jit
def _after(decay, state, next_decay, next_state):  # type: ignore[no-untyped-def]
    """Two pieces of the recurrence as one."""
    return decay * next_decay, next_decay * state + next_state


@triton.jit  # type: ignore[untyped-decorator]
def _kernel(  # type: ignore[no-untyped-def]
    x_of, delta_of, decay_of, enter_of, leave_of, skip_of, out_of,
    channels, length, states, WIDTH: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """One channel of one element of the batch: block by block, each begun with the state that the last one left."""
    line = tl.program_id(0).to(tl.int64)  # of [B, D]
    channel, first_state = line % channels, line // channels * states
    state = tl.arange(0, WIDTH)
    there = state < states
    decay = tl.load(decay_of + channel * states + state, there, 0.0).to(tl.float32)
    skip = tl.load(skip_of + channel).to(tl.float32)
    carried = tl.zeros([WIDTH], tl.float32)
    for start in range(0, length, BLOCK):
        step = start + tl.arange(0, BLOCK)
        inside = step < length
        both = there[:, None] & inside[None, :]
        place = (first_state + state)[:, None] * length + step[None, :]
        x = tl.load(x_of + line * length + step, inside, 0.0).to(tl.float32)
        delta = tl.load(delta_of + line * length + step, inside, 0.0).to(tl.float32)
        enter = tl.load(enter_of + place, both, 0.0).to(tl.float32)
        leave = tl.load(leave_of + place, both, 0.0).to(tl.float32)
        decays = tl.exp(delta[None, :] * decay[:, None])
        decays, here = tl.associative_scan((decays, (delta * x)[None, :] * enter), 1, _after)
        here += decays * carried[:, None]
        out = tl.sum(here * leave, 0) + skip * x
        tl.store(out_of + line * length + step, out.to(out_of.dtype.element_ty), inside)
        carried = tl.sum(tl.where(tl.arange(0, BLOCK)[None, :] == BLOCK - 1, here, 0.0), 1)
