"""Labelled scenes for training: read once, kept in memory at several resolutions."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import torch
import torch.nn.functional as F
from torch import Tensor

IGNORE = 255
WATER = 1
LEVELS = 4  # of a pyramid at most: down to 1/8


@dataclass(frozen=True)
class Level:
    """One resolution of a scene: image uint8 ``[3, H, W]``, labels and validity uint8 ``[H, W]``."""

    image: Tensor
    labels: Tensor
    valid: Tensor


@dataclass(frozen=True)
class Scene:
    """A labelled scene; level ``i`` is smaller by ``2 ** i``."""

    name: str
    levels: tuple[Level, ...]
    water: Tensor  # [N, 2] rows and columns of water in the coarsest level
    labelled: Tensor  # the same of all labelled pixels

    @property
    def full(self) -> Level:
        """The scene as it was read."""
        return self.levels[0]


def read_dubai(folder: Path, name: str) -> Scene:
    """A scene as the data's ``build.py`` writes it: ``dubai_NAME_rgb.tif`` and ``_water.tif``."""
    with rasterio.open(folder / f"dubai_{name}_rgb.tif") as src:
        image, valid = src.read(), src.dataset_mask()
    with rasterio.open(folder / f"dubai_{name}_water.tif") as src:
        labels = src.read(1)
    return make_scene(name, image, labels, valid)


def read_naip(folder: Path, date: str, columns: slice) -> Scene:
    """The red, green and blue of one date between two columns, with its water mask."""
    with rasterio.open(folder / "images" / f"{date}.tif") as src:
        image = src.read([1, 2, 3])
    with rasterio.open(folder / "water" / f"{date}.tif") as src:
        labels = src.read(1)
    valid = np.full(labels.shape, 255, np.uint8)
    return make_scene(f"naip-{date}", image[..., columns], labels[:, columns], valid[:, columns])


def make_scene(name: str, image: np.ndarray, labels: np.ndarray, valid: np.ndarray) -> Scene:
    """Build the pyramid and the lists of places to centre crops on."""
    arrays = (np.ascontiguousarray(a) for a in (image, labels, valid))
    levels = [Level(*map(torch.from_numpy, arrays))]
    while len(levels) < LEVELS and min(levels[-1].labels.shape) >= 512:
        levels.append(halve(levels[-1]))
    coarse = levels[-1].labels
    return Scene(name, tuple(levels), (coarse == WATER).nonzero(), (coarse != IGNORE).nonzero())


def halve(level: Level) -> Level:
    """Average 2 x 2 pixels; a label survives where most of the four agree on it."""
    known = (level.labels != IGNORE).float()
    water = (level.labels == WATER).float()
    share_known, share_water = mean_2x2(known), mean_2x2(water)
    labels = (share_water > share_known / 2).to(torch.uint8)
    labels[share_known <= 0.5] = IGNORE
    valid = (mean_2x2((level.valid > 0).float()) > 0.5).to(torch.uint8) * 255
    bands = [mean_2x2(band.float()).round().to(torch.uint8) for band in level.image]
    return Level(torch.stack(bands), labels, valid)


def mean_2x2(plane: Tensor) -> Tensor:
    """Half the resolution of ``[H, W]``; an odd last row or column is dropped."""
    return F.avg_pool2d(plane[None], 2)[0]
