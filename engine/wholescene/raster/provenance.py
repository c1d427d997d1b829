"""What a finished class map says about how it was made."""

from __future__ import annotations

from pathlib import Path

import rasterio
from rasterio.errors import RasterioError

from .classmap import TAG_PREFIX
from .gdal import environment


def read_provenance(path: Path) -> dict[str, str]:
    """The provenance of a class map, keys in lower case; empty for anything else."""
    try:
        with environment(), rasterio.open(path) as dataset:
            tags = dataset.tags()
    except RasterioError:
        return {}
    return {key[len(TAG_PREFIX) :].lower(): value for key, value in tags.items() if key.startswith(TAG_PREFIX)}
