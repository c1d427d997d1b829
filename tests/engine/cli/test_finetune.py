"""``wholescene finetune`` on a drawn landscape, from polygons to a preset that is listed."""

import json

import pytest
import rasterio
from rasterio.features import shapes

from wholescene.cli.main import main
from wholescene.presets.zoo import Zoo


@pytest.fixture(scope="module")
def labels(landscape, tmp_path_factory):
    """The western half of the landscape's truth as polygons: water by the base's name, land by one of its own."""
    with rasterio.open(landscape.truth) as file:
        truth, transform, crs = file.read(1), file.transform, file.crs
    west = truth >= 0
    west[:, 256:] = False
    features = [
        {"type": "Feature", "properties": {"kind": "water" if value else "other"}, "geometry": geometry}
        for geometry, value in shapes((landscape.water).astype("uint8"), mask=west, transform=transform)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    if crs is not None:
        collection["crs"] = {"type": "name", "properties": {"name": crs.to_string()}}
    path = tmp_path_factory.mktemp("labels") / "west.geojson"
    path.write_text(json.dumps(collection))
    return path


def command(landscape, labels, *more):
    pair = [str(landscape.scene), str(labels)]
    return ["finetune", *pair, "--preset", "water-lite", "--as", "mine", "--field", "kind", "--steps", "2", *more]


def test_json_tells_what_came_out_and_the_preset_is_listed(landscape, labels, engine_home, capsys):
    assert main(command(landscape, labels, "--yes", "--even-if-worse", "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["preset"] == "mine"
    assert told["base"] == "water-lite"
    assert told["steps"] == 2
    assert [entry["new"] for entry in told["classes"]] == [False, False]
    assert 0 < told["held_out_iou"]["after"] <= 1
    assert main(["presets", "--json"]) == 0
    listed = {preset["name"]: preset for preset in json.loads(capsys.readouterr().out)["presets"]}
    assert listed["mine"]["ready"]
    assert listed["mine"]["licence"] == listed["water-lite"]["licence"]


def test_json_lines_tell_all_that_happens(landscape, labels, engine_home, capsys):
    assert main(command(landscape, labels, "--yes", "--even-if-worse", "--json-lines")) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds[-2:] == ["compared", "done"]
    assert set(kinds[:-2]) == {"progress"}
    stages = list(dict.fromkeys(event["stage"] for event in events if event["event"] == "progress"))
    assert stages == ["looking", "encoding", "judging", "learning"]
    assert [event["step"] for event in events if event.get("step")][-1] == 2
    assert all(0 <= event["fraction"] <= 1 for event in events if event["event"] == "progress")


def test_a_coded_error_is_the_last_line(landscape, tmp_path, engine_home, capsys):
    missing = tmp_path / "nowhere.gpkg"
    assert main(command(landscape, missing, "--yes", "--json-lines")) == 1
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["event"] == "error"
    assert last["error"]["code"] == "scene.not_found"


@pytest.mark.parametrize(("answer", "code"), [("n", 1), ("y", 0)])
def test_a_person_sees_the_figures_and_is_asked(landscape, labels, engine_home, capsys, monkeypatch, answer, code):
    asked = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or answer)
    assert main(command(landscape, labels, "--even-if-worse")) == code
    told = capsys.readouterr().out
    assert "IoU before" in told
    assert "water" in told
    assert len(asked) == 1
    assert ("mine" in Zoo().names()) == (answer == "y")


def test_nobody_to_ask_is_told_before_the_work(landscape, labels, engine_home, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(SystemExit):
        main(command(landscape, labels))
    assert "--yes" in capsys.readouterr().err


@pytest.mark.parametrize(
    "option", [("--held-out", "0.9"), ("--classes", "water"), ("--colour", "water=blue"), ("--minutes", "0")]
)
def test_options_out_of_range_are_wrong_usage(landscape, labels, capsys, option):
    with pytest.raises(SystemExit) as ended:
        main(command(landscape, labels, "--yes", *option))
    assert ended.value.code == 2
