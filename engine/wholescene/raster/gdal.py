"""How this engine uses GDAL: one small block cache and no chatter."""

from __future__ import annotations

import warnings

import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.windows import Window as GdalWindow

from ..wire.plan import Window

# A scene in pixels is a normal case here, not something to warn about.
warnings.filterwarnings("ignore", category=NotGeoreferencedWarning)

# GDAL's own default is 5 % of the memory per process. Reads and writes run along rows of
# blocks, for which this is enough: 512 lines of 20,000 pixels with 12 bytes each are 123 MB.
CACHE_BYTES = 128 << 20  # rasterio hands the number to GDALSetCacheMax, which takes bytes


def environment() -> rasterio.Env:
    """The GDAL settings under which every file of this package is opened, read and written."""
    return rasterio.Env(  # type: ignore[no-untyped-call]
        GDAL_CACHEMAX=CACHE_BYTES, GDAL_PAM_ENABLED="YES"
    )


def gdal_window(window: Window) -> GdalWindow:
    """The window in rasterio's terms (columns first)."""
    return GdalWindow(window.col, window.row, window.width, window.height)


def windows(height: int, width: int, size: int) -> list[Window]:
    """Squares of ``size`` pixels that cover ``height`` × ``width``, row by row; cut at the far edges."""
    return [
        Window(row, col, min(size, height - row), min(size, width - col))
        for row in range(0, height, size)
        for col in range(0, width, size)
    ]


def version() -> str:
    """GDAL's own version."""
    return str(rasterio.__gdal_version__)


def drivers() -> dict[str, str]:
    """The formats that this build of GDAL reads or writes: long names by short ones."""
    with environment() as env:
        found: dict[str, str] = env.drivers()
    return found
