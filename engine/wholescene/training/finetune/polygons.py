"""Polygons as pixels of the grid that the network sees, and the part of them that is held out.

The scene is a grid of blocks. A polygon smaller than a block belongs whole to the block of its middle, a larger one is
cut along the blocks' edges. Blocks are held out, never single pixels; and of what is left to
learn from, pixels within `GAP` of a held-out one are dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from affine import Affine
from rasterio.features import rasterize

from ...raster.gdal import environment
from ...raster.view import ModelView
from ...wire.plan import Window
from ..data.coding import IGNORE, Labels
from ..data.labels import place
from ..data.vectors import Polygon

CELL = 32  # pixels: what blocks and windows are multiples of
SCAN = 512  # side of the windows in which pixels are counted
GAP = 16  # pixels around what is held out that are not learnt from

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Count:
    """Valid pixels of each polygon in each cell: four columns of equal length.

    ``polygon`` counts from 0, ``row`` and ``col`` are those of the cell.
    """

    polygon: Numbers
    row: Numbers
    col: Numbers
    pixels: Numbers


class Drawn:
    """The polygons of one scene, drawn window by window on the grid of ``view``; of several the last one counts.

    ``ids`` are train ids by polygon, IGNORE where its field is empty. Raises LabelsUnplaced or CrsUnknown.
    """

    def __init__(
        self, polygons: Sequence[Polygon], ids: Sequence[int], crs: str | None, view: ModelView, path: str
    ) -> None:
        self.view, self.path = view, path
        self.ids = np.array([*ids, IGNORE], np.uint8)  # the last one: no polygon
        scale = np.array(view.factor)
        self._rings = [[ring / scale for ring in rings] for rings in place(polygons, crs, view.scene, path)]
        corners = [np.concatenate(rings) for rings in self._rings]
        boxes = [np.concatenate([vertices.min(0), vertices.max(0)]) for vertices in corners]
        self.boxes = np.array(boxes).reshape(-1, 4)  # left, top, right, bottom

    def numbers(self, window: Window) -> npt.NDArray[np.int32]:
        """The polygon of each pixel, ``[h, w]``; -1 where there is none."""
        left, top, right, bottom = self.boxes.T
        far = (right < window.col) | (left > window.col + window.width)
        far |= (bottom < window.row) | (top > window.row + window.height)
        shapes = [({"type": "Polygon", "coordinates": self._rings[i]}, int(i)) for i in np.flatnonzero(~far)]
        out = np.full((window.height, window.width), -1, np.int32)
        if shapes:
            with environment():
                rasterize(shapes, out=out, transform=Affine.translation(window.col, window.row), dtype="int32")
        return out

    def count(self) -> Count:
        """Look at all polygons once."""
        grid = self.view.grid
        parts = [
            self._counted(Window(row, col, min(SCAN, grid.height - row), min(SCAN, grid.width - col)))
            for row in range(0, grid.height, SCAN)
            for col in range(0, grid.width, SCAN)
        ]
        polygon, row, col, pixels = np.concatenate([part for part in parts if part is not None] or [_NOTHING], 1)
        return Count(polygon, row, col, pixels)

    def _counted(self, window: Window) -> Numbers | None:
        numbers = self.numbers(window)
        labelled = self.ids[numbers] != IGNORE
        if not labelled.any():
            return None
        labelled &= self.view.valid(window)
        rows, cols = np.nonzero(labelled)
        keys = np.stack([numbers[rows, cols], (rows + window.row) // CELL, (cols + window.col) // CELL])
        found, pixels = np.unique(keys, axis=1, return_counts=True)
        return np.vstack([found, pixels]).astype(np.int64)


_NOTHING: Numbers = np.zeros((4, 0), np.int64)


@dataclass(frozen=True)
class Blocks:
    """Which polygons belong together: units that are held out as a whole. ``side`` is that of a block in pixels."""

    side: int
    across: int
    home: Numbers  # by polygon: the block of its middle, or -1 for one that is cut

    @classmethod
    def of(cls, drawn: Drawn, side: int) -> Blocks:
        """Blocks of a scene."""
        grid = drawn.view.grid
        left, top, right, bottom = drawn.boxes.T
        across = -(-grid.width // side)
        cols = np.clip((left + right) / 2, 0, grid.width - 1) // side
        rows = np.clip((top + bottom) / 2, 0, grid.height - 1) // side
        small = (right - left <= side) & (bottom - top <= side)
        return cls(side, across, np.where(small, rows * across + cols, -1).astype(np.int64))

    def unit(self, polygon: Numbers, row: Numbers, col: Numbers) -> Numbers:
        """The block that each pixel belongs to; ``polygon`` -1 is none and goes by its place."""
        placed = row // self.side * self.across + col // self.side
        home = np.append(self.home, -1)[polygon]
        return np.where(home >= 0, home, placed)


@dataclass(frozen=True)
class Labelled:
    """The labels of one scene, divided: what is learnt from and what is held out."""

    drawn: Drawn
    blocks: Blocks
    held: frozenset[int] = field(default_factory=frozenset)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the grid."""
        return self.drawn.view.grid.height, self.drawn.view.grid.width

    def read(self, window: Window) -> tuple[Labels, Labels]:
        """Train ids to learn from and held-out ones, uint8 ``[h, w]``; IGNORE elsewhere and beyond the scene."""
        margin = GAP if self.held else 0
        outer = Window(window.row - margin, window.col - margin, window.height + 2 * margin, window.width + 2 * margin)
        ids, held = self._divided(outer)
        away = _within(held, margin)
        inner = np.s_[margin : margin + window.height, margin : margin + window.width]
        learn = np.where(away, np.uint8(IGNORE), ids)[inner]
        return learn, np.where(held, ids, np.uint8(IGNORE))[inner]

    def forbidden(self, window: Window) -> npt.NDArray[np.bool_]:
        """What weak labels may not teach either: held-out pixels and those around them."""
        outer = Window(window.row - GAP, window.col - GAP, window.height + 2 * GAP, window.width + 2 * GAP)
        return _within(self._divided(outer)[1], GAP)[GAP:-GAP, GAP:-GAP]

    def _divided(self, window: Window) -> tuple[Labels, npt.NDArray[np.bool_]]:
        """Train ids of any window, and which are held out."""
        height, width = self.size
        ids = np.full((window.height, window.width), IGNORE, np.uint8)
        held = np.zeros(ids.shape, bool)
        inside = window.intersection(Window(0, 0, height, width))
        if inside is None:
            return ids, held
        numbers = self.drawn.numbers(inside).astype(np.int64)
        known = self.drawn.ids[numbers] != IGNORE
        if not known.any():
            return ids, held
        known &= self.drawn.view.valid(inside)
        row, col = inside.row - window.row, inside.col - window.col
        part = np.s_[row : row + inside.height, col : col + inside.width]
        ids[part] = np.where(known, self.drawn.ids[numbers], np.uint8(IGNORE))
        if self.held:
            rows, cols = np.mgrid[inside.row : inside.row + inside.height, inside.col : inside.col + inside.width]
            held[part] = known & np.isin(self.blocks.unit(numbers, rows, cols), list(self.held))
        return ids, held


def _within(mask: npt.NDArray[np.bool_], reach: int) -> npt.NDArray[np.bool_]:
    """Pixels at most ``reach`` rows and columns away from one of the mask."""
    if not reach or not mask.any():
        return mask
    plane = torch.from_numpy(mask.astype(np.float32))[None, None]
    grown = F.max_pool2d(F.max_pool2d(plane, (2 * reach + 1, 1), 1, (reach, 0)), (1, 2 * reach + 1), 1, (0, reach))
    found: npt.NDArray[np.bool_] = grown[0, 0].numpy() > 0
    return found
