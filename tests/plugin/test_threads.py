"""QGIS draws in one thread; files and sockets of jobs belong to others."""

import threading

import numpy as np
import pytest
from qgis.PyQt.QtCore import Qt

SIZE = 64


@pytest.fixture
def touched(plugin, monkeypatch):
    """(what, whether the thread that draws QGIS did it) for each call that opens, writes or sends."""
    from wholescene_qgis.core import canvas_raster, channel, growing_rasters, partial_map
    from wholescene_qgis.gui import job_desk

    calls, gui = [], threading.get_ident()

    def watch(owner, name):
        original = getattr(owner, name)

        def told(*args, **kwargs):
            calls.append((f"{owner.__name__.split('.')[-1]}.{name}", threading.get_ident() == gui))
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, told)

    for name in ("__init__", "write", "flush", "close", "remove"):
        watch(canvas_raster.CanvasRaster, name)
    for name in ("__init__", "send", "close"):
        watch(channel.Channel, name)
    watch(partial_map, "write_partial")
    watch(growing_rasters, "dispose")
    watch(job_desk, "dispose")
    return calls


@pytest.fixture
def scene(write_scene, add_raster):
    values = np.random.default_rng(1).integers(0, 255, (3, SIZE, SIZE), np.uint8)
    return add_raster(write_scene("scene.tif", values), "scene")


def test_files_and_sockets_of_a_job_are_left_to_other_threads(engine, plugin, touched, scene, qtbot, tmp_path):
    panel, desk = plugin.dock.panel, plugin.controller.desk
    qtbot.waitUntil(lambda: panel.preset_box.names() != [])
    panel.layer_combo.setLayer(scene)
    qtbot.mouseClick(panel.segment_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.jobs()[0].id == "job1")
    extent = scene.extent()
    transform = (1.0, 0.0, extent.xMinimum(), 0.0, -1.0, extent.yMaximum())
    plan = {
        "grid": {"width": SIZE, "height": SIZE, "transform": transform, "crs": scene.crs().toWkt()},
        "classes": [{"value": 1, "name": "water", "colour": "#2379bd"}],
        "preset": "water-lite",
        "precision": "float32",
    }
    engine.say("planned", {"job": "job1", "plan": plan, "output": str(tmp_path / "map.tif")})
    block = {"job": "job1", "row": 0, "col": 0, "height": SIZE // 2, "width": SIZE, "number": 0}
    engine.say("block", block, b"\1" * (SIZE * SIZE // 2))
    qtbot.waitUntil(lambda: desk.jobs()[0].shown == 0.5)
    (row,) = panel.jobs.rows()
    qtbot.mouseClick(row.buttons["cancel"], Qt.MouseButton.LeftButton)
    engine.say("cancelled", {"job": "job1"})
    qtbot.waitUntil(row.buttons["keep"].isVisible)
    qtbot.mouseClick(row.buttons["keep"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not desk.jobs(), timeout=20_000)
    qtbot.waitUntil(lambda: "job_desk.dispose" in {name for name, _ in touched})
    seen = {name for name, _ in touched}
    assert {"CanvasRaster.__init__", "CanvasRaster.write", "CanvasRaster.flush", "partial_map.write_partial"} <= seen
    assert {name for name, by_gui in touched if by_gui} == set()
