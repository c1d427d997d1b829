"""Which windows a step learns from: every class alike in half of them, so that rare ones are not forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...wire.plan import Window
from ..data.coding import IGNORE
from .features import Encoded
from .polygons import CELL, Count, Labelled

ALIKE = 0.5  # of windows: drawn for a class, each as likely as any other


@dataclass(frozen=True)
class Windows:
    """Windows of all scenes with labelled pixels by class, ``[windows, classes]``."""

    places: tuple[tuple[int, Window], ...]  # scene and window
    pixels: npt.NDArray[np.int64]

    @property
    def totals(self) -> npt.NDArray[np.int64]:
        """Pixels of each class."""
        found: npt.NDArray[np.int64] = self.pixels.sum(0)
        return found

    def draw(self, rng: np.random.Generator, scene: int | None = None) -> tuple[int, Window]:
        """One window, maybe of one scene: as likely as its pixels are many, of all or of one class."""
        pixels = self.pixels
        if scene is not None:
            pixels = pixels * np.array([place[0] == scene for place in self.places])[:, None]
        weights = pixels.sum(1)
        if rng.random() < ALIKE:
            weights = pixels[:, rng.choice(np.flatnonzero(pixels.any(0)))]
        return self.places[rng.choice(len(self.places), p=weights / weights.sum())]


def find_windows(
    scenes: Sequence[Encoded], labels: Sequence[Labelled], counts: Sequence[Count], classes: int
) -> tuple[Windows, Windows]:
    """Windows to learn from and windows that are held out, their pixels counted as they will be used."""
    found: tuple[list[tuple[int, Window, npt.NDArray[np.int64]]], ...] = ([], [])
    for number, (scene, labelled, count) in enumerate(zip(scenes, labels, counts, strict=True)):
        for window in _touched(scene, count):
            for part, ids in zip(found, labelled.read(window), strict=True):
                pixels = np.bincount(ids[ids != IGNORE], minlength=classes)
                if pixels.any():
                    part.append((number, _around(ids != IGNORE, window), pixels))
    learn, held = (
        Windows(
            tuple((number, window) for number, window, _ in part),
            np.array([pixels for _, _, pixels in part], np.int64).reshape(-1, classes),
        )
        for part in found
    )
    return learn, held


def _around(known: npt.NDArray[np.bool_], window: Window) -> Window:
    """The cells of a window around all that is known in it: the head need not be asked about the rest."""
    spans = []
    for axis, first in ((1, window.row), (0, window.col)):
        places = np.flatnonzero(known.any(axis))
        low, high = int(places[0]) // CELL * CELL, -(-(int(places[-1]) + 1) // CELL) * CELL
        spans.append((first + low, high - low))
    (row, height), (col, width) = spans
    return Window(row, col, height, width)


def _touched(scene: Encoded, count: Count) -> list[Window]:
    """The windows in which cells with labels lie."""
    cells = scene.side // CELL
    places = zip((count.row // cells).tolist(), (count.col // cells).tolist(), strict=True)
    return [scene.window(row, col) for row, col in sorted(set(places))]
