"""Finding presets: shipped ones, the user's, broken ones."""

import json
import shutil
from pathlib import Path

import pytest

from wholescene.nn import build
from wholescene.presets import Zoo
from wholescene.presets.zoo import shipped_folder, user_folders
from wholescene.wire.errors import PresetInvalid, UnknownPreset, WeightsMissing

# Colours of the published Five-Billion-Pixels annotation files (RGB), for a few ids.
FBP_COLOURS = {1: (200, 0, 0), 6: (150, 0, 250), 11: (0, 0, 200), 15: (150, 200, 250), 24: (200, 150, 0)}


@pytest.fixture
def zoo() -> Zoo:
    return Zoo([shipped_folder()])


def test_the_shipped_presets(zoo: Zoo) -> None:
    assert zoo.names() == ["fbp", "glh-water", "water-lite"]
    assert [entry["name"] for entry in zoo.describe()] == zoo.names()
    assert not any("error" in entry for entry in zoo.describe())
    json.dumps(zoo.describe())


def test_fbp_has_the_published_ids_and_colours(zoo: Zoo) -> None:
    classes = {entry.value: entry for entry in zoo.load("fbp").classes}
    assert sorted(classes) == list(range(1, 25))
    assert len({entry.colour for entry in classes.values()}) == 24
    assert {value: tuple(bytes.fromhex(classes[value].colour[1:])) for value in FBP_COLOURS} == FBP_COLOURS
    assert [classes[value].name for value in (2, 8, 13, 23)] == ["paddy field", "park", "lake", "railway station"]


@pytest.mark.parametrize("name", ["glh-water", "water-lite"])
def test_water_is_1_and_the_rest_0(zoo: Zoo, name: str) -> None:
    assert [(entry.value, entry.name) for entry in zoo.load(name).classes] == [(0, "other"), (1, "water")]


def test_water_lite_builds_and_stays_small(zoo: Zoo) -> None:
    network = build(zoo.load("water-lite").architecture)
    assert sum(parameter.numel() for parameter in network.parameters()) <= 8_000_000


@pytest.mark.parametrize(
    ("name", "file"), [("fbp", "baseline_fbp_swin_large.pth"), ("glh-water", "REST_water_swin_large.pth")]
)
def test_weights_that_are_not_shipped_say_how_to_get_them(zoo: Zoo, name: str, file: str) -> None:
    with pytest.raises(WeightsMissing, match=file) as caught:
        zoo.load(name).weights_path()
    assert "non-commercial" in str(caught.value)
    assert f"wholescene import {file} --as {name}" in str(caught.value)


def test_an_unknown_name_lists_the_known_ones(zoo: Zoo) -> None:
    with pytest.raises(UnknownPreset, match="fbp, glh-water, water-lite"):
        zoo.load("../water-lite")


def test_a_broken_folder_does_not_hide_the_others(tmp_path: Path) -> None:
    shutil.copytree(shipped_folder(), tmp_path / "models", ignore=shutil.ignore_patterns("*.safetensors"))
    (tmp_path / "models" / "fbp" / "preset.json").write_text("{", encoding="utf-8")
    zoo = Zoo([tmp_path / "models"])
    by_name = {entry["name"]: entry for entry in zoo.describe()}
    assert by_name["fbp"]["error"]["code"] == "preset.invalid"
    assert by_name["glh-water"]["classes"]
    with pytest.raises(PresetInvalid):
        zoo.load("fbp")


def test_the_users_preset_wins_over_the_shipped_one(tmp_path: Path) -> None:
    folder = tmp_path / "Eigene Höhen" / "water-lite"
    folder.mkdir(parents=True)
    item = json.loads((shipped_folder() / "water-lite" / "preset.json").read_text(encoding="utf-8"))
    item["properties"]["title"] = "mine"
    (folder / "preset.json").write_text(json.dumps(item), encoding="utf-8")
    assert Zoo([shipped_folder(), folder.parent]).load("water-lite").title == "mine"


def test_a_path_is_a_name_too(zoo: Zoo, tmp_path: Path) -> None:
    shutil.copytree(shipped_folder() / "water-lite", tmp_path / "water-lite")
    assert zoo.load(str(tmp_path / "water-lite")).weights_path() == tmp_path / "water-lite" / "weights.safetensors"
    with pytest.raises(UnknownPreset):
        zoo.load(str(tmp_path / "none"))


def test_user_folders_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    monkeypatch.setenv("WHOLESCENE_PRESETS", f"{a}:{b}")
    monkeypatch.setattr("os.pathsep", ":")
    assert user_folders() == [a, b]
    assert Zoo().names()[:1] == ["fbp"]  # folders that do not exist hold nothing


def test_facts_of_water_lite_are_those_of_its_card(zoo: Zoo) -> None:
    preset = zoo.load("water-lite")
    card = (shipped_folder() / "water-lite" / "card.md").read_text()
    assert preset.validated is not None
    assert preset.validated.pixels == 3897 * 3545
    assert "3,897 × 3,545" in card
    assert preset.value_range == (0, 255)
    assert "0..255" in card


def test_a_picture_is_told_if_it_is_one_and_small(zoo: Zoo, tmp_path: Path) -> None:
    picture = zoo.picture("water-lite", 64 << 10)
    assert picture is not None
    assert picture.startswith(b"\xff\xd8\xff")
    assert zoo.picture("water-lite", 100) is None
    assert zoo.picture("fbp", 64 << 10) is None
    copy = shutil.copytree(shipped_folder() / "water-lite", tmp_path / "water-lite")
    (copy / "picture.jpg").write_text("no picture")
    assert Zoo([tmp_path]).picture("water-lite", 64 << 10) is None
