"""Which layers the engine can read, and by which name."""

import os
import zipfile

import numpy
import pytest
from osgeo import gdal
from qgis.core import QgsRasterLayer
from wholescene_qgis.core.layers import file_behind, gdal_name, problem_of, sources_of
from wholescene_qgis.wire.errors import LayerWithoutFile


@pytest.fixture
def tif(tmp_path):
    path = tmp_path / "a scene (1).tif"
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 20, 10, 3)
    dataset.SetGeoTransform((500000, 1, 0, 4000000, 0, -1))
    for number in (1, 2, 3):
        dataset.GetRasterBand(number).WriteArray(numpy.full((10, 20), number, "uint8"))
    dataset = None
    return str(path)


def opened(name):
    layer = QgsRasterLayer(name, "scene")
    assert layer.isValid()
    return layer


def assert_engine_can_open(layer, file):
    assert problem_of(layer) is None
    (name,) = sources_of(layer)
    assert os.path.samefile(file_behind(name), file)
    assert gdal.OpenEx(name) is not None  # without anything that only QGIS understands
    return name


def test_a_file(tif):
    assert assert_engine_can_open(opened(tif), tif) == tif


def test_a_file_with_open_options_of_qgis(tif):
    assert assert_engine_can_open(opened(f"{tif}|option:NUM_THREADS=2|option:SPARSE_OK=YES"), tif) == tif


def test_a_file_in_an_archive(tif, tmp_path):
    archive = str(tmp_path / "scenes.zip")
    with zipfile.ZipFile(archive, "w") as out:
        out.write(tif, "inner/scene.tif")
    assert_engine_can_open(opened(f"/vsizip/{archive}/inner/scene.tif"), archive)


def test_a_subdataset(tif):
    assert_engine_can_open(opened(f"GTIFF_DIR:1:{tif}"), tif)


def test_a_raw_geotiff(tif):
    assert_engine_can_open(opened(f"GTIFF_RAW:{tif}"), tif)


def test_a_geopackage_raster(tif, tmp_path):
    package = str(tmp_path / "rasters.gpkg")
    gdal.Translate(package, tif, format="GPKG", creationOptions=["RASTER_TABLE=first"])
    options = ["APPEND_SUBDATASET=YES", "RASTER_TABLE=second"]
    gdal.Translate(package, tif, format="GPKG", creationOptions=options)
    assert_engine_can_open(opened(f"GPKG:{package}:second"), package)


def test_a_mosaic(tif, tmp_path):
    mosaic = str(tmp_path / "mosaic.vrt")
    gdal.BuildVRT(mosaic, [tif]).FlushCache()
    assert_engine_can_open(opened(mosaic), mosaic)


@pytest.mark.parametrize(
    "source",
    [
        "type=xyz&url=https://tile.invalid/{z}/{x}/{y}.png&zmax=19&zmin=0",
        "contextualWMSLegend=0&crs=EPSG:3857&format=image/png&layers=a&styles=&url=https://wms.invalid/",
    ],
    ids=["XYZ", "WMS"],
)
def test_a_layer_from_the_web_has_no_file(source):
    problem = problem_of(QgsRasterLayer(source, "Web map", "wms"))
    assert problem.to_dict()["code"] == "scene.no_file"
    assert "Web map" in problem.message
    assert "wms" in problem.message


def test_a_raster_in_memory_has_no_file(tif):
    gdal.Translate("/vsimem/scene.tif", tif)
    layer = opened("/vsimem/scene.tif")
    assert problem_of(layer) is not None
    with pytest.raises(LayerWithoutFile):
        sources_of(layer)
    del layer
    gdal.Unlink("/vsimem/scene.tif")


def test_a_file_that_has_gone_is_no_file(tif):
    layer = opened(tif)
    os.remove(tif)
    assert problem_of(layer) is not None


def test_names_with_a_drive_letter(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "C:").mkdir()
    (tmp_path / "C:" / "s.nc").touch()
    assert file_behind("NETCDF:C:/s.nc:band") == "C:/s.nc"
    assert file_behind('NETCDF:"C:/s.nc":band') == "C:/s.nc"
    assert file_behind("GTIFF_DIR:2:C:/s.nc") == "C:/s.nc"
    assert file_behind("NETCDF:C:/gone.nc:band") is None


@pytest.mark.parametrize(
    "name", ["", "/vsicurl/https://example.invalid/a.tif", "PG:dbname=x table=y", "<VRTDataset/>", "/nowhere/a.tif"]
)
def test_names_without_a_file(name):
    assert file_behind(name) is None


def test_a_table_named_as_qgis_does():
    assert gdal_name("/a/b.gpkg|layername=ortho") == "GPKG:/a/b.gpkg:ortho"
    assert gdal_name("/a/b|c.tif") == "/a/b|c.tif"
