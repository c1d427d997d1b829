"""The fingerprint of a file: its size and a hash of samples of it.

Tells in a moment whether a file here and one on the engine's machine are the same scene, even of a
hundred gigabytes. It is no proof: a change between the samples goes unseen.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Union

SAMPLES = 16
SAMPLE_BYTES = 64 << 10
WHOLE_BELOW = SAMPLES * SAMPLE_BYTES  # smaller files are hashed whole


@dataclass(frozen=True)
class Fingerprint:
    """Size in bytes, and the SHA-256 (hexadecimal) of the size and the samples."""

    size: int
    sample: str


def fingerprint(path: Union[str, Path]) -> Fingerprint:
    """The fingerprint of a regular file.

    SHA-256 over the size (8 bytes, big-endian) and 16 samples of 64 KiB: sample i of 0 to 15 begins at
    i · (size − 64 KiB) div 15, so the first is the file's beginning and the last its end. Of a file below 1 MiB the
    size and all of it. Raises OSError, also for what is no regular file.
    """
    # not blocking: to open a pipe would otherwise wait for somebody to write into it
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        with os.fdopen(handle, "rb", buffering=0, closefd=False) as file:
            return Fingerprint(status.st_size, _sampled(file, status.st_size))
    finally:
        os.close(handle)


def _sampled(file: BinaryIO, size: int) -> str:
    digest = hashlib.sha256(size.to_bytes(8, "big"))
    if size < WHOLE_BELOW:
        digest.update(_read(file, size))
    else:
        for number in range(SAMPLES):
            file.seek(number * (size - SAMPLE_BYTES) // (SAMPLES - 1))
            digest.update(_read(file, SAMPLE_BYTES))
    return digest.hexdigest()


def _read(file: BinaryIO, count: int) -> bytes:
    """``count`` bytes: a single read may bring fewer, as network drives do."""
    parts = []
    while count > 0:
        part = file.read(count)
        if not part:
            break  # it has become shorter meanwhile
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
