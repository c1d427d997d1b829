"""Which precision to compute in: asked of the machine, never assumed from a flag.

bfloat16 is twice as fast where the CPU has instructions for it and eight times slower where it
is emulated, so a product of two matrices is timed in both.
"""

from __future__ import annotations

import time
from functools import cache

import torch

from ..wire import errors

DTYPES = {"float32": torch.float32, "bf16": torch.bfloat16}
PAYS = 1.2  # how much faster bfloat16 has to be to be worth its rounding


def choose(requested: str, allowed: tuple[str, ...], preset: str) -> str:
    """ "float32" or "bf16"; "auto" takes bf16 if the preset allows it and it pays here.

    Raises:
        PrecisionUnsupported: the preset was not validated at the requested precision.
    """
    if requested != "auto":
        if requested not in allowed:
            raise errors.PrecisionUnsupported(preset=preset, precision=requested, allowed=", ".join(allowed))
        return requested
    if "bf16" in allowed and ("float32" not in allowed or speed("bf16") > PAYS * speed("float32")):
        return "bf16"
    return "float32"


@cache
def speed(precision: str) -> float:
    """Multiply-adds per second of a matrix product of a network's size, in some 10 ms."""
    dtype = DTYPES[precision]
    left, right = torch.ones(4096, 160, dtype=dtype), torch.ones(160, 640, dtype=dtype)
    torch.mm(left, right)
    best = min(_timed(left, right) for _ in range(4))
    return left.shape[0] * left.shape[1] * right.shape[1] / best


def _timed(left: torch.Tensor, right: torch.Tensor) -> float:
    start = time.perf_counter()
    torch.mm(left, right)
    return time.perf_counter() - start
