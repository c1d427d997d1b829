"""A picture of a class map to look at, if wished beside its scene."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.enums import Resampling

from .gdal import environment
from .sources import open_source
from .storage import storage_errors

Pixels = npt.NDArray[np.uint8]

GAP = 12  # pixels between the scene and its map
STRETCH = (2, 98)  # percentiles that become black and white


def render(
    class_map: Path,
    picture: Path,
    max_size: int = 1600,
    scene: Sequence[str] | None = None,
    bands: Sequence[int] = (1, 2, 3),
) -> None:
    """Write ``class_map`` as a PNG of at most ``max_size`` pixels a side, nodata see-through.

    ``scene`` (the sources) with ``bands`` (red, green, blue, counted over all sources) is
    drawn to the left of the map. Raises DiskFull or OutputUnwritable.
    """
    with environment():
        drawn = _map(class_map, max_size)
        if scene is not None:
            photo = _scene(scene, bands, drawn.shape[1:])
            drawn = np.concatenate([photo, np.zeros((4, drawn.shape[1], GAP), np.uint8), drawn], axis=2)
        _save(picture, drawn)


def _map(path: Path, max_size: int) -> Pixels:
    """The colours of the class map, RGBA ``[4, h, w]``, made smaller by the nearest pixel."""
    with rasterio.open(path) as file:
        shrink = max(1.0, max(file.shape) / max_size)
        shape = tuple(max(1, round(side / shrink)) for side in file.shape)
        classes = file.read(1, out_shape=shape, resampling=Resampling.nearest)
        colours = np.zeros((256, 4), np.uint8)
        for value, colour in file.colormap(1).items():
            colours[value] = colour
        if file.nodata is not None:
            colours[int(file.nodata)] = 0
    return np.ascontiguousarray(colours[classes].transpose(2, 0, 1))


def _scene(sources: Sequence[str], bands: Sequence[int], shape: tuple[int, ...]) -> Pixels:
    """The scene as RGBA ``[4, h, w]``, each band stretched to its own darkest and brightest."""
    layers: list[npt.NDArray[np.float32]] = []
    valid = np.ones(shape, bool)
    for source in sources:
        with open_source(source) as file:
            size = (file.count, *shape)
            layers.extend(file.read(out_shape=size, resampling=Resampling.average, out_dtype="float32"))
            valid &= file.dataset_mask(out_shape=shape) != 0
    rgb = [_stretched(layers[band - 1], valid) for band in bands]
    return np.stack([*rgb, np.where(valid, 255, 0).astype(np.uint8)])


def _stretched(band: npt.NDArray[np.float32], valid: npt.NDArray[np.bool_]) -> Pixels:
    shown = band[valid & np.isfinite(band)]
    low, high = np.percentile(shown, STRETCH) if shown.size else (0.0, 1.0)
    scaled = (np.nan_to_num(band) - low) / max(high - low, 1e-9)
    return np.asarray(np.clip(scaled * 255, 0, 255), np.uint8)


def _save(path: Path, drawn: Pixels) -> None:
    profile = {"driver": "PNG", "count": 4, "height": drawn.shape[1], "width": drawn.shape[2], "dtype": "uint8"}
    with storage_errors(path, drawn.nbytes, path), rasterio.open(path, "w", **profile) as file:
        file.write(drawn)
