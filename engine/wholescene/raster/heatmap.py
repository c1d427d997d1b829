"""Heat maps: real numbers on a coarse grid, for looking at."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio

from .classmap import TAG_PREFIX
from .gdal import environment
from .grid import Grid
from .replacement import remove
from .storage import COMPRESSION, storage_errors


def write_heatmap(
    path: Path, layers: npt.NDArray[np.float32], grid: Grid, names: Sequence[str], provenance: Mapping[str, str]
) -> None:
    """Write ``layers`` ``[n, h, w]``, each with a name, as a float32 GeoTIFF.

    A file that is there is replaced when the new one is complete.

    Raises:
        DiskFull, OutputUnwritable: the file cannot be written; nothing is left behind.
    """
    part = path.with_name(f"{path.stem}.{secrets.token_hex(4)}.part.tif")
    profile = {
        "driver": "GTiff",
        "dtype": "float32",
        "count": len(layers),
        "height": grid.height,
        "width": grid.width,
        "transform": grid.transform,
        "crs": grid.crs,
        "compress": "deflate",
        "predictor": 3,
    }
    try:
        # floating-point numbers hardly shrink
        with environment(), storage_errors(path, layers.nbytes * COMPRESSION, part):
            with rasterio.open(part, "w", **profile) as file:
                file.write(layers)
                file.descriptions = tuple(names)
                tags = {TAG_PREFIX + key.upper(): value for key, value in provenance.items()}
                file.update_tags(TIFFTAG_SOFTWARE="WholeScene", **tags)
            os.replace(part, path)
    except BaseException:
        remove(part)
        raise
