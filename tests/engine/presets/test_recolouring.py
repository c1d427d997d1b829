"""Presets in colours of one's own: the same weights and classes, in the map, its style and further presets."""

import json
import shutil
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import rasterio

from jobs import picture, write_scene
from wholescene.cli.main import main
from wholescene.presets import Zoo
from wholescene.presets.zoo import shipped_folder
from wholescene.wire.errors import WeightsCorrupt, WeightsMissing


@pytest.fixture
def mine(engine_home, capsys):
    arguments = ["recolour", "water-lite", "--as", "my-water", "--colour", "water=#0000ff", "--title", "Mine"]
    assert main(["presets", *arguments]) == 0
    capsys.readouterr()
    return engine_home / "data" / "presets" / "my-water"


def refused(capsys, *arguments):
    assert main(["presets", "recolour", *arguments, "--json"]) == 1
    return json.loads(capsys.readouterr().out)["error"]["code"]


def test_weights_stay_where_they_are(mine):
    base, made = Zoo().load("water-lite"), Zoo().load("my-water")
    assert {file.name for file in mine.iterdir()} == {"preset.json", "card.md"}
    assert made.weights_path() == base.weights_path()
    assert made.weights.sha256 == base.weights.sha256
    assert [(entry.value, entry.name) for entry in made.classes] == [
        (entry.value, entry.name) for entry in base.classes
    ]
    assert [entry.colour for entry in made.classes] == [base.classes[0].colour, "#0000FF"]
    assert (made.title, made.ready(), made.picture) == ("Mine", True, None)


def test_the_map_is_the_same_in_other_colours(mine, tmp_path):
    scene = write_scene(tmp_path / "scene.tif", picture(96, 128))
    maps = {}
    for preset in ("water-lite", "my-water"):
        path = tmp_path / f"{preset}.tif"
        options = ["--bands", "1,2,3", "--precision", "float32", "--output", str(path)]
        assert main(["segment", str(scene), "--preset", preset, *options]) == 0
        with rasterio.open(path) as written:
            maps[preset] = written.read(1), written.colormap(1), written.tags()
    assert (maps["water-lite"][0] == maps["my-water"][0]).all()
    assert maps["my-water"][1][1] == (0, 0, 255, 255)
    assert maps["my-water"][1][0] == maps["water-lite"][1][0]
    assert maps["my-water"][2]["WHOLESCENE_WEIGHTS_SHA256"] == maps["water-lite"][2]["WHOLESCENE_WEIGHTS_SHA256"]
    entries = ET.parse(tmp_path / "my-water.qml").findall(".//paletteEntry")
    assert {entry.get("value"): entry.get("color") for entry in entries}["1"] == "#0000ff"


def test_one_of_ones_own_can_be_recoloured_again(mine, engine_home):
    assert main(["presets", "recolour", "my-water", "--as", "third", "--colour", "0=#010203"]) == 0
    made = Zoo().load("third")
    assert made.weights_of == "water-lite"
    assert [entry.colour for entry in made.classes] == ["#010203", "#0000FF"]


def test_it_says_so_when_the_lender_is_gone_or_another_one(mine, engine_home):
    lender = engine_home / "data" / "presets" / "lender"
    shutil.copytree(shipped_folder() / "water-lite", lender)
    text = (lender / "preset.json").read_text().replace('"id": "water-lite"', '"id": "lender"')
    (lender / "preset.json").write_text(text)
    assert main(["presets", "recolour", "lender", "--as", "lent", "--colour", "water=#112233"]) == 0
    with (lender / "weights.safetensors").open("r+b") as file:
        file.seek(500_000)
        file.write(b"other")
    with pytest.raises(WeightsCorrupt):
        Zoo().load("lent").weights_path()
    shutil.rmtree(lender)
    gone = Zoo().load("lent")
    assert not gone.ready()
    with pytest.raises(WeightsMissing, match="lender"):
        gone.weights_path()
    assert {preset["name"]: preset.get("ready") for preset in Zoo().describe()}["lent"] is False


def test_its_export_names_the_weights_where_they_are(mine, tmp_path):
    assert main(["presets", "export", "my-water", "--output", str(tmp_path / "mine.json")]) == 0
    href = json.loads((tmp_path / "mine.json").read_text())["assets"]["model"]["href"]
    assert (tmp_path / href).resolve() == Zoo().load("water-lite").weights_path().resolve()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["water-lite", "--as", "x", "--colour", "lava=#ff0000"], "preset.colours"),
        (["water-lite", "--as", "x", "--colour", "water=red"], "preset.colours"),
        (["water-lite", "--as", "x", "--colour", "water=#ff00"], "preset.colours"),
        (["water-lite", "--as", "water-lite", "--colour", "water=#ff0000"], "preset.exists"),
        (["water-lite", "--as", "fbp", "--colour", "water=#ff0000"], "preset.exists"),
        (["fbp", "--as", "x", "--colour", "1=#ff0000"], "preset.weights_missing"),
        (["nobody", "--as", "x", "--colour", "1=#ff0000"], "preset.unknown"),
    ],
)
def test_what_cannot_be_is_refused(engine_home, capsys, arguments, code):
    assert refused(capsys, *arguments) == code
    assert not list((engine_home / "data").glob("presets/*"))


@pytest.mark.parametrize("lent", ["my-water", "./my-water"])
def test_nobody_lends_to_himself(mine, lent):
    item = json.loads((mine / "preset.json").read_text())
    item["properties"]["wholescene:weights_of"] = lent
    (mine / "preset.json").write_text(json.dumps(item))
    described = {preset["name"]: preset for preset in Zoo().describe()}["my-water"]
    assert not described["ready"]


def test_a_map_says_that_it_is_not_for_sale(engine_home, tmp_path):
    folder = engine_home / "data" / "presets" / "friend"
    shutil.copytree(shipped_folder() / "water-lite", folder)
    item = json.loads((folder / "preset.json").read_text())
    item["assets"]["model"]["license"] = "CC-BY-NC-4.0"
    (folder / "preset.json").write_text(json.dumps(item | {"id": "friend"}))
    scene = write_scene(tmp_path / "scene.tif", picture(64, 64))
    tags = {}
    for preset in ("friend", "water-lite"):
        path = tmp_path / f"{preset}.tif"
        assert main(["segment", str(scene), "--preset", preset, "--bands", "1,2,3", "--output", str(path)]) == 0
        with rasterio.open(path) as written:
            tags[preset] = written.tags()
            assert np.isin(written.read(1), (0, 1, 255)).all()
    assert tags["friend"]["WHOLESCENE_WEIGHTS_USE"] == "non-commercial use only"
    assert "WHOLESCENE_WEIGHTS_USE" not in tags["water-lite"]
