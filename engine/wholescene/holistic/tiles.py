"""Compute tiles: the fixed cutting that kernels run on.

Their size belongs to the preset, never to the machine: so the bits of a result do not depend on how
much memory there was, or on how many ranks.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..wire.plan import Window

SIDE = 512  # of a compute tile in scene pixels, where the preset does not say


def tile_rows(height: int, width: int, side: int) -> Iterator[list[Window]]:
    """The tiles of a map from top to bottom, one list per row of tiles; the last may be smaller."""
    for row in range(0, height, side):
        tall = min(side, height - row)
        yield [Window(row, col, tall, min(side, width - col)) for col in range(0, width, side)]


def tiles(height: int, width: int, side: int) -> list[Window]:
    """All tiles in reading order."""
    return [window for row in tile_rows(height, width, side) for window in row]


def rescale(window: Window, from_stride: int, to_stride: int) -> Window:
    """The same ground on a map of another stride. Tile edges lie on the coarser map's grid."""
    row, col = window.row * from_stride // to_stride, window.col * from_stride // to_stride
    bottom = (window.row + window.height) * from_stride // to_stride
    right = (window.col + window.width) * from_stride // to_stride
    return Window(row, col, bottom - row, right - col)


def moved(window: Window, rows: int, cols: int) -> Window:
    """The window ``rows`` further down and ``cols`` further right."""
    return Window(window.row + rows, window.col + cols, window.height, window.width)
