"""Another grid for the result: the class map laid onto a raster the person names."""

from __future__ import annotations

from pathlib import Path

import rasterio
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT

from ..wire.errors import GridUnusable, SceneHasSubdatasets, SceneNotFound, SceneUnreadable
from ..wire.plan import NODATA
from .gdal import environment, gdal_window, windows
from .grid import Grid
from .sources import open_source

BLOCK = 2048


def target_grid(path: str) -> Grid:
    """The grid of the raster that lends it; raises SceneNotFound or GridUnusable."""
    try:
        with open_source(path) as dataset:
            grid = Grid(dataset.width, dataset.height, dataset.transform, dataset.crs or None)
    except SceneNotFound:
        raise
    except (SceneUnreadable, SceneHasSubdatasets) as problem:
        raise GridUnusable(path=path, detail=problem.message.rstrip(".")) from None
    if not grid.georeferenced:
        raise GridUnusable(path=path, detail="it is not georeferenced")
    return grid


def lay_onto(source: Path, target: Path, grid: Grid, profile: dict[str, object]) -> None:
    """Write ``source`` on another grid: each pixel takes the class at its centre, nodata outside."""
    with (
        environment(),
        rasterio.open(source) as classes,
        WarpedVRT(
            classes,
            crs=grid.crs,
            transform=grid.transform,
            width=grid.width,
            height=grid.height,
            resampling=Resampling.nearest,
            src_nodata=NODATA,
            nodata=NODATA,
        ) as warped,
        rasterio.open(target, "w", **profile) as out,
    ):
        for window in windows(grid.height, grid.width, BLOCK):
            out.write(warped.read(window=gdal_window(window)), window=gdal_window(window))
