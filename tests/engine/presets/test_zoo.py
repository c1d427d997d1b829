"""Finding presets: shipped ones, the user's, broken ones."""

import json
import shutil
from pathlib import Path

import pytest

from wholescene.nn import build, shapes
from wholescene.presets import Zoo
from wholescene.presets.zoo import shipped_folder, user_folders
from wholescene.raster.bands import match_bands
from wholescene.training.config import read_config
from wholescene.wire.bands import SceneBand
from wholescene.wire.errors import PresetInvalid, UnknownPreset, WeightsMissing

# Names and colours of UAVid's own toolkit, by its ids.
UAVID = {
    0: ("background clutter", (0, 0, 0)),
    1: ("building", (128, 0, 0)),
    2: ("road", (128, 64, 128)),
    3: ("static car", (192, 0, 192)),
    4: ("tree", (0, 128, 0)),
    5: ("low vegetation", (128, 128, 0)),
    6: ("human", (64, 64, 0)),
    7: ("moving car", (64, 0, 128)),
}
# What REST's network gives as its first to last class of UAVid.
UAVID_OUTPUTS = [
    "background clutter",
    "building",
    "road",
    "tree",
    "low vegetation",
    "moving car",
    "static car",
    "human",
]
# REST's colours of WHU-OHS, ids 1 to 24.
WHU_OHS_COLOURS = """
    188,207,251 51,223,199 34,113,5 168,237,115 79,213,0 69,210,0 111,113,0 166,164,0 255,242,3 113,174,251 0,91,228
    5,37,113 121,139,244 0,168,132 114,0,3 252,126,125 251,188,189 254,186,229 248,0,197 226,5,168 167,0,131 113,0,75
    254,110,222 160,160,160
"""
# Colours of the published Five-Billion-Pixels annotation files (RGB), for a few ids.
FBP_COLOURS = {1: (200, 0, 0), 6: (150, 0, 250), 11: (0, 0, 200), 15: (150, 200, 250), 24: (200, 150, 0)}

SHIPPED = ["land-cover-lite", "water-lite"]  # with weights


@pytest.fixture
def zoo() -> Zoo:
    return Zoo([shipped_folder()])


def test_the_shipped_presets(zoo: Zoo) -> None:
    names = ["fbp", "fbp-ehsnet", "glh-water", "inria", "land-cover-lite", "uavid", "water-lite", "whu-ohs"]
    assert zoo.names() == names
    assert [entry["name"] for entry in zoo.describe()] == zoo.names()
    assert not any("error" in entry for entry in zoo.describe())
    json.dumps(zoo.describe())


@pytest.mark.parametrize("name", ["fbp", "fbp-ehsnet"])
def test_fbp_has_the_published_ids_and_colours(zoo: Zoo, name: str) -> None:
    classes = {entry.value: entry for entry in zoo.load(name).classes}
    assert sorted(classes) == list(range(1, 25))
    assert len({entry.colour for entry in classes.values()}) == 24
    assert {value: tuple(bytes.fromhex(classes[value].colour[1:])) for value in FBP_COLOURS} == FBP_COLOURS
    assert [classes[value].name for value in (2, 8, 13, 23)] == ["paddy field", "park", "lake", "railway station"]


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def test_uavid_has_the_toolkits_ids_in_the_order_of_rests_outputs(zoo: Zoo) -> None:
    classes = zoo.load("uavid").classes
    assert {entry.value: (entry.name, rgb(entry.colour)) for entry in classes} == UAVID
    assert [entry.name for entry in classes] == UAVID_OUTPUTS


def test_whu_ohs_has_the_published_ids_and_rests_colours(zoo: Zoo) -> None:
    preset = zoo.load("whu-ohs")
    assert [entry.value for entry in preset.classes] == list(range(1, 25))
    assert [",".join(map(str, rgb(entry.colour))) for entry in preset.classes] == WHU_OHS_COLOURS.split()
    names = [preset.classes[value - 1].name for value in (1, 9, 15, 20, 24)]
    assert names == ["paddy field", "low-covered grassland", "urban built-up", "saline-alkali soil", "ocean"]


def test_whu_ohs_divides_32_bands_by_ten_thousand(zoo: Zoo) -> None:
    preset = zoo.load("whu-ohs")
    assert preset.scaling == {"type": "z-score", "mean": [0.0] * 32, "std": [10000.0] * 32}
    true_colour = {band.common_name: band.wavelength_nm for band in preset.bands if band.common_name}
    assert true_colour == {"red": 670, "green": 566, "blue": 480}


def test_centres_of_whu_ohs_are_those_that_the_sensors_table_gives(zoo: Zoo) -> None:
    """Nanometres by number of the band, where table 2 of OHID-1's paper names both (PMC11822079)."""
    told = {1: 466, 2: 480, 3: 500, 4: 520, 5: 536, 6: 550, 7: 566, 8: 580, 10: 610, 11: 626, 12: 640, 13: 656}
    told |= {14: 670, 15: 686, 16: 700, 17: 716, 21: 776, 23: 806, 26: 850, 27: 866, 32: 940}
    bands = enumerate(zoo.load("whu-ohs").bands, 1)
    assert {number: band.wavelength_nm for number, band in bands if band.wavelength_nm} == told


@pytest.mark.parametrize(
    ("name", "expected"), [("uavid", (3, 2, 1)), ("inria", (3, 2, 1)), ("fbp-ehsnet", (4, 3, 2, 1))]
)
def test_cameras_without_known_centres_have_colours(zoo: Zoo, name: str, expected: tuple[int, ...]) -> None:
    bands = zoo.load(name).bands
    assert not any(band.wavelength_nm for band in bands)
    named = [SceneBand(number, colour) for number, colour in enumerate(("Blue", "Green", "Red", "NIR"), 1)]
    assert match_bands(named, bands, None, name) == expected
    painted = [SceneBand(number, "", paint) for number, paint in enumerate(("blue", "green", "red", "undefined"), 1)]
    assert match_bands(painted, bands, None, name) == expected


def test_buildings_of_inria_are_1_and_the_rest_0(zoo: Zoo) -> None:
    assert [(entry.value, entry.name) for entry in zoo.load("inria").classes] == [(0, "other"), (1, "building")]


def test_fbp_ehsnet_is_scaled_as_the_data_sets_authors_scale(zoo: Zoo) -> None:
    preset = zoo.load("fbp-ehsnet")
    assert [band.name for band in preset.bands] == ["nir", "red", "green", "blue"]
    # theirs, of values divided by 255
    mean, std = (0.506, 0.371, 0.390, 0.363), (0.254, 0.244, 0.231, 0.231)
    assert preset.scaling["mean"] == pytest.approx([255 * value for value in mean])
    assert preset.scaling["std"] == pytest.approx([255 * value for value in std])


def test_every_network_can_be_built_for_its_bands_and_classes(zoo: Zoo) -> None:
    for name in zoo.names():
        preset = zoo.load(name)
        kernels = [shape for shape in shapes(preset.architecture).values() if len(shape) == 4]
        assert kernels[0][1] == len(preset.bands)
        assert len(preset.classes) in {shape[0] for shape in kernels}


@pytest.mark.parametrize("name", ["glh-water", "water-lite"])
def test_water_is_1_and_the_rest_0(zoo: Zoo, name: str) -> None:
    assert [(entry.value, entry.name) for entry in zoo.load(name).classes] == [(0, "other"), (1, "water")]


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_builds_and_stays_small(zoo: Zoo, name: str) -> None:
    network = build(zoo.load(name).architecture)
    assert sum(parameter.numel() for parameter in network.parameters()) <= 8_000_000


@pytest.mark.parametrize(
    ("name", "file"), [("fbp", "baseline_fbp_swin_large.pth"), ("glh-water", "REST_water_swin_large.pth")]
)
def test_weights_that_are_not_shipped_say_how_to_get_them(zoo: Zoo, name: str, file: str) -> None:
    with pytest.raises(WeightsMissing, match=file) as caught:
        zoo.load(name).weights_path()
    assert "non-commercial" in str(caught.value)
    assert f"wholescene import {file} --as {name}" in str(caught.value)


@pytest.mark.parametrize("name", ["fbp-ehsnet", "inria", "uavid", "whu-ohs"])
def test_weights_that_nobody_has_published_say_so(zoo: Zoo, name: str) -> None:
    with pytest.raises(WeightsMissing, match=r"nobody has published weights.*Train it"):
        zoo.load(name).weights_path()


def test_an_unknown_name_lists_the_known_ones(zoo: Zoo) -> None:
    with pytest.raises(UnknownPreset, match="fbp, fbp-ehsnet, glh-water"):
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


def test_land_cover_has_the_ids_of_its_labels(zoo: Zoo) -> None:
    named = [(entry.value, entry.name) for entry in zoo.load("land-cover-lite").classes]
    assert named == list(enumerate(("land", "water", "building", "vegetation", "road"), 1))


def test_the_run_of_land_cover_lies_beside_its_weights(zoo: Zoo) -> None:
    folder = shipped_folder() / "land-cover-lite"
    recipe = Path(__file__).resolve().parents[3] / "docs" / "recipes" / "land-cover-lite.toml"
    assert (folder / recipe.name).read_bytes() == recipe.read_bytes()
    assert dict(zoo.load("land-cover-lite").architecture) == read_config(recipe).architecture(classes=5, bands=3)
    assert "Apache License" in (folder / "NOTICE").read_text()


@pytest.mark.parametrize("name", SHIPPED)
def test_facts_of_what_ships_are_those_of_its_card(zoo: Zoo, name: str) -> None:
    preset = zoo.load(name)
    card = (shipped_folder() / name / "card.md").read_text()
    assert preset.weights is not None
    assert preset.weights.sha256 in card
    assert preset.validated is not None
    assert preset.validated.pixels == 3897 * 3545
    assert "3,897 × 3,545" in card
    assert preset.value_range == (0, 255)
    assert "0..255" in card


def test_a_picture_is_told_if_it_is_one_and_small(zoo: Zoo, tmp_path: Path) -> None:
    for name in SHIPPED:
        picture = zoo.picture(name, 64 << 10)
        assert picture is not None
        assert picture.startswith(b"\xff\xd8\xff")
    assert zoo.picture("water-lite", 100) is None
    assert zoo.picture("fbp", 64 << 10) is None
    copy = shutil.copytree(shipped_folder() / "water-lite", tmp_path / "water-lite")
    (copy / "picture.jpg").write_text("no picture")
    assert Zoo([tmp_path]).picture("water-lite", 64 << 10) is None
