"""Blocks of a job that ended early, kept as a map of their own."""

import numpy
import pytest
from osgeo import gdal
from wholescene_qgis.core.canvas_raster import CanvasRaster
from wholescene_qgis.core.partial_map import partial_path, write_partial
from wholescene_qgis.wire.errors import OutputUnwritable
from wholescene_qgis.wire.plan import Plan, Window

WIDTH, HEIGHT = 300, 200
PLAN = {
    "grid": {"width": WIDTH, "height": HEIGHT, "transform": [2.0, 0.0, 500000.0, 0.0, -2.0, 4000000.0], "crs": ""},
    "classes": [{"value": 0, "name": "other", "colour": "#000000"}, {"value": 3, "name": "water", "colour": "#0064ff"}],
    "preset": "water-lite",
    "precision": "float32",
    "provenance": {"preset": "water-lite", "scene": "/scene.tif"},
}


@pytest.fixture
def working(tmp_path):
    """A working raster whose upper half has arrived."""
    path = str(tmp_path / "working.tif")
    canvas = CanvasRaster(path, Plan.from_dict(PLAN).grid)
    canvas.write(Window(0, 0, HEIGHT // 2, WIDTH), b"\3" * (HEIGHT // 2 * WIDTH))
    assert canvas.share() == 0.5
    canvas.close()
    return path


def test_the_part_has_values_names_colours_and_says_that_it_is_one(working, tmp_path):
    path = tmp_path / "map_partial.tif"
    write_partial(working, path, PLAN, 0.5)
    part = gdal.Open(str(path))
    values = part.ReadAsArray()
    assert (values[: HEIGHT // 2] == 3).all()
    assert (values[HEIGHT // 2 :] == 255).all()
    band = part.GetRasterBand(1)
    assert band.GetNoDataValue() == 255
    assert band.GetColorTable().GetColorEntry(3)[:3] == (0, 100, 255)
    assert band.GetCategoryNames()[:4] == ["other", "", "", "water"]
    assert part.GetMetadataItem("WHOLESCENE_PARTIAL").startswith("50.0 %")
    assert part.GetMetadataItem("WHOLESCENE_SCENE") == "/scene.tif"
    assert part.GetGeoTransform() == (500000.0, 2.0, 0.0, 4000000.0, 0.0, -2.0)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "map_partial.tif",
        "map_partial.tif.aux.xml",
        "working.tif",
    ]


def test_names_are_numbered_and_nothing_is_replaced(tmp_path):
    output = tmp_path / "map.tif"
    assert partial_path(str(output)).name == "map_partial.tif"
    (tmp_path / "map_partial.tif").touch()
    (tmp_path / "map_partial_2.tif.aux.xml").touch()
    assert partial_path(str(output)).name == "map_partial_3.tif"


def test_a_write_that_is_stopped_leaves_nothing(working, tmp_path):
    with pytest.raises(OutputUnwritable):
        write_partial(working, tmp_path / "map_partial.tif", PLAN, 0.5, going_on=lambda: False)
    assert [file.name for file in tmp_path.iterdir()] == ["working.tif"]


@pytest.mark.parametrize("gone", ["working", "folder"])
def test_what_cannot_be_written_is_told(working, tmp_path, gone):
    source = working if gone == "folder" else str(tmp_path / "gone.tif")
    target = tmp_path / ("no such folder" if gone == "folder" else ".") / "map_partial.tif"
    with pytest.raises(OutputUnwritable):
        write_partial(source, target, PLAN, 0.5)


def test_pixels_without_georeference_lie_as_the_engine_lays_them(tmp_path):
    grid = {"width": WIDTH, "height": HEIGHT, "transform": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0], "crs": ""}
    path = str(tmp_path / "working.tif")
    CanvasRaster(path, Plan.from_dict({**PLAN, "grid": grid}).grid).close()
    write_partial(path, tmp_path / "map_partial.tif", {**PLAN, "grid": grid}, 0.5)
    assert numpy.allclose(gdal.Open(str(tmp_path / "map_partial.tif")).GetGeoTransform(), (0, 1, 0, 0, 0, 1))
