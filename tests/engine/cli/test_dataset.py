"""``wholescene dataset`` as a person meets it."""

import json

import numpy as np
import pytest

import miniatures
from wholescene.cli.main import main

LABELS = miniatures.stripes([0, 255, 255])


@pytest.fixture
def water(tmp_path):
    miniatures.glh_water(tmp_path, LABELS)
    return tmp_path


def test_a_sound_folder_ends_well_and_shows_shares(water, capsys):
    assert main(["dataset", "check", str(water)]) == 0
    told = capsys.readouterr().out
    for words in ("GLH-Water (glh-water)", "train", "24 x 24", "water", "66.7%", "33.3%", "Nothing is wrong."):
        assert words in told


def test_a_faulty_folder_ends_with_1_and_names_scene_and_fault(water, capsys):
    miniatures.picture(water / "train" / "label" / "01.png", LABELS[:-1])
    labels = LABELS.copy()
    labels[0, 0] = 7
    miniatures.picture(water / "val" / "label" / "02.png", labels)
    assert main(["dataset", "check", str(water)]) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "labels differ train/01:" in told
    assert "unknown values val/02: no class has 7 (1)" in told
    assert "things are wrong." in told


def test_json_says_all_of_it(water, capsys):
    assert main(["dataset", "check", str(water), "--json", "--full"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"]
    assert told["complete"]
    assert told["classes"][1]["shares"] == pytest.approx({"train": 2 / 3, "val": 2 / 3, "test": 2 / 3})
    assert [scene["name"] for scene in told["scenes"]] == ["train/01", "val/02", "test/07"]
    assert told["findings"] == []


def test_json_has_findings_where_there_are(water, capsys):
    (water / "val" / "label" / "02.png").unlink()
    assert main(["dataset", "check", str(water), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["ok"]
    assert told["findings"][0]["scene"] == "val/02"


def test_a_split_file_that_leaks_is_an_error(water, capsys):
    split = water / "split.toml"
    split.write_text('train = ["train/01"]\ntest = ["*/0?"]')
    assert main(["dataset", "check", str(water), "--split", str(split)]) == 1
    assert "[data.leak]" in capsys.readouterr().err


def test_the_format_can_be_named(tmp_path, capsys):
    miniatures.picture(tmp_path / "img" / "a.png", np.zeros((8, 8, 3), np.uint8))
    miniatures.picture(tmp_path / "mask" / "a.png", miniatures.stripes([0, 7], 8))
    assert main(["dataset", "check", str(tmp_path), "--format", "uavid:rest-flat", "--json"]) == 1  # most classes lack
    assert json.loads(capsys.readouterr().out)["dataset"] == "uavid:rest-flat"
    assert main(["dataset", "check", str(tmp_path), "--format", "nothing"]) == 1
    assert "[data.format]" in capsys.readouterr().err


def test_the_known_formats_are_listed(capsys):
    assert main(["dataset", "formats"]) == 0
    told = capsys.readouterr().out
    for name in ("fbp", "fbp:16bit", "glh-water", "uavid:rest", "whu-ohs:mosaic", "inria", "dubai:water", "naip"):
        assert name in told
