"""Resampling whose result does not depend on the window that is read.

Each output pixel is a weighted sum of source pixels; indices and weights follow from the
pixel's absolute coordinates and the factor alone, and terms are added in one order, so any
window gives the same bits. Shrinking averages the area under the output pixel, enlarging
is bilinear; rows and columns are done one after the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .scene import Array, Mask

Float32 = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Axis:
    """One axis of a global grid: ``factor`` source pixels per output pixel, ``size`` source pixels."""

    factor: float
    size: int

    def source_range(self, first: int, last: int) -> tuple[int, int]:
        """The source pixels that the output pixels ``first`` … ``last - 1`` are made of."""
        indices, weights = self.taps(first, last)
        used = indices[weights > 0]
        return int(used.min()), int(used.max()) + 1

    def taps(self, first: int, last: int) -> tuple[Indices, Float32]:
        """Source indices and weights, ``[taps, outputs]`` each; the weights of an output sum to 1."""
        outputs = np.arange(first, last, dtype=np.float64)
        indices, weights = self._area(outputs) if self.factor > 1 else self._bilinear(outputs)
        weights = np.where(indices < self.size, weights, 0.0)
        weights /= weights.sum(axis=0)
        return np.minimum(indices, self.size - 1), weights.astype(np.float32)

    def _area(self, outputs: npt.NDArray[np.float64]) -> tuple[Indices, npt.NDArray[np.float64]]:
        start, end = outputs * self.factor, (outputs + 1) * self.factor
        first = np.floor(start).astype(np.intp)
        indices = first + np.arange(math.ceil(self.factor) + 1)[:, None]
        covered = np.minimum(indices + 1, end) - np.maximum(indices, start)
        return indices, np.where(covered > 1e-9, covered, 0.0)

    def _bilinear(self, outputs: npt.NDArray[np.float64]) -> tuple[Indices, npt.NDArray[np.float64]]:
        centre = np.clip((outputs + 0.5) * self.factor - 0.5, 0, self.size - 1)
        first = np.floor(centre).astype(np.intp)
        share = centre - first
        return np.stack([first, first + 1]), np.stack([1 - share, share])


def resample(values: Array, valid: Mask | None, rows: Sampler, cols: Sampler) -> tuple[Float32, Mask | None]:
    """Resample ``[C, h, w]``; only valid pixels weigh.

    An output pixel is valid if any valid pixel lies under its weights; the returned mask is
    None if all are, and invalid values are 0.
    """
    out = np.empty((values.shape[0], rows.count, cols.count), np.float32)
    if valid is None:
        for band, into in zip(values, out, strict=True):
            into[:] = _both(band, rows, cols)
        return out, None
    weight = _both(valid, rows, cols)
    # Dividing by a sum that is 1 up to rounding would make a whole neighbourhood depend on
    # whether some other pixel of the window is invalid.
    whole = _both(~valid, rows, cols) == 0
    kept = weight > 0
    divisor = np.where(kept & ~whole, weight, np.float32(1))
    for band, into in zip(values, out, strict=True):
        np.divide(_both(np.where(valid, band, 0), rows, cols), divisor, out=into)
        into[~kept] = 0
    return out, (None if kept.all() else kept)


def cover(valid: Mask, rows: Sampler, cols: Sampler) -> Mask:
    """Where any valid pixel lies under the weights: the mask that :func:`resample` returns."""
    return np.greater(_both(valid, rows, cols), 0)


class Sampler:
    """The taps of one axis for a range of outputs, relative to the first source pixel read."""

    def __init__(self, axis: Axis, first: int, last: int) -> None:
        self.count = last - first
        self.start, self.stop = axis.source_range(first, last)
        indices, weights = axis.taps(first, last)
        # taps without weight may lie outside of what is read
        self.indices = np.clip(indices - self.start, 0, self.stop - self.start - 1)
        self.weights = weights[:, :, None]
        self.used = [np.flatnonzero(weight) for weight in weights]
        self.identity = axis.factor == 1

    def along_rows(self, values: Array) -> Float32:
        """Weighted sums of rows: ``[h, w]`` to ``[count, w]``."""
        if self.identity:
            return np.asarray(values, np.float32)
        total = np.zeros((self.count, values.shape[1]), np.float32)
        term = np.empty_like(total)
        for index, weight, used in zip(self.indices, self.weights, self.used, strict=True):
            if 4 * used.size > self.count:
                np.multiply(values[index], weight, out=term, dtype=np.float32, casting="unsafe")
                total += term
            elif used.size:  # a term without weight adds nothing
                total[used] += values[index[used]].astype(np.float32, copy=False) * weight[used]
        return total


def _both(band: Array, rows: Sampler, cols: Sampler) -> Float32:
    """Rows first, then columns, turned so that numpy always runs along memory."""
    by_rows = rows.along_rows(band)
    if cols.identity:
        return by_rows
    return np.transpose(cols.along_rows(np.ascontiguousarray(by_rows.T)))
