"""What the panel says of licences, of engines elsewhere and of GPUs that are left aside; what its dialogs ask for."""

from dataclasses import asdict

import pytest
from qgis.PyQt.QtCore import Qt
from wholescene_qgis.core.model_import import ModelWish, buildable, free_name, suggested_name

LEFT = Qt.MouseButton.LeftButton
CLASSES = [{"value": 0, "name": "other", "colour": "#e8e4d8"}, {"value": 1, "name": "water", "colour": "#2379bd"}]
LIMITED = {
    "name": "limited",
    "title": "Reed",
    "classes": CLASSES,
    "bands": [],
    "ready": True,
    "licence": "CC-BY-NC-4.0",
    "non_commercial": True,
    "licence_accepted": "2026-11-21",
}
MACHINE = {
    "device": "cpu",
    "processors": 8,
    "memory_free": 12 << 30,
    "devices": [],
    "unused": {
        "cards": "NVIDIA T4",
        "reason": "torch is a build without CUDA. Install the CUDA build of torch into the engine's environment.",
    },
}
LOOK = {
    "kind": "weights",
    "file": "x.pth",
    "name": "x",
    "parts": ["Swin", "UPerNet"],
    "has_spim": True,
    "needs": ["base"],
    "bases": [
        {"preset": "ready-one", "title": "Ready", "fits": True, "needs": [], "licence": {"licence": "MIT"}},
        {"preset": "waits", "title": "Waits", "fits": False, "needs": ["spim_heads"], "licence": {"licence": "other"}},
        {"preset": "never", "title": "Never", "fits": False, "needs": [], "problem": {"code": "x", "message": "No."}},
    ],
}


@pytest.fixture
def panel(engine, plugin, qtbot):
    panel = plugin.dock.panel
    qtbot.waitUntil(lambda: panel.preset_box.combo.count() == 3)
    return panel


@pytest.fixture
def desk(panel, plugin):
    return plugin.controller.models


def test_a_limited_preset_is_marked_in_list_card_and_fold(panel):
    panel.preset_box.set_presets([LIMITED])
    assert panel.preset_box.combo.currentText() == "Reed · non-commercial"
    assert "forbids commercial use" in panel.preset_box.card.text()
    assert "CC-BY-NC-4.0 (accepted on 2026-11-21)" in panel.preset_box.card.text()
    assert panel.preset_box.about.summary() == "CC-BY-NC-4.0 · non-commercial"
    panel.preset_box.set_presets([{**LIMITED, "non_commercial": False, "licence": "MIT"}])
    assert panel.preset_box.combo.currentText() == "Reed"
    assert "forbids" not in panel.preset_box.card.text()


def test_the_reason_why_a_gpu_is_left_aside_can_be_read_below_the_line(panel):
    line = panel.engine_line
    line.show_machine(MACHINE)
    assert line.text().endswith("8 processors · 12.9 GB free · GPU unused")
    assert line.reason().startswith("NVIDIA T4 cannot be used: torch is a build without CUDA.")
    shown = [label for label in line.findChildren(type(line._why)) if label.isVisible() and "NVIDIA T4" in label.text()]
    assert len(shown) == 1
    line.show_machine({**MACHINE, "unused": None})
    assert line.reason() == ""
    assert not shown[0].isVisible()


def test_models_of_an_engine_elsewhere_are_added_there(panel, plugin, desk, monkeypatch, qtbot):
    monkeypatch.setattr(plugin.controller.link, "is_here", lambda: False)
    qtbot.mouseClick(panel.preset_box.add_button, LEFT)
    assert desk.dialogs() == []
    assert "wholescene import FILE --as NAME" in panel.notice.text()
    panel.preset_box.choose("water-lite")
    panel.preset_box.about.set_open(True)
    qtbot.mouseClick(panel.preset_box.card.way, LEFT)
    assert desk.dialogs() == []
    assert "wholescene presets recolour water-lite" in panel.notice.text()


def test_dialogs_close_with_the_plugin(panel, desk, qtbot):
    for ask in (desk.add_model, desk.choose_colours, desk.report):
        ask()
    assert len(desk.dialogs()) == 3
    desk.close()
    qtbot.waitUntil(lambda: desk.dialogs() == [])


def test_what_is_needed_is_asked_for_and_nothing_else(panel, desk):
    desk.add_model()
    details = desk.dialogs()[0].details
    details.show_look(LOOK, ["ready-one"])
    assert [details.base.itemData(n) for n in range(details.base.count())] == ["ready-one", "waits"]
    assert not details.heads.isHidden()
    assert details.cell.isHidden()
    assert details.tile.isHidden()
    assert details.name.text() == "x"
    assert details.is_complete()
    details.base.setCurrentIndex(1)
    assert details.name.text() == "waits"  # the preset that these weights are for
    assert not details.is_complete()
    details.heads.setValue(4)
    assert details.is_complete()
    # by its fields: QGIS loads the plugin's modules anew with every test
    assert asdict(details.wish("/x.pth")) == asdict(ModelWish("/x.pth", "waits", "waits", "", 4, 0, 0, ""))


def test_weights_that_fit_nothing_are_told_and_go_no_further(panel, desk):
    desk.add_model()
    details = desk.dialogs()[0].details
    details.show_look({**LOOK, "bases": LOOK["bases"][2:]}, [])
    assert "They fit no preset that is here. No." in details.found.text()
    assert not details.is_complete()
    details.show_look({**LOOK, "encoder_only": True}, [])
    assert "a training can begin with them" in details.found.text()
    assert not details.is_complete()


def test_another_licence_has_to_be_ticked_again(panel, desk):
    desk.add_model()
    page = desk.dialogs()[0].licence
    page.show_licence({"licence": "other"}, True)
    assert "read what their authors say" in page.words.text()
    page.accepted.setChecked(True)
    assert page.is_complete()
    page.named.setText("MIT")
    assert not page.is_complete()
    assert page.licence() == "MIT"


def test_names_are_suggested_without_taking_one_away():
    base = {"preset": "fbp"}
    assert suggested_name({"kind": "weights", "name": "x"}, base, ["water"]) == "fbp"
    assert suggested_name({"kind": "weights", "name": "x"}, base, ["fbp"]) == "x"
    assert suggested_name({"kind": "preset", "name": "water"}, None, ["water", "water-2"]) == "water-3"
    assert free_name("mine", []) == "mine"
    assert [base["preset"] for base in buildable(LOOK)] == ["ready-one", "waits"]
