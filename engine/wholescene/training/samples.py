"""Samples: which part of which scene a step learns from, and how it is changed on the way.

Sample ``i`` of a run is drawn from a random stream of its own, before the scene is divided: every rank
that shares the scene draws the same, and a run that is continued draws what it would have drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from ..wire.errors import LabelOutOfRange
from ..wire.plan import Window
from .config import Augmentation, Stage
from .data import IGNORE, LabelledScene
from .stock import Stock

Size = tuple[int, int]


class Sample(NamedTuple):
    """Image float32 ``[C, h, w]``, zero where there is no data; labels uint8 ``[h, w]``."""

    image: Tensor
    labels: Tensor


@dataclass(frozen=True)
class Draw:
    """What was drawn for one sample: ``window`` of the scene, then ``size`` pixels, turned and lit.

    ``quarters`` turns by 90 degrees anticlockwise, then ``mirrored`` left to right. ``gain`` and ``offset`` ``[C]``.
    """

    scene: int
    window: Window
    size: Size
    quarters: int
    mirrored: bool
    gain: npt.NDArray[np.float32]
    offset: npt.NDArray[np.float32]
    noise: float
    seed: int


def draw(stock: Stock, stage: Stage, seed: int, index: int) -> Draw:
    """Sample ``index`` of the run."""
    rng = np.random.default_rng([seed, index])
    how = stage.augmentation
    scene = int(rng.choice(len(stock.scenes), p=stock.shares))
    window, zoomed = _window(stock, scene, stage, rng)
    quarters, mirrored = (int(rng.integers(4)), bool(rng.random() < 0.5)) if how.turns else (0, False)
    size = (zoomed[1], zoomed[0]) if quarters % 2 else zoomed
    gain, offset = _light(how, stock.bands, rng)
    return Draw(scene, window, size, quarters, mirrored, gain, offset, how.noise, int(rng.integers(2**31)))


def crop(stock: Stock, drawn: Draw) -> Sample:
    """The whole sample, resampled to its size."""
    image, labels, valid = _stored(stock, drawn.scene, drawn.window)
    unturned = (drawn.size[1], drawn.size[0]) if drawn.quarters % 2 else drawn.size
    if unturned != labels.shape:
        smooth = F.interpolate(image[None], unturned, mode="bilinear", antialias=True, align_corners=False)
        nearest = F.interpolate(torch.stack([labels, valid])[None], unturned, mode="nearest-exact")[0]
        image, (labels, valid) = smooth[0], nearest.unbind()
    image, labels, valid = (turned(plane, drawn.quarters, mirrored=drawn.mirrored) for plane in (image, labels, valid))
    image = _lit(image, drawn)
    if drawn.noise:
        noise = torch.Generator().manual_seed(drawn.seed)
        image = image + torch.randn(image.shape, generator=noise) * drawn.noise
    return Sample(image * (valid > 0), labels)


def part(stock: Stock, drawn: Draw, window: Window) -> Sample:
    """The pixels in ``window`` of a sample that is not resampled; beyond its size there is nothing."""
    inside = window.intersection(Window(0, 0, *drawn.size))
    image = torch.zeros(stock.bands, window.height, window.width)
    labels = torch.full((window.height, window.width), IGNORE, dtype=torch.uint8)
    if inside is None:
        return Sample(image, labels)
    source = unturned_window(inside, drawn.size, drawn.quarters, mirrored=drawn.mirrored)
    moved = Window(source.row + drawn.window.row, source.col + drawn.window.col, source.height, source.width)
    found = _stored(stock, drawn.scene, moved)
    inner, known, valid = (turned(plane, drawn.quarters, mirrored=drawn.mirrored) for plane in found)
    row, col = inside.row - window.row, inside.col - window.col
    place = (..., slice(row, row + inside.height), slice(col, col + inside.width))
    image[place], labels[place] = _lit(inner, drawn) * (valid > 0), known
    return Sample(image, labels)


def turned(plane: Tensor, quarters: int, *, mirrored: bool) -> Tensor:
    """``[..., h, w]`` turned anticlockwise by quarters, then mirrored left to right."""
    out = torch.rot90(plane, quarters, (-2, -1))
    return out.flip(-1) if mirrored else out


def unturned_window(window: Window, size: Size, quarters: int, *, mirrored: bool) -> Window:
    """Where the pixels in ``window`` of a turned plane of ``size`` were before it was turned."""
    row, col, height, width = window.row, window.col, window.height, window.width
    rows, cols = size
    if mirrored:
        col = cols - col - width
    for _ in range(quarters):
        # of the last quarter turn, row r is what was column (columns - 1 - r)
        row, col, height, width = col, rows - row - height, width, height
        rows, cols = cols, rows
    return Window(row, col, height, width)


def _window(stock: Stock, scene: int, stage: Stage, rng: np.random.Generator) -> tuple[Window, Size]:
    """The part of a scene, and how many pixels it becomes."""
    rows, cols = stock.scenes[scene].size
    if stage.kind == "scene":
        height, width = min(stage.size or rows, rows), min(stage.size or cols, cols)
        row, col = int(rng.integers(rows - height + 1)), int(rng.integers(cols - width + 1))
        return Window(row, col, height, width), (height, width)
    smallest, largest = stage.augmentation.zoom
    zoom = float(np.exp(rng.uniform(np.log(smallest), np.log(largest))))
    side = max(1, round(stage.size / zoom))
    row, col = _corner(stock.places[scene], side, (rows, cols), stage.augmentation.rare, rng)
    return Window(row, col, side, side), (stage.size, stage.size)


def _corner(
    places: Sequence[npt.NDArray[np.int64]], side: int, size: Size, rare: float, rng: np.random.Generator
) -> tuple[int, int]:
    """A corner such that some labelled pixel lies inside; with the probability ``rare`` of any class alike."""
    present = [found for found in places if len(found)]
    counts = np.array([len(found) for found in present], np.float64)
    alike = rng.random() < rare
    chosen = present[rng.choice(len(present), p=None if alike else counts / counts.sum())]
    centre = chosen[rng.integers(len(chosen))]
    corner = centre - side * rng.uniform(0.1, 0.9, 2)
    room = np.array(size) - side
    # inside the scene where the window fits; else the scene lies anywhere in it
    row, col = np.clip(corner, np.minimum(room, 0), np.maximum(room, 0)).astype(int)
    return int(row), int(col)


def _light(
    how: Augmentation, bands: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    gain = np.exp(rng.normal(0, how.gain[0]) + rng.normal(0, how.gain[1], bands))
    offset = rng.normal(0, how.offset[0]) + rng.normal(0, how.offset[1], bands)
    return gain.astype(np.float32), np.asarray(offset, np.float32)


def _lit(image: Tensor, drawn: Draw) -> Tensor:
    gain, offset = (torch.from_numpy(values)[:, None, None] for values in (drawn.gain, drawn.offset))
    return image * gain + offset


def _stored(stock: Stock, number: int, window: Window) -> tuple[Tensor, Tensor, Tensor]:
    """Scaled image, labels and validity (0 or 1) of a window of a scene."""
    scene: LabelledScene = stock.scenes[number]
    found = scene.stored(window)
    wrong = found.labels[(found.labels != IGNORE) & (found.labels >= stock.classes)]
    if len(wrong):
        raise LabelOutOfRange(scene=scene.name, label=int(wrong[0]), classes=stock.classes)
    image = scene.scaling.apply(found.values, found.valid)
    arrays = (image, found.labels, found.valid.astype(np.uint8))
    image_tensor, labels, valid = (torch.from_numpy(np.ascontiguousarray(array)) for array in arrays)
    return image_tensor, labels, valid
