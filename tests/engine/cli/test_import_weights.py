"""``wholescene import`` from a file to a class map."""

import argparse
import io
import json
import sys
import zipfile

import numpy as np
import pytest
import rasterio
import torch
from rasterio.transform import from_origin

import dialects
import mmseg_oracle
from checkpoints import ATTO, MMSEG, SPIM, SWIN_TINY, WATER, published, save
from wholescene import nn
from wholescene.cli.consent import consent
from wholescene.cli.main import main
from wholescene.presets import Zoo
from wholescene.training.run import _begin_with

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    net = nn.build({"encoder": SWIN_TINY, "spim": {**SPIM, "stages": [3]}, "decoder": WATER, "classes": 2})
    return save(tmp_path_factory.mktemp("file") / "REST_tiny.pth", published(net.state_dict(), water=True))


def imported(engine_home, name):
    return engine_home / "data" / "presets" / name


def test_import_and_segment(file, engine_home, write_raster, tmp_path, capsys):
    assert main(["import", str(file), "--as", "glh-water", "--accept-licence"]) == 0
    told = capsys.readouterr().out
    for words in ("SPIM of REST", "weights matched", "training only", "CC-BY-NC-4.0", "--spim-heads"):
        assert words in told
    assert len(told.splitlines()) < 24
    pixels = np.random.default_rng(1).integers(0, 255, (3, 150, 170), dtype=np.uint8)
    scene = write_raster("scene.tif", pixels, crs="EPSG:32631", transform=from_origin(500000, 4600000, 0.3, 0.3))
    output = tmp_path / "map.tif"
    assert main(["segment", str(scene), "--preset", "glh-water", "--bands", "1,2,3", "--output", str(output)]) == 0
    assert output.is_file()


def test_convnext_v2_of_rest_gives_the_map_of_the_network_it_came_from(engine_home, write_raster, tmp_path, capsys):
    """GRN, layer scale and SPIM that feeds the next stage; what is expected never went through a file."""
    spim = {**SPIM, "stages": [2, 3], "heads": 4, "feeds_next": True}
    encoder = {**ATTO, "layer_scale": 1.0}
    torch.manual_seed(6)  # a map of both classes
    net = nn.build({"encoder": encoder, "spim": spim, "decoder": MMSEG, "classes": 2}).eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(4)
    for weight in net.parameters():
        weight.add_(torch.randn(weight.shape, generator=generator) * 0.1)
    file = save(tmp_path / "REST_convnextv2.pth", published(net.state_dict(), convnext=True))
    arguments = ["--as", "water-v2", "--preset", "glh-water", "--spim-heads", "4", "--accept-licence", "--json"]
    assert main(["import", str(file), *arguments]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["architecture"]["encoder"] == encoder
    assert told["architecture"]["spim"] == spim
    assert set(told["weights"]["skipped"].values()) == {"helps in training only"}

    pixels = np.random.default_rng(2).integers(0, 255, (3, 150, 170), dtype=np.uint8)
    scene = write_raster("scene.tif", pixels, crs="EPSG:32631", transform=from_origin(500000, 4600000, 0.3, 0.3))
    output = tmp_path / "map.tif"
    options = ["--preset", "water-v2", "--bands", "1,2,3", "--precision", "float32"]
    assert main(["segment", str(scene), *options, "--output", str(output)]) == 0
    mean, deviation = (np.array(v)[:, None, None] for v in ([123.675, 116.28, 103.53], [58.395, 57.12, 57.375]))
    logits = net(torch.from_numpy((pixels - mean) / deviation).float()[None])[0]
    with rasterio.open(output) as found:
        same = found.read(1) == logits.argmax(0).numpy()
    assert 0.05 < logits.argmax(0).float().mean() < 0.95
    assert same.mean() > 0.999  # but for near ties


@pytest.fixture(scope="module")
def in_cells(tmp_path_factory):
    """A network of VMamba that keeps to cells of 64 pixels, and a file of its weights."""
    described = {"encoder": {"name": "vmamba", "variant": "tiny", "in_channels": 3}, "decoder": MMSEG, "classes": 2}
    net = dialects.randomised(nn.build({**described, "context": "grid", "grid": [64, 64]}), seed=1)
    encoder = dialects.renamed(net.encoder.state_dict(), dialects.VMAMBA)
    rest = {name: value for name, value in net.state_dict().items() if not name.startswith("encoder.")}
    weights = {f"backbone.{name}": value for name, value in encoder.items()}
    for name, value in published(rest).items():
        weights[name.replace("backbone.norm", "backbone.outnorm")] = value
    return net, save(tmp_path_factory.mktemp("cells") / "vmamba.pth", weights)


@pytest.fixture
def cells(in_cells, engine_home, write_raster, capsys):
    """The preset "cells" of that network: its architecture, and a scene of two cells with its pixels."""
    arguments = ["--as", "cells", "--preset", "glh-water", "--accept-licence", "--json"]
    assert main(["import", str(in_cells[1]), "--cell", "64", *arguments]) == 0
    pixels = np.random.default_rng(2).integers(0, 255, (3, 64, 100), dtype=np.uint8)
    scene = write_raster("scene.tif", pixels, crs="EPSG:32631", transform=from_origin(500000, 4600000, 0.3, 0.3))
    return json.loads(capsys.readouterr().out)["architecture"], scene, pixels


def test_vmamba_is_imported_with_the_side_of_its_cells(cells):
    architecture, _, _ = cells
    assert (architecture["context"], architecture["grid"]) == ("grid", [64, 64])
    assert Zoo().load("cells").tile == {"side": 64}


@pytest.mark.full
def test_vmamba_gives_the_map_of_its_cells(in_cells, cells, tmp_path):
    _, scene, pixels = cells
    output = tmp_path / "map.tif"
    options = ["--preset", "cells", "--bands", "1,2,3", "--precision", "float32"]
    assert main(["segment", str(scene), *options, "--output", str(output)]) == 0
    mean, deviation = (np.array(v)[:, None, None] for v in ([123.675, 116.28, 103.53], [58.395, 57.12, 57.375]))
    logits = in_cells[0](torch.from_numpy((pixels - mean) / deviation).float()[None])[0]
    assert 0.01 < logits.argmax(0).float().mean() < 0.99
    with rasterio.open(output) as found:
        assert (found.read(1) == logits.argmax(0).numpy()).mean() > 0.999  # but for near ties


def test_what_runs_in_cells_only_is_not_imported_without_their_side(in_cells, engine_home, capsys):
    arguments = ["--as", "cells", "--preset", "glh-water", "--accept-licence"]
    assert main(["import", str(in_cells[1]), *arguments]) == 1
    told = capsys.readouterr().err
    assert "[checkpoint.mismatch]" in told
    assert "--cell" in told
    assert not imported(engine_home, "cells").exists()


def test_json_tells_everything(file, engine_home, capsys):
    arguments = ["import", str(file), "--as", "mine", "--preset", "glh-water", "--spim-heads", "4"]
    assert main([*arguments, "--accept-licence", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["preset"] == "mine"
    assert told["architecture"]["spim"] == {**SPIM, "stages": [3], "heads": 4}
    assert told["weights"]["matched"] > 200
    assert told["weights"]["unexpected"] == told["weights"]["missing"] == []
    assert told["licence"] == "CC-BY-NC-4.0"
    assert Zoo().load("mine").weights_path().parent == imported(engine_home, "mine")

    assert main([*arguments, "--accept-licence", "--json"]) == 1  # there is one of that name
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "preset.exists"


def test_without_the_licence_nothing_is_written(file, engine_home, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))  # not a terminal
    assert main(["import", str(file), "--as", "glh-water"]) == 1
    told = capsys.readouterr()
    assert "[checkpoint.licence]" in told.err
    assert "CC-BY-NC-4.0" in told.out
    assert not imported(engine_home, "glh-water").exists()


def test_a_foreign_licence_cannot_steer_the_terminal(capsys):
    args = argparse.Namespace(json=False, accept_licence=True, accepted_in=None)
    consent("CC-BY-NC-4.0", "The preset '\x1b[1A\x1b[2Kmine' gives the licence of its weights as MIT\r.", args)
    told = capsys.readouterr().out
    assert "forbids commercial use" in told
    assert not {"\x1b", "\r"} & set(told)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("\n", 1), ("no\n", 1)])
def test_on_a_terminal_the_licence_is_asked_for(file, engine_home, monkeypatch, answer, code):
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert main(["import", str(file), "--as", "glh-water"]) == code
    assert imported(engine_home, "glh-water").exists() == (code == 0)


def test_files_of_another_number_of_classes_are_refused(file, engine_home, capsys):
    assert main(["import", str(file), "--as", "fbp", "--accept-licence"]) == 1
    told = capsys.readouterr()
    assert "[checkpoint.mismatch]" in told.err
    assert "expected 24 x 16 x 1 x 1" in told.err
    assert "of another shape" in told.out
    assert not imported(engine_home, "fbp").exists()


def test_a_hostile_file_is_refused(engine_home, tmp_path, capsys):
    marker, file = tmp_path / "it-ran", tmp_path / "evil.pth"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("evil/data.pkl", f"cposix\nsystem\n(S'touch {marker}'\ntR.")
    assert main(["import", str(file), "--as", "fbp", "--accept-licence"]) == 1
    assert "[checkpoint.unsafe]" in capsys.readouterr().err
    assert not marker.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--as", "../up"],
        ["--as", ".hidden"],
        ["--as", "new"],
        ["--as", "fbp", "--spim-heads", "0"],
        ["--as", "fbp", "--cell", "50"],
        [],
    ],
)
def test_wrong_usage(engine_home, arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["import", "x.pth", *arguments])
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_weights_of_training_only_are_said_to_be_skipped(file, engine_home, capsys):
    main(["import", str(file), "--as", "glh-water", "--accept-licence", "--json"])
    skipped = json.loads(capsys.readouterr().out)["weights"]["skipped"]
    assert skipped["auxiliary_head.conv_seg.weight"] == "helps in training only"
    assert torch.load(file, weights_only=True)["state_dict"].keys() >= skipped.keys()


def pretrained(tmp_path):
    """A ResNet-18 of torchvision's names, which have no decoder."""
    theirs = mmseg_oracle.build("ResNet", depth=18, num_stages=4, out_indices=(0, 1, 2, 3), style="pytorch")
    weights = dialects.randomised(theirs).state_dict()
    return weights, save(tmp_path / "resnet18.pth", {**weights, "fc.bias": torch.ones(1000)})


def test_an_encoder_alone_begins_a_training(tmp_path, capsys):
    weights, file = pretrained(tmp_path)
    out = tmp_path / "resnet18.safetensors"
    assert main(["import", str(file), "--encoder-to", str(out)]) == 0
    told = capsys.readouterr().out
    assert 'encoder = { name = "resnet", deep_stem = false, variant = "18" }' in told
    encoder = tomllib.loads(told[told.index("encoder = {") :])
    assert encoder["start"] == str(out)
    network = nn.build({"encoder": encoder["encoder"], "decoder": {"name": "fpn", "channels": 8}, "classes": 3})
    before = network.decoder.classifier.weight.clone()
    _begin_with(network, out, tuple(f"{name}." for name in encoder["anew"]))
    assert torch.equal(network.encoder.stem.convs[0].conv.weight, weights["conv1.weight"])
    assert torch.equal(network.encoder.stages[3].blocks[1].convs[1].bn.running_var, weights["layer4.1.bn2.running_var"])
    assert torch.equal(network.decoder.classifier.weight, before)


def test_an_encoder_s_file_is_not_overwritten_and_told_as_json(tmp_path, capsys):
    _, file = pretrained(tmp_path)
    out = tmp_path / "resnet18.safetensors"
    assert main(["import", str(file), "--encoder-to", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["encoder"] == {"name": "resnet", "deep_stem": False, "variant": "18"}
    assert told["weights"]["missing"] == told["weights"]["unexpected"] == []
    content = out.read_bytes()
    assert main(["import", str(file), "--encoder-to", str(out), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "output.exists"
    assert out.read_bytes() == content
    assert main(["import", str(file), "--encoder-to", str(tmp_path / "none" / "a.safetensors"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "output.unwritable"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["resnet18.pth", "resnet18.safetensors"]
