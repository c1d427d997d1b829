"""Small rasters written on the spot."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

UTM = {"crs": "EPSG:32631", "transform": Affine(10, 0, 500_000, 0, -10, 5_000_000)}


def write_raster(path: Path, pixels: np.ndarray, *, mask: np.ndarray | None = None, **profile: Any) -> str:
    """A GeoTIFF of ``pixels`` ``[C, H, W]``, with ``mask`` (bool) as its internal mask; its path as text."""
    pixels = pixels[None] if pixels.ndim == 2 else pixels
    count, height, width = pixels.shape
    described = profile.pop("descriptions", None)
    settings = {"driver": "GTiff", "count": count, "height": height, "width": width, "dtype": pixels.dtype, **profile}
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **settings) as file:
        file.write(pixels)
        if described:
            file.descriptions = described
        if mask is not None:
            file.write_mask(mask.astype(np.uint8) * 255)
    return str(path)


def gdal_tool(*command: object) -> None:
    """Run one of GDAL's own programs; the test is skipped where they are not installed."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed")
    subprocess.run([str(part) for part in command], check=True)


def noise(*shape: int, dtype: str = "uint8", seed: int = 0) -> np.ndarray:
    """Reproducible values over much of the type's range."""
    random = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return random.normal(100, 50, shape).astype(dtype)
    return random.integers(1, 250, shape).astype(dtype)
