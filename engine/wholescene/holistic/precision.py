"""Which precision to compute in: asked of the machine, never assumed from a flag.

bfloat16 is twice as fast where the processor has instructions for it and eight times slower where
it is emulated, so a product of two matrices is timed in both, on the device that will compute.
"""

from __future__ import annotations

import time
from functools import cache

import torch

from ..wire import errors

DTYPES = {"float32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
PAYS = 1.2  # how much faster bfloat16 has to be to be worth its rounding
SIDES = {"cpu": (4096, 160, 640), "cuda": (16_384, 1024, 4096)}  # of the matrices: enough work to fill the device


def choose(requested: str, allowed: tuple[str, ...], preset: str, device: str = "cpu") -> str:
    """ "float32", "bf16" or "fp16"; "auto" takes bf16 if the preset allows it and it pays on the device.

    Raises:
        PrecisionUnsupported: the preset was not validated at the requested precision.
        PrecisionOnDevice: the device cannot compute in it: fp16 on a CPU, where it is a hundred times slower.
    """
    if requested not in ("auto", *allowed):
        raise errors.PrecisionUnsupported(preset=preset, precision=requested, allowed=", ".join(allowed))
    chosen = _best(allowed, device) if requested == "auto" else requested
    check(chosen, device)
    return chosen


def _best(allowed: tuple[str, ...], device: str) -> str:
    if "bf16" in allowed and ("float32" not in allowed or pays(device)):
        return "bf16"
    return "float32" if "float32" in allowed else allowed[0]


def check(precision: str, device: str) -> None:
    """Raise PrecisionOnDevice if the kind of device cannot compute in this precision."""
    if precision == "fp16" and device.partition(":")[0] != "cuda":
        raise errors.PrecisionOnDevice(precision=precision, device=device)


def pays(device: str = "cpu") -> bool:
    """Whether bf16 is enough faster than float32 on the device."""
    return speed("bf16", device) > PAYS * speed("float32", device)


@cache
def speed(precision: str, device: str = "cpu") -> float:
    """Multiply-adds per second of a matrix product of a network's size, in some 10 ms."""
    dtype = DTYPES[precision]
    rows, inner, cols = SIDES[device.partition(":")[0]]
    left = torch.ones(rows, inner, dtype=dtype, device=device)
    right = torch.ones(inner, cols, dtype=dtype, device=device)
    _timed(left, right)
    return rows * inner * cols / min(_timed(left, right) for _ in range(6))


def _timed(left: torch.Tensor, right: torch.Tensor) -> float:
    _finish(left.device)
    start = time.perf_counter()
    torch.mm(left, right)
    _finish(left.device)
    return time.perf_counter() - start


def _finish(device: torch.device) -> None:
    """Wait for the device, which computes beside Python."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
