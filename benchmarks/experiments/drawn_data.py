"""The drawn scenes on disk, as data sets that `wholescene train` reads; drawn once, in a folder that git ignores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray

from .recipe import TRAIN, Recipe
from .ribbons import COLOURS, NAMES, Drawn, draw_scene

DESCRIPTION = """name = "ribbons"
title = "Drawn waters that differ in their whole shape"
classes = [{classes}]
bands = [
  {{ name = "red", common_name = "red" }},
  {{ name = "green", common_name = "green" }},
  {{ name = "blue", common_name = "blue" }},
]
scaling = {{ type = "z-score", mean = [95, 95, 75], std = [40, 35, 35] }}
layouts = [{{ images = "{{name}}_rgb.tif", labels = "{{name}}_class.tif" }}]

[split]
{split}
"""


def make_data(recipe: Recipe, folder: Path) -> Path:
    """The data set of a recipe below ``folder``, drawn as far as it is not there yet; returns its folder."""
    here = folder / recipe.name
    here.mkdir(parents=True, exist_ok=True)
    for name, split, seed in recipe.scenes():
        labels = here / f"{name}_class.tif"
        if not labels.exists():  # it is written last
            drawn = draw_scene(seed, recipe.size, recipe.resolution)
            _write(here / f"{name}_rgb.tif", noisy(drawn.rgb, recipe.noise, seed))
            if split != TRAIN:
                _write(waters_file(here, name), drawn.which[None])
            known = mislabelled(drawn, recipe.mislabelled, seed) if split == TRAIN else drawn.labels
            _write(labels, known[None])
    classes = ", ".join(
        f"{{ value = {value}, name = {json.dumps(name)}, colour = {json.dumps(colour)} }}"
        for value, (name, colour) in enumerate(zip(NAMES, COLOURS, strict=True))
    )
    split = "\n".join(f'{name} = ["{name}*"]' for name, count in recipe.counts if count)
    (here / "dataset.toml").write_text(DESCRIPTION.format(classes=classes, split=split), encoding="utf-8")
    return here


def waters_file(folder: Path, scene: str) -> Path:
    """Where it is written which water a pixel of a scene belongs to, as int16, -1 on land; not of training scenes."""
    return folder / f"{scene}_which.tif"


def noisy(rgb: NDArray[np.uint8], deviation: float, seed: int) -> NDArray[np.uint8]:
    """The image with independent normal noise in every pixel and band."""
    if not deviation:
        return rgb
    noise = np.random.default_rng([seed, 11]).normal(0, deviation, rgb.shape)
    return np.asarray(np.clip(np.rint(rgb + noise), 0, 255), np.uint8)


def mislabelled(drawn: Drawn, share: float, seed: int) -> NDArray[np.uint8]:
    """The labels with each water, by the probability ``share``, named as one of the other two classes."""
    rng = np.random.default_rng([seed, 13])
    kinds = np.array([water.kind for water in drawn.waters])
    others = (kinds - 1 + rng.integers(1, 3, len(kinds))) % 3 + 1
    return drawn.named(list(np.where(rng.uniform(size=len(kinds)) < share, others, kinds)))


def _write(path: Path, bands: NDArray[Any]) -> None:
    """Under its name once it is whole."""
    part = path.with_suffix(".part")
    count, height, width = bands.shape
    layout = {"tiled": True, "blockxsize": 256, "blockysize": 256}
    with rasterio.open(
        part, "w", driver="GTiff", count=count, height=height, width=width, dtype=bands.dtype, **layout
    ) as file:
        file.write(bands)
    part.replace(path)
