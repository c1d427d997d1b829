"""The panel, clicked as a user clicks, beside an engine whose words the test chooses."""

import os

import numpy as np
import pytest
import qgis.utils
from osgeo import gdal
from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsRectangle
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QToolButton
from wholescene_qgis.wire.errors import BandCount, OutputExists, SceneEmpty

SIZE = 64
LEFT = Qt.MouseButton.LeftButton

# enums of the plugin are told apart by name here: QGIS loads its modules anew with every test


@pytest.fixture
def panel(engine, plugin, qtbot):
    panel = plugin.dock.panel
    qtbot.waitUntil(lambda: panel.engine_line.state.name == "READY")
    qtbot.waitUntil(lambda: panel.preset_box.combo.count() == 3)
    return panel


@pytest.fixture
def desk(plugin):
    return plugin.controller.desk


@pytest.fixture
def scene(write_scene, add_raster, panel):
    """A layer of three bands, chosen in the panel."""
    values = np.random.default_rng(1).integers(0, 255, (3, SIZE, SIZE), np.uint8)
    layer = add_raster(write_scene("scene.tif", values), "scene")
    panel.layer_combo.setLayer(layer)
    return layer


@pytest.fixture
def start(engine, panel, desk, scene, qtbot):
    """Clicks Segment Layer and lets the engine announce its plan."""

    def click(planned=True):
        qtbot.mouseClick(panel.segment_button, LEFT)
        qtbot.waitUntil(lambda: phases(desk) == ["QUEUED"])
        if planned:
            engine.say("planned", {"job": "job1", "plan": plan_of(scene), "output": "out.tif"})
            qtbot.waitUntil(lambda: len(names()) == 2)

    return click


def plan_of(layer):
    extent = layer.extent()
    transform = (1.0, 0.0, extent.xMinimum(), 0.0, -1.0, extent.yMaximum())
    return {
        "grid": {"width": SIZE, "height": SIZE, "transform": transform, "crs": layer.crs().toWkt()},
        "classes": [
            {"value": 0, "name": "other", "colour": "#e8e4d8"},
            {"value": 1, "name": "water", "colour": "#2379bd"},
        ],
        "preset": "water-lite",
        "precision": "float32",
    }


def phases(desk):
    return [job.phase.name for job in desk.jobs()]


def names():
    return [layer.name() for layer in QgsProject.instance().layerTreeRoot().layerOrder()]


def half_a_map():
    return {"job": "job1", "row": 0, "col": 0, "height": SIZE // 2, "width": SIZE, "number": 0}


def finished_map(write_scene, engine):
    """The engine's result: a file and the message that names it."""
    values = np.zeros((1, SIZE, SIZE), np.uint8)
    values[:, :, :16] = 1
    path = write_scene("scene_water-lite.tif", values)
    areas = [
        {"value": 0, "name": "other", "colour": "#e8e4d8", "pixels": 3072, "hectares": 0.3072, "share": 0.75},
        {"value": 1, "name": "water", "colour": "#2379bd", "pixels": 1024, "hectares": 0.1024, "share": 0.25},
    ]
    result = {"path": str(path), "qml": None, "areas": areas, "nodata_pixels": 0, "width": SIZE, "height": SIZE}
    engine.say("done", {"job": "job1", "result": result})
    return path


def test_a_running_engine_is_found_and_its_presets_listed(panel):
    assert panel.preset_box.names()[0] == "water-lite"
    assert "0.1.0" in panel.engine_line.text()


def test_without_a_layer_nothing_can_be_clicked(panel, qtbot, engine, desk):
    assert not panel.segment_button.isEnabled()
    qtbot.mouseClick(panel.segment_button, LEFT)
    assert not desk.jobs()
    assert "submit" not in engine.heard_types()


def test_the_request_says_what_was_chosen(engine, panel, scene, start, tmp_path, qgis_iface):
    panel.band_mapping.choose(0, "3")
    qgis_iface.mapCanvas().setDestinationCrs(scene.crs())
    qgis_iface.mapCanvas().setExtent(QgsRectangle(400010, 4199950, 400030, 4199970))
    panel.extent_choice.choose(type(panel.extent_choice.mode()).CANVAS)
    panel.output_choice.set_path(str(tmp_path / "out"))
    start(planned=False)
    request = dict(engine.heard)["submit"]["request"]
    assert request["sources"] == [scene.source()]
    assert request["preset"] == "water-lite"
    assert request["bands"] == ["3", "2", "3"]
    assert request["output"] == str(tmp_path / "out.tif")
    assert request["overwrite"] is False
    assert request["extent"]["crs"] == "EPSG:32618"
    assert request["extent"]["xmin"] <= 400010
    assert request["extent"]["ymax"] >= 4199970


def test_a_scene_without_georeference_is_asked_for_in_pixels(engine, panel, write_scene, add_raster, qgis_iface, qtbot):
    layer = add_raster(write_scene("flat.tif", np.ones((3, 40, 50), np.uint8), epsg=0), "flat")
    panel.layer_combo.setLayer(layer)
    panel.extent_choice.choose(type(panel.extent_choice.mode()).CUSTOM)
    panel.extent_choice.custom.setOutputExtentFromUser(QgsRectangle(10, -30, 45, -5), layer.crs())
    qtbot.mouseClick(panel.segment_button, LEFT)
    qtbot.waitUntil(lambda: "submit" in engine.heard_types())
    extent = dict(engine.heard)["submit"]["request"]["extent"]
    assert extent == {"xmin": 10, "ymin": 5, "xmax": 45, "ymax": 30, "crs": "pixel"}


def test_many_clicks_are_one_job(engine, panel, scene, qtbot, desk):
    for _ in range(5):
        qtbot.mouseClick(panel.segment_button, LEFT)
        panel.segment_requested.emit()
    qtbot.waitUntil(lambda: phases(desk) == ["QUEUED"])
    qtbot.wait(100)
    assert engine.heard_types().count("submit") == 1


def test_the_map_grows_and_becomes_the_finished_file(engine, panel, scene, start, write_scene, qtbot, desk):
    start()
    assert names() == ["scene – Water", "scene"]
    growing = QgsProject.instance().layerTreeRoot().layerOrder()[0]
    assert growing.renderer().type() == "paletted"
    engine.say("block", half_a_map(), b"\1" * (SIZE * SIZE // 2))

    def known():
        block = growing.dataProvider().block(1, growing.extent(), SIZE, SIZE)
        return np.frombuffer(block.data(), np.uint8).reshape(SIZE, SIZE)

    qtbot.waitUntil(lambda: (known() == 1).sum() == SIZE * SIZE // 2)
    assert (known()[SIZE // 2 :] == 255).all()

    path = finished_map(write_scene, engine)
    qtbot.waitUntil(lambda: not desk.jobs())
    layer = QgsProject.instance().layerTreeRoot().layerOrder()[0]
    assert layer.source() == str(path)
    assert [entry.label for entry in layer.renderer().classes()] == ["other", "water"]
    assert names() == ["scene – Water", "scene"]
    assert panel.result_view.lines()[1] == ("water", "25.0 %", "1,024 m²")
    assert panel.notice.isHidden()


def test_an_error_is_told_in_the_panel_and_leaves_no_layer(engine, panel, start, qtbot):
    start()
    engine.say("failed", {"job": "job1", "error": SceneEmpty(path="scene.tif").to_dict()})
    qtbot.waitUntil(lambda: panel.notice.code() == "scene.all_nodata")
    assert panel.notice.isVisible()
    assert names() == ["scene"]
    assert panel.segment_button.isEnabled()
    assert panel.segment_button.isVisible()


def test_an_existing_file_can_be_replaced_from_the_message(engine, panel, start, qtbot):
    start(planned=False)
    engine.say("failed", {"job": "job1", "error": OutputExists(path="out.tif").to_dict()})
    qtbot.waitUntil(lambda: panel.notice.code() == "output.exists")
    panel.notice.action_triggered.emit("replace")
    qtbot.waitUntil(lambda: engine.heard_types().count("submit") == 2)
    assert engine.heard[-1][1]["request"]["overwrite"] is True


def test_cancel_asks_the_engine_and_takes_the_layer_away(engine, panel, start, qtbot, desk):
    start()
    (row,) = panel.jobs.rows()
    qtbot.mouseClick(row.buttons["cancel"], LEFT)
    qtbot.mouseClick(row.buttons["cancel"], LEFT)
    qtbot.waitUntil(lambda: "cancel" in engine.heard_types())
    assert dict(engine.heard)["cancel"] == {"job": "job1"}
    engine.say("cancelled", {"job": "job1"})
    qtbot.waitUntil(lambda: not desk.jobs())
    assert engine.heard_types().count("cancel") == 1
    assert names() == ["scene"]
    assert panel.notice.isHidden()


def test_an_engine_that_dies_in_the_middle_is_told_and_leaves_no_layer(engine, panel, start, qtbot, desk):
    start()
    engine.stop()
    qtbot.waitUntil(lambda: panel.notice.code() == "engine.lost")
    assert not desk.jobs()
    assert panel.engine_line.state.name == "LOST"
    assert names() == ["scene"]


def test_a_growing_layer_that_the_user_removes_stays_away(engine, panel, start, write_scene, qtbot, desk):
    start()
    growing = QgsProject.instance().layerTreeRoot().layerOrder()[0]
    QgsProject.instance().removeMapLayer(growing.id())
    engine.say("block", half_a_map(), b"\1" * (SIZE * SIZE // 2))
    path = finished_map(write_scene, engine)
    qtbot.waitUntil(lambda: not desk.jobs())
    assert names() == ["scene"]
    assert path.name in panel.notice.text()


def test_the_scene_may_go_in_the_middle(engine, panel, scene, start, write_scene, qtbot, desk):
    start()
    QgsProject.instance().removeMapLayer(scene.id())
    finished_map(write_scene, engine)
    qtbot.waitUntil(lambda: not desk.jobs())
    assert names() == ["scene – Water"]


def test_a_new_project_in_the_middle_is_no_harm(engine, panel, start, write_scene, qtbot, desk):
    start()
    QgsProject.instance().clear()
    engine.say("block", half_a_map(), b"\1" * (SIZE * SIZE // 2))
    finished_map(write_scene, engine)
    qtbot.waitUntil(lambda: not desk.jobs())
    assert names() == []


def test_a_preset_without_weights_says_how_to_get_them_and_is_not_sent(engine, panel, scene, qtbot, desk):
    panel.preset_box.choose("fbp")
    assert panel.notice.code() == "preset.weights_missing"
    assert "Get them there." in panel.notice.text()
    qtbot.mouseClick(panel.segment_button, LEFT)
    assert not desk.jobs()
    assert panel.notice.code() == "preset.weights_missing"
    panel.preset_box.choose("broken")
    assert panel.notice.code() == "preset.invalid"
    panel.preset_box.choose("water-lite")
    assert panel.notice.isHidden()
    assert "submit" not in engine.heard_types()


def test_a_layer_without_a_file_is_refused_and_a_snapshot_offered(engine, panel, add_raster, tmp_path, qtbot):
    tiles = tmp_path / "tiles"
    write_tile(tiles / "0" / "0" / "0.png")
    layer = add_raster(f"type=xyz&url={tiles.as_uri()}/{{z}}/{{x}}/{{y}}.png&zmax=0", "tiles", "wms")
    panel.layer_combo.setLayer(layer)
    assert panel.notice.code() == "scene.no_file"
    assert panel.notice._button.text() == "Save a snapshot"
    qtbot.mouseClick(panel.segment_button, LEFT)
    assert panel.notice.code() == "scene.no_file"
    assert "submit" not in engine.heard_types()


def write_tile(path):
    path.parent.mkdir(parents=True)
    memory = gdal.GetDriverByName("MEM").Create("", 256, 256, 3)
    for band, value in enumerate((200, 120, 40), 1):
        memory.GetRasterBand(band).Fill(value)
    gdal.GetDriverByName("PNG").CreateCopy(str(path), memory)


def test_an_engine_that_ends_at_rest_is_no_error(engine, panel, scene, qtbot):
    engine.stop()
    qtbot.waitUntil(lambda: panel.engine_line.state.name == "LOST")
    assert panel.notice.isHidden()
    assert panel.segment_button.isEnabled()


def test_no_engine_anywhere_is_told_with_the_way_out(plugin, qtbot):
    panel = plugin.dock.panel
    qtbot.waitUntil(lambda: panel.notice.code() == "engine.not_installed", timeout=20000)
    assert panel.engine_line.state.name == "ABSENT"
    assert "Install the engine" in panel.notice._button.text()


def test_unloading_in_the_middle_leaves_no_layer_and_does_not_stop_the_engine(engine, start, qtbot):
    start()
    assert qgis.utils.unloadPlugin("wholescene_qgis")
    assert names() == ["scene"]
    qtbot.wait(200)  # for what might still be on its way
    assert not {"cancel", "shutdown"} & set(engine.heard_types())


def test_another_engine_is_found_after_the_first_has_died(engine, panel, start, qtbot, private_engine):
    start()
    engine.stop()
    qtbot.waitUntil(lambda: panel.notice.code() == "engine.lost")
    again = type(engine)()
    again.start()
    try:
        panel.notice.action_triggered.emit("segment")
        qtbot.waitUntil(lambda: "submit" in again.heard_types(), timeout=10000)
        assert panel.notice.isHidden()
        assert names() == ["scene"]
    finally:
        again.stop()


def test_the_file_name_in_the_empty_field_is_the_one_the_engine_will_take(panel, scene, write_scene):
    field = panel.output_choice.file.lineEdit()
    assert field.placeholderText() == "scene_water-lite.tif"
    write_scene("scene_water-lite.tif", np.zeros((1, 4, 4), np.uint8))
    panel.layer_combo.setLayer(None)
    panel.layer_combo.setLayer(scene)
    assert field.placeholderText() == "scene_water-lite_2.tif"


def test_a_narrow_dock_needs_no_sideways_scrolling(panel, plugin, scene):
    panel.extent_choice.choose(type(panel.extent_choice.mode()).LAYER)
    for width in (200, 300):
        plugin.dock.setFixedWidth(width)
        panel.preset_box.choose("fbp")  # with its long message
        plugin.dock.widget().ensurePolished()
        assert panel.minimumSizeHint().width() <= width


def test_a_layer_that_was_given_a_crs_by_qgis_is_still_asked_for_in_pixels(
    engine, panel, write_scene, add_raster, qgis_iface, qtbot
):
    layer = add_raster(write_scene("flat.tif", np.ones((3, 40, 50), np.uint8), epsg=0), "flat")
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    panel.layer_combo.setLayer(layer)
    panel.extent_choice.choose(type(panel.extent_choice.mode()).CUSTOM)
    panel.extent_choice.custom.setOutputExtentFromUser(QgsRectangle(10, -30, 45, -5), layer.crs())
    qtbot.mouseClick(panel.segment_button, LEFT)
    qtbot.waitUntil(lambda: "submit" in engine.heard_types())
    assert dict(engine.heard)["submit"]["request"]["extent"]["crs"] == "pixel"


def test_a_bare_file_name_lies_beside_the_scene(engine, panel, start, tmp_path):
    panel.output_choice.set_path("water map")
    start(planned=False)
    assert dict(engine.heard)["submit"]["request"]["output"] == str(tmp_path / "water map.tif")


def test_a_scene_with_too_few_bands_leads_to_the_band_mapping(engine, panel, start, qtbot):
    assert not panel.band_mapping.fold.is_open()
    start(planned=False)
    error = BandCount(preset="water-lite", expected=3, names="red", actual=1, offered="1", example="1,2,3")
    engine.say("failed", {"job": "job1", "error": error.to_dict()})
    qtbot.waitUntil(lambda: panel.notice.code() == "scene.bands")
    assert "--bands" not in panel.notice.text()
    panel.notice.action_triggered.emit("bands")
    assert panel.band_mapping.fold.is_open()


@pytest.mark.parametrize("engine", [{"protocol": 99}], indirect=True)
def test_an_engine_of_another_protocol_is_refused_with_what_to_update(engine, plugin, qtbot):
    panel = plugin.dock.panel
    qtbot.waitUntil(lambda: panel.notice.code() == "wire.protocol")
    assert "plugin" in panel.notice.text()
    assert panel.engine_line.state.name == "ABSENT"
    assert not panel.segment_button.isEnabled()


@pytest.mark.parametrize("engine", [{"version": "99.0.0"}], indirect=True)
def test_an_engine_of_another_release_can_be_ended_from_the_panel(engine, plugin, qtbot, monkeypatch):
    panel, link = plugin.dock.panel, plugin.controller.link
    followed = []
    monkeypatch.setattr(link._launcher, "start_after", followed.append)
    qtbot.waitUntil(lambda: panel.notice.code() == "wire.release")
    assert "99.0.0" in panel.notice.text()
    assert "Update the plugin" in panel.notice.text()
    assert not panel.segment_button.isEnabled()
    assert engine.heard_types() == ["hello"]  # and was asked for nothing
    engine.jobs = [{"job": "j", "state": "encoding"}]
    panel.notice.action_triggered.emit("successor")
    qtbot.waitUntil(lambda: "finishes its jobs first" in panel.notice.text())
    assert "shutdown" not in engine.heard_types()
    engine.jobs = []
    link.session.request_status()
    qtbot.waitUntil(lambda: "shutdown" in engine.heard_types())
    engine.say("bye", {})
    qtbot.waitUntil(lambda: followed == [os.getpid()])  # the engine's process, whose end is waited for
    assert panel.engine_line.state.name == "STARTING"


def choose_area(panel, scene, rectangle):
    panel.extent_choice.choose(type(panel.extent_choice.mode()).CUSTOM)
    panel.extent_choice.custom.setOutputExtentFromUser(rectangle, scene.crs())


def test_an_area_as_the_scene_is_cut_out_and_says_so(engine, panel, scene, desk, tmp_path, qtbot):
    choose_area(panel, scene, QgsRectangle(400010, 4199950, 400030, 4199990))
    panel.extent_choice.as_scene.click()
    assert panel.output_choice.file.lineEdit().placeholderText() == "scene_area_water-lite.tif"
    qtbot.mouseClick(panel.segment_button, LEFT)
    qtbot.waitUntil(lambda: phases(desk) == ["QUEUED"])
    request = dict(engine.heard)["submit"]["request"]
    assert request["extent"] is None
    assert request["output"] == str(tmp_path / "scene_area_water-lite.tif")
    assert request["sources"] == [str(tmp_path / "scene_area_water-lite.scene.vrt")]
    cut = gdal.Open(request["sources"][0]).ReadAsArray()
    np.testing.assert_array_equal(cut, gdal.Open(scene.source()).ReadAsArray()[:, 10:50, 10:30])
    assert desk.jobs()[0].title == "scene, this area only – Water"
    qtbot.mouseClick(panel.segment_button, LEFT)
    assert "already" in panel.notice.text()
    qtbot.mouseClick(panel.jobs.rows()[0].buttons["cancel"], LEFT)
    engine.say("cancelled", {"job": "job1"})
    qtbot.waitUntil(lambda: not (tmp_path / "scene_area_water-lite.scene.vrt").exists())


def test_a_score_is_asked_for_where_it_is_wanted(engine, panel, scene, start):
    panel.output_choice.score.click()
    assert "at most 8 kB" in panel.preflight_card.texts()[0]
    start(planned=False)
    assert dict(engine.heard)["submit"]["request"]["confidence"] is True


def test_areas_can_be_saved_as_a_table(engine, panel, start, write_scene, qtbot, desk, tmp_path, monkeypatch):
    from wholescene_qgis.gui import controller

    start()
    finished_map(write_scene, engine)
    qtbot.waitUntil(lambda: not desk.jobs())
    path = tmp_path / "areas.csv"
    asked = []

    def choose(_parent, _title, name, _filter):
        asked.append(name)
        return str(path), ""

    monkeypatch.setattr(controller.QFileDialog, "getSaveFileName", choose)
    qtbot.mouseClick(panel.result_view.findChild(QToolButton, "wholesceneSaveAreas"), LEFT)
    assert asked == ["scene_water-lite.csv"]
    lines = path.read_text("utf-8-sig").splitlines()
    assert lines == ["value,name,pixels,hectares,share", "0,other,3072,0.3072,0.75", "1,water,1024,0.1024,0.25"]


def test_without_a_scene_a_sample_is_offered(panel, plugin, scene, qtbot, tmp_path):
    assert panel.sample.isHidden()
    QgsProject.instance().removeMapLayer(scene.id())
    assert panel.sample.isVisible()
    QgsProject.instance().setFileName(str(tmp_path / "project.qgz"))
    drawn = tmp_path / "WholeScene sample" / "landscape.tif"
    drawn.parent.mkdir()
    gdal.Translate(str(drawn), str(tmp_path / "scene.tif"))  # as if it had been drawn before
    qtbot.mouseClick(panel.sample, LEFT)
    assert panel.layer().source() == str(drawn)
    assert panel.sample.isHidden()
    assert panel.segment_button.isEnabled()


def test_an_area_beside_the_scene_is_refused(engine, panel, scene, desk, qtbot):
    choose_area(panel, scene, QgsRectangle(1, 1, 2, 2))
    assert "does not touch" in panel.preflight_card.texts()[1]
    panel.extent_choice.as_scene.setChecked(True)
    qtbot.mouseClick(panel.segment_button, LEFT)
    assert panel.notice.code() == "extent.outside"
    assert not desk.jobs()
    panel.preflight_card.action_triggered.emit("scene")
    assert panel.preflight_card.texts()[1:] == []


def test_the_card_tells_sizes_and_problems_before_the_start(panel, scene):
    assert panel.preflight_card.texts() == ["Computes and writes 64 × 64 pixels, at most 4 kB."]
    choose_area(panel, scene, QgsRectangle(400010, 4199950, 400030, 4199990))
    assert "writes 20 × 40" in panel.preflight_card.texts()[0]
    panel.band_mapping.choose(0, "2")
    assert "several bands of the preset" in panel.preflight_card.texts()[1]


def test_bands_that_were_corrected_are_remembered_with_the_layer(panel, scene, write_scene, add_raster):
    panel.band_mapping.choose(0, "3")
    panel.layer_combo.setLayer(add_raster(write_scene("other.tif", np.ones((3, 8, 8), np.uint8)), "other"))
    assert panel.band_mapping.mapping() == ("1", "2", "3")
    panel.layer_combo.setLayer(scene)
    assert panel.band_mapping.mapping() == ("3", "2", "3")


def test_a_scene_in_a_folder_for_readers_goes_to_the_project(engine, panel, scene, tmp_path, qtbot, monkeypatch):
    import os

    from wholescene_qgis.core import destination

    project = tmp_path / "project"
    project.mkdir()
    closed = {str(tmp_path)}
    monkeypatch.setattr(destination.os, "access", lambda path, mode: str(path) not in closed)
    panel.extent_choice.extent_changed.emit()
    assert "no place" in panel.preflight_card.texts()[1]
    qtbot.mouseClick(panel.segment_button, LEFT)
    assert panel.notice.code() == "output.unwritable"
    QgsProject.instance().setFileName(str(project / "mine.qgz"))
    qtbot.mouseClick(panel.segment_button, LEFT)
    qtbot.waitUntil(lambda: "submit" in engine.heard_types())
    output = dict(engine.heard)["submit"]["request"]["output"]
    assert output == os.path.join(str(project), "scene_water-lite.tif")
