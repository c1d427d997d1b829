"""Failures of the disk, told as what a person can do something about."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError

from ..wire.errors import DiskFull, OutputUnwritable, WholeSceneError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
MEGABYTE = 1 << 20
COMPRESSION = 10  # class maps shrink by at least about this


@contextlib.contextmanager
def storage_errors(path: Path, raw_bytes: int, growing: Path) -> Iterator[None]:
    """Turn what GDAL and the system say about writing ``path`` into DiskFull or OutputUnwritable.

    ``raw_bytes`` is the uncompressed size, from which the space needed is estimated;
    ``growing`` is the file that is being written and thrown away after a failure.
    """
    try:
        yield
    except WholeSceneError:
        raise
    except (RasterioError, CPLE_BaseError, OSError, SystemError) as problem:  # SystemError: GDAL failed without a word
        raise _told(path, raw_bytes, growing, problem) from problem


def _told(path: Path, raw_bytes: int, growing: Path, problem: BaseException) -> WholeSceneError:
    needed = max(MEGABYTE, raw_bytes // COMPRESSION)
    free, total = _space(path.parent)
    # file systems without a size, such as /proc, are never full
    if getattr(problem, "errno", None) in FULL or (total and free < needed) or _cannot_grow(growing):
        return DiskFull(path=str(path), free_mb=free // MEGABYTE, needed_mb=-(-needed // MEGABYTE))
    lines = str(problem.__cause__ or problem).strip().splitlines() or [type(problem).__name__]
    return OutputUnwritable(path=str(path), detail=lines[0].rstrip("."))


def _cannot_grow(growing: Path) -> bool:
    """GDAL does not tell why a write failed, so write something and ask the system."""
    if not growing.exists():
        return False
    try:
        with growing.open("ab") as file:
            file.write(bytes(MEGABYTE))
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        return problem.errno in FULL
    return False


def _space(folder: Path) -> tuple[int, int]:
    """Free and total bytes of the disk under a folder; zeros if that is unknown."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return 0, 0
    return usage.free, usage.total
