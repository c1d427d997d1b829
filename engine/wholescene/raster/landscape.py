"""A drawn landscape: a georeferenced scene whose every pixel's class is known.

The demo and the tests use it where no real scene is at hand. It is drawn from a seed: terrain,
rivers in their valleys, lakes and ponds, fields, forest, roads and settlements, seen from above
with the colours of a sunny afternoon and the noise of a sensor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS

from .landscape_noise import Floats, Patch
from .landscape_paint import BUILDING, FIELD, FOREST, LAKE, MEADOW, POND, RIVER, ROAD, Truth, paint
from .landscape_plan import make_plan
from .landscape_texture import make_brushes

CLASSES: dict[int, tuple[str, tuple[int, int, int]]] = {
    0: ("other", (0, 0, 0)),
    RIVER: ("river", (20, 90, 170)),
    LAKE: ("lake", (43, 123, 186)),
    POND: ("pond", (110, 180, 220)),
    FIELD: ("field", (230, 205, 120)),
    FOREST: ("forest", (40, 110, 50)),
    ROAD: ("road", (90, 90, 95)),
    BUILDING: ("building", (190, 70, 60)),
    MEADOW: ("bare or meadow", (165, 200, 120)),
}
WATER = (RIVER, LAKE, POND)

_CORNER = 560_000.0, 5_310_000.0  # easting and northing of the upper left corner
_BAND = 512  # rows painted at a time
_MARGIN = 16  # metres around a band, for shadows and blur
_HAZE = np.array([0.012, 0.015, 0.022], np.float32)  # reflectance added by the air
_NOISE = 1.3  # standard deviation of the sensor's noise in digital numbers


@dataclass(frozen=True)
class Landscape:
    """``rgb`` uint8 ``[3, h, w]`` and ``truth`` uint8 ``[h, w]`` (see CLASSES) on one grid."""

    rgb: NDArray[np.uint8]
    truth: Truth
    transform: Affine
    crs: CRS

    @property
    def water(self) -> NDArray[np.bool_]:
        """Where the truth is river, lake or pond."""
        return np.isin(self.truth, WATER)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """``landscape.tif`` and ``landscape_truth.tif`` in ``folder``; returns both paths."""
        folder.mkdir(parents=True, exist_ok=True)
        scene, truth = folder / "landscape.tif", folder / "landscape_truth.tif"
        with self._create(scene, 3, photometric="RGB", predictor=2) as file:
            file.write(self.rgb)
        with self._create(truth, 1) as file:
            file.write(self.truth, 1)
            file.write_colormap(1, {value: (*colour, 255) for value, (_, colour) in CLASSES.items()})
            file.update_tags(classes=", ".join(f"{value} {name}" for value, (name, _) in CLASSES.items()))
        return scene, truth

    def _create(self, path: Path, count: int, **options: object) -> Any:
        height, width = self.truth.shape
        layout = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "zlevel": 3}
        return rasterio.open(
            path, "w", driver="GTiff", height=height, width=width, count=count, dtype="uint8",
            crs=self.crs, transform=self.transform, **layout, **options,
        )  # fmt: skip


def draw(size: int | tuple[int, int] = 4096, seed: int = 0, resolution: float = 1.0) -> Landscape:
    """Draw a landscape of ``size`` pixels (one side, or height and width) of ``resolution`` metres.

    The same arguments give the same landscape.
    """
    height, width = (size, size) if isinstance(size, int) else size
    rgb, truth = np.empty((3, height, width), np.uint8), np.empty((height, width), np.uint8)
    for rows, colours, classes in _bands(height, width, seed, resolution):
        rgb[:, rows], truth[rows] = colours, classes
    transform = Affine(resolution, 0, _CORNER[0], 0, -resolution, _CORNER[1])
    return Landscape(rgb, truth, transform, CRS.from_epsg(32632))


def _bands(height: int, width: int, seed: int, resolution: float) -> Iterator[tuple[slice, NDArray[np.uint8], Truth]]:
    """The landscape in bands of rows: colours ``[3, h, w]`` and classes ``[h, w]``."""
    rng = np.random.default_rng(seed)
    plan = make_plan(width * resolution, height * resolution, rng)
    brushes = make_brushes(plan, resolution, rng)
    margin = max(round(_MARGIN / resolution), 2)
    for first in range(0, height, _BAND):
        rows = slice(first, min(first + _BAND, height))
        patch = Patch(first - margin, -margin, rows.stop - first + 2 * margin, width + 2 * margin, resolution)
        canvas = paint(plan, brushes, patch, seed)
        inner = slice(margin, -margin)
        yield rows, photograph(canvas.colour, rng)[:, inner, inner], canvas.truth[inner, inner]


def photograph(reflectance: Floats, rng: np.random.Generator) -> NDArray[np.uint8]:
    """What a camera makes of it: haze, slight blur, tone curve, noise; digital numbers."""
    seen = _blurred(reflectance + _HAZE[:, None, None])
    numbers = 255 * np.clip(2.5 * seen, 0, 1) ** np.float32(1 / 1.8)
    numbers += _NOISE * rng.standard_normal(numbers.shape, np.float32)
    return np.asarray(np.clip(np.rint(numbers), 0, 255), np.uint8)


def _blurred(planes: Floats) -> Floats:
    """The point spread of the optics, 3 x 3 pixels."""
    for axis in (1, 2):
        planes = 0.64 * planes + 0.18 * (np.roll(planes, 1, axis) + np.roll(planes, -1, axis))
    return planes
