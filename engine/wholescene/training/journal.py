"""The log of a run: JSON lines always, TensorBoard where it is installed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FILE = "log.jsonl"


class Journal:
    """Writes what rank 0 is told; other ranks have one that is ``silent``."""

    def __init__(self, folder: Path, *, silent: bool = False) -> None:
        self.silent = silent
        self._path = folder / FILE
        self._board = None if silent else _board(folder)

    def note(self, step: int, **values: Any) -> None:
        """One line, and a point of each number on its curve."""
        if self.silent:
            return
        record = {"step": step, "time": round(time.time(), 3), **values}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
        if self._board is not None:
            for name, value in _scalars(values):
                self._board.add_scalar(name, value, step)

    def picture(self, step: int, name: str, picture: npt.NDArray[np.uint8]) -> None:
        """A map ``[h, w, 3]``."""
        if self._board is not None:
            self._board.add_image(name, picture, step, dataformats="HWC")

    def close(self) -> None:
        """Write what is still in memory."""
        if self._board is not None:
            self._board.close()


def _board(folder: Path) -> Any:
    """TensorBoard's writer, or None if it is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder / "tensorboard"))


def _scalars(values: dict[str, Any], prefix: str = "") -> list[tuple[str, float]]:
    """Numbers in nested dictionaries by their path."""
    found: list[tuple[str, float]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            found += _scalars(value, f"{prefix}{key}/")
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found.append((f"{prefix}{key}", float(value)))
    return found
