"""Small pictures of scenes, labels and maps: every so many rows and columns, the same for all of a scene."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..presets.preset import PresetBand
from ..training.data import LabelledScene
from ..wire.plan import Window
from .counting import Pixels

SIDE = 400  # pixels of the longer side at most
STRETCH = (2, 98)  # percentiles that become black and white
COLOURS = ("red", "green", "blue")


def step_of(height: int, width: int) -> int:
    """Which row and column of a scene is the next in its pictures."""
    return max(1, -(-max(height, width) // SIDE))


def labels_of(scene: LabelledScene) -> Pixels:
    """Train ids ``[h, w]``."""
    height, width = scene.scene.grid.height, scene.scene.grid.width
    step = step_of(height, width)
    return np.stack([scene.scene_labels(Window(row, 0, 1, width))[0, ::step] for row in range(0, height, step)])


def image_of(scene: LabelledScene, bands: tuple[PresetBand, ...]) -> Pixels:
    """RGBA ``[h, w, 4]`` of the scene, each band stretched to its own darkest and brightest; see-through without data.

    Red, green and blue where the preset names them, else its first three bands, else its first.
    """
    height, width = scene.scene.grid.height, scene.scene.grid.width
    step = step_of(height, width)
    chosen = [scene.view.bands[i] for i in _shown(bands)]
    layers, valid = [], []
    for row in range(0, height, step):
        values, mask = scene.scene.read_masked(chosen, Window(row, 0, 1, width))
        layers.append(values[:, 0, ::step].astype(np.float32))
        valid.append((np.ones((1, width), bool) if mask is None else mask)[0, ::step])
    values, known = np.stack(layers, 1), np.stack(valid)
    drawn = [_stretched(layer, known) for layer in values]
    drawn = drawn if len(drawn) == len(COLOURS) else drawn * len(COLOURS)
    return np.stack([*drawn, np.where(known, 255, 0).astype(np.uint8)], -1)


def _shown(bands: tuple[PresetBand, ...]) -> list[int]:
    named = [band.common_name or band.name for band in bands]
    if all(colour in named for colour in COLOURS):
        return [named.index(colour) for colour in COLOURS]
    return [0, 1, 2] if len(bands) >= 3 else [0]


def _stretched(band: npt.NDArray[np.float32], known: npt.NDArray[np.bool_]) -> Pixels:
    shown = band[known & np.isfinite(band)]
    low, high = np.percentile(shown, STRETCH) if shown.size else (0.0, 1.0)
    scaled = (np.nan_to_num(band) - low) / max(high - low, 1e-9)
    return np.asarray(np.clip(scaled * 255, 0, 255), np.uint8)
