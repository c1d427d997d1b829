"""What cameras, suns and mosaics do to images of red, green and blue in 0..255, drawn at random.

All random numbers come from one `numpy` generator, so a seed gives an image.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .data import IGNORE

WATER = 1  # in the labels that `ruffle_water` takes
LUMA = torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)


def cast_shadows(image: Tensor, rng: np.random.Generator) -> Tensor:
    """Darken a few parallel bars, as towers do: what is dark and smooth is not always water."""
    size = image.shape[-1]
    ramp = torch.arange(size, dtype=torch.float32)
    angle = rng.uniform(0, np.pi)
    along = ramp[:, None] * np.sin(angle) + ramp * np.cos(angle)
    across = ramp[:, None] * np.cos(angle) - ramp * np.sin(angle)
    shade = torch.ones_like(along)
    for _ in range(int(rng.integers(1, 12))):
        row, column = rng.integers(size, size=2)
        length, width = np.exp(rng.uniform(np.log(5), np.log(45), 2))
        bar = ((along - along[row, column]).abs() < length) & ((across - across[row, column]).abs() < width / 2)
        shade[bar] = float(rng.uniform(0.05, 0.35))
    soft = F.avg_pool2d(shade[None], 3, 1, 1, count_include_pad=False)
    blue = _per_band(np.array([1.0, 1.0, rng.uniform(0.8, 1.0)]))  # the sky still lights them
    return image * soft.pow(blue)


def ruffle_water(image: Tensor, labels: Tensor, rng: np.random.Generator) -> Tensor:
    """Lay patches of sun glint or shallow ground over the water, brown to green and rippled."""
    size = image.shape[-1]
    patch = torch.sigmoid(8 * (clouds(size, int(rng.integers(2, 6)), rng) + float(rng.normal(0, 0.5))))
    ripple = clouds(size, max(size // int(rng.integers(3, 8)), 2), rng) * float(rng.uniform(0.02, 0.25))
    colour = _per_band(rng.uniform(35, 120) * np.array([rng.uniform(0.85, 1.15), 1.0, rng.uniform(0.6, 0.95)]))
    share = patch * (labels == WATER) * float(rng.uniform(0.5, 0.95))
    return torch.lerp(image, colour * (1 + ripple), share[None])


def clouds(size: int, cells: int, rng: np.random.Generator) -> Tensor:
    """Smooth noise ``[size, size]`` of variance about one, with so many cells to a side."""
    coarse = torch.from_numpy(rng.normal(size=(1, 1, cells, cells)).astype(np.float32))
    return F.interpolate(coarse, (size, size), mode="bicubic", align_corners=False)[0, 0]


def soften(image: Tensor, rng: np.random.Generator) -> Tensor:
    """Sometimes blur a little, sometimes add sensor noise."""
    chance = rng.random()
    if chance < 0.2:
        share = float(rng.uniform(0.3, 1.0))
        return torch.lerp(image, F.avg_pool2d(image, 3, 1, 1, count_include_pad=False), share)
    if chance < 0.4:
        seed = torch.Generator().manual_seed(int(rng.integers(2**31)))
        return image + torch.randn(image.shape, generator=seed) * float(rng.uniform(1, 4))
    return image


def relight(image: Tensor, rng: np.random.Generator) -> Tensor:
    """Another sun, haze, season and sensor; 0..255 in and out."""
    if rng.random() < 0.35:
        return image.clamp(0, 255)
    image = recolour(image.clamp(0, 255) / 255, rng)
    gamma = _per_band(np.exp(rng.normal(0, 0.2) + rng.normal(0, 0.06, 3)))
    gain = _per_band(np.exp(rng.normal(0, 0.15) + rng.normal(0, 0.06, 3)))
    offset = _per_band(rng.normal(0, 0.05) + rng.normal(0, 0.02, 3))
    contrast = float(np.exp(rng.normal(0, 0.2)))
    image = image.pow(gamma) * gain
    middle = image.mean()
    return (((image - middle) * contrast + middle + offset) * 255).clamp(0, 255)


def recolour(image: Tensor, rng: np.random.Generator) -> Tensor:
    """Turn the hue around the grey axis and stretch the saturation; 0..1 in and out."""
    grey = (image * LUMA).sum(0, keepdim=True)
    saturation = float(np.exp(rng.normal(0, 0.25)))
    colour = torch.einsum("ij,jhw->ihw", hue_rotation(rng.normal(0, 0.1)), image - grey)
    return (grey + saturation * colour).clamp(0, 1)


def hue_rotation(angle: float) -> Tensor:
    """Rotation about the grey axis (Rodrigues); radians."""
    cosine, sine = np.cos(angle), np.sin(angle)
    cross = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    matrix = cosine * np.eye(3) + sine * cross + (1 - cosine) / 3
    return torch.from_numpy(matrix.astype(np.float32))


def punch_hole(labels: Tensor, valid: Tensor, rng: np.random.Generator) -> None:
    """Now and then take a wedge of the crop's data away, as mosaics have it at their edges."""
    if rng.random() > 0.1:
        return
    rows, columns = (torch.linspace(-1, 1, n) for n in labels.shape)
    angle, edge = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 1.0)
    hole = rows[:, None] * np.sin(angle) + columns * np.cos(angle) > edge
    labels[hole] = IGNORE
    valid[hole] = 0


def _per_band(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.asarray(values, np.float32)).view(3, 1, 1)
