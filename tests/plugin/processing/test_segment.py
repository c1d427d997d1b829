"""The algorithms as scripts, models and batches call them, beside an engine whose words the test chooses."""

import os
import threading
import time

import numpy as np
import processing
import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from wholescene_qgis.wire.errors import SceneEmpty
from wholescene_qgis.wire.identity import identity
from wholescene_qgis.wire.request import SegmentRequest

from small_maps import write_class_map

SIZE = 32
AREAS = [
    {"value": 0, "name": "other", "colour": "#e8e4d8", "pixels": 768, "hectares": 0.0768, "share": 0.75},
    {"value": 1, "name": "water", "colour": "#2379bd", "pixels": 256, "hectares": None, "share": 0.25},
]


@pytest.fixture
def scene(write_scene, add_raster, plugin):
    values = np.random.default_rng(1).integers(0, 255, (3, SIZE, SIZE), np.uint8)
    return add_raster(write_scene("scene.tif", values), "scene")


@pytest.fixture
def answering(engine):
    """Lets the engine answer the next request in its own time, with a file that is there or an error."""

    def answer(kind="done", body=None, make=None):
        before = engine.heard_types().count("submit")

        def wait():
            while engine.heard_types().count("submit") == before:
                time.sleep(0.01)
            request = [heard for heard in engine.heard if heard[0] == "submit"][-1][1]["request"]
            job = f"job{before + 1}"
            progress = {"job": job, "state": "encoding", "stage": "encoding", "fraction": 0.5, "seconds_left": 3}
            engine.say("progress", progress)
            if make:
                make(request["output"])
            result = {"path": request["output"], "areas": AREAS}
            engine.say(kind, {"job": job, **(body or {"result": result})})

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()

    return answer


def class_map(path, tags=None):
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), SIZE, SIZE, 1)
    dataset.GetRasterBand(1).SetNoDataValue(255)
    dataset.WriteArray(np.tri(SIZE, SIZE, dtype=np.uint8))
    dataset.SetMetadata(tags or {})


def last_request(engine):
    return [body for kind, body in engine.heard if kind == "submit"][-1]


def test_the_provider_lists_its_algorithms(plugin):
    provider = QgsApplication.processingRegistry().providerById("wholescene")
    assert sorted(algorithm.id() for algorithm in provider.algorithms()) == [
        "wholescene:accuracy",
        "wholescene:classareas",
        "wholescene:finetune",
        "wholescene:mappingunit",
        "wholescene:polygons",
        "wholescene:samplepoints",
        "wholescene:segment",
    ]


def test_unloading_takes_the_provider_back(plugin):
    import qgis.utils

    qgis.utils.unloadPlugin("wholescene_qgis")
    assert QgsApplication.processingRegistry().providerById("wholescene") is None


def test_a_run_from_layer_to_class_map(engine, scene, answering, tmp_path):
    output, table = tmp_path / "map.tif", tmp_path / "areas.csv"
    answering(make=class_map)
    told = Feedback()
    parameters = {"INPUT": scene, "PRESET": "water-lite", "OUTPUT": str(output), "TABLE": str(table)}
    outputs = processing.run("wholescene:segment", parameters, feedback=told)
    assert outputs == {"OUTPUT": str(output), "TABLE": str(table)}
    request = last_request(engine)
    assert request["credit"] == 0  # nobody looks, so no blocks are sent
    assert request["request"]["sources"] == [scene.source()]
    assert request["request"]["output"] == str(output)
    assert request["request"]["overwrite"] is True
    assert request["request"]["extent"] is request["request"]["bands"] is None
    assert table.read_text("utf-8-sig").splitlines()[2] == "1,water,256,,0.25"
    assert told.progress == [50.0]


def test_small_patches_go_in_a_map_of_their_own(engine, scene, answering, tmp_path):
    values = np.zeros((SIZE, SIZE), np.uint8)
    values[4:20, 4:20] = 1
    values[25, 25] = 2
    answering(make=lambda path: write_class_map(path, values))
    output, filtered, table = tmp_path / "map.tif", tmp_path / "filtered.tif", tmp_path / "areas.csv"
    wish = {"INPUT": scene, "OUTPUT": str(output), "MINIMUM_AREA": 500, "TABLE": str(table)}
    outputs = processing.run("wholescene:segment", {**wish, "FILTERED": str(filtered)})
    assert outputs == {"OUTPUT": str(output), "FILTERED": str(filtered), "TABLE": str(table)}
    np.testing.assert_array_equal(gdal.Open(str(output)).ReadAsArray(), values)
    values[25, 25] = 0
    np.testing.assert_array_equal(gdal.Open(str(filtered)).ReadAsArray(), values)
    pixels = [line.split(",")[2] for line in table.read_text("utf-8-sig").splitlines()[1:]]
    assert pixels == ["768", "256", "0"]
    values[25, 25] = 2
    answering(make=lambda path: write_class_map(path, values))
    assert "FILTERED" not in processing.run("wholescene:segment", wish)
    assert pixels == [line.split(",")[2] for line in table.read_text("utf-8-sig").splitlines()[1:]]


def test_every_parameter_reaches_the_request(engine, scene, answering, tmp_path):
    answering(make=class_map)
    parameters = {
        "INPUT": scene.source(),
        "PRESET": "fbp",
        "EXTENT": "400010,400020,4199980,4199990 [EPSG:32618]",
        "BANDS": "3, 2,1",
        "SCORE": True,
        "PRECISION": "fp16",
        "OUTPUT": str(tmp_path / "map.tif"),
    }
    processing.run("wholescene:segment", parameters)
    request = last_request(engine)["request"]
    assert (request["preset"], request["bands"], request["precision"]) == ("fbp", ["3", "2", "1"], "fp16")
    assert request["confidence"] is True
    extent = {"xmin": 400010, "xmax": 400020, "ymin": 4199980, "ymax": 4199990, "crs": "EPSG:32618"}
    assert request["extent"] == extent


@pytest.mark.parametrize(
    ("preset", "chosen", "sent"),
    [
        ("water-lite", None, "holistic"),
        ("window-water", None, "crop"),  # an ONNX model knows nothing else
        ("nobody-knows", None, "holistic"),  # the engine says what is wrong with it
        ("water-lite", "crop", "crop"),
        ("window-water", "holistic", "holistic"),  # and so the engine refuses it by name
    ],
)
def test_a_preset_runs_in_its_mode_unless_another_is_chosen(engine, scene, answering, tmp_path, preset, chosen, sent):
    engine.presets = [{"name": "water-lite"}, {"name": "window-water", "mode": "crop"}]
    answering(make=class_map)
    mode = {} if chosen is None else {"MODE": chosen}
    processing.run(
        "wholescene:segment", {"INPUT": scene, "PRESET": preset, "OUTPUT": str(tmp_path / "map.tif"), **mode}
    )
    assert last_request(engine)["request"]["mode"] == sent


def test_polygons_become_the_mask_of_the_request(engine, scene, answering, tmp_path):
    answering(make=class_map)
    layer = QgsVectorLayer("Polygon?crs=EPSG:32618", "lakes", "memory")
    corners = [(400002, 4199998), (400020, 4199998), (400002, 4199980)]
    triangle = QgsFeature()
    triangle.setGeometry(QgsGeometry.fromPolygonXY([[QgsPointXY(*corner) for corner in corners]]))
    layer.dataProvider().addFeatures([triangle])
    QgsProject.instance().addMapLayer(layer)
    processing.run("wholescene:segment", {"INPUT": scene, "MASK": layer, "OUTPUT": str(tmp_path / "map.tif")})
    mask = last_request(engine)["request"]["mask"]
    assert mask["crs"] == "EPSG:32618"
    assert [tuple(point) for point in mask["polygons"][0][0]][:3] == corners


def test_a_map_that_had_to_take_another_name_arrives_all_the_same(engine, scene, tmp_path):
    """As on Windows where another program has the file open: the engine gives the new one a number."""
    wished, given = str(tmp_path / "map.tif"), str(tmp_path / "map_2.tif")

    def answer():
        while "submit" not in engine.heard_types():
            time.sleep(0.01)
        class_map(given)
        engine.say("done", {"job": "job1", "result": {"path": given, "areas": AREAS}})

    threading.Thread(target=answer, daemon=True).start()
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wholescene:segment")
    destination = QgsProcessingOutputLayerDefinition(wished, QgsProject.instance())
    results, ok = algorithm.run({"INPUT": scene.id(), "OUTPUT": destination}, context, feedback)
    assert ok, feedback.textLog()
    assert results["OUTPUT"] == given
    assert list(context.layersToLoadOnCompletion()) == [given]
    assert context.layerToLoadOnCompletionDetails(given).postProcessor() is not None


def test_the_engines_error_is_told_with_its_code(engine, scene, answering, tmp_path):
    answering("failed", {"error": SceneEmpty(path="scene.tif").to_dict()})
    with pytest.raises(QgsProcessingException, match=r"no valid pixel.*\[scene.all_nodata\]"):
        processing.run("wholescene:segment", {"INPUT": scene, "OUTPUT": str(tmp_path / "map.tif")})


def test_a_cancelled_run_cancels_the_job(engine, scene, tmp_path):
    told = Feedback()

    def cancel():
        while "submit" not in engine.heard_types():
            time.sleep(0.01)
        told.cancel()
        while "cancel" not in engine.heard_types():
            time.sleep(0.01)
        engine.say("cancelled", {"job": "job1"})

    threading.Thread(target=cancel, daemon=True).start()
    with pytest.raises(QgsProcessingException, match="Cancelled"):
        processing.run("wholescene:segment", {"INPUT": scene, "OUTPUT": str(tmp_path / "map.tif")}, feedback=told)
    assert ("cancel", {"job": "job1"}) in engine.heard


@pytest.mark.parametrize(
    ("weights", "scene_is_newer", "skipped"),
    [("ab" * 32, False, True), ("cd" * 32, False, False), ("ab" * 32, True, False)],
)
def test_what_is_finished_is_skipped_where_asked_for(
    engine, scene, answering, tmp_path, weights, scene_is_newer, skipped
):
    """Not a map by other weights, nor of a scene that has changed since."""
    output = tmp_path / "map.tif"
    request = {
        "sources": [scene.source()],
        "preset": "water-lite",
        "output": str(output),
        "bands": ["1", "2", "3"],
        "overwrite": True,
    }
    asked = identity(SegmentRequest.from_dict(request))
    class_map(output, {"WHOLESCENE_REQUEST": asked, "WHOLESCENE_WEIGHTS_SHA256": weights})
    if scene_is_newer:
        os.utime(scene.source(), (output.stat().st_mtime + 5,) * 2)
    answering(make=class_map)
    parameters = {"INPUT": scene, "BANDS": "1,2,3", "OUTPUT": str(output), "SKIP_FINISHED": True}
    assert processing.run("wholescene:segment", parameters) == {"OUTPUT": str(output)}
    assert ("submit" not in engine.heard_types()) is skipped


def test_in_a_background_thread_the_layer_arrives_styled(engine, scene, answering, tmp_path, qtbot):
    answering(make=class_map)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    feedback = QgsProcessingFeedback()
    output = str(tmp_path / "map.tif")
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wholescene:segment")
    destination = QgsProcessingOutputLayerDefinition(output, QgsProject.instance())
    task = QgsProcessingAlgRunnerTask(algorithm, {"INPUT": scene.id(), "OUTPUT": destination}, context, feedback)
    with qtbot.waitSignal(task.executed, timeout=20_000) as executed:
        QgsApplication.taskManager().addTask(task)
    assert executed.args[0], feedback.textLog()
    layer = QgsRasterLayer(output, "map")  # as QGIS does with what is noted in the context
    context.layerToLoadOnCompletionDetails(output).postProcessor().postProcessLayer(layer, context, feedback)
    assert [entry.label for entry in layer.renderer().classes()] == ["other", "water"]


def test_areas_of_a_map_without_a_table_are_refused(plugin, scene, tmp_path):
    with pytest.raises(QgsProcessingException, match="is it a class map"):
        processing.run("wholescene:classareas", {"INPUT": scene, "TABLE": str(tmp_path / "areas.csv")})


class Feedback(QgsProcessingFeedback):
    def __init__(self):
        super().__init__()
        self.progress = []
        self.progressChanged.connect(self.progress.append)
