"""One map while it is made: finished blocks go into a file that has no name, not into memory."""

from __future__ import annotations

import tempfile
from typing import IO, Protocol

import numpy as np

from ..holistic.feature_map import room_in, scratch_folder
from ..holistic.sink import Pixels as Block
from ..wire.errors import InternalError, ScratchFull
from ..wire.plan import NODATA, Plan, Window
from .counting import Pixels


class Listener(Protocol):
    """Whoever watches: a terminal."""

    def started(self, title: str) -> None:
        """A map is begun."""

    def planned(self, plan: Plan) -> None:
        """Its size and cost are known."""

    def progress(self, stage: str, fraction: float, seconds_left: float | None) -> None:
        """How far it is."""

    def ended(self) -> None:
        """It is done with, well or not."""

    def cancelled(self) -> bool:
        """Whether to stop."""


class Silent:
    """Nobody watches."""

    def started(self, title: str) -> None:
        """Say nothing."""

    def planned(self, plan: Plan) -> None:
        """Say nothing."""

    def progress(self, stage: str, fraction: float, seconds_left: float | None) -> None:
        """Say nothing."""

    def ended(self) -> None:
        """Say nothing."""

    def cancelled(self) -> bool:
        """Go on."""
        return False


class MapSink:
    """Takes the blocks of one job; ``classes`` is the map ``[h, w]``, a memory map of a scratch file."""

    classes: Pixels
    precision = ""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._file: IO[bytes] | None = None

    def __enter__(self) -> MapSink:
        return self

    def __exit__(self, *_: object) -> None:
        self.__dict__.pop("classes", None)
        if self._file is not None:
            self._file.close()

    def planned(self, plan: Plan) -> None:
        """Make room; raises ScratchFull."""
        height, width, folder = plan.grid.height, plan.grid.width, scratch_folder()
        try:
            self._file = tempfile.TemporaryFile(dir=folder, prefix="wholescene-")  # noqa: SIM115
            for _ in range(height):  # written, not mapped: a full disk shows here, and does not kill the process later
                self._file.write(bytes([NODATA]) * width)
            self._file.flush()
        except OSError:
            free, needed = room_in(folder) >> 20, (height * width >> 20) + 1
            raise ScratchFull(path=str(folder), free_mb=free, needed_mb=needed) from None
        self.classes = np.memmap(self._file, np.uint8, "r+", shape=(height, width))
        self.precision = plan.precision
        self._listener.planned(plan)

    def progress(self, stage: str, fraction: float, seconds_left: float | None) -> None:
        """Pass on."""
        self._listener.progress(stage, fraction, seconds_left)

    def block(self, window: Window, classes: Block, confidence: Block | None) -> None:
        """Put a block in its place."""
        if self._file is None:
            raise InternalError(detail="a block came before the plan")
        rows, cols = slice(window.row, window.row + window.height), slice(window.col, window.col + window.width)
        self.classes[rows, cols] = classes

    def cancelled(self) -> bool:
        """Ask on."""
        return self._listener.cancelled()
