"""Checkpoints: all that a run needs to go on as if it had not stopped."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import torch

from ..wire.errors import DiskFull, OutputUnwritable, RunUnresumable

FILE = "checkpoint.pt"


def save(state: dict[str, Any], folder: Path, name: str = FILE) -> None:
    """Write ``state`` beside the last checkpoint and put it in its place: at any time one of them is whole.

    Raises:
        DiskFull: there was no room; the last checkpoint stays.
        OutputUnwritable: the folder cannot be written to.
    """
    part = folder / f"{name}.part"
    try:
        with part.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, folder / name)
    except (OSError, RuntimeError) as problem:
        part.unlink(missing_ok=True)
        raise _explained(problem, folder, state) from problem


def load(folder: Path, device: torch.device, name: str = FILE) -> dict[str, Any] | None:
    """The last checkpoint, if there is one. Raises RunUnresumable if it cannot be read."""
    path = folder / name
    if not path.exists():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    except Exception as problem:  # torch raises many kinds
        raise RunUnresumable(path=str(folder), detail=f"{path.name} cannot be read ({problem})") from problem
    return state


def _explained(problem: Exception, folder: Path, state: dict[str, Any]) -> Exception:
    """A coded error for what went wrong; torch hides the system's error in one of its own."""
    causes: list[BaseException] = [problem]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    numbers = [cause.errno for cause in causes if isinstance(cause, OSError)]
    if {errno.ENOSPC, errno.EDQUOT} & set(numbers) or (not numbers and _free(folder) < _size(state)):
        return DiskFull(path=str(folder), free_mb=_free(folder) >> 20, needed_mb=_size(state) >> 20)
    if numbers:
        return OutputUnwritable(path=str(folder), detail=os.strerror(numbers[0] or 0))
    return problem


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _size(state: Any) -> int:
    """Bytes of all tensors in nested containers."""
    if isinstance(state, torch.Tensor):
        return state.numel() * state.element_size()
    if isinstance(state, dict):
        return sum(_size(value) for value in state.values())
    return sum(_size(value) for value in state) if isinstance(state, (list, tuple)) else 0
