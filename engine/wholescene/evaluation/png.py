"""PNG pictures for a page that must not need any other file (ISO/IEC 15948)."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np

from .counting import Pixels

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PALETTE, RGBA = 3, 6  # colour types
Colour = tuple[int, int, int, int]  # red, green, blue, opacity


def indexed(pixels: Pixels, colours: Sequence[Colour]) -> bytes:
    """A picture of ``[h, w]`` numbers of at most 256 colours."""
    palette = b"".join(bytes(colour[:3]) for colour in colours)
    opacity = bytes(colour[3] for colour in colours)
    return _png(pixels, PALETTE, _chunk(b"PLTE", palette) + _chunk(b"tRNS", opacity))


def rgba(pixels: Pixels) -> bytes:
    """A picture of ``[h, w, 4]``."""
    return _png(pixels.reshape(pixels.shape[0], -1), RGBA, b"", pixels.shape[1])


def data_address(png: bytes) -> str:
    """The picture as an address for ``src``."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def colour_of(text: str) -> Colour:
    """Of ``#RRGGBB``, opaque."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16), 255


def _png(rows: Pixels, kind: int, between: bytes, width: int | None = None) -> bytes:
    """Rows of bytes, each with filter 0."""
    height = rows.shape[0]
    filtered = np.concatenate([np.zeros((height, 1), np.uint8), rows], 1)
    header = struct.pack(">IIBBBBB", width or rows.shape[1], height, 8, kind, 0, 0, 0)
    data = _chunk(b"IDAT", zlib.compress(filtered.tobytes(), 9))
    return SIGNATURE + _chunk(b"IHDR", header) + between + data + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
