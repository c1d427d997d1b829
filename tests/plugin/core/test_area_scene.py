"""A part of a raster as a scene of its own."""

import numpy
import pytest
from osgeo import gdal, osr
from qgis.core import QgsRectangle
from wholescene_qgis.core.area_scene import AreaScene, area_path, area_window
from wholescene_qgis.wire.errors import ExtentEmpty, ExtentOutside, OutputUnwritable, SceneUnreadable
from wholescene_qgis.wire.plan import Window

WIDTH, HEIGHT = 60, 40


@pytest.fixture
def values():
    return numpy.random.default_rng(3).integers(0, 255, (2, HEIGHT, WIDTH), "uint8")


@pytest.fixture
def scene(tmp_path, values):
    path = str(tmp_path / "scene.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(path, WIDTH, HEIGHT, 2)
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32618)
    dataset.SetProjection(reference.ExportToWkt())
    dataset.SetGeoTransform((500000.0, 2.0, 0, 4200000.0, 0, -2.0))
    dataset.WriteArray(values)
    dataset.GetRasterBand(1).SetNoDataValue(7)
    dataset.GetRasterBand(2).SetDescription("green")
    return path


def test_the_vrt_shows_the_window_where_it_lies(scene, values, tmp_path):
    area = AreaScene(scene, Window(10, 20, 15, 25), area_path(tmp_path / "map.tif"))
    area.write()
    assert area.path == str(tmp_path / "map.scene.vrt")
    cut = gdal.Open(area.path)
    assert (cut.ReadAsArray() == values[:, 10:25, 20:45]).all()
    assert cut.GetGeoTransform() == (500040.0, 2.0, 0, 4199980.0, 0, -2.0)
    assert cut.GetRasterBand(1).GetNoDataValue() == 7
    assert cut.GetRasterBand(2).GetDescription() == "green"
    area.remove()
    assert not (tmp_path / "map.scene.vrt").exists()


def test_the_scene_and_its_part_can_be_moved_together(scene, values, tmp_path):
    AreaScene(scene, Window(0, 0, 5, 5), area_path(tmp_path / "map.tif")).write()
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("scene.tif", "map.scene.vrt"):
        (tmp_path / name).rename(moved / name)
    assert (gdal.Open(str(moved / "map.scene.vrt")).ReadAsArray() == values[:, :5, :5]).all()


def test_an_area_survives_as_plain_values(scene):
    area = AreaScene(scene, Window(1, 2, 3, 4), "/a.scene.vrt")
    assert AreaScene.from_dict(area.to_dict()) == area


def test_only_files_of_our_name_are_removed(scene, tmp_path):
    AreaScene(scene, Window(0, 0, 1, 1), scene).remove()
    assert (tmp_path / "scene.tif").exists()


def test_windows_are_found_in_the_file_not_in_what_qgis_draws(scene):
    assert area_window(scene, QgsRectangle(500041, 4199950, 500089, 4199980), False) == Window(10, 20, 15, 25)
    assert area_window(scene, QgsRectangle(0, 0, 1e7, 1e7), False) == Window(0, 0, HEIGHT, WIDTH)


def test_rows_count_negative_where_qgis_draws_pixels(tmp_path):
    path = str(tmp_path / "flat.tif")
    gdal.GetDriverByName("GTiff").Create(path, WIDTH, HEIGHT, 1)
    assert area_window(path, QgsRectangle(10, -30, 45, -5), True) == Window(5, 10, 25, 35)


@pytest.mark.parametrize(
    ("rectangle", "error"),
    [(QgsRectangle(0, 0, 10, 10), ExtentOutside), (QgsRectangle(500000, 4199990, 500000, 4199990), ExtentEmpty)],
)
def test_an_area_without_pixels_is_refused(scene, rectangle, error):
    with pytest.raises(error):
        area_window(scene, rectangle, False)


def test_what_cannot_be_read_or_written_is_told(scene, tmp_path):
    with pytest.raises(SceneUnreadable):
        area_window(str(tmp_path / "gone.tif"), QgsRectangle(0, 0, 1, 1), False)
    with pytest.raises(OutputUnwritable):
        AreaScene(scene, Window(0, 0, 5, 5), str(tmp_path / "no folder" / "a.scene.vrt")).write()
