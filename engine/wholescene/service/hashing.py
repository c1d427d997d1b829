"""Hashes of whole files, which may take minutes: kept as long as the file stays as it is."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..wire.errors import Cancelled

_BLOCK = 1 << 20
_KEPT = 256


def sha256_of(path: Path, stopped: Callable[[], bool] = lambda: False) -> str:
    """The SHA-256 of a file, hexadecimal; raises OSError, or Cancelled if ``stopped``."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        update(digest, file, None, stopped)
    return digest.hexdigest()


def update(
    digest: hashlib._Hash, file: BinaryIO, length: int | None, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Add the next ``length`` bytes of a file, or all that follow, to a hash; raises OSError or Cancelled."""
    left = sys.maxsize if length is None else length
    while left > 0 and (block := file.read(min(_BLOCK, left))):
        if stopped():
            raise Cancelled()
        digest.update(block)
        left -= len(block)


class Hashes:
    """SHA-256 of files, not computed twice for a file of one size and time."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int], str] = {}

    def of(self, path: Path, stopped: Callable[[], bool] = lambda: False) -> str:
        """The hash of a file; raises as `sha256_of`."""
        status = os.stat(path)
        key = (str(path), status.st_size, status.st_mtime_ns)
        if key not in self._known:
            while len(self._known) >= _KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[key] = sha256_of(path, stopped)
        return self._known[key]
