"""Parcels of the drawn landscape: blocks between tracks, cut into strips of fields."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .landscape_noise import Floats, Patch, mixed, uniform

BLOCK = 430.0  # metres between the centres of blocks
_JITTER = 0.36  # how far a centre may lie from its place, in blocks


@dataclass(frozen=True)
class Parcels:
    """Per pixel of a patch. Hashes name things; distances are in metres."""

    parcel: NDArray[np.uint32]
    edge: Floats  # to the parcel's edge
    border: NDArray[np.uint32]  # the two blocks that meet at the nearest border of blocks
    border_distance: Floats
    across: Floats  # position across the rows of the crop


@dataclass(frozen=True)
class _Blocks:
    """Centres on a jittered grid that covers a patch; flat tables, one entry per block."""

    first_row: int
    first_col: int
    columns: int
    name: NDArray[np.uint32]
    x: Floats
    y: Floats

    @classmethod
    def around(cls, x: Floats, y: Floats, seed: int) -> _Blocks:
        first_row, first_col = int(y.min() // BLOCK) - 1, int(x.min() // BLOCK) - 1
        rows = np.arange(first_row, int(y.max() // BLOCK) + 2)[:, None]
        cols = np.arange(first_col, int(x.max() // BLOCK) + 2)[None]
        name = mixed(rows, cols, np.int64(seed))
        at_x = (cols + 0.5 + _JITTER * (2 * uniform(name, 1) - 1)) * BLOCK
        at_y = (rows + 0.5 + _JITTER * (2 * uniform(name, 2) - 1)) * BLOCK
        flat = (table.astype(np.float32).ravel() for table in (at_x, at_y))
        return cls(first_row, first_col, cols.size, name.ravel(), *flat)

    def neighbours(self, x: Floats, y: Floats) -> list[NDArray[np.int32]]:
        """The 3 x 3 blocks around each position, as indices of the tables."""
        row = np.floor(y / np.float32(BLOCK)).astype(np.int32) - self.first_row
        here = row * self.columns + np.floor(x / np.float32(BLOCK)).astype(np.int32) - self.first_col
        return [here + (down * self.columns + right) for down in (-1, 0, 1) for right in (-1, 0, 1)]


def parcels(patch: Patch, bend_x: Floats, bend_y: Floats, seed: int) -> Parcels:
    """The parcels of a patch; ``bend_x`` and ``bend_y`` (metres) curve their edges."""
    x, y = patch.xs[None] + bend_x, patch.ys[:, None] + bend_y
    blocks = _Blocks.around(x, y, seed)
    first, second = _two_nearest(blocks, x, y)
    dx, dy = x - blocks.x[first], y - blocks.y[first]
    border_distance = _border_distance(blocks, first, second, dx, dy)
    parcel, edge, across = _strips(blocks.name, first, dx, dy)
    names = blocks.name[first], blocks.name[second]
    border = mixed(np.minimum(*names), np.maximum(*names))
    return Parcels(parcel, np.minimum(edge, border_distance), border, border_distance, across)


def _two_nearest(blocks: _Blocks, x: Floats, y: Floats) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Blocks are Voronoi cells: the nearest and the next nearest centre of each position."""
    nearest = np.full(x.shape, np.inf, np.float32)
    next_nearest = nearest.copy()
    first = np.zeros(x.shape, np.int32)
    second = first.copy()
    for block in blocks.neighbours(x, y):
        distance = (x - blocks.x[block]) ** 2 + (y - blocks.y[block]) ** 2
        closer, close = distance < nearest, distance < next_nearest
        second = np.where(closer, first, np.where(close, block, second))
        next_nearest = np.where(closer, nearest, np.where(close, distance, next_nearest))
        first = np.where(closer, block, first)
        nearest = np.minimum(nearest, distance)
    return first, second


def _border_distance(
    blocks: _Blocks, first: NDArray[np.int32], second: NDArray[np.int32], dx: Floats, dy: Floats
) -> Floats:
    """Metres to the line halfway between the two nearest centres."""
    apart_x, apart_y = blocks.x[second] - blocks.x[first], blocks.y[second] - blocks.y[first]
    apart = np.hypot(apart_x, apart_y)
    return np.asarray(apart / 2 - (dx * apart_x + dy * apart_y) / apart, np.float32)


def _strips(
    names: NDArray[np.uint32], block: NDArray[np.int32], dx: Floats, dy: Floats
) -> tuple[NDArray[np.uint32], Floats, Floats]:
    """Cut blocks into strips: parcel names, metres to the parcel's edge, metres across the strip."""
    angle = np.float32(np.pi) * uniform(names, 3)
    sizes = (50 + 90 * uniform(names, 4) ** 2)[block], (170 + 260 * uniform(names, 5))[block]
    cos, sin = np.cos(angle)[block], np.sin(angle)[block]
    across, along = dx * cos + dy * sin, dy * cos - dx * sin
    edge = np.full(block.shape, np.inf, np.float32)
    numbers = []
    for position, size in zip((across, along), sizes, strict=True):
        number = np.floor(position / size)
        inside = position - number * size
        edge = np.minimum(edge, np.minimum(inside, size - inside))
        numbers.append(number.astype(np.int32))
    return mixed(names[block], *numbers), edge, across
