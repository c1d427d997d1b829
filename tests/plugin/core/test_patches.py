"""The patch under a pixel, against areas by QGIS and by the engine, and against patches counted by hand."""

import numpy as np
import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsDistanceArea, QgsGeometry, QgsProject, QgsRectangle
from wholescene_qgis.core import patches
from wholescene_qgis.core.class_map import ClassMap
from wholescene_qgis.core.corrections_raster import CorrectedClasses, Shape
from wholescene_qgis.core.patches import patch_at
from wholescene_qgis.wire.errors import Cancelled
from wholescene_qgis.wire.plan import Window

UTM = (2.0, 0.0, 400000.0, 0.0, -2.0, 4200000.0)
DEGREES = (0.0001, 0.0, 12.0, 0.0, -0.0001, 60.0)
PICTURE = """
.....##..
.##..##..
.##....#.
...##....
...##..x.
"""


def picture(text=PICTURE):
    """``.`` other, ``#`` water, ``x`` nodata."""
    return np.array([[{".": 0, "#": 1, "x": 255}[letter] for letter in line] for line in text.split()], np.uint8)


def always():
    return True


def polygon(patch):
    shape = QgsGeometry()
    shape.fromWkb(patch.wkb)
    return shape


def at(facts, row, col, transform=UTM):
    a, _b, c, _d, e, f = transform
    return patch_at(facts, c + a * (col + 0.5), f + e * (row + 0.5), (), always)


def test_a_patch_hangs_together_by_edges_not_by_corners(engine_map):
    facts = ClassMap.read(engine_map(picture())["path"])
    patch = at(facts, 1, 2)
    assert (patch.value, patch.pixels, patch.whole, patch.score) == (1, 4, True, None)
    assert at(facts, 0, 5).pixels == 4  # the pixel below to the right touches a corner only
    assert at(facts, 2, 7).pixels == 1
    assert at(facts, 3, 4).pixels == 4
    assert at(facts, 0, 0).pixels == 45 - 13 - 1


def test_beside_the_map_and_without_data_there_is_none(engine_map):
    facts = ClassMap.read(engine_map(picture())["path"])
    assert at(facts, 4, 7) is None
    assert at(facts, -1, 0) is None
    assert at(facts, 0, 9) is None


def test_the_outline_runs_along_the_pixels(engine_map):
    facts = ClassMap.read(engine_map(picture())["path"])
    found = polygon(at(facts, 1, 1))
    assert found.isGeosEqual(QgsGeometry.fromRect(QgsRectangle(400002, 4199994, 400006, 4199998)))


def test_the_score_is_that_of_the_pixel(engine_map):
    scores = np.arange(45).reshape(5, 9)
    facts = ClassMap.read(engine_map(picture(), scores=scores)["path"])
    assert at(facts, 1, 2).score == 11
    assert at(facts, 3, 4).score == 31


@pytest.mark.parametrize(("epsg", "transform"), [(32618, UTM), (4326, DEGREES), (3857, (30.0, 0, 1e6, 0, -30.0, 8e6))])
def test_areas_are_those_that_qgis_measures_on_the_ellipsoid(engine_map, epsg, transform):
    values = np.zeros((200, 300), np.uint8)
    rows, cols = np.indices(values.shape)
    values[(rows - 100) ** 2 + (cols - 140) ** 2 < 80**2] = 1
    values[80:90, 130:150] = 4  # a hole
    result = engine_map(values, epsg=epsg, transform=transform)
    patch = at(ClassMap.read(result["path"]), 100, 140, transform)
    measure = QgsDistanceArea()
    measure.setSourceCrs(QgsCoordinateReferenceSystem.fromEpsgId(epsg), QgsProject.instance().transformContext())
    measure.setEllipsoid("EPSG:7030")
    assert patch.pixels == (values == 1).sum()
    assert patch.hectares == pytest.approx(measure.measureArea(polygon(patch)) / 10_000, rel=2e-4)
    engine = {area["name"]: area["hectares"] for area in result["areas"]}
    assert patch.hectares == pytest.approx(engine["water"], rel=1e-9)


def test_without_georeference_there_are_pixels_only(engine_map):
    facts = ClassMap.read(engine_map(picture(), epsg=0)["path"])
    patch = patch_at(facts, 1.5, -1.5, (), always)  # as QGIS draws it
    assert (patch.row, patch.col, patch.pixels, patch.hectares) == (1, 1, 4, None)


def test_a_patch_across_strips_is_one(engine_map):
    values = np.zeros((1500, 40), np.uint8)
    values[:, 5] = 1
    values[1499, 5:30] = 1
    values[::2, 29] = 1
    values[1498, 29] = 1
    facts = ClassMap.read(engine_map(values)["path"])
    patch = at(facts, 0, 5)
    assert (patch.pixels, patch.whole) == (1500 + 24 + 1, True)
    shape = polygon(patch)
    assert shape.isGeosValid()
    assert not shape.isMultipart()
    assert shape.area() == patch.pixels * 4


def test_a_ragged_patch_across_strips_keeps_every_pixel(engine_map):
    values = (np.random.default_rng(3).random((1100, 60)) < 0.7).astype(np.uint8)
    values[:, 30] = 1
    facts = ClassMap.read(engine_map(values)["path"])
    patch = at(facts, 0, 30)
    shape = Shape(4, patch.wkb)
    burnt = CorrectedClasses(facts, [shape]).read(Window(0, 0, 1100, 60))
    assert polygon(patch).area() == patch.pixels * 4
    assert (burnt == 4).sum() == patch.pixels
    assert (values[burnt == 4] == 1).all()


def test_a_patch_that_is_too_large_says_so(engine_map, monkeypatch):
    monkeypatch.setattr(patches, "LARGEST_PIXELS", 3000)
    facts = ClassMap.read(engine_map(np.zeros((100, 100), np.uint8))["path"])
    patch = at(facts, 50, 50)
    assert not patch.whole
    assert 3000 <= patch.pixels < 10_000
    assert patch.hectares == pytest.approx(patch.pixels * 4 / 10_000, rel=2e-3)


def test_who_gives_up_need_not_wait(engine_map):
    facts = ClassMap.read(engine_map(picture())["path"])
    with pytest.raises(Cancelled):
        patch_at(facts, 400001, 4199999, (), lambda: False)


def test_other_rasters_are_no_class_maps(write_scene):
    assert ClassMap.read(str(write_scene("scene.tif", np.ones((3, 8, 8), np.uint8)))) is None


def test_the_tags_tell_the_request_again(engine_map, tmp_path):
    facts = ClassMap.read(engine_map(picture())["path"])
    assert facts.request() == {
        "sources": [str(tmp_path / "scene.tif")],
        "preset": "water-lite",
        "bands": ["3", "2", "1"],
        "precision": "float32",
    }
