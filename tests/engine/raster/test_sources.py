import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio

from rasters import UTM, gdal_tool, noise, write_raster
from wholescene.raster.scene import Scene
from wholescene.raster.sources import source_file
from wholescene.wire.errors import SceneHasSubdatasets, SceneNotFound, SceneTruncated, SceneUnreadable
from wholescene.wire.plan import Window

WHOLE = Window(0, 0, 40, 50)


@pytest.fixture
def pixels():
    return noise(4, 40, 50)


def read(*sources):
    with Scene.open(sources) as scene:
        return scene.read([band.number for band in scene.bands], WHOLE)


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return str(path)


@pytest.fixture
def tiff(tmp_path, pixels):
    path = write_raster(tmp_path / "a.tif", pixels, **UTM)
    return Path(path).read_bytes()


def test_a_zip_with_one_raster_is_that_raster(tmp_path, pixels, tiff):
    members = {"folder/": "", "folder/scene one.TIF": tiff, "folder/readme.txt": "hello", "folder/a.tfw": "1"}
    np.testing.assert_array_equal(read(zipped(tmp_path / "größe.zip", members)), pixels)


def test_a_zip_with_several_rasters_names_them(tmp_path, pixels, tiff):
    path = zipped(tmp_path / "two.zip", {"a.tif": tiff, "b.tif": tiff})
    with pytest.raises(SceneHasSubdatasets) as caught:
        Scene.open([path])
    names = caught.value.params["names"].split(", ")
    assert len(names) == 2
    for name in names:  # each of them is a name that works
        np.testing.assert_array_equal(read(name), pixels)


def test_a_zip_without_a_raster(tmp_path):
    with pytest.raises(SceneUnreadable, match="no raster"):
        Scene.open([zipped(tmp_path / "a.zip", {"a.txt": "x"})])


def test_a_zip_that_is_none(tmp_path):
    (tmp_path / "a.zip").write_text("x")
    with pytest.raises(SceneUnreadable, match="zip"):
        Scene.open([str(tmp_path / "a.zip")])


class TestCmyk:
    """Four measured bands tagged as CMYK, as the 8-bit files of FBP are."""

    def test_gdal_would_destroy_them(self, tmp_path, pixels):
        with rasterio.open(write_raster(tmp_path / "a.tif", pixels, photometric="CMYK")) as file:
            assert (file.read() != pixels).any()

    def test_are_read_raw(self, tmp_path, pixels):
        np.testing.assert_array_equal(read(write_raster(tmp_path / "a.tif", pixels, photometric="CMYK")), pixels)

    def test_are_read_raw_in_a_zip_and_in_threads(self, tmp_path, pixels):
        plain = write_raster(tmp_path / "a.tif", pixels, photometric="CMYK", **UTM)
        path = zipped(tmp_path / "a.zip", {"a.tif": Path(plain).read_bytes()})
        with Scene.open([path]) as scene:
            assert scene.grid.georeferenced
            assert scene.name == "a"
            scene.close_thread()  # so that the next read opens the names again
            np.testing.assert_array_equal(scene.read((1, 2, 3, 4), WHOLE), pixels)

    def test_nothing_of_them_is_transparent(self, tmp_path, pixels):
        pixels[3] = 0
        with Scene.open([write_raster(tmp_path / "a.tif", pixels, photometric="CMYK")]) as scene:
            assert scene.valid((1, 2, 3, 4), WHOLE).all()

    def test_a_mosaic_of_them_is_refused_unless_raw(self, tmp_path, pixels):
        path = write_raster(tmp_path / "a.tif", pixels, photometric="CMYK", **UTM)
        mosaic = str(tmp_path / "mosaic.vrt")
        gdal_tool("gdalbuildvrt", "-q", mosaic, path)
        with pytest.raises(SceneUnreadable, match="GTIFF_RAW"):
            Scene.open([mosaic])
        gdal_tool("gdalbuildvrt", "-q", "-overwrite", mosaic, f"GTIFF_RAW:{path}")
        np.testing.assert_array_equal(read(mosaic), pixels)


def test_one_subdataset_is_opened_and_several_are_named(tmp_path, pixels):
    path = write_raster(tmp_path / "a.tif", pixels, **UTM)
    one, two = str(tmp_path / "one.nc"), str(tmp_path / "two.nc")
    gdal_tool("gdal_translate", "-q", "-of", "netCDF", "-b", "1", path, one)
    gdal_tool("gdal_translate", "-q", "-of", "netCDF", "-b", "1", "-b", "2", path, two)
    np.testing.assert_array_equal(read(one)[0], pixels[0])
    with pytest.raises(SceneHasSubdatasets) as caught:
        Scene.open([two])
    name = caught.value.params["names"].split(", ")[1]
    np.testing.assert_array_equal(read(name)[0], pixels[1])
    assert source_file(name) == Path(two)


def test_a_vrt_mosaic(tmp_path, pixels):
    left = write_raster(tmp_path / "l.tif", pixels[:, :, :20], **UTM)
    moved = {**UTM, "transform": UTM["transform"] @ rasterio.Affine.translation(20, 0)}
    right = write_raster(tmp_path / "r.tif", pixels[:, :, 20:], **moved)
    mosaic = str(tmp_path / "mosaic.vrt")
    gdal_tool("gdalbuildvrt", "-q", mosaic, left, right)
    np.testing.assert_array_equal(read(mosaic), pixels)


def test_a_vrt_that_lost_its_file(tmp_path, pixels):
    part = write_raster(tmp_path / "l.tif", pixels, **UTM)
    mosaic = str(tmp_path / "mosaic.vrt")
    gdal_tool("gdalbuildvrt", "-q", mosaic, part)
    os.remove(part)
    with pytest.raises(SceneTruncated, match=r"l\.tif"):
        read(mosaic)


@pytest.mark.parametrize("name", ["nowhere.tif", "/vsizip//nowhere/a.zip/a.tif", 'NETCDF:"/nowhere/a.nc":b'])
def test_no_file(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SceneNotFound):
        Scene.open([name])


def test_a_folder_is_no_raster(tmp_path):
    with pytest.raises(SceneUnreadable):
        Scene.open([str(tmp_path)])


def test_file_behind_a_name(tmp_path, tiff):
    inner = tmp_path / "in ner"
    inner.mkdir()
    archive = zipped(inner / "b.zip", {"c/d.tif": tiff})
    names = [archive, f"/vsizip/{archive}/c/d.tif", f"GTIFF_RAW:{archive}", f'HDF5:"{archive}"://a/b', f"X:{archive}:v"]
    assert [source_file(name) for name in names] == [Path(archive)] * len(names)
    assert source_file("nothing") is None
