"""Compute tiles: the fixed cutting that kernels run on.

Their size belongs to the preset, never to the machine, and sums keep their order: so the bits of
a result do not depend on how much memory there was.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..wire.plan import Window


def tile_rows(height: int, width: int, side: int) -> Iterator[list[Window]]:
    """The tiles of a map from top to bottom, one list per row of tiles; the last may be smaller."""
    for row in range(0, height, side):
        tall = min(side, height - row)
        yield [Window(row, col, tall, min(side, width - col)) for col in range(0, width, side)]


def tiles(height: int, width: int, side: int) -> list[Window]:
    """All tiles in reading order."""
    return [window for row in tile_rows(height, width, side) for window in row]


def surround(window: Window, halo: int, height: int, width: int) -> Window:
    """The window and ``halo`` pixels around it, as far as the map reaches."""
    row, col = max(0, window.row - halo), max(0, window.col - halo)
    bottom = min(height, window.row + window.height + halo)
    right = min(width, window.col + window.width + halo)
    return Window(row, col, bottom - row, right - col)


def rescale(window: Window, from_stride: int, to_stride: int) -> Window:
    """The same ground on a map of another stride. Tile edges lie on the coarser map's grid."""
    row, col = window.row * from_stride // to_stride, window.col * from_stride // to_stride
    bottom = (window.row + window.height) * from_stride // to_stride
    right = (window.col + window.width) * from_stride // to_stride
    return Window(row, col, bottom - row, right - col)
