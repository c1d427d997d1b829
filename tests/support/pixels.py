"""Real pixels for networks: part of a scene around Dubai, or of a drawn landscape where that is not at hand."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import rasterio
import torch

from wholescene.raster.landscape import draw

REPOSITORY = Path(__file__).resolve().parents[2]


@cache
def pixels(height: int, width: int) -> torch.Tensor:
    """Colours uint8 ``[1, 3, height, width]``."""
    scene = _strip()
    if scene is None or scene.shape[1] < height or scene.shape[2] < width:
        scene = draw((height, width), seed=3).rgb
    return torch.from_numpy(scene[None, :, :height, :width].copy())


def scaled(colours: torch.Tensor, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """As a network likes them: around zero, of about unit spread."""
    return ((colours.float() / 255 - 0.5) * 4).to(dtype)


@cache
def _strip() -> np.ndarray | None:
    """The upper third of the scene t7, which was published in parts, ``[3, h, w]``; None where it is missing."""
    folder = Path(os.environ.get("WHOLESCENE_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
    parts = [folder / "dubai" / "t7" / "images" / f"image_part_00{part}.jpg" for part in (1, 2)]
    if not all(part.is_file() for part in parts):
        return None
    bands = []
    for part in parts:
        with rasterio.open(part) as file:
            bands.append(file.read())
    return np.concatenate(bands, 2)
