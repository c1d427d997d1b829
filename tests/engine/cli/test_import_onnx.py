"""``wholescene import`` of an ONNX file, to a class map."""

import json

import pytest
import rasterio

from jobs import picture, write_scene
from onnx_files import save
from wholescene.cli.main import main

METADATA = {
    "model_type": json.dumps("Segmentor"),
    "class_names": json.dumps({0: "background", 1: "field", 2: "road"}),
    "resolution": json.dumps(100),
}


@pytest.fixture
def file(tmp_path):
    return save(tmp_path / "fields.onnx", then=["Softmax"], axis=1, metadata=METADATA)


def test_import_and_segment(file, engine_home, tmp_path, capsys):
    assert main(["import", str(file), "--as", "fields", "--accept-licence"]) == 0
    told = capsys.readouterr().out
    for words in ("3 classes: background, field, road", "64 x 64", "--mode crop"):
        assert words in told
    scene, output = write_scene(tmp_path / "scene.tif", picture(100, 120)), tmp_path / "map.tif"
    assert main(["segment", str(scene), "--preset", "fields", "--mode", "crop", "--output", str(output)]) == 0
    with rasterio.open(output) as written:
        assert set(written.read(1).flat) <= {0, 1, 2}
        assert written.shape == (100, 120)


def test_whole_scenes_are_refused_with_the_way_out(file, engine_home, tmp_path, capsys):
    assert main(["import", str(file), "--as", "fields", "--accept-licence"]) == 0
    scene = write_scene(tmp_path / "scene.tif", picture(64, 64))
    assert main(["segment", str(scene), "--preset", "fields", "--output", str(tmp_path / "map.tif")]) == 1
    assert "[onnx.crop_only]" in capsys.readouterr().err
    assert not (tmp_path / "map.tif").exists()


def test_the_preset_is_listed_and_exported(file, engine_home, tmp_path, capsys):
    assert main(["import", str(file), "--as", "fields", "--accept-licence"]) == 0
    capsys.readouterr()
    assert main(["presets", "--json"]) == 0
    listed = {preset["name"]: preset for preset in json.loads(capsys.readouterr().out)["presets"]}
    assert listed["fields"]["ready"]
    assert listed["fields"]["ground_resolution"] == [1.0, 1.0]
    assert main(["presets", "export", "fields", "--output", str(tmp_path / "fields.json")]) == 0
    assert "mlm:total_parameters" not in json.loads((tmp_path / "fields.json").read_text())["properties"]


def test_a_side_that_the_file_leaves_open(engine_home, tmp_path, capsys):
    shape = ("N", 3, "H", "W")
    file = save(tmp_path / "open.onnx", source=shape, result=shape, metadata=METADATA)
    assert main(["import", str(file), "--as", "open"]) == 1
    assert "[onnx.dynamic]" in capsys.readouterr().err
    assert main(["import", str(file), "--as", "open", "--tile", "128", "--accept-licence", "--json"]) == 0
    item = json.loads(capsys.readouterr().out)["item"]
    assert item["properties"]["wholescene:architecture"]["onnx"]["side"] == 128


def test_the_side_may_stand_in_the_metadata(engine_home, tmp_path, capsys):
    shape = ("N", 3, "H", "W")
    file = save(tmp_path / "open.onnx", source=shape, result=shape, metadata=METADATA | {"tile_size": "96"})
    assert main(["import", str(file), "--as", "open", "--accept-licence", "--json"]) == 0
    item = json.loads(capsys.readouterr().out)["item"]
    assert item["properties"]["wholescene:architecture"]["onnx"]["side"] == 96


@pytest.mark.parametrize(("option", "licence"), [([], "other"), (["--licence", "MIT"], "MIT")])
def test_the_licence_of_a_base_is_not_the_models(engine_home, tmp_path, capsys, option, licence):
    file = save(tmp_path / "water.onnx", classes=2)
    arguments = ["--as", "water-onnx", "--preset", "glh-water", "--accept-licence", "--json"]
    assert main(["import", str(file), *arguments, *option]) == 0
    item = json.loads(capsys.readouterr().out)["item"]
    assert item["properties"]["license"] == item["assets"]["model"]["license"] == licence


def test_a_licence_is_an_identifier(file, capsys):
    with pytest.raises(SystemExit):
        main(["import", str(file), "--as", "fields", "--licence", "ask me"])
    assert "SPDX" in capsys.readouterr().err
