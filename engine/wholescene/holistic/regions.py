"""Regions: which part of the scene each rank owns, and what passes through its device at one time.

The scene is a grid of compute tiles. A rank owns a rectangle of them, cut further into regions
where its device cannot hold all. Nothing that is computed depends on this division.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ..wire.plan import Window
from .tiles import moved, rescale, tiles


@dataclass(frozen=True)
class Region:
    """A rectangle of the scene, whole tiles, and the rank that owns it. ``index`` counts over all ranks."""

    index: int
    rank: int
    window: Window  # scene pixels


@dataclass(frozen=True)
class Division:
    """A scene of ``size`` (height, width) in regions, its compute tiles of side ``tile``, all in scene pixels.

    ``grid`` (height, width) is the preset's region grid, whose cells steps may be confined to.
    """

    size: tuple[int, int]
    tile: int
    regions: tuple[Region, ...]
    grid: tuple[int, int] | None = None

    def owned(self, rank: int) -> list[Region]:
        """The regions of a rank, in the order in which it works on them."""
        return [region for region in self.regions if region.rank == rank]

    def tiles(self, window: Window, stride: int) -> list[Window]:
        """Compute tiles of a region's window on a map of ``stride``, in reading order."""
        window, side = rescale(window, 1, stride), self.tile // stride
        return [moved(tile, window.row, window.col) for tile in tiles(window.height, window.width, side)]

    def frames(self, stride: int, *, confined: bool) -> list[Window]:
        """What a step takes for the whole map of ``stride``: the map, or each cell of the grid."""
        height, width = (side // stride for side in self.size)
        if not confined or self.grid is None:
            return [Window(0, 0, height, width)]
        rows, cols = (side // stride for side in self.grid)
        return [
            Window(row, col, min(rows, height - row), min(cols, width - col))
            for row in range(0, height, rows)
            for col in range(0, width, cols)
        ]

    def frame_index(self, tile: Window, stride: int, *, confined: bool) -> int:
        """Which of `frames` a tile of a map of ``stride`` lies in."""
        if not confined or self.grid is None:
            return 0
        rows, cols = (side // stride for side in self.grid)
        across = -(-(self.size[1] // stride) // cols)
        return tile.row // rows * across + tile.col // cols


def divide(
    size: tuple[int, int],
    tile: int,
    ranks: int = 1,
    region: int | None = None,
    grid: tuple[int, int] | None = None,
) -> Division:
    """Divide a scene among ``ranks``, as evenly as whole tiles allow, in regions of at most ``region`` pixels a side.

    Ranks beyond the number of tiles own nothing.
    """
    rows, cols = (-(-side // tile) for side in size)
    shares = _bisect(Window(0, 0, rows, cols), ranks)
    step = max(1, (region or max(size)) // tile)
    cut = [(rank, part) for rank, share in enumerate(shares) for part in _cut(share, step)]
    whole = Window(0, 0, *size)
    regions = []
    for index, (rank, part) in enumerate(cut):
        window = rescale(part, tile, 1).intersection(whole)
        assert window is not None  # the last tile begins inside
        regions.append(Region(index, rank, window))
    return Division(size, tile, tuple(regions), grid)


def _bisect(window: Window, ranks: int) -> list[Window]:
    """A rectangle of tiles in ``ranks`` rectangles: cut across its longer side until each is one rank's."""
    if ranks == 1:
        return [window]
    shorter, longer = sorted((window.height, window.width))
    at, first = _cut_at(shorter, longer, ranks)
    one, other = _parts(window, at)
    return [*_bisect(one, first), *_bisect(other, ranks - first)]


def _parts(window: Window, at: int) -> tuple[Window, Window]:
    row, col, height, width = window.row, window.col, window.height, window.width
    if height >= width:
        return Window(row, col, at, width), Window(row + at, col, height - at, width)
    return Window(row, col, height, at), Window(row, col + at, height, width - at)


def _cut_at(width: int, length: int, ranks: int) -> tuple[int, int]:
    """Where to cut ``length`` x ``width`` tiles, and how many ranks share the first part.

    Half of the ranks each, so that the busiest has as little as possible; other shares only where a
    rank would get no tile. A single tile is not cut.
    """
    if length < 2:
        return length, 1

    def cost(choice: tuple[int, int]) -> tuple[bool, int, float, int]:
        at, first = choice
        empty = max(0, first - at * width) + max(0, ranks - first - (length - at) * width)
        busiest = max(at / first, (length - at) / (ranks - first))
        return empty > 0, abs(2 * first - ranks) // 2, busiest, -at

    return min(((at, first) for at in range(1, length) for first in range(1, ranks)), key=cost)


def _cut(window: Window, step: int) -> Iterator[Window]:
    """A rectangle of tiles in rectangles of at most ``step`` tiles a side, about equal."""
    for row, height in _spans(window.height, step):
        for col, width in _spans(window.width, step):
            yield Window(window.row + row, window.col + col, height, width)


def _spans(length: int, step: int) -> list[tuple[int, int]]:
    count = -(-length // step)
    edges = [length * i // count for i in range(count + 1)] if count else []
    return [(low, high - low) for low, high in pairwise(edges)]
