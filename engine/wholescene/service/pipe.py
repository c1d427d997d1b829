"""Maps of plain values over the pipe between engine and worker, each preceded by its length."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

import msgpack

MAX_BYTES = 128 << 20  # a block of 16 Mpixel with confidence is 32 MiB
_LENGTH = 8
_CHUNK = 1 << 20


def pack(values: Mapping[str, Any]) -> bytes:
    """``values`` as msgpack; what msgpack does not know goes as text."""
    packed: bytes = msgpack.packb(dict(values), use_bin_type=True, default=str)  # type: ignore[no-untyped-call]
    return packed


def unpack(packed: bytes | bytearray) -> dict[str, Any]:
    """The map that :func:`pack` packed; raises ValueError if it is none."""
    values: object = msgpack.unpackb(  # type: ignore[attr-defined, no-untyped-call]
        packed, raw=False, max_bin_len=MAX_BYTES, max_str_len=MAX_BYTES
    )
    if not isinstance(values, dict):
        raise ValueError("something else than a map on the pipe")
    return values


class PipeWriter:
    """Writes maps to a file descriptor; threads may share it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def send(self, values: Mapping[str, Any]) -> None:
        """Write one map; raises OSError when the reader is gone."""
        packed = pack(values)
        with self._lock:
            _write_all(self._descriptor, len(packed).to_bytes(_LENGTH, "big"))
            _write_all(self._descriptor, packed)


def receive(descriptor: int) -> dict[str, Any] | None:
    """The next map, or None at the end of the pipe (also in the middle of a map: the writer died)."""
    prefix = _read_exactly(descriptor, _LENGTH)
    if prefix is None:
        return None
    length = int.from_bytes(prefix, "big")
    if length > MAX_BYTES:
        raise ValueError(f"{length} bytes announced on the pipe; at most {MAX_BYTES} are allowed")
    packed = _read_exactly(descriptor, length)
    return None if packed is None else unpack(packed)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest[:_CHUNK]) :]


def _read_exactly(descriptor: int, count: int) -> bytearray | None:
    # os.read, not a buffered stream: a daemon thread blocked in one would abort the interpreter's exit
    data = bytearray()
    while len(data) < count:
        chunk = os.read(descriptor, min(_CHUNK, count - len(data)))
        if not chunk:
            return None
        data += chunk
    return data
