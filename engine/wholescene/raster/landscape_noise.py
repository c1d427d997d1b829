"""Noise for the drawn landscape: fractal fields, repeating tiles and hashes.

Coordinates are metres, x to the right and y down, from the scene's upper left corner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Patch:
    """A rectangle of pixels: first row and column, size, and metres per pixel."""

    row: int
    col: int
    height: int
    width: int
    resolution: float

    @property
    def xs(self) -> Floats:
        """x of the pixel centres, ``[width]``."""
        return ((np.arange(self.col, self.col + self.width) + 0.5) * self.resolution).astype(np.float32)

    @property
    def ys(self) -> Floats:
        """y of the pixel centres, ``[height]``."""
        return ((np.arange(self.row, self.row + self.height) + 0.5) * self.resolution).astype(np.float32)

    def zeros(self) -> Floats:
        """An empty plane."""
        return np.zeros((self.height, self.width), np.float32)


@dataclass(frozen=True)
class Field:
    """Smooth values in cells of ``cell`` metres, read anywhere by bilinear interpolation."""

    values: Floats
    cell: float

    def on(self, patch: Patch) -> Floats:
        """Values at the pixel centres, ``[height, width]``."""
        top, down = self._cells(patch.ys, 0)
        left, right = self._cells(patch.xs, 1)
        rows = self.values[top] * (1 - down[:, None]) + self.values[top + 1] * down[:, None]
        near = rows[:, left]
        return np.asarray(near + (rows[:, left + 1] - near) * right, np.float32)

    def at(self, x: ArrayLike, y: ArrayLike) -> Floats:
        """The values of the cells that points lie in; beyond the edge, of the last cell."""
        height, width = self.values.shape
        row = np.clip(np.asarray(y) // self.cell, 0, height - 1).astype(np.intp)
        col = np.clip(np.asarray(x) // self.cell, 0, width - 1).astype(np.intp)
        return np.asarray(self.values[row, col])

    def _cells(self, positions: Floats, axis: int) -> tuple[NDArray[np.intp], Floats]:
        scaled = np.clip(positions / self.cell - 0.5, 0, self.values.shape[axis] - 1.001)
        first = scaled.astype(np.intp)
        return first, (scaled - first).astype(np.float32)


@dataclass(frozen=True)
class Tile:
    """A square texture that repeats without a seam; one value per pixel."""

    values: Floats

    def on(self, patch: Patch, shift: int = 0) -> Floats:
        """Values for the pixels of a patch, ``[height, width]``; ``shift`` gives another part."""
        side = self.values.shape[0]
        rows = (np.arange(patch.row, patch.row + patch.height) + shift) % side
        cols = (np.arange(patch.col, patch.col + patch.width) + 3 * shift) % side
        return self.values[np.ix_(rows, cols)]


def fractal(
    shape: tuple[int, int], cell: float, longest: float, shortest: float, rng: np.random.Generator, slope: float = 2.2
) -> Floats:
    """Noise of mean 0 and standard deviation 1 with wavelengths of ``shortest`` to ``longest`` metres.

    Power falls with frequency to the power ``slope``. The field repeats at its edges.
    """
    spectrum = np.fft.rfft2(rng.standard_normal(shape))
    rows = np.fft.fftfreq(shape[0], cell)[:, None]
    cols = np.fft.rfftfreq(shape[1], cell)[None]
    frequency = np.hypot(rows, cols)
    frequency[0, 0] = np.inf
    passed = np.exp(-((frequency * shortest) ** 4) / 2) * np.clip(frequency * longest, 0, 1)
    noise = np.fft.irfft2(spectrum * passed * frequency ** (-slope / 2), s=shape)
    return np.asarray((noise - noise.mean()) / (noise.std() + 1e-12), np.float32)


def mixed(*parts: Ints) -> NDArray[np.uint32]:
    """A hash of whole numbers: the same parts give the same 32 bits."""
    hashed: Any = np.full(np.broadcast_shapes(*(np.shape(part) for part in parts)), 0x9E3779B9, np.uint32)
    with np.errstate(over="ignore"):
        for part in parts:
            hashed = (hashed ^ np.asarray(part).astype(np.uint32)) * np.uint32(0x85EBCA77)
            hashed = hashed ^ (hashed >> np.uint32(15))
        hashed = hashed * np.uint32(0x2C1B3CE9)
    return np.asarray(hashed ^ (hashed >> np.uint32(13)), np.uint32)


def uniform(hashed: NDArray[np.uint32], which: int = 0) -> Floats:
    """Numbers in 0-1 from a hash; ``which`` gives another, independent one."""
    again = hashed if which == 0 else mixed(hashed, np.uint32(which))
    return np.asarray((again >> np.uint32(8)) * np.float32(2**-24), np.float32)


def smoothstep(values: Floats, low: float, high: float) -> Floats:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
