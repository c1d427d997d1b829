"""Feature maps: the features of one stage over the whole scene, in memory or in a scratch file."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import torch
from torch import Tensor

from ..nn.patch import Patch
from ..wire import errors
from ..wire.plan import Window

ALIGNMENT = 64  # bytes, of vector instructions


@dataclass(frozen=True)
class FeatureMap:
    """``data`` is ``[H, W, C]``; patches come and go as ``[1, C, h, w]``."""

    data: Tensor

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels of this map."""
        return self.data.shape[0], self.data.shape[1]

    def read(self, window: Window) -> Patch:
        """A copy of a window, channels last in memory as convolutions like it."""
        data = self._at(window).contiguous().permute(2, 0, 1)[None]
        return Patch(data, window, self.size)

    def write(self, patch: Patch) -> None:
        """Store a patch at its window."""
        self._at(patch.window).copy_(patch.data[0].permute(1, 2, 0))

    def strip(self, height: int) -> Strip:
        """Room for ``height`` rows of this map that are not ready to be stored."""
        return Strip(torch.empty(min(height, self.size[0]), *self.data.shape[1:], dtype=self.data.dtype))

    def write_rows(self, strip: Strip) -> None:
        """Store a finished strip."""
        self.data[strip.row : strip.row + strip.height].copy_(strip.data[: strip.height])

    def _at(self, window: Window) -> Tensor:
        return self.data[window.row : window.row + window.height, window.col : window.col + window.width]


@dataclass
class Strip:
    """Rows ``row`` to ``row + height`` of a map that is being rewritten, ``data`` ``[rows, W, C]``."""

    data: Tensor
    row: int = 0
    height: int = 0

    def begin(self, first: Window) -> None:
        """Start anew at a row of tiles, of which ``first`` is one."""
        self.row, self.height = first.row, first.height

    def write(self, patch: Patch) -> None:
        """Take a tile of these rows."""
        window = patch.window
        self.data[: window.height, window.col : window.col + window.width].copy_(patch.data[0].permute(1, 2, 0))


class TileCache:
    """Tiles kept between two passes over the scene, in one block of memory; what does not fit is not kept."""

    def __init__(self, count: int) -> None:
        self._memory = torch.empty(count, dtype=torch.uint8)
        self._used = 0
        self._tiles: dict[Window, Patch] = {}

    def keep(self, patch: Patch) -> None:
        """Copy a tile if there is room for it."""
        data = patch.data.permute(0, 2, 3, 1)
        count = data.numel() * data.element_size()
        if self._used + count > len(self._memory):
            return
        place = self._memory[self._used : self._used + count].view(data.dtype).view(data.shape)
        place.copy_(data)
        self._used += -(-count // ALIGNMENT) * ALIGNMENT
        self._tiles[patch.window] = patch.like(place.permute(0, 3, 1, 2))

    def get(self, window: Window) -> Patch | None:
        """The tile at ``window``, if it was kept."""
        return self._tiles.get(window)

    def clear(self) -> None:
        """Forget all tiles."""
        self._tiles.clear()
        self._used = 0


class Store:
    """Makes feature maps: in memory while ``budget`` bytes last, then in scratch files.

    Scratch files have no name on systems that allow it, so that they are gone with the process.
    Memory that a file backs does not count against a machine's memory: the system writes it out.
    """

    def __init__(self, budget: int, scratch: Path | None = None) -> None:
        self.free = budget
        self.scratch = scratch or scratch_folder()
        self._files: list[IO[bytes]] = []

    def allocate(self, height: int, width: int, channels: int, dtype: torch.dtype) -> FeatureMap:
        """A map of unspecified content.

        Raises:
            ScratchFull: neither memory nor the scratch folder has room.
        """
        count = height * width * channels * dtype.itemsize
        if count <= self.free:
            self.free -= count
            data = torch.empty(count, dtype=torch.uint8)
        else:
            data = torch.from_numpy(self._file_backed(count))
        return FeatureMap(data.view(dtype).view(height, width, channels))

    def cache(self, count: int) -> TileCache:
        """A cache of at most ``count`` bytes, of what the budget has left."""
        granted = max(0, min(count, self.free))
        self.free -= granted
        return TileCache(granted)

    def close(self) -> None:
        """Drop the scratch files."""
        for file in self._files:
            file.close()
        self._files.clear()

    def _file_backed(self, count: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        self._check_room(count)
        file = tempfile.TemporaryFile(dir=self.scratch, prefix="wholescene-")  # noqa: SIM115
        self._files.append(file)
        try:
            _reserve(file, count)
        except OSError as problem:
            if problem.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise
            raise self._full(count) from problem
        return np.memmap(file, dtype=np.uint8, mode="r+", shape=(count,))

    def _check_room(self, count: int) -> None:
        if shutil.disk_usage(self.scratch).free < count:
            raise self._full(count)

    def _full(self, count: int) -> errors.ScratchFull:
        free = shutil.disk_usage(self.scratch).free
        return errors.ScratchFull(path=str(self.scratch), free_mb=free >> 20, needed_mb=count >> 20)


def _reserve(file: IO[bytes], count: int) -> None:
    """Claim the blocks now: writing to a mapped hole of a full disk would kill the process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, count)
    else:
        file.truncate(count)


def scratch_folder() -> Path:
    """``WHOLESCENE_SCRATCH``, else the temporary folder, or /var/tmp where that one lives in memory."""
    named = os.environ.get("WHOLESCENE_SCRATCH")
    if named:
        return Path(named)
    folder = Path(tempfile.gettempdir())
    on_disk = Path("/var/tmp")
    return on_disk if _in_memory(folder) and os.access(on_disk, os.W_OK) else folder


def _in_memory(folder: Path) -> bool:
    try:
        mounts = Path("/proc/self/mounts").read_text().splitlines()
    except OSError:
        return False
    points = [line.split()[1:3] for line in mounts]
    holding = [(point, kind) for point, kind in points if folder == Path(point) or Path(point) in folder.parents]
    return bool(holding) and max(holding, key=lambda row: len(row[0]))[1] == "tmpfs"
