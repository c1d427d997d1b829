"""Exact percentiles of a scene without holding it: counting, not sorting."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..wire.errors import SceneEmpty
from .gdal import windows
from .scene import Array, Scene

BLOCK = 1024
DIGIT = 16  # bits that one pass over the scene settles

Keys = npt.NDArray[np.uint64]


def percentiles(
    scene: Scene, bands: Sequence[int], wanted: Sequence[float], progress: Callable[[float], None] | None = None
) -> list[tuple[float, ...]]:
    """For each band the percentiles over all its valid full-resolution pixels.

    Equal to ``numpy.percentile`` (linear between neighbours). Values of up to 16 bits need
    one pass over the scene, 32 bits two, 64 bits four. Raises SceneEmpty.
    """
    dtype = np.dtype(scene.dtype)
    digits = math.ceil(dtype.itemsize * 8 / DIGIT)
    selections: list[_Selection] = []
    for digit in reversed(range(digits)):
        counts = _count(scene, bands, selections, digit, dtype, _Share(progress, digits - 1 - digit, digits))
        if not selections:
            total = int(next(iter(counts[0].values())).sum())
            if total == 0:
                raise SceneEmpty(path=scene.sources[0])
            selections = [_Selection(_ranks(wanted, total)) for _ in bands]
        for selection, count in zip(selections, counts, strict=True):
            selection.narrow(count)
    return [tuple(selection.value(q, dtype) for q in _positions(wanted, total)) for selection in selections]


class _Selection:
    """The search for the values at some ranks of one band: which prefix, and which rank within it."""

    def __init__(self, ranks: Sequence[int]) -> None:
        self.found = {rank: (0, rank) for rank in ranks}  # rank -> (prefix, rank within the prefix)

    @property
    def prefixes(self) -> set[int]:
        return {prefix for prefix, _ in self.found.values()}

    def narrow(self, counts: dict[int, npt.NDArray[np.int64]]) -> None:
        """Settle one more digit from the histogram under each prefix."""
        for rank, (prefix, within) in self.found.items():
            cumulative = np.cumsum(counts[prefix])
            digit = int(np.searchsorted(cumulative, within, side="right"))
            before = int(cumulative[digit - 1]) if digit else 0
            self.found[rank] = (prefix << DIGIT | digit, within - before)

    def value(self, position: float, dtype: np.dtype[np.generic]) -> float:
        """The value at a fractional rank."""
        low, high = (_from_key(self.found[rank][0], dtype) for rank in (math.floor(position), math.ceil(position)))
        return low + (high - low) * (position - math.floor(position))


def _positions(wanted: Sequence[float], total: int) -> list[float]:
    return [q / 100 * (total - 1) for q in wanted]


def _ranks(wanted: Sequence[float], total: int) -> list[int]:
    return sorted({rank for p in _positions(wanted, total) for rank in (math.floor(p), math.ceil(p))})


def _count(
    scene: Scene,
    bands: Sequence[int],
    selections: Sequence[_Selection],
    digit: int,
    dtype: np.dtype[np.generic],
    share: _Share,
) -> list[dict[int, npt.NDArray[np.int64]]]:
    """Per band: the histogram of one digit of all keys that start with each wanted prefix."""
    prefixes = [selection.prefixes for selection in selections] or [{0}] * len(bands)
    counts = [{prefix: np.zeros(1 << DIGIT, np.int64) for prefix in wanted} for wanted in prefixes]
    blocks = windows(scene.grid.height, scene.grid.width, BLOCK)
    for number, window in enumerate(blocks, 1):
        values, valid = scene.read_masked(bands, window)
        for band, into in zip(values, counts, strict=True):
            _tally(band if valid is None else band[valid], into, digit, dtype)
        share.report(number / len(blocks))
    return counts


def _tally(values: Array, into: dict[int, npt.NDArray[np.int64]], digit: int, dtype: np.dtype[np.generic]) -> None:
    keys = _to_keys(values.ravel().astype(dtype, copy=False))
    heads = keys >> np.uint64(DIGIT * (digit + 1)) if digit < 3 else np.zeros_like(keys)
    digits = (keys >> np.uint64(DIGIT * digit) & np.uint64((1 << DIGIT) - 1)).astype(np.intp)
    for prefix, histogram in into.items():
        chosen = digits[heads == prefix]
        histogram += np.bincount(chosen, minlength=histogram.size)


def _to_keys(values: Array) -> Keys:
    """Unsigned integers in the order of the values."""
    bits = values.dtype.itemsize * 8
    plain = np.ascontiguousarray(values).view(f"u{values.dtype.itemsize}").astype(np.uint64)
    sign = np.uint64(1 << (bits - 1))
    if values.dtype.kind == "u":
        return np.asarray(plain, np.uint64)
    if values.dtype.kind == "i":
        return np.asarray(plain ^ sign, np.uint64)
    negative = (plain & sign) != 0
    everything = np.uint64((1 << bits) - 1)
    return np.asarray(np.where(negative, plain ^ everything, plain | sign), np.uint64)


def _from_key(key: int, dtype: np.dtype[np.generic]) -> float:
    bits = dtype.itemsize * 8
    sign = 1 << (bits - 1)
    if dtype.kind == "i":
        key ^= sign
    elif dtype.kind == "f":
        key = key ^ sign if key & sign else key ^ ((1 << bits) - 1)
    return float(np.array([key], np.uint64).astype(f"u{dtype.itemsize}").view(dtype)[0])


@dataclass(frozen=True)
class _Share:
    """One of several equal passes reports its part of the whole."""

    progress: Callable[[float], None] | None
    passed: int
    passes: int

    def report(self, done: float) -> None:
        if self.progress is not None:
            self.progress((self.passed + done) / self.passes)
