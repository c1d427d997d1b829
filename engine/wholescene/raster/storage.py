"""Failures of the disk, told as what a person can do something about."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError

from ..wire.errors import DiskFull, OutputUnwritable, WholeSceneError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL_WORDS = ("no space left", "quota", "file too large", "disk full", "not enough space")
MEGABYTE = 1 << 20
COMPRESSION = 10  # class maps shrink by at least about this


@contextlib.contextmanager
def storage_errors(path: Path, raw_bytes: int) -> Iterator[None]:
    """Turn what GDAL and the system say about writing ``path`` into DiskFull or OutputUnwritable.

    ``raw_bytes`` is the uncompressed size, from which the space needed is estimated.
    """
    try:
        yield
    except WholeSceneError:
        raise
    except (RasterioError, CPLE_BaseError, OSError) as problem:
        raise _told(path, raw_bytes, problem) from problem


def _told(path: Path, raw_bytes: int, problem: BaseException) -> WholeSceneError:
    needed = max(MEGABYTE, raw_bytes // COMPRESSION)
    free = _free(path.parent)
    if _says_full(problem) or free < needed:
        return DiskFull(path=str(path), free_mb=free // MEGABYTE, needed_mb=-(-needed // MEGABYTE))
    lines = str(problem.__cause__ or problem).strip().splitlines() or [type(problem).__name__]
    return OutputUnwritable(path=str(path), detail=lines[0].rstrip("."))


def _says_full(problem: BaseException) -> bool:
    link: BaseException | None = problem
    while link is not None:
        if isinstance(link, OSError) and link.errno in FULL:
            return True
        if any(words in str(link).casefold() for words in FULL_WORDS):
            return True
        link = link.__cause__ or link.__context__
    return False


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0
