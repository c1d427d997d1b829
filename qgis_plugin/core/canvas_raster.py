"""The growing raster: a private GeoTIFF that finished blocks are written into and a layer reads.

It is opened, written, flushed and closed in one thread, because a GDAL dataset is not
thread-safe; the layer has its own handle. The engine's own result is another file, so
that nothing open is ever replaced.
"""

from __future__ import annotations

import contextlib
import os
from typing import Any, Tuple

from osgeo import gdal

from ..wire.plan import NODATA, OutputGrid, Window

# sparse: a tile takes room on disk once it is written; the missing ones read as nodata
OPTIONS = ("TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "SPARSE_OK=TRUE", "BIGTIFF=IF_SAFER")


class CanvasError(Exception):
    """The working raster cannot be written: no room, no permission."""


class CanvasRaster:
    """A single-band uint8 GeoTIFF at ``path`` on ``grid``, nodata until blocks arrive."""

    def __init__(self, path: str, grid: OutputGrid) -> None:
        self.path = path
        self.grid = grid
        self.written = 0  # pixels; blocks do not overlap
        self._dataset: Any = None
        _create(path, grid)
        # a GeoTIFF fresh from Create stays one flush behind for other readers; a reopened one does not
        self._dataset = _checked(gdal.OpenEx, path, gdal.OF_RASTER | gdal.OF_UPDATE)

    def write(self, window: Window, classes: bytes) -> None:
        """Put class values, row by row from the upper left, into ``window``."""
        if not self._holds(window) or len(classes) != window.width * window.height:
            raise ValueError(f"a block of {len(classes)} bytes at {window} does not fit the grid")
        band = self._dataset.GetRasterBand(1)
        _checked(band.WriteRaster, window.col, window.row, window.width, window.height, bytes(classes))
        self.written += len(classes)

    def share(self) -> float:
        """How much of the map has been written, 0 to 1."""
        return self.written / (self.grid.width * self.grid.height)

    def flush(self) -> None:
        """Let other readers see all that was written."""
        # once leaves the last tiles of the file behind (GDAL 3.6 to 3.13)
        for _ in range(2):
            _checked(self._dataset.FlushCache, returns=False)

    def close(self) -> None:
        """Flush and let go of the file, which stays."""
        if self._dataset is not None:
            try:
                self.flush()
            finally:
                self._dataset = None

    def remove(self) -> None:
        """Close, and delete the file as far as the system lets us (Windows keeps what a layer reads)."""
        with contextlib.suppress(CanvasError):
            self.close()
        with contextlib.suppress(OSError):
            os.remove(self.path)

    def _holds(self, window: Window) -> bool:
        return (
            window.row >= 0
            and window.col >= 0
            and window.height > 0
            and window.width > 0
            and window.row + window.height <= self.grid.height
            and window.col + window.width <= self.grid.width
        )


def geotransform(grid: OutputGrid) -> Tuple[float, float, float, float, float, float]:
    """GDAL's order of the grid's transform, laid where QGIS draws the scene.

    QGIS draws a raster without georeference from (0, 0) downwards, rows counting negative.
    """
    a, b, c, d, e, f = grid.transform
    if not grid.crs and (a, b, d, e) == (1, 0, 0, 1):
        return (c, 1.0, 0.0, -f, 0.0, -1.0)
    return (c, a, b, f, d, e)


def _create(path: str, grid: OutputGrid) -> None:
    driver = gdal.GetDriverByName("GTiff")
    dataset = _checked(driver.Create, path, grid.width, grid.height, 1, gdal.GDT_Byte, list(OPTIONS))
    dataset.SetGeoTransform(geotransform(grid))
    if grid.crs:
        dataset.SetProjection(grid.crs)
    band = dataset.GetRasterBand(1)
    band.SetNoDataValue(NODATA)
    del band, dataset  # closes the file


def _checked(call: Any, *args: Any, returns: bool = True) -> Any:
    """Call GDAL and raise CanvasError on failure, whether or not its exceptions are switched on.

    They are a switch of the whole process, which belongs to QGIS and to other plugins.
    """
    gdal.ErrorReset()
    try:
        value = call(*args)
    except RuntimeError as problem:
        raise CanvasError(str(problem)) from None
    failed = gdal.GetLastErrorType() >= gdal.CE_Failure
    if failed or (returns and value is None):
        raise CanvasError(gdal.GetLastErrorMsg() or "unknown GDAL error")
    return value
