"""Corrections beside a map: written, undone, burnt in. Expected pixels are drawn by numpy, not by the code."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal, ogr
from qgis.core import QgsGeometry, QgsPointXY, QgsProject, QgsRasterLayer, QgsRectangle, QgsVectorLayer
from wholescene_qgis.core.class_map import ClassMap
from wholescene_qgis.core.corrections import Corrections, corrections_path, find_corrections, open_corrections
from wholescene_qgis.core.corrections_output import write_corrected
from wholescene_qgis.core.corrections_raster import CorrectedClasses, Shape, corrected_areas
from wholescene_qgis.core.patches import patch_at
from wholescene_qgis.wire.errors import CorrectionsBeingEdited, CorrectionsUnusable, OutputUnwritable
from wholescene_qgis.wire.plan import Window

ROOT = Path(__file__).resolve().parents[3]
ENGINE_PYTHON = os.environ.get("WHOLESCENE_ENGINE_PYTHON", str(ROOT / ".venv" / "bin" / "python"))
X, Y, PIXEL = 400000.0, 4200000.0, 2.0


def always():
    return True


def box(row, col, height, width):
    """The outline of pixels."""
    return QgsGeometry.fromRect(
        QgsRectangle(X + col * PIXEL, Y - (row + height) * PIXEL, X + (col + width) * PIXEL, Y - row * PIXEL)
    )


def shape(value, geometry):
    return Shape(value, bytes(geometry.asWkb()))


@pytest.fixture
def values():
    values = np.zeros((120, 160), np.uint8)
    values[30:60, 40:90] = 1
    values[100:, 140:] = 255
    return values


@pytest.fixture
def facts(engine_map, values):
    return ClassMap.read(engine_map(values, scores=np.full(values.shape, 77))["path"])


@pytest.fixture
def corrections(qgis_new_project, facts):
    layer = QgsRasterLayer(facts.path, "map")
    QgsProject.instance().addMapLayer(layer)
    yield Corrections(open_corrections(facts, layer, "map (corrections)"))
    QgsProject.instance().clear()


def test_the_file_lies_beside_the_map_with_the_fields_that_training_reads(corrections, facts):
    corrections.add([box(30, 40, 30, 50)], 4, "forest", "patch", "job7")
    store = ogr.Open(str(corrections_path(facts.path)))
    table = store.GetLayerByName("corrections")
    (feature,) = list(table)
    assert table.GetSpatialRef().GetAuthorityCode(None) == "32618"
    assert (feature["class_id"], feature["class_name"], feature["kind"], feature["job"]) == (
        4,
        "forest",
        "patch",
        "job7",
    )
    assert feature["made_at"].startswith("20")
    assert feature.GetGeometryRef().GetArea() == 30 * 50 * 4


def test_the_engine_reads_them_as_labels_while_qgis_has_them_open(corrections, facts):
    corrections.add([box(30, 40, 30, 50), box(70, 0, 5, 5)], 4, "forest", "patch", "job7")
    corrections.add([box(0, 0, 5, 5)], 1, "water", "drawn")
    script = (
        "import sys; from pathlib import Path; from wholescene.training.data.vectors import read_layer;"
        "from wholescene.training.finetune.classes import class_field;"
        "path = Path(sys.argv[1]); field = class_field(path, None, None); layer = read_layer(path, None, field);"
        "print(field, layer.crs, [polygon.value for polygon in layer.polygons])"
    )
    if not Path(ENGINE_PYTHON).exists():
        pytest.skip(f"no engine at {ENGINE_PYTHON}")
    command = [ENGINE_PYTHON, "-I", "-c", script, str(corrections_path(facts.path))]
    told = subprocess.run(command, capture_output=True, text=True)
    assert told.stdout.strip() == "class_name EPSG:32618 ['forest', 'forest', 'water']", told.stderr


def test_the_layer_lies_on_the_map_in_the_colours_of_the_classes(corrections):
    order = [layer.name() for layer in QgsProject.instance().layerTreeRoot().layerOrder()]
    assert order == ["map (corrections)", "map"]
    renderer = corrections.layer.renderer()
    looks = {entry.value(): (entry.label(), entry.symbol().color().name()) for entry in renderer.categories()}
    assert looks == {0: ("other", "#e8e4d8"), 1: ("water", "#2379bd"), 4: ("forest", "#2b8a3e")}
    again = QgsVectorLayer(corrections.layer.source(), "again")  # the style is stored in the file
    assert [entry.label() for entry in again.renderer().categories()] == ["other", "water", "forest"]


def test_undo_takes_the_last_correction_and_redo_brings_it_back(corrections):
    corrections.add([box(0, 0, 5, 5)], 1, "water", "drawn")
    corrections.add([box(30, 40, 30, 50), box(70, 0, 5, 5)], 4, "forest", "patch")  # one correction of two patches
    assert [feature["class_id"] for feature in corrections.features()] == [1, 4, 4]
    assert corrections.undo()
    assert [feature["class_id"] for feature in corrections.features()] == [1]
    assert corrections.redo()
    assert [feature["class_id"] for feature in corrections.features()] == [1, 4, 4]
    assert not corrections.redo()
    assert corrections.undo()
    corrections.add([box(0, 0, 1, 1)], 0, "other", "drawn")
    assert not corrections.can_redo()
    assert corrections.undo()
    assert corrections.undo()
    assert not corrections.undo()
    assert not corrections.layer.isEditable()


def test_undo_works_on_a_layer_that_was_opened_anew(corrections, facts):
    corrections.add([box(0, 0, 5, 5)], 1, "water", "drawn")
    corrections.add([box(9, 9, 5, 5)], 4, "forest", "drawn")
    QgsProject.instance().removeMapLayer(corrections.layer)
    layer = QgsRasterLayer(facts.path, "map")
    QgsProject.instance().addMapLayer(layer)
    again = Corrections(open_corrections(facts, layer, "again"))
    assert again.undo()
    assert [feature["class_id"] for feature in again.features()] == [1]


def test_a_layer_is_opened_once_in_a_project(corrections, facts):
    assert find_corrections(facts.path) is corrections.layer
    assert open_corrections(facts, None, "other") is corrections.layer


def test_what_somebody_edits_in_qgis_is_left_alone(corrections):
    corrections.add([box(0, 0, 5, 5)], 1, "water", "drawn")
    corrections.layer.startEditing()
    corrections.layer.deleteFeature(corrections.features()[0].id())
    with pytest.raises(CorrectionsBeingEdited):
        corrections.add([box(0, 0, 5, 5)], 1, "water", "drawn")
    corrections.layer.rollBack()
    assert corrections.undo()


def test_another_geopackage_of_that_name_is_refused(qgis_new_project, facts):
    store = ogr.GetDriverByName("GPKG").CreateDataSource(str(corrections_path(facts.path)))
    store.CreateLayer("corrections", None, ogr.wkbPolygon)
    store = None
    with pytest.raises(CorrectionsUnusable, match="class_id"):
        open_corrections(facts, QgsRasterLayer(facts.path, "map"), "map")
    assert QgsProject.instance().mapLayers() == {}


def test_where_nothing_can_be_written_it_is_said(facts, monkeypatch, tmp_path):
    monkeypatch.setitem(open_corrections.__globals__, "corrections_path", lambda path: tmp_path / "gone" / "a.gpkg")
    with pytest.raises(OutputUnwritable):
        open_corrections(facts, QgsRasterLayer(facts.path, "map"), "map")


def test_the_later_correction_wins_and_nodata_stays(facts, values):
    shapes = [shape(4, box(20, 30, 50, 70)), shape(0, box(30, 40, 10, 10)), shape(1, box(90, 130, 30, 30))]
    expected = values.copy()
    expected[20:70, 30:100] = 4
    expected[30:40, 40:50] = 0
    expected[90:, 130:] = 1
    expected[100:, 140:] = 255
    assert (CorrectedClasses(facts, shapes).read(Window(0, 0, 120, 160)) == expected).all()
    assert (CorrectedClasses(facts, shapes).read(Window(25, 35, 10, 20)) == expected[25:35, 35:55]).all()


def test_areas_follow_exactly(facts, values, engine_map):
    shapes = [shape(4, box(20, 30, 50, 70)), shape(1, box(90, 130, 30, 30))]
    expected = values.copy()
    expected[20:70, 30:100] = 4
    expected[90:100, 130:] = 1
    expected[90:, 130:140] = 1
    told = engine_map(expected, "expected.tif")["areas"]  # as the engine counts such a map
    found = corrected_areas(facts, shapes, always)
    assert [area["pixels"] for area in found] == [area["pixels"] for area in told]
    # the table of the map that was written is rounded to a square metre
    assert [area["hectares"] for area in found] == pytest.approx([area["hectares"] for area in told], abs=1e-4)
    assert [area["share"] for area in found] == pytest.approx([area["share"] for area in told], abs=1e-4)


def test_a_polygon_counts_the_pixels_whose_centre_it_holds(facts):
    triangle = QgsGeometry.fromPolygonXY([[QgsPointXY(X, Y), QgsPointXY(X + 20.1, Y), QgsPointXY(X, Y - 20.1)]])
    (_other, _water, forest) = corrected_areas(facts, [shape(4, triangle)], always)
    rows, cols = np.indices((120, 160))
    assert forest["pixels"] == ((rows + 0.5) * PIXEL + (cols + 0.5) * PIXEL < 20.1).sum()


def test_a_click_sees_what_was_corrected(facts):
    patch = patch_at(facts, X + 101, Y - 101, [shape(4, box(40, 45, 20, 10))], always)
    assert (patch.value, patch.pixels) == (4, 200)


def test_the_corrected_map_is_a_file_of_its_own(facts, values):
    with open(facts.path, "rb") as stream:
        before = stream.read()
    shapes = [shape(4, box(20, 30, 50, 70))]
    first = write_corrected(facts, shapes, "map_corrections.gpkg", always)
    second = write_corrected(facts, shapes, "map_corrections.gpkg", always)
    assert [result["path"].rsplit("/")[-1] for result in (first, second)] == [
        "map_corrected.tif",
        "map_corrected_2.tif",
    ]
    expected = values.copy()
    expected[20:70, 30:100] = 4
    raster = gdal.Open(first["path"])
    assert (raster.GetRasterBand(1).ReadAsArray() == expected).all()
    assert (raster.GetRasterBand(2).ReadAsArray() == np.where(expected == values, 77, 255)).all()
    assert raster.GetGeoTransform() == gdal.Open(facts.path).GetGeoTransform()
    assert raster.GetRasterBand(1).GetCategoryNames() == ["other", "water", "", "", "forest"]
    assert raster.GetMetadataItem("WHOLESCENE_CORRECTED") == "1 correction(s) of map_corrections.gpkg"
    assert raster.GetMetadataItem("WHOLESCENE_REQUEST") is None  # it is not the answer to that request
    assert raster.GetMetadataItem("WHOLESCENE_PRESET") == "water-lite"
    with open(facts.path, "rb") as stream:
        assert stream.read() == before


def test_a_corrected_map_can_be_read_and_corrected_again(facts):
    result = write_corrected(facts, [shape(4, box(20, 30, 50, 70))], "map_corrections.gpkg", always)
    again = ClassMap.read(result["path"])
    assert [area["pixels"] for area in again.areas] == [area["pixels"] for area in result["areas"]]
    assert [area["hectares"] for area in again.areas] == pytest.approx(
        [area["hectares"] for area in result["areas"]], abs=1e-4
    )
    assert [area["colour"] for area in again.areas] == [area["colour"] for area in facts.areas]
    assert again.scored
    assert not again.made_by_a_run()


def test_a_map_that_cannot_be_written_leaves_nothing(facts, monkeypatch, tmp_path):
    def full(*_args):
        raise OSError("no space left")

    # not by the module's name: where the plugin was loaded anew, that is another module by now
    monkeypatch.setitem(write_corrected.__globals__, "_add_overviews", full)
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(OutputUnwritable, match="no space"):
        write_corrected(facts, [shape(4, box(20, 30, 5, 5))], "x.gpkg", always)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
