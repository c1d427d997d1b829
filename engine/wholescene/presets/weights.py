"""Weights files: is this the one the preset names?"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from ..wire.errors import WeightsCorrupt

_CHUNK = 1 << 20  # bytes


def verify(path: Path, expected: str) -> None:
    """Raise WeightsCorrupt unless the file has the SHA-256 ``expected`` (hexadecimal)."""
    actual = sha256(path)
    if actual != expected.lower():
        raise WeightsCorrupt(path=str(path), actual=actual, expected=expected)


def sha256(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; computed once per process for an unchanged file."""
    stat = path.stat()
    return _sha256(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _sha256(path: Path, _mtime_ns: int, _size: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
