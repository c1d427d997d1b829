"""GDAL as this engine sets it up."""

import rasterio
from rasterio.env import get_gdal_config
from rasterio.windows import Window

from rasters import noise, write_raster
from wholescene.raster import gdal


def test_the_block_cache_has_128_megabytes():
    with gdal.environment():
        assert get_gdal_config("GDAL_CACHEMAX") == 128 * 1024 * 1024  # what GDAL itself says, in bytes


def test_what_was_read_stays_in_the_cache(tmp_path):
    path = write_raster(tmp_path / "a.tif", noise(1, 512, 512), tiled=True, blockxsize=512, blockysize=512)
    with gdal.environment(), rasterio.open(path) as file:
        first = file.read(1, window=Window(0, 0, 8, 8))
        (tmp_path / "a.tif").write_bytes(b"\0" * (tmp_path / "a.tif").stat().st_size)
        with gdal.environment():
            again = file.read(1, window=Window(0, 0, 8, 8))
    assert (again == first).all()
