"""The parts of the panel, each by itself; those that need QGIS are in test_choices.py."""

from pathlib import Path

import pytest
from wholescene_qgis.core.job import Job, Phase
from wholescene_qgis.core.preflight import Preflight, Problem
from wholescene_qgis.gui.band_mapping import BandMapping
from wholescene_qgis.gui.job_words import detail_words, percent, throughput
from wholescene_qgis.gui.notice import Notice
from wholescene_qgis.gui.preflight_card import PreflightCard
from wholescene_qgis.gui.preset_box import PresetBox
from wholescene_qgis.gui.texts import hectares, time_left

CLASSES = [{"value": 0, "name": "other", "colour": "#eeeeee"}, {"value": 1, "name": "wa<ter", "colour": "#2379bd"}]
OFFERED = [("1", "1 Blue"), ("2", "2 Green"), ("3", "3 Red")]


def preset(name, ready=True, **more):
    return {"name": name, "title": name.title(), "classes": CLASSES, "bands": [], "ready": ready, **more}


@pytest.fixture
def preset_box(qtbot):
    box = PresetBox()
    qtbot.addWidget(box)
    return box


def listed(box):
    return [box.combo.itemText(place) for place in range(box.combo.count()) if box.combo.itemText(place)]


def test_presets_that_run_come_first_and_the_others_are_folded(preset_box):
    preset_box.set_presets([preset("fbp", ready=False), preset("water-lite"), preset("glh", ready=False)])
    assert preset_box.names() == ["water-lite", "fbp", "glh"]
    assert preset_box.current()["name"] == "water-lite"
    assert listed(preset_box) == ["Water-Lite", "Needs weights (2)…"]
    preset_box.combo.setCurrentIndex(preset_box.combo.count() - 1)  # as a click or a key does
    assert listed(preset_box) == ["Water-Lite", "Fbp (needs weights)", "Glh (needs weights)"]
    assert preset_box.current()["name"] == "water-lite"  # looking into the fold chooses nothing
    preset_box.choose("fbp")
    assert preset_box.current()["name"] == "fbp"
    assert "needs weights" in preset_box.combo.currentText()


def test_a_new_panel_begins_with_water_where_it_runs(preset_box):
    preset_box.set_presets([preset("land-cover-lite"), preset("water-lite")])
    assert preset_box.current()["name"] == "water-lite"
    preset_box.set_presets([preset("land-cover-lite"), preset("other")])
    assert preset_box.current()["name"] == "land-cover-lite"
    preset_box.set_presets([preset("land-cover-lite"), preset("water-lite")])
    assert preset_box.current()["name"] == "land-cover-lite"  # what is chosen stays


def test_a_folded_preset_can_be_chosen_by_name(preset_box):
    preset_box.set_presets([preset("fbp", ready=False), preset("water-lite")])
    preset_box.choose("fbp")
    assert preset_box.current()["name"] == "fbp"
    assert not preset_box.is_folded()


def test_presets_are_not_folded_where_none_runs(preset_box):
    preset_box.set_presets([preset("fbp", ready=False)])
    assert preset_box.current()["name"] == "fbp"
    assert not preset_box.is_folded()


def test_the_card_tells_what_the_engine_told(preset_box):
    bands = [{"name": "red", "common_name": "red", "wavelength_nm": 665.0}, {"name": "x", "wavelength_nm": None}]
    told = {"bands": bands, "ground_resolution": [0.5, 10.0], "licence": "MIT", "description": "a < b"}
    preset_box.set_presets([preset("water-lite", **told), preset("fbp", ready=False, how="See https://a.org/b.")])
    card = preset_box.card.text()
    for words in ("red (665 nm), x", "0.5 to 10 m", "MIT", "a &lt; b", "other, wa&lt;ter"):
        assert words in card
    assert preset_box.about.summary() == "0.5 to 10 m · MIT"
    preset_box.choose("fbp")
    assert 'href="https://a.org/b"' in preset_box.card.text()


def test_a_refreshed_list_keeps_the_choice(preset_box, qtbot):
    preset_box.set_presets([preset("a"), preset("b")])
    preset_box.choose("b")
    preset_box.set_presets([preset("c"), preset("b"), preset("a")])
    assert preset_box.current()["name"] == "b"
    with qtbot.waitSignal(preset_box.preset_changed) as told:
        preset_box.set_presets([])
    assert told.args == [None]


def test_class_names_are_shown_and_wrap_in_a_narrow_dock(preset_box):
    many = [{"name": f"class number {number}", "colour": "#123456"} for number in range(24)]
    preset_box.set_presets([preset("a"), preset("b", classes=many)])
    assert preset_box.chips.texts() == ["other", "wa<ter"]
    preset_box.choose("b")
    assert preset_box.chips.texts()[-1] == "and 17 more"
    assert preset_box.chips.heightForWidth(150) > preset_box.chips.heightForWidth(600)


def test_a_sure_guess_is_folded_and_can_be_corrected(qtbot):
    mapping = BandMapping()
    qtbot.addWidget(mapping)
    mapping.set_bands(["red", "green"], OFFERED, ["3", "2"], True)
    assert not mapping.fold.is_open()
    assert mapping.mapping() == ("3", "2")
    with qtbot.waitSignal(mapping.mapping_changed):
        mapping.choose(0, "1")
    assert mapping.mapping() == ("1", "2")
    assert "red 1" in mapping.fold.summary()


def test_an_unsure_guess_is_open_and_a_band_without_guess_leaves_no_mapping(qtbot):
    mapping = BandMapping()
    qtbot.addWidget(mapping)
    mapping.set_bands(["red", "nir"], OFFERED, ["3", None], False)
    assert mapping.fold.is_open()
    assert mapping.mapping() is None


def test_problems_stand_on_the_card_with_their_way_out(qtbot):
    card = PreflightCard()
    qtbot.addWidget(card)
    assert card.isHidden()
    problem = Problem("a < b", "bands", "Choose the bands", serious=True)
    card.show_preflight(Preflight((1000, 500), (200, 100), (500, 250), 20_000, (problem,)))
    sizes, told = card.texts()
    assert sizes == "Computes 500 × 250 pixels, resampled from 1,000 × 500; writes 200 × 100, at most 20 kB."
    assert "a &lt; b" in told
    with qtbot.waitSignal(card.action_triggered) as clicked:
        card._problems[0].linkActivated.emit("bands")
    assert clicked.args == ["bands"]
    card.show_preflight(Preflight((10, 10), (10, 10), (10, 10), 100, ()))
    assert card.texts() == ["Computes and writes 10 × 10 pixels, at most 1 kB."]


def test_a_notice_shows_code_and_way_out_and_goes_away(qtbot):
    notice = Notice()
    qtbot.addWidget(notice)
    notice.show_error({"code": "x.y", "message": "a < b"}, ("fix", "Fix it"))
    assert notice.code() == "x.y"
    assert "a &lt; b" in notice.text()
    with qtbot.waitSignal(notice.action_triggered) as told:
        notice._button.click()
    assert told.args == ["fix"]
    notice.clear()
    assert notice.isHidden()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (3, "a few seconds left"),
        (42, "about 40 s left"),
        (600, "about 10 min left"),
        (9000, "about 2.5 h left"),
    ],
)
def test_time_left(seconds, words):
    assert time_left(seconds) == words


@pytest.mark.parametrize(
    ("pace", "words"),
    [(None, ""), (320, "320 pixels/s"), (83_522, "84,000 pixels/s"), (2_140_000, "2.1 million pixels/s")],
)
def test_throughput(pace, words):
    assert throughput(pace) == words


@pytest.mark.parametrize(("share", "words"), [(0.0001, "1"), (0.5, "50"), (0.999, "99"), (1.0, "100"), (0.0, "0")])
def test_a_part_is_neither_nothing_nor_everything(share, words):
    assert percent(share) == words


@pytest.mark.parametrize(
    ("area", "words"), [(0.02, "200 m²"), (12.345, "12.3 ha"), (1234, "1,234 ha"), (25000, "250 km²")]
)
def test_areas_have_a_unit_that_fits(area, words):
    assert hectares(area) == words


def test_the_card_shows_picture_sensors_values_and_the_largest_scored_scene(preset_box):
    picture = (Path(__file__).parents[2] / "models" / "water-lite" / "picture.jpg").read_bytes()
    told = {
        "sensors": ["NAIP", "Gaofen-2"],
        "value_range": [0, 255],
        "validated": {"pixels": 13_814_865, "by": "us & you"},
        "picture": picture,
    }
    preset_box.set_presets([preset("water-lite", **told), preset("fbp", validated=None, picture=b"no picture")])
    card = preset_box.card
    for words in ("NAIP; Gaofen-2", "0 to 255", "13.8 million pixels (us &amp; you)"):
        assert words in card.text()
    assert not card.picture.isHidden()
    assert card.picture.pixmap().width() == 260
    preset_box.choose("fbp")
    assert "not measured here" in card.text()
    assert card.picture.isHidden()


@pytest.mark.parametrize(
    ("plan", "fraction", "left", "words"),
    [
        ({"seconds": 600.0, "seconds_to_first_block": 480.0}, 0.0, None, "first blocks in about 8 min"),
        ({"seconds": 600.0, "seconds_to_first_block": 480.0}, 0.4, 360.0, "first blocks in about 4 min"),
        ({"seconds": 600.0, "seconds_to_first_block": 480.0}, 0.4, 720.0, "first blocks in about 8 min"),  # slower
        ({"seconds": 60.0, "seconds_to_first_block": 50.0}, 0.0, None, "first blocks in about 50 s"),
        ({"seconds": 600.0, "seconds_to_first_block": 480.0}, 0.9, 60.0, "The whole scene is read first"),
        ({"seconds": 600.0}, 0.0, None, "The whole scene is read first"),
        ({}, 0.0, None, "The whole scene is read first"),
    ],
)
def test_when_the_map_begins_to_grow_is_told(plan, fraction, left, words):
    job = Job({}, "scene", "Water", phase=Phase.RUNNING, stage="encoding")
    job.plan, job.fraction, job.seconds_left = plan, fraction, left
    assert words in detail_words(job)
