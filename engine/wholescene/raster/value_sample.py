"""A sample of a scene's values, enough to see whether they are of the kind that a preset knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..wire.plan import Window
from .scene import Array, Scene

PLACES = 5  # along each side
SIDE = 128  # pixels of each square that is read, at full resolution


@dataclass(frozen=True)
class BandValues:
    """Stored values of a band (from 1) at 2, 50 and 98 % of a sample of valid pixels."""

    band: int
    low: float
    median: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def sample(scene: Scene, bands: Sequence[int], within: Window | None = None) -> list[Array]:
    """Valid values of each band from squares spread evenly over the scene, or over a part of it."""
    window = within or Window(0, 0, scene.grid.height, scene.grid.width)
    rows, cols = (_spread(side) for side in (window.height, window.width))
    found: list[list[Array]] = [[] for _ in bands]
    for row, height in rows:
        for col, width in cols:
            values, valid = scene.read_masked(bands, Window(window.row + row, window.col + col, height, width))
            for band, into in zip(values, found, strict=True):
                into.append(band.ravel() if valid is None else band[valid])
    return [np.concatenate(parts) for parts in found]


def describe(band: int, values: Array) -> BandValues | None:
    """What a sample says; None for an empty one."""
    if not values.size:
        return None
    low, median, high = (float(value) for value in np.percentile(values, (2, 50, 98)))
    return BandValues(band, low, median, high)


def share_outside(values: Array, low: float, high: float) -> float:
    """The share of a sample that lies outside of a range."""
    return float(((values < low) | (values > high)).mean()) if values.size else 0.0


def _spread(side: int) -> list[tuple[int, int]]:
    """(first, length) of evenly spread pieces of a side; all of it where they would overlap."""
    if side <= PLACES * SIDE:
        return [(0, side)]
    return [(round(index * (side - SIDE) / (PLACES - 1)), SIDE) for index in range(PLACES)]
