"""Which device computes: the one that was named, or the best there is."""

from __future__ import annotations

import torch

from ..wire.errors import DeviceMissing


def choose(name: str | None = None, rank: int = 0, size: int = 1) -> str:
    """The device of one of ``size`` ranks of this machine; None for the best: a CUDA device each, or the CPU.

    Raises:
        DeviceMissing: there is no such device, or torch cannot use it.
    """
    here = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name is None:
        return f"cuda:{rank}" if here >= size else "cpu"
    if not name.startswith("cuda"):
        return name
    number = int(name.partition(":")[2] or 0)
    if number >= here:
        raise DeviceMissing(device=name, detail=f"torch {torch.__version__} finds {here} CUDA device(s) here")
    return f"cuda:{number}"
