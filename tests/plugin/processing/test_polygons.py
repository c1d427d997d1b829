"""``polygons``, ``mappingunit`` and ``classareas`` as scripts, models and the toolbox call them."""

import csv

import numpy as np
import processing
import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVectorLayer,
)

from small_maps import random_map, write_class_map


@pytest.fixture
def values():
    return random_map(9, 40, 60)


@pytest.fixture
def class_map(tmp_path, values, plugin):
    return write_class_map(tmp_path / "map.tif", values)


def test_polygons_with_their_defaults(class_map, tmp_path, values):
    output = tmp_path / "of map.gpkg"
    found = processing.run("wholescene:polygons", {"INPUT": class_map, "OUTPUT": str(output)})
    layer = QgsVectorLayer(found["OUTPUT"], "polygons", "ogr")
    assert found["OUTPUT"] == str(output)
    assert layer.featureCount() == found["COUNT"]
    area = sum(feature.geometry().area() for feature in layer.getFeatures())
    assert area == (values != 255).sum() * 100


def test_every_wish_is_heard(class_map, tmp_path):
    plain, wished = ({"INPUT": class_map, "OUTPUT": str(tmp_path / f"{name}.gpkg")} for name in ("plain", "wished"))
    whole = processing.run("wholescene:polygons", plain)
    fewer = processing.run("wholescene:polygons", {**wished, "MINIMUM_AREA": 900, "SMOOTH": True})
    assert fewer["COUNT"] < whole["COUNT"]
    layer = QgsVectorLayer(fewer["OUTPUT"], "polygons", "ogr")
    assert layer.featureCount() == fewer["COUNT"]
    assert any(p.x() % 10 for f in layer.getFeatures() for p in f.geometry().vertices())


def test_they_arrive_styled_in_the_project(class_map, tmp_path, qtbot):
    """As from the toolbox: in a task, loaded when it ends."""
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wholescene:polygons")
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    output = str(tmp_path / "out.gpkg")
    destination = QgsProcessingOutputLayerDefinition(output, QgsProject.instance())
    task = QgsProcessingAlgRunnerTask(algorithm, {"INPUT": class_map, "OUTPUT": destination}, context, feedback)
    with qtbot.waitSignal(task.executed, timeout=30_000) as told:
        QgsApplication.taskManager().addTask(task)
    assert told.args[0], feedback.textLog()
    (tmp_path / "out.qml").unlink()
    layer = QgsVectorLayer(output, "of the map", "ogr")  # as QGIS does with what is noted in the context
    layer.setRenderer(None)
    context.layerToLoadOnCompletionDetails(output).postProcessor().postProcessLayer(layer, context, feedback)
    assert [category.label() for category in layer.renderer().categories()] == ["land", "water", "wood"]


def test_polygons_are_appended(class_map, tmp_path):
    first = processing.run("wholescene:polygons", {"INPUT": class_map, "OUTPUT": str(tmp_path / "a.gpkg")})
    layer = QgsProject.instance().addMapLayer(QgsVectorLayer(first["OUTPUT"], "a", "ogr"))
    wish = {"INPUT": class_map, "APPEND_TO": layer, "FIELD_MAPPING": ["name", "job_id", "", ""]}
    again = processing.run("wholescene:polygons", wish)
    assert again["COUNT"] == first["COUNT"]
    assert layer.featureCount() == 2 * first["COUNT"]  # the project's layer knows
    layer = QgsVectorLayer(first["OUTPUT"], "again", "ogr")
    assert layer.featureCount() == 2 * first["COUNT"]
    jobs = [feature["job_id"] for feature in layer.getFeatures()]
    assert jobs.count("0123456789abcdef") == first["COUNT"]
    assert set(jobs) == {"0123456789abcdef", "land", "water", "wood"}


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"FIELD_MAPPING": ["name", "gone"]}, r"no field 'gone'.*\[append.field\]"),
        ({"FIELD_MAPPING": ["name"]}, "pairs"),
        ({"APPEND_TO": None, "OUTPUT": "a.shp"}, "GeoPackage"),
        ({"APPEND_TO": None, "OUTPUT": None}, "OUTPUT"),
    ],
)
def test_wishes_that_cannot_be_met_are_told(class_map, tmp_path, wish, told):
    made = processing.run("wholescene:polygons", {"INPUT": class_map, "OUTPUT": str(tmp_path / "a.gpkg")})
    layer = QgsProject.instance().addMapLayer(QgsVectorLayer(made["OUTPUT"], "a", "ogr"))
    with pytest.raises(QgsProcessingException, match=told):
        processing.run("wholescene:polygons", {"INPUT": class_map, "APPEND_TO": layer, **wish})


def test_a_cancelled_run_leaves_nothing(class_map, tmp_path):
    feedback = QgsProcessingFeedback()
    feedback.cancel()
    for algorithm, name in (("polygons", "a.gpkg"), ("mappingunit", "a.tif")):
        with pytest.raises(QgsProcessingException, match="Cancelled"):
            processing.run(
                f"wholescene:{algorithm}", {"INPUT": class_map, "OUTPUT": str(tmp_path / name)}, feedback=feedback
            )
    assert not list(tmp_path.glob("a*"))


def test_raster_and_areas_follow_one_rule(class_map, tmp_path, values):
    table, output = tmp_path / "areas.csv", tmp_path / "filtered.tif"
    made = processing.run("wholescene:mappingunit", {"INPUT": class_map, "MINIMUM_AREA": 900, "OUTPUT": str(output)})
    assert made == {"OUTPUT": str(output)}
    new = gdal.Open(str(output)).ReadAsArray()
    assert (new != values).any()
    counted = processing.run("wholescene:classareas", {"INPUT": class_map, "MINIMUM_AREA": 900, "TABLE": str(table)})
    assert counted["CLASSES"] == 3
    rows = list(csv.DictReader(table.read_text("utf-8-sig").splitlines()))
    assert [int(row["pixels"]) for row in rows] == [int((new == number).sum()) for number in range(3)]
    assert sum(float(row["share"]) for row in rows) == pytest.approx(1)
    np.testing.assert_array_equal(gdal.Open(class_map).ReadAsArray(), values)
