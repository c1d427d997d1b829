"""``wholescene import --look``: what a file is and needs, with nothing written."""

import json

import pytest

from checkpoints import MMSEG, SPIM, SWIN_TINY, WATER, published, save
from onnx_files import save as save_onnx
from wholescene import nn
from wholescene.cli.main import main

METADATA = {"class_names": json.dumps({0: "ground", 1: "field", 2: "road"}), "license": "MIT"}


@pytest.fixture(scope="module")
def water(tmp_path_factory):
    net = nn.build({"encoder": SWIN_TINY, "spim": {**SPIM, "stages": [3]}, "decoder": WATER, "classes": 2})
    return save(tmp_path_factory.mktemp("file") / "REST tiny (2).pth", published(net.state_dict(), water=True))


@pytest.fixture
def look(engine_home, capsys):
    def look(file, *options, code=0):
        assert main(["import", str(file), "--look", "--json", *options]) == code
        assert not (engine_home / "data").exists()
        return json.loads(capsys.readouterr().out)

    return look


def test_weights_tell_their_parts_and_what_they_can_be_built_on(water, look):
    told = look(water)
    assert (told["kind"], told["name"], told["encoder_only"]) == ("weights", "REST-tiny-2", False)
    assert any("Swin" in part for part in told["parts"])
    assert told["has_spim"]
    bases = {base["preset"]: base for base in told["bases"]}
    assert bases["glh-water"]["fits"]  # two classes, SPIM with heads
    assert bases["glh-water"]["licence"]["licence"] == "CC-BY-NC-4.0"
    assert not bases["fbp"]["fits"]  # 24 classes
    assert bases["fbp"]["problem"]["code"] == "checkpoint.mismatch"
    assert bases["fbp"]["needs"] == []
    assert bases["water-lite"]["fits"]  # it has SPIM too, and as many classes
    assert told["bases"][0]["fits"]


def test_a_base_without_spim_needs_its_heads(water, look):
    bases = {base["preset"]: base for base in look(water)["bases"]}
    assert bases["inria"]["needs"] == ["spim_heads"]
    assert look(water, "--preset", "inria", "--spim-heads", "4")["bases"][0]["fits"]


def test_what_runs_in_cells_needs_their_side(tmp_path, look):
    import dialects

    described = {"encoder": {"name": "vmamba", "variant": "tiny", "in_channels": 3}, "decoder": MMSEG, "classes": 2}
    net = nn.build({**described, "context": "grid", "grid": [64, 64]})
    weights = {f"backbone.{n}": v for n, v in dialects.renamed(net.encoder.state_dict(), dialects.VMAMBA).items()}
    rest = {name: value for name, value in net.state_dict().items() if not name.startswith("encoder.")}
    weights |= {name.replace("backbone.norm", "backbone.outnorm"): v for name, v in published(rest).items()}
    file = save(tmp_path / "vmamba.pth", weights)
    told = look(file)
    assert "cell" in told["needs"]
    assert {base["preset"]: base["needs"] for base in told["bases"]}["glh-water"] == ["cell"]
    assert look(file, "--preset", "glh-water", "--cell", "64")["bases"][0]["fits"]


def test_an_onnx_model_tells_classes_and_licence(tmp_path, look):
    told = look(save_onnx(tmp_path / "fields.onnx", then=["Softmax"], axis=1, metadata=METADATA))
    assert (told["kind"], told["classes"], told["needs"]) == ("onnx", ["ground", "field", "road"], [])
    assert told["licence"]["title"] == "MIT License"
    assert told["outputs"] == "probabilities"


def test_an_onnx_model_that_says_little_needs_a_base_and_a_side(tmp_path, look):
    shape = ("N", 3, "H", "W")
    told = look(save_onnx(tmp_path / "open.onnx", source=shape, result=shape))
    assert told["needs"] == ["base", "tile"]
    assert {"glh-water", "water-lite"} <= {base["preset"] for base in told["bases"]}


def test_what_cannot_be_read_is_refused(tmp_path, look):
    (tmp_path / "x.pth").write_bytes(b"no weights")
    assert look(tmp_path / "x.pth", code=1)["error"]["code"] == "checkpoint.unreadable"
    assert look(tmp_path / "none.onnx", code=1)["error"]["code"] == "onnx.unreadable"


def test_people_are_told_in_lines(water, engine_home, capsys):
    assert main(["import", str(water), "--look"]) == 0
    assert "can be built on glh-water" in capsys.readouterr().out
