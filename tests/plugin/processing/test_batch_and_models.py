"""Algorithms as links of a model and in QGIS's own batch dialog, beside an engine whose words the test chooses."""

import sys
import threading
import time

import numpy as np
import pytest
import qgis.utils
from osgeo import gdal
from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog
from qgis.core import (
    QgsApplication,
    QgsLayerTreeModel,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterRasterLayer,
    QgsProject,
)
from qgis.gui import QgsLayerTreeView
from wholescene_qgis.wire.errors import SceneEmpty
from wholescene_qgis.wire.identity import identity
from wholescene_qgis.wire.request import SegmentRequest

from small_maps import write_class_map

SIZE = 32
WEIGHTS = "ab" * 32  # of water-lite, as the scripted engine lists it
VALUES = np.zeros((SIZE, SIZE), np.uint8)
VALUES[4:20, 4:20] = 1
VALUES[25, 25] = 2


@pytest.fixture
def scenes(write_scene, tmp_path, plugin):
    pixels = np.random.default_rng(1).integers(0, 255, (3, SIZE, SIZE), np.uint8)
    return [write_scene(f"scene {number}.tif", pixels) for number in range(3)]


@pytest.fixture
def answering(engine):
    """Lets the engine answer every request, in order: one whose scene is in ``broken`` fails."""
    stop = threading.Event()

    def answer(broken=()):
        def run():
            answered = 0
            while not stop.is_set():
                asked = [body["request"] for kind, body in engine.heard if kind == "submit"][answered:]
                for request in asked:
                    answered += 1
                    reply(engine, f"job{answered}", request, request["sources"][0] in broken)
                time.sleep(0.01)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()

    yield answer
    stop.set()


def reply(engine, job, request, fails):
    if fails:
        engine.say("failed", {"job": job, "error": SceneEmpty(path=request["sources"][0]).to_dict()})
        return
    tags = {"request": identity(SegmentRequest.from_dict(request)), "weights_sha256": WEIGHTS}
    write_class_map(request["output"], VALUES, tags=tags)
    engine.say("done", {"job": job, "result": {"path": request["output"], "areas": []}})


def submitted(engine):
    return [body["request"]["sources"][0] for kind, body in engine.heard if kind == "submit"]


@pytest.fixture
def no_proxy_task(monkeypatch):
    """In QGIS 3.22 the dialog's entry in the list of tasks keeps a thread of the pool until the dialog is gone.

    Two of them on a machine with two processors leave none to the tests that follow.
    """

    class Quiet:
        def __init__(self, _title):
            pass

        def setProgress(self, _progress):
            pass

    monkeypatch.setattr(
        sys.modules[BatchAlgorithmDialog.__module__], "QgsScopedProxyProgressTask", Quiet, raising=False
    )


@pytest.fixture
def layer_tree(monkeypatch, qtbot):
    """Later generations of QGIS ask their window for the view of the layer tree, which its stand-in has not got."""
    view = QgsLayerTreeView()
    qtbot.addWidget(view)
    view.setModel(QgsLayerTreeModel(QgsProject.instance().layerTreeRoot(), view))
    monkeypatch.setattr(qgis.utils.iface, "layerTreeView", lambda: view, raising=False)


def test_a_batch_goes_on_after_an_error_and_skips_what_is_finished(
    engine, scenes, answering, tmp_path, qtbot, no_proxy_task, layer_tree
):
    answering(broken=[str(scenes[1])])
    outputs = [tmp_path / f"map {number}.tif" for number in range(3)]
    summaries, dialogs = [], []

    class Batch(BatchAlgorithmDialog):
        def createSummaryTable(self, results, errors):  # the last thing that a batch does
            summaries.append((len(results), len(errors)))

    def run_batch():
        algorithm = QgsApplication.processingRegistry().createAlgorithmById("wholescene:segment")
        dialog = Batch(algorithm)
        qtbot.addWidget(dialog)
        dialogs.append(dialog)  # later generations of QGIS go on in the background, and qtbot holds it weakly
        rows = dialog.mainWidget()
        wished = [
            ({"INPUT": str(scene), "PRESET": "water-lite", "SKIP_FINISHED": True, "OUTPUT": str(output)}, True)
            for scene, output in zip(scenes, outputs, strict=True)
        ]
        rows.batchRowCount = lambda: len(wished)
        rows.parametersForRow = lambda row, **_: wished[row]
        dialog.runAlgorithm()

    run_batch()
    qtbot.waitUntil(lambda: summaries == [(2, 1)], timeout=20_000)
    assert submitted(engine) == [str(scene) for scene in scenes]
    assert [path.exists() for path in outputs] == [True, False, True]
    hellos = engine.heard_types().count("hello")
    run_batch()
    qtbot.waitUntil(lambda: summaries[1:] == [(2, 1)], timeout=20_000)
    assert submitted(engine)[3:] == [str(scenes[1])]  # the only one that is missing
    assert engine.heard_types().count("hello") - hellos == 3  # one engine, that was there all the time


def child(model, name, algorithm, **parameters):
    step = QgsProcessingModelChildAlgorithm(algorithm)
    step.setChildId(name)
    for parameter, source in parameters.items():
        step.addParameterSources(parameter, [source])
    model.addChildAlgorithm(step)
    return step


def fixed(value):
    return QgsProcessingModelChildParameterSource.fromStaticValue(value)


def output_of(step, name):
    return QgsProcessingModelChildParameterSource.fromChildOutput(step, name)


def test_a_model_goes_from_a_scene_to_polygons_and_areas(engine, scenes, answering, tmp_path):
    answering()
    model = QgsProcessingModelAlgorithm("scene to polygons", "tests")
    model.addModelParameter(QgsProcessingParameterRasterLayer("SCENE"), QgsProcessingModelParameter("SCENE"))
    scene = QgsProcessingModelChildParameterSource.fromModelParameter("SCENE")
    child(model, "segment", "wholescene:segment", INPUT=scene, PRESET=fixed("water-lite"))
    child(model, "unit", "wholescene:mappingunit", INPUT=output_of("segment", "OUTPUT"), MINIMUM_AREA=fixed(500.0))
    polygons = child(model, "polygons", "wholescene:polygons", INPUT=output_of("unit", "OUTPUT"))
    areas = child(model, "areas", "wholescene:classareas", INPUT=output_of("unit", "OUTPUT"))
    for step, name in ((polygons, "OUTPUT"), (areas, "TABLE")):
        told = QgsProcessingModelOutput(f"{step.childId()} {name}")
        told.setChildId(step.childId())
        told.setChildOutputName(name)
        step.setModelOutputs({told.name(): told})
        model.setChildAlgorithm(step)
    model.updateDestinationParameters()

    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    names = [definition.name() for definition in model.destinationParameterDefinitions()]
    wished = {"polygons:polygons OUTPUT": "polygons.gpkg", "areas:areas TABLE": "areas.csv"}
    assert set(names) == set(wished)
    destinations = {name: str(tmp_path / file) for name, file in wished.items()}
    _results, ok = model.create().run({"SCENE": str(scenes[0]), **destinations}, context, feedback)
    assert ok, feedback.textLog()
    written = gdal.OpenEx(str(tmp_path / "polygons.gpkg"))
    assert written.GetLayer(0).GetFeatureCount() == 2  # the single pixel joined its neighbour
    rows = (tmp_path / "areas.csv").read_text("utf-8-sig").splitlines()[1:]
    assert sum(int(row.split(",")[2]) for row in rows) == SIZE * SIZE
