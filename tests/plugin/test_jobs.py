"""Several jobs, jobs that end early, and jobs that outlive their QGIS, with an engine whose words the test chooses."""

import numpy as np
import pytest
import qgis.utils
from osgeo import gdal
from qgis.core import QgsProject, QgsSettings
from qgis.PyQt.QtCore import Qt
from wholescene_qgis.wire.errors import DiskFull, NotFinite, PlanMemory, WorkerDied
from wholescene_qgis.wire.identity import identity
from wholescene_qgis.wire.request import SegmentRequest

SIZE = 64
LEFT = Qt.MouseButton.LeftButton
NAME = "wholescene_qgis"
CLASSES = [{"value": 0, "name": "other", "colour": "#e8e4d8"}, {"value": 1, "name": "water", "colour": "#2379bd"}]


@pytest.fixture
def panel(engine, plugin, qtbot):
    panel = plugin.dock.panel
    qtbot.waitUntil(lambda: panel.preset_box.combo.count() == 3)
    return panel


@pytest.fixture
def desk(plugin):
    return plugin.controller.desk


@pytest.fixture
def scenes(write_scene, add_raster, panel):
    """Two layers of three bands."""
    values = np.random.default_rng(1).integers(0, 255, (3, SIZE, SIZE), np.uint8)
    return [add_raster(write_scene(f"{name}.tif", values), name) for name in ("first", "second")]


@pytest.fixture
def start(engine, panel, desk, scenes, qtbot, tmp_path):
    """Clicks Segment Layer for a scene; the engine announces its plan if asked to."""

    def click(number=0, planned=True, blocks=0):
        panel.layer_combo.setLayer(scenes[number])
        before = engine.heard_types().count("submit")
        qtbot.mouseClick(panel.segment_button, LEFT)
        qtbot.waitUntil(lambda: desk.jobs()[-1].phase.name == "QUEUED")
        job = f"job{before + 1}"
        if planned:
            plan(engine, job, scenes[number], tmp_path / f"{scenes[number].name()}_map.tif")
            qtbot.waitUntil(lambda: desk.jobs()[-1].working != "")
        for _ in range(blocks):
            engine.say("block", upper_half(job), b"\1" * (SIZE * SIZE // 2))
            qtbot.waitUntil(lambda: desk.jobs()[-1].shown == 0.5)
        return desk.jobs()[-1]

    return click


def plan(engine, job, layer, output, **more):
    extent = layer.extent()
    transform = (1.0, 0.0, extent.xMinimum(), 0.0, -1.0, extent.yMaximum())
    grid = {"width": SIZE, "height": SIZE, "transform": transform, "crs": layer.crs().toWkt()}
    values = {"grid": grid, "classes": CLASSES, "preset": "water-lite", "precision": "float32", **more}
    engine.say("planned", {"job": job, "plan": values, "output": str(output)})


def upper_half(job):
    return {"job": job, "row": 0, "col": 0, "height": SIZE // 2, "width": SIZE, "number": 0}


def names():
    return [layer.name() for layer in QgsProject.instance().layerTreeRoot().layerOrder()]


def progress(engine, job, stage, fraction, left=None):
    engine.say("progress", {"job": job, "state": stage, "stage": stage, "fraction": fraction, "seconds_left": left})


def answers(engine, job, path):
    """Let the engine be done with a class map that is really there."""
    areas = [{**entry, "pixels": 2048, "hectares": 0.2, "share": 0.5} for entry in CLASSES]
    engine.say("done", {"job": job, "result": {"path": str(path), "areas": areas}})


def test_an_answer_that_is_no_number_can_be_computed_in_float32(engine, panel, start, qtbot):
    start(0)
    engine.say("failed", {"job": "job1", "error": NotFinite(row=3, column=4).to_dict()})
    qtbot.waitUntil(lambda: panel.notice.code() == "compute.not_finite")
    panel.notice.action_triggered.emit("float32")
    qtbot.waitUntil(lambda: engine.heard_types().count("submit") == 2)
    requests = [body["request"] for kind, body in engine.heard if kind == "submit"]
    assert requests[1] == {**requests[0], "precision": "float32"}


def test_a_scene_too_large_for_the_memory_leads_to_a_smaller_one(engine, panel, start, qtbot):
    start(0)
    error = PlanMemory(needed_mb=90000, allowed_mb=8000, part_mb=50000, part="keys of stage 1")
    engine.say("failed", {"job": "job1", "error": error.to_dict()})
    qtbot.waitUntil(lambda: panel.notice.code() == "plan.memory")
    assert "90000 MB" in panel.notice.text()
    panel.notice.action_triggered.emit("area")
    assert panel.extent_choice.treats_as_scene()


# -- several ---------------------------------------------------------------------


def test_the_panel_takes_the_next_job_while_one_runs(engine, panel, desk, start, qtbot):
    start(0)
    progress(engine, "job1", "encoding", 0.25, 100)
    assert panel.segment_button.isEnabled()
    start(1, planned=False)
    first, second = panel.jobs.rows()
    qtbot.waitUntil(lambda: first.bar.value() == 250)
    assert "25 %" in first.details.text()
    assert "about 2 min left" in first.details.text()
    assert "The whole scene is read first" in first.details.text()
    assert first.title.full_text() == "first – Water"
    assert second.title.full_text() == "second – Water"
    jobs = [{"job": f"job{number}", "state": state} for number, state in ((1, "encoding"), (2, "queued"))]
    engine.say("status", {"jobs": jobs})
    qtbot.waitUntil(lambda: "Waiting for 1 other" in second.stage.full_text())


def test_the_plan_tells_memory_and_time_before_there_is_progress(engine, panel, start, scenes, qtbot, tmp_path):
    start(0, planned=False)
    plan(engine, "job1", scenes[0], tmp_path / "map.tif", peak_bytes=1_234_000_000, seconds=125.0)
    progress(engine, "job1", "reading", 0.0)
    (row,) = panel.jobs.rows()
    qtbot.waitUntil(lambda: "takes about 1.2 GB" in row.details.text())
    assert "about 2 min left" in row.details.text()


def test_each_job_is_cancelled_by_its_own_button(engine, panel, desk, start, qtbot):
    start(0)
    start(1)
    qtbot.mouseClick(panel.jobs.rows()[1].buttons["cancel"], LEFT)
    qtbot.waitUntil(lambda: "cancel" in engine.heard_types())
    assert engine.heard[-1] == ("cancel", {"job": "job2"})
    engine.say("cancelled", {"job": "job2"})
    qtbot.waitUntil(lambda: len(panel.jobs.rows()) == 1)
    assert [job.id for job in desk.live()] == ["job1"]
    assert "first – Water" in names()
    assert "second – Water" not in names()


def test_the_same_request_is_not_sent_twice(engine, panel, start, qtbot):
    start(0)
    qtbot.mouseClick(panel.segment_button, LEFT)
    assert "already" in panel.notice.text()
    qtbot.wait(50)
    assert engine.heard_types().count("submit") == 1


def test_maps_of_two_jobs_grow_side_by_side(engine, panel, desk, start, qtbot, write_scene):
    start(0, blocks=1)
    start(1)
    done = write_scene("second_map.tif", np.ones((1, SIZE, SIZE), np.uint8))
    answers(engine, "job2", done)
    qtbot.waitUntil(lambda: len(desk.jobs()) == 1)
    assert [layer.source() for layer in QgsProject.instance().mapLayersByName("second – Water")] == [str(done)]
    assert QgsProject.instance().mapLayersByName("first – Water")[0].source() == desk.jobs()[0].working


# -- the end comes early ---------------------------------------------------------


def test_what_a_cancelled_job_had_finished_can_be_kept(engine, panel, desk, start, qtbot, tmp_path):
    job = start(0, blocks=1)
    (row,) = panel.jobs.rows()
    qtbot.mouseClick(row.buttons["cancel"], LEFT)
    engine.say("cancelled", {"job": "job1"})
    qtbot.waitUntil(row.buttons["keep"].isVisible)
    assert "50 % of the map" in row.details.text()
    working = job.working
    qtbot.mouseClick(row.buttons["keep"], LEFT)
    qtbot.waitUntil(lambda: not desk.jobs(), timeout=20_000)
    part = tmp_path / "first_map_partial.tif"
    values = gdal.Open(str(part)).ReadAsArray()
    assert (values[: SIZE // 2] == 1).all()
    assert (values[SIZE // 2 :] == 255).all()
    (layer,) = QgsProject.instance().mapLayersByName("first – Water (partial, 50 %)")
    assert layer.source() == str(part)
    assert "first_map_partial.tif" in panel.notice.text()
    qtbot.waitUntil(lambda: gdal.VSIStatL(working) is None)


def test_a_job_of_a_machine_out_of_reach_leaves_nothing_when_cancelled(panel, desk, start, qtbot, tmp_path):
    job = start(0)
    job.host = "gpu-box"
    desk.connection_lost()
    begun, another = (tmp_path / f"first_map.tif.{name}.part" for name in (job.id, "job9"))
    for path in (begun, another):
        path.write_bytes(b"the beginning of a map")
    (row,) = panel.jobs.rows()
    qtbot.mouseClick(row.buttons["cancel"], LEFT)
    assert not desk.jobs()
    qtbot.waitUntil(lambda: not begun.exists())
    assert another.exists()


def test_a_map_that_finds_no_place_here_is_not_given_up(panel, plugin, desk, start, qtbot):
    job, session = start(0), plugin.controller.link.session
    job.host = "gpu-box"
    session.undelivered.emit(job.id, DiskFull(path="map.tif", free_mb=1, needed_mb=2).to_dict())
    (row,) = panel.jobs.rows()
    qtbot.waitUntil(row.buttons["fetch"].isVisible)
    assert "waits on gpu-box" in row.stage.full_text()
    assert panel.notice.code() == "output.disk_full"
    assert job.id in QgsSettings().value("wholescene/jobs", "", str)  # another QGIS finds it, too
    session.fetching.emit(job.id, {"share": 0.5, "host": "gpu-box"})
    qtbot.waitUntil(row.buttons["fetch"].isHidden)
    assert "Fetching" in row.stage.full_text()


def test_or_be_discarded(engine, panel, desk, start, qtbot, tmp_path):
    working = start(0, blocks=1).working
    (row,) = panel.jobs.rows()
    qtbot.mouseClick(row.buttons["cancel"], LEFT)
    engine.say("cancelled", {"job": "job1"})
    qtbot.waitUntil(row.buttons["discard"].isVisible)
    qtbot.mouseClick(row.buttons["discard"], LEFT)
    assert not desk.jobs()
    assert names() == ["second", "first"]
    qtbot.waitUntil(lambda: gdal.VSIStatL(working) is None)
    assert not list(tmp_path.glob("*partial*"))


def test_a_part_that_cannot_be_written_is_told_and_offered_again(engine, panel, desk, start, qtbot, tmp_path):
    job = start(0, blocks=1)
    job.output = str(tmp_path / "no such folder" / "map.tif")
    (row,) = panel.jobs.rows()
    qtbot.mouseClick(row.buttons["cancel"], LEFT)
    engine.say("cancelled", {"job": "job1"})
    qtbot.waitUntil(row.buttons["keep"].isVisible)
    qtbot.mouseClick(row.buttons["keep"], LEFT)
    qtbot.waitUntil(lambda: panel.notice.code() == "output.unwritable", timeout=20_000)
    assert row.buttons["keep"].isEnabled()


def test_a_worker_that_died_leaves_the_same_offer(engine, panel, start, qtbot):
    start(0, blocks=1)
    engine.say("failed", {"job": "job1", "error": WorkerDied(detail="killed").to_dict()})
    qtbot.waitUntil(lambda: panel.notice.code() == "job.worker_died")
    (row,) = panel.jobs.rows()
    assert row.buttons["keep"].isVisible()
    assert not row.buttons["cancel"].isVisible()


def test_an_engine_that_dies_says_so_and_leaves_the_same_offer(engine, panel, start, qtbot):
    start(0, blocks=1)
    engine.stop()
    qtbot.waitUntil(lambda: panel.notice.code() == "engine.lost")
    (row,) = panel.jobs.rows()
    assert row.buttons["keep"].isVisible()
    assert "first – Water" in names()


def test_trying_again_sends_the_same_request(engine, panel, desk, start, scenes, qtbot):
    start(0)
    engine.say("failed", {"job": "job1", "error": WorkerDied(detail="killed").to_dict()})
    qtbot.waitUntil(lambda: panel.notice.code() == "job.worker_died")
    panel.layer_combo.setLayer(scenes[1])  # what is chosen meanwhile is for the next
    panel.notice.action_triggered.emit("segment")
    qtbot.waitUntil(lambda: engine.heard_types().count("submit") == 2)
    requests = [body["request"] for kind, body in engine.heard if kind == "submit"]
    assert requests[0] == requests[1]


# -- the connection goes, the job stays --------------------------------------------


def test_a_job_is_followed_again_when_only_the_connection_was_lost(engine, panel, desk, start, scenes, qtbot, tmp_path):
    job = start(0, blocks=1)
    before = job.working
    engine.hang_up()
    qtbot.waitUntil(lambda: "attach" in engine.heard_types(), timeout=20_000)
    plan(engine, "job1", scenes[0], tmp_path / "first_map.tif")
    progress(engine, "job1", "decoding", 0.6)
    qtbot.waitUntil(lambda: job.phase.name == "RUNNING" and job.working != before)
    assert panel.notice.isHidden()
    (layer,) = QgsProject.instance().mapLayersByName("first – Water")
    assert layer.source() == job.working
    assert engine.heard_types().count("submit") == 1


def test_a_cancel_that_the_engine_did_not_hear_is_said_again(engine, panel, desk, start, qtbot):
    start(0)
    (row,) = panel.jobs.rows()
    qtbot.mouseClick(row.buttons["cancel"], LEFT)
    qtbot.waitUntil(lambda: "cancel" in engine.heard_types())
    engine.hang_up()
    qtbot.waitUntil(lambda: engine.heard_types().count("cancel") == 2, timeout=20_000)
    engine.say("cancelled", {"job": "job1"})
    qtbot.waitUntil(lambda: not desk.jobs())


def test_a_request_that_met_an_engine_on_its_way_out_is_sent_once_more(engine, panel, desk, scenes, qtbot):
    engine.deaf = True
    panel.layer_combo.setLayer(scenes[0])
    qtbot.mouseClick(panel.segment_button, LEFT)
    qtbot.waitUntil(lambda: "submit" in engine.heard_types())
    engine.deaf = False
    engine.hang_up()
    qtbot.waitUntil(lambda: desk.jobs()[0].phase.name == "QUEUED", timeout=20_000)
    assert engine.heard_types().count("submit") == 2


def test_an_engine_that_ends_with_every_request_is_given_up(engine, panel, desk, scenes, qtbot):
    engine.deaf = True
    panel.layer_combo.setLayer(scenes[0])
    qtbot.mouseClick(panel.segment_button, LEFT)
    for times in (1, 2):
        qtbot.waitUntil(lambda times=times: engine.heard_types().count("submit") == times, timeout=20_000)
        engine.hang_up()
    qtbot.waitUntil(lambda: panel.notice.code() == "engine.lost", timeout=20_000)
    assert not desk.jobs()


def reload_plugin(qtbot):
    """What a restart of QGIS does to the plugin; its project stays open here."""
    assert qgis.utils.reloadPlugin(NAME)
    loaded = qgis.utils.plugins[NAME]
    qtbot.waitUntil(loaded.dock.isVisible)
    return loaded


def test_a_job_is_found_again_and_its_map_goes_on(engine, start, scenes, qtbot, tmp_path, write_scene):
    start(0, blocks=1)
    desk = reload_plugin(qtbot).controller.desk
    assert [job.title for job in desk.jobs()] == ["first – Water"]
    assert "first – Water" not in names()  # unloading took the layer away
    qtbot.waitUntil(lambda: ("attach", {"job": "job1", "credit": 32}) in engine.heard)
    plan(engine, "job1", scenes[0], tmp_path / "first_map.tif")
    engine.say("block", upper_half("job1"), b"\1" * (SIZE * SIZE // 2))
    qtbot.waitUntil(lambda: desk.jobs()[0].shown == 0.5)
    assert names() == ["second", "first – Water", "first"]
    done = write_scene("first_map.tif", np.ones((1, SIZE, SIZE), np.uint8))
    answers(engine, "job1", done)
    qtbot.waitUntil(lambda: not desk.jobs())
    assert QgsProject.instance().mapLayersByName("first – Water")[0].source() == str(done)
    assert QgsSettings().value("wholescene/jobs", "", str) == "{}"


def test_a_job_is_found_also_where_the_engine_was_there_before(engine, panel, desk, plugin, start, qtbot):
    start(0)
    noted = desk.jobs()[0]
    del desk._jobs[noted.ticket]  # as if this QGIS had not known of it when it met the engine
    plugin.controller.find_jobs()
    qtbot.waitUntil(lambda: "attach" in engine.heard_types())
    assert [job.id for job in desk.jobs()] == ["job1"]


def test_while_qgis_starts_no_job_is_looked_for(engine, plugin, qgis_iface, main_window, monkeypatch):
    from qgis.PyQt.QtCore import QObject, pyqtSignal

    class Starting(QObject):
        completed = pyqtSignal()

    starting, looked = Starting(), []
    monkeypatch.setattr(qgis_iface, "initializationCompleted", starting.completed, raising=False)
    monkeypatch.setattr(plugin.controller, "find_jobs", lambda: looked.append(True))
    main_window.hide()
    plugin._find_jobs_once_qgis_is_up()
    assert looked == []
    starting.completed.emit()
    starting.completed.emit()
    assert looked == [True]


def test_a_job_that_was_finished_meanwhile_shows_its_result(engine, start, scenes, qtbot, tmp_path, write_scene):
    start(0)
    loaded = reload_plugin(qtbot)
    qtbot.waitUntil(lambda: "attach" in engine.heard_types())
    plan(engine, "job1", scenes[0], tmp_path / "first_map.tif")
    done = write_scene("first_map.tif", np.ones((1, SIZE, SIZE), np.uint8))
    answers(engine, "job1", done)
    qtbot.waitUntil(lambda: not loaded.controller.desk.jobs())
    assert QgsProject.instance().mapLayersByName("first – Water")[0].source() == str(done)
    assert [line[0] for line in loaded.dock.panel.result_view.lines()] == ["other", "water"]


def class_map(write_scene, request, name):
    """A class map on disk that says which request it answers."""
    path = write_scene(name, np.ones((1, SIZE, SIZE), np.uint8))
    dataset = gdal.Open(str(path), gdal.GA_Update)
    dataset.SetMetadataItem("WHOLESCENE_REQUEST", identity(SegmentRequest.from_dict(request)))
    table = gdal.RasterAttributeTable()
    columns = {"Value": gdal.GFT_Integer, "Class": gdal.GFT_String, "Count": gdal.GFT_Integer}
    for name, kind in {**columns, **dict.fromkeys(("Red", "Green", "Blue"), gdal.GFT_Integer)}.items():
        table.CreateColumn(name, kind, gdal.GFU_Generic)
    for column, value in enumerate((1, "water", SIZE * SIZE, 35, 121, 189)):
        (table.SetValueAsString if isinstance(value, str) else table.SetValueAsInt)(0, column, value)
    dataset.GetRasterBand(1).SetDefaultRAT(table)
    return path


def test_a_map_whose_engine_is_gone_is_recognised_by_its_file(engine, start, qtbot, write_scene):
    job = start(0)
    engine.unknown.add("job1")
    path = class_map(write_scene, job.request, "first_map.tif")
    loaded = reload_plugin(qtbot)
    qtbot.waitUntil(lambda: not loaded.controller.desk.jobs())
    (layer,) = QgsProject.instance().mapLayersByName("first – Water")
    assert layer.source() == str(path)
    assert [entry.label for entry in layer.renderer().classes()] == ["water"]
    assert loaded.dock.panel.notice.isHidden()


def test_a_map_of_another_request_is_not_taken_for_it(engine, start, qtbot, write_scene):
    job = start(0)
    engine.unknown.add("job1")
    class_map(write_scene, {**job.request, "bands": ["3", "2", "1"]}, "first_map.tif")
    loaded = reload_plugin(qtbot)
    qtbot.waitUntil(lambda: loaded.dock.panel.notice.code() == "job.engine_died")
    assert not loaded.controller.desk.jobs()
    assert names() == ["second", "first"]


def test_the_engine_tells_what_became_of_a_job_of_the_one_before(engine, start, qtbot, tmp_path):
    start(0)
    engine.unknown.add("job1")
    error = DiskFull(path=str(tmp_path / "first_map.tif"), free_mb=1, needed_mb=9).to_dict()
    engine.records["job1"] = {"state": "failed", "output": str(tmp_path / "first_map.tif"), "error": error}
    loaded = reload_plugin(qtbot)
    qtbot.waitUntil(lambda: loaded.dock.panel.notice.code() == "output.disk_full")
    assert ("job", {"job": "job1"}) in engine.heard
    assert not loaded.controller.desk.jobs()


def test_a_job_that_was_cancelled_meanwhile_is_no_error(engine, start, qtbot):
    start(0)
    engine.unknown.add("job1")
    engine.records["job1"] = {"state": "cancelled", "output": None, "error": None}
    loaded = reload_plugin(qtbot)
    qtbot.waitUntil(lambda: not loaded.controller.desk.jobs())
    assert loaded.dock.panel.notice.isHidden()
    assert names() == ["second", "first"]


def test_a_map_that_got_a_number_is_found_where_the_engine_says(engine, start, qtbot, write_scene):
    job = start(0)
    engine.unknown.add("job1")
    path = class_map(write_scene, job.request, "first_map_2.tif")
    engine.records["job1"] = {"state": "done", "output": str(path), "error": None}
    loaded = reload_plugin(qtbot)
    qtbot.waitUntil(lambda: not loaded.controller.desk.jobs())
    (layer,) = QgsProject.instance().mapLayersByName("first – Water")
    assert layer.source() == str(path)


def test_a_job_of_another_project_waits_for_it(engine, start, scenes, qtbot, tmp_path, write_scene):
    QgsProject.instance().write(str(tmp_path / "mine.qgs"))
    start(0)
    QgsProject.instance().write()
    desk = reload_plugin(qtbot).controller.desk
    qtbot.waitUntil(lambda: "attach" in engine.heard_types())
    first = scenes[0].clone()
    QgsProject.instance().clear()
    plan(engine, "job1", first, tmp_path / "first_map.tif")
    qtbot.waitUntil(lambda: desk.jobs()[0].working != "" and desk.jobs()[0].plan != {})
    assert names() == []
    assert QgsProject.instance().read(str(tmp_path / "mine.qgs"))
    qtbot.waitUntil(lambda: names().count("first – Water") == 1)
    layer = QgsProject.instance().mapLayersByName("first – Water")[0]
    assert layer.source() == desk.jobs()[0].working
    assert layer.isValid()


def test_a_result_of_another_project_can_be_shown_in_this_one(engine, start, scenes, qtbot, tmp_path, write_scene):
    QgsProject.instance().write(str(tmp_path / "mine.qgs"))
    start(0)
    loaded = reload_plugin(qtbot)
    qtbot.waitUntil(lambda: "attach" in engine.heard_types())
    first = scenes[0].clone()
    QgsProject.instance().clear()
    plan(engine, "job1", first, tmp_path / "first_map.tif")
    done = write_scene("first_map.tif", np.ones((1, SIZE, SIZE), np.uint8))
    answers(engine, "job1", done)
    qtbot.waitUntil(lambda: not loaded.controller.desk.jobs())
    notice = loaded.dock.panel.notice
    assert "first_map.tif" in notice.text()
    assert names() == []
    notice.action_triggered.emit("show")
    assert names() == ["first – Water"]


# -- another engine ----------------------------------------------------------------


def test_another_python_takes_effect_without_a_restart_by_hand(engine, plugin, panel, qtbot, tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(plugin.controller.link._launcher, "start_after", lambda pid: started.append(pid))
    plugin.controller.link.use_python(str(tmp_path / "python"))
    try:
        qtbot.waitUntil(lambda: "shutdown" in engine.heard_types())
        engine.say("bye", {})
        qtbot.waitUntil(lambda: len(started) == 1)
        assert panel.notice.isHidden()
    finally:
        QgsSettings().remove("wholescene/engine_python")


def test_another_python_waits_for_the_jobs_that_run(engine, plugin, panel, start, qtbot, tmp_path):
    start(0)
    engine.jobs = [{"job": "job1", "state": "encoding"}]
    plugin.controller.link.use_python(str(tmp_path / "python"))
    try:
        qtbot.waitUntil(lambda: "finishes its jobs first" in panel.notice.text())
        assert "shutdown" not in engine.heard_types()
    finally:
        QgsSettings().remove("wholescene/engine_python")
