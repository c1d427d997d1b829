"""From scenes to training crops: where, at which scale, in which light.

All random numbers come from one `numpy` generator, so a seed gives a sample.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .camera import cast_shadows, punch_hole, relight, ruffle_water, soften
from .scenes import IGNORE, Level, Scene

MEAN = (123.675, 116.28, 103.53)  # of ImageNet, in 0..255, red, green, blue
STD = (58.395, 57.12, 57.375)

Planes = tuple[Tensor, Tensor, Tensor]  # image float [3, H, W] in 0..255, labels and validity uint8 [H, W]
Sample = tuple[Tensor, Tensor]  # scaled image float [3, S, S], labels int64 [S, S]


@dataclass(frozen=True)
class Source:
    """A scene, how often it is drawn, and how it may be changed."""

    scene: Scene
    weight: float
    zoom: tuple[float, float]  # output pixels per scene pixel
    shadowed: float = 0.0  # share of its crops with drawn shadows
    glinting: float = 0.0  # share of its crops with patches of glint or shallows on the water


def draw(source: Source, size: int, rng: np.random.Generator) -> Sample:
    """One augmented crop of ``size`` pixels."""
    smallest, largest = source.zoom
    # A crop that is mostly void would teach SPIM and GRN the statistics of no scene.
    smallest = min(max(smallest, size / max(source.scene.full.labels.shape)), largest)
    zoom = float(np.exp(rng.uniform(np.log(smallest), np.log(largest))))
    image, labels, valid = turn(crop(source.scene, size, zoom, rng), rng)
    if rng.random() < source.shadowed:
        image = cast_shadows(image, rng)
    if rng.random() < source.glinting:
        image = ruffle_water(image, labels, rng)
    image = relight(soften(image, rng), rng)
    punch_hole(labels, valid, rng)
    return scale(image, valid), labels.long()


def scale(image: Tensor, valid: Tensor) -> Tensor:
    """Z-scores of 0..255 values; zero where the scene has no data."""
    mean, std = torch.tensor(MEAN).view(3, 1, 1), torch.tensor(STD).view(3, 1, 1)
    return (image - mean) / std * (valid > 0)


def crop(scene: Scene, size: int, zoom: float, rng: np.random.Generator) -> Planes:
    """A window resampled to ``size`` pixels: image float ``[3, S, S]``, labels, validity."""
    stretch = np.exp(rng.uniform(-0.15, 0.15, 2))  # pixels need not be square
    depth = min(max(int(np.floor(-np.log2(zoom))), 0), len(scene.levels) - 1)
    level = scene.levels[depth]
    window = np.maximum(np.round(size / (zoom * 2**depth) * stretch), 8).astype(int)
    row, column = origin(scene, depth, window, rng)
    image, labels, valid = cut(level, row, column, *window)
    labels, valid = (nearest(plane, size) for plane in (labels, valid))
    return resample(image, size), labels, valid


def origin(scene: Scene, depth: int, window: np.ndarray, rng: np.random.Generator) -> tuple[int, int]:
    """Upper left corner of a window around some water (half of the time) or any labelled pixel."""
    places = scene.water if rng.random() < 0.5 and len(scene.water) else scene.labelled
    centre = places[rng.integers(len(places))].numpy() * 2.0 ** (len(scene.levels) - 1 - depth)
    corner = centre - window * rng.uniform(0.1, 0.9, 2)
    room = np.array(scene.levels[depth].labels.shape) - window
    # Stay inside the scene where the window fits; otherwise let the scene lie anywhere in it.
    row, column = np.clip(corner, np.minimum(room, 0), np.maximum(room, 0)).astype(int)
    return int(row), int(column)


def cut(level: Level, row: int, column: int, height: int, width: int) -> Planes:
    """Copy a window that may reach beyond the scene; there it is invalid and ignored."""
    rows, columns = level.labels.shape
    top, left = max(row, 0), max(column, 0)
    bottom, right = min(row + height, rows), min(column + width, columns)
    inner = slice(top, bottom), slice(left, right)
    border = (left - column, column + width - right, top - row, row + height - bottom)
    image = F.pad(level.image[:, inner[0], inner[1]], border).float()
    labels = F.pad(level.labels[inner], border, value=IGNORE)
    return image, labels, F.pad(level.valid[inner], border)


def resample(image: Tensor, size: int) -> Tensor:
    """Area-averaging when it shrinks, bilinear when it enlarges."""
    return F.interpolate(image[None], (size, size), mode="bilinear", antialias=True)[0].clamp(0, 255)


def nearest(plane: Tensor, size: int) -> Tensor:
    """Labels and validity are never mixed."""
    return F.interpolate(plane[None, None], (size, size), mode="nearest-exact")[0, 0]


def turn(planes: Planes, rng: np.random.Generator) -> Planes:
    """One of the eight symmetries of the square, the same for all planes."""
    quarter, flip = int(rng.integers(4)), rng.random() < 0.5
    turned = (torch.rot90(plane, quarter, (-2, -1)) for plane in planes)
    image, labels, valid = (plane.flip(-1) if flip else plane for plane in turned)
    return image, labels, valid
