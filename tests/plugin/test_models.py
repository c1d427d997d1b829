"""Models, colours and the report from the panel, by clicks, with the engine's own command line behind them."""

import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QGuiApplication

ROOT = Path(__file__).resolve().parents[2]
ENGINE_PYTHON = os.environ.get("WHOLESCENE_ENGINE_PYTHON", str(ROOT / ".venv" / "bin" / "python"))
LEFT = Qt.MouseButton.LeftButton
WAIT = {"timeout": 60_000}
FILE, DETAILS, LICENCE = range(3)


@pytest.fixture
def engine_python(monkeypatch):
    if not Path(ENGINE_PYTHON).exists():
        pytest.skip(f"no engine at {ENGINE_PYTHON}")
    monkeypatch.setenv("WHOLESCENE_PYTHON", ENGINE_PYTHON)
    monkeypatch.delenv("WHOLESCENE_PRESETS", raising=False)


@pytest.fixture
def panel(engine_python, plugin, qtbot):
    """With the true engine behind it, which lists its presets."""
    panel = plugin.dock.panel
    plugin.controller.start_engine()
    qtbot.waitUntil(lambda: panel.preset_box.combo.count() > 0, **WAIT)
    return panel


@pytest.fixture
def package(tmp_path):
    """The shipped preset as somebody else would send it, with a licence that forbids to sell what it makes."""
    shipped = ROOT / "models" / "water-lite"
    item = json.loads((shipped / "preset.json").read_text())
    item["properties"] |= {"title": "Water of a friend", "license": "CC-BY-NC-4.0"}
    item["assets"]["model"]["license"] = "CC-BY-NC-4.0"
    path = tmp_path / "friend.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("water/preset.json", json.dumps(item))
        archive.write(shipped / "weights.safetensors", "water/weights.safetensors")
        archive.writestr("water/LICENSE", "You may look, not sell.")
    return path


def opened(plugin, qtbot, name):
    """The dialog of that object name."""
    desk = plugin.controller.models
    qtbot.waitUntil(lambda: any(dialog.objectName() == name for dialog in desk.dialogs()))
    return next(dialog for dialog in desk.dialogs() if dialog.objectName() == name)


def go_on(dialog, qtbot, page):
    qtbot.waitUntil(dialog.next.isEnabled, **WAIT)
    qtbot.mouseClick(dialog.next, LEFT)
    qtbot.waitUntil(lambda: dialog.pages.currentIndex() == page or not dialog.notice.isHidden(), **WAIT)
    assert dialog.notice.text() == ""


def test_a_preset_of_somebody_else_is_added_step_by_step_and_chosen(panel, plugin, package, private_engine, qtbot):
    qtbot.mouseClick(panel.preset_box.add_button, LEFT)
    dialog = opened(plugin, qtbot, "wholesceneModelDialog")
    assert not dialog.next.isEnabled()
    qtbot.keyClicks(dialog.file.path, str(package))
    go_on(dialog, qtbot, DETAILS)
    assert "Water of a friend" in dialog.details.found.text()
    dialog.details.name.clear()
    assert not dialog.next.isEnabled()
    qtbot.keyClicks(dialog.details.name, "friends-water")
    go_on(dialog, qtbot, LICENCE)
    assert "Creative Commons Attribution-NonCommercial 4.0" in dialog.licence.words.text()
    assert "forbids commercial use" in dialog.licence.words.text()
    assert dialog.licence.text.toPlainText() == "You may look, not sell."
    assert not dialog.next.isEnabled()
    qtbot.mouseClick(dialog.licence.accepted, LEFT, pos=dialog.licence.accepted.rect().center())
    if not dialog.licence.accepted.isChecked():  # the label may be shorter than the box
        dialog.licence.accepted.click()
    assert dialog.next.text() == "Add the model"
    with qtbot.waitSignal(dialog.added, **WAIT):
        qtbot.mouseClick(dialog.next, LEFT)
    qtbot.waitUntil(lambda: (panel.preset_box.current() or {}).get("name") == "friends-water", **WAIT)

    kept = json.loads((private_engine / "data" / "presets" / "friends-water" / "preset.json").read_text())
    accepted = kept["properties"]["wholescene:licence_accepted"]
    assert (accepted["licence"], accepted["how"]) == ("CC-BY-NC-4.0", "dialog")
    assert panel.preset_box.combo.currentText() == "Water of a friend · non-commercial"
    assert "forbids commercial use" in panel.preset_box.card.text()
    assert accepted["date"] in panel.preset_box.card.text()
    assert "non-commercial" in panel.preset_box.about.summary()


def test_what_is_no_model_is_refused_in_the_dialog_and_leaves_nothing(panel, plugin, private_engine, tmp_path, qtbot):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("preset.json", "{}")
        archive.writestr("../../evil.txt", "boo")
    panel.preset_box.add_button.click()
    dialog = opened(plugin, qtbot, "wholesceneModelDialog")
    dialog.choose_file(str(tmp_path / "evil.zip"))
    qtbot.mouseClick(dialog.next, LEFT)
    qtbot.waitUntil(lambda: not dialog.notice.isHidden(), **WAIT)
    assert dialog.notice.code() == "preset.archive_unsafe"
    assert "its path leads out of the folder" in dialog.notice.text()
    assert dialog.pages.currentIndex() == FILE
    assert dialog.next.isEnabled()  # another file can be chosen
    assert not (private_engine / "data" / "presets").exists()


def test_colours_of_ones_own_reach_the_list_the_map_and_its_style(panel, plugin, write_scene, add_raster, qtbot):
    panel.preset_box.choose("water-lite")
    panel.preset_box.about.set_open(True)
    qtbot.mouseClick(panel.preset_box.card.way, LEFT)
    dialog = opened(plugin, qtbot, "wholesceneColourDialog")
    assert not dialog.save.isEnabled()
    assert dialog.save.toolTip() == "Change a colour first"
    dialog.colours[1].setColor(QColor("#ff00aa"))
    assert dialog.name.text() == "my-water-lite"
    with qtbot.waitSignal(dialog.made, **WAIT):
        qtbot.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil(lambda: (panel.preset_box.current() or {}).get("name") == "my-water-lite", **WAIT)
    mine, base = panel.preset_box.current(), panel.preset_box.preset("water-lite")
    assert mine["weights_sha256"] == base["weights_sha256"]
    assert [entry["name"] for entry in mine["classes"]] == [entry["name"] for entry in base["classes"]]
    assert [entry["colour"] for entry in mine["classes"]] == [base["classes"][0]["colour"], "#FF00AA"]

    values = np.full((3, 96, 96), 90, np.uint8)
    panel.layer_combo.setLayer(add_raster(write_scene("scene.tif", values), "scene"))
    with qtbot.waitSignal(plugin.controller.desk.finished, **WAIT) as finished:
        qtbot.mouseClick(panel.segment_button, LEFT)
    written = Path(finished.args[1]["path"])
    dataset = gdal.Open(str(written))  # bands live no longer than it
    table = dataset.GetRasterBand(1).GetColorTable()
    assert table.GetColorEntry(1)[:3] == (255, 0, 170)
    assert 'value="1" color="#ff00aa"' in written.with_suffix(".qml").read_text()
    layer = next(layer for layer in QgsProject.instance().mapLayers().values() if layer.source() == str(written))
    legend = {entry.value: entry.color.name() for entry in layer.renderer().classes()}
    assert legend[1] == "#ff00aa"


def test_the_report_tells_of_everything_but_names_and_keys(panel, plugin, private_engine, qtbot, tmp_path, monkeypatch):
    key = json.loads((private_engine / "engine.json").read_text())["key"]
    log = private_engine / "data" / "engine.log"
    log.write_text(log.read_text() + f"key {key}\nhttps://ada:hunter2@example.org/x\n" if log.exists() else key)
    panel.notice.show_error({"code": "engine.lost", "params": {"detail": "it ended"}, "message": "It was lost."})
    panel.engine_line.report_requested.emit()
    dialog = opened(plugin, qtbot, "wholesceneReportDialog")
    qtbot.waitUntil(dialog.copy.isEnabled, **WAIT)
    report = dialog.text.toPlainText()
    for words in ("QGIS 3.", "GDAL", "plugin 0.", "[ok] torch", "engine.log", "[engine.lost] It was lost."):
        assert words in report
    for secret in (key, "hunter2", os.path.expanduser("~") + "/"):
        assert secret not in report
    qtbot.mouseClick(dialog.copy, LEFT)
    assert QGuiApplication.clipboard().text() == report
    target = tmp_path / "report.txt"
    monkeypatch.setattr("qgis.PyQt.QtWidgets.QFileDialog.getSaveFileName", lambda *_: (str(target), ""), raising=False)
    qtbot.mouseClick(dialog.save, LEFT)
    assert target.read_text("utf-8") == report


def test_a_report_can_be_had_without_an_engine(plugin, private_engine, monkeypatch, qtbot):
    monkeypatch.setenv("WHOLESCENE_PYTHON", "/nowhere/python")
    plugin.dock.panel.engine_line.report_requested.emit()
    dialog = opened(plugin, qtbot, "wholesceneReportDialog")
    qtbot.waitUntil(dialog.copy.isEnabled, **WAIT)
    report = dialog.text.toPlainText()
    assert "[engine.not_installed]" in report
    assert "[engine.not_found]" in report
    assert "QGIS 3." in report
