"""Whole runs on drawn landscapes: what is learnt, continued, shared between ranks, refused."""

import json
import os
import socket
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
import torch
from safetensors.torch import load_file

from training_runs import CLASSES, CROPS, DATASET, LOSS, SCENES, StopAt, configuration, log, losses
from wholescene.cli.main import main
from wholescene.training import checkpoint
from wholescene.training.run import LOOPBACK, _raise_theirs, train
from wholescene.wire import errors


def test_the_loss_falls_and_the_preset_segments(folder, monkeypatch):
    monkeypatch.setenv("WHOLESCENE_HOME", str(folder / "home"))
    crops = CROPS.replace("steps = 4", "steps = 24").replace("batch = 2", "batch = 4").replace("1e-3", "3e-3")
    config = configuration(
        folder, crops, SCENES, **{"validation = 0": "validation = 13", "checkpoint = 0": "checkpoint = 26"}
    )
    preset = train(config)
    found = losses(folder / "run")
    assert list(found) == list(range(1, 27))
    assert np.mean([found[step] for step in range(20, 25)]) < 0.6 * found[1]
    means = [record["validation"]["mean"] for record in log(folder / "run") if "validation" in record]
    assert len(means) == 2
    assert sorted(file.name for file in preset.iterdir()) == [
        "card.md",
        "drawn-water.toml",
        "preset.json",
        "weights.safetensors",
    ]
    # the best of the last stage: what crops found does not have what scenes bring in
    assert f"| c | {means[1]:.4f} |" in (preset / "card.md").read_text()
    output = folder / "map.tif"
    assert main(["segment", str(folder / "data" / "c_rgb.tif"), "--preset", str(preset), "--output", str(output)]) == 0
    with rasterio.open(output) as file, rasterio.open(folder / "data" / "c_water.tif") as truth:
        classes, labels = file.read(1), truth.read(1)
    assert set(np.unique(classes)) <= {0, 1}
    both = np.bincount((labels * 2 + classes).ravel(), minlength=4).reshape(2, 2)
    scores = [both[i, i] / (both[i].sum() + both[:, i].sum() - both[i, i]) for i in (0, 1) if both[i].sum()]
    # the preset holds these weights, and segments as the validation did
    assert np.mean(scores) == pytest.approx(means[1], abs=1e-3)


@pytest.mark.parametrize("stop", [3, 4, 5], ids=["in crops", "between stages", "in scenes"])
def test_a_run_that_is_continued_goes_on_bit_for_bit(folder, stop):
    """Weights, their average, moments and the random parts of steps: dropout, and the optimiser that begins anew."""
    parts = (LOSS, CROPS, SCENES.replace("frozen = 2", "frozen = 2\nrestart = true"))
    dropout = {"channels = 32": "channels = 32, dropout = 0.3"}
    whole = train(configuration(folder, *parts, **dropout))
    expected = losses(folder / "run")
    config = configuration(folder, *parts, **dropout, **{'output = "run"': 'output = "again"'})
    with pytest.raises(errors.Cancelled):
        train(config, listener=StopAt(stop))
    assert max(losses(folder / "again")) == stop
    preset = train(config, resume=True)
    assert losses(folder / "again") == expected
    before, after = (load_file(made / "weights.safetensors") for made in (whole, preset))
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_ranks_learn_what_one_would(folder):
    """Crops by two ranks, then scenes that the two share; every term of the loss takes part."""
    train(configuration(folder, LOSS, CROPS, SCENES))
    shared = "\n[parallel]\nspatial = 2\n"
    train(configuration(folder, LOSS, shared, CROPS, SCENES, **{'output = "run"': 'output = "two"'}), ranks=2)
    assert list(losses(folder / "two").values()) == pytest.approx(list(losses(folder / "run").values()), rel=1e-4)
    one, two = (load_file(folder / run / "drawn-water" / "weights.safetensors") for run in ("run", "two"))
    for name, weight in one.items():
        assert (two[name] - weight).norm() <= 2e-3 * weight.norm() + 1e-4, name


def test_ranks_stop_together_and_go_on(folder):
    train(configuration(folder, CROPS), ranks=2)
    config = configuration(folder, CROPS, **{'output = "run"': 'output = "again"'})
    with pytest.raises(errors.Cancelled):
        train(config, ranks=2, listener=StopAt(2))
    assert max(losses(folder / "again")) == 2
    with pytest.raises(errors.RunUnresumable, match="2 ranks"):
        train(config, resume=True)
    train(config, ranks=2, resume=True)
    assert losses(folder / "again") == losses(folder / "run")


def test_maps_that_wait_in_a_file_change_nothing(folder):
    train(configuration(folder, SCENES))
    waiting = '\n[memory]\noffload = "file"\nthreshold_mb = 0.0\n'
    train(configuration(folder, waiting, SCENES, **{'output = "run"': 'output = "file"'}))
    assert losses(folder / "file") == losses(folder / "run")


def test_frozen_stages_stay_and_spim_comes_in_as_the_identity(folder):
    crops = train(configuration(folder, CROPS, **{"average = 0.9": "average = 0.0"}))
    config = configuration(
        folder, CROPS, SCENES, **{"average = 0.9": "average = 0.0", 'output = "run"': 'output = "b"'}
    )
    scenes = train(config)
    before, after = (load_file(made / "weights.safetensors") for made in (crops, scenes))
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    still = ("encoder.stem.", "encoder.stages.0.", "encoder.stages.1.", "norms.0.", "norms.1.")
    assert not any(name.startswith(still) for name in changed)
    assert {"encoder.stages.2.blocks.0.conv_dw.weight", "spim.3.linear2.weight", "decoder.smooth.weight"} <= changed
    assert not before["spim.3.attn.out_proj.weight"].any()


def test_batch_norms_of_frozen_stages_keep_their_statistics(folder):
    resnet = {'"convnextv2", variant = "atto"': '"resnet", variant = "18"'}
    weights = load_file(
        train(configuration(folder, CROPS.replace("spim", "frozen = 2\nspim"), **resnet)) / "weights.safetensors"
    )
    means = {name: value for name, value in weights.items() if name.endswith("running_mean")}
    still = [name for name, value in means.items() if not value.any()]  # as a batch norm begins
    frozen = ("encoder.stem.", "encoder.stages.0.", "encoder.stages.1.")
    assert still == [name for name in means if name.startswith(frozen)]
    assert len(still) < len(means)


def test_torchrun_starts_ranks_of_which_each_two_share_a_scene(folder):
    """Data parallel times spatially parallel: crops by four ranks, then two scenes at once, two ranks to each."""
    crops = CROPS.replace("batch = 2", "batch = 4")
    train(configuration(folder, LOSS, crops, SCENES))
    shared = "\n[parallel]\nspatial = 2\n"
    config = configuration(folder, LOSS, shared, crops, SCENES, **{'output = "run"': 'output = "four"'})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = ["--nproc-per-node", "4", "--master-addr", "127.0.0.1", "--master-port", str(port)]
    found = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", *address, "-m", "wholescene.cli", "train", str(config)],
        env={**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": LOOPBACK},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == str(folder / "four" / "drawn-water")
    assert list(losses(folder / "four").values()) == pytest.approx(list(losses(folder / "run").values()), rel=1e-4)
    one, four = (load_file(folder / run / "drawn-water" / "weights.safetensors") for run in ("run", "four"))
    for name, weight in one.items():
        assert (four[name] - weight).norm() <= 2e-3 * weight.norm() + 1e-4, name


# -- what goes wrong -----------------------------------------------------------------


def test_a_loss_that_is_no_number_names_step_and_scenes(folder):
    config = configuration(folder, CROPS.replace("1e-3", "1e30"), largest_gradient="#")
    with pytest.raises(errors.TrainingDiverged) as caught:
        train(config)
    assert caught.value.params["step"] >= 1
    assert caught.value.params["stage"] == "crops"
    assert set(caught.value.params["scenes"].split(", ")) <= {"a", "b"}


def described(folder, drawn, text):
    """The same scenes under another description."""
    data = folder / "other"
    data.mkdir()
    for file in drawn.glob("*.tif"):
        (data / file.name).symlink_to(file)
    (data / "dataset.toml").write_text(text)
    return configuration(folder, CROPS, **{'folder = "data"': 'folder = "other"'})


def test_a_class_that_never_occurs_is_named(folder, drawn):
    text = DATASET.replace(CLASSES, CLASSES[:-1] + ', { value = 2, name = "lava", colour = "#FF0000" }]')
    with pytest.raises(errors.ClassNeverOccurs, match="lava"):
        train(described(folder, drawn, text))


def test_a_label_that_no_class_has_is_named(folder, drawn):
    text = DATASET.replace("value = 1", "value = 7")
    with pytest.raises(errors.LabelValueUnknown, match="1"):
        train(described(folder, drawn, text))


def test_an_error_of_another_rank_goes_before_our_losing_it(tmp_path):
    ended = [SimpleNamespace(join=lambda _: None, exitcode=code) for code in (0, 1)]
    (tmp_path / "error-2.json").write_text(json.dumps(errors.SceneTruncated(path="a.tif").to_dict()))
    with pytest.raises(errors.SceneTruncated, match=r"a\.tif"):
        _raise_theirs(tmp_path, ended)
    (tmp_path / "error-2.json").unlink()
    with pytest.raises(errors.TrainingRankFailed, match="Rank 2"):
        _raise_theirs(tmp_path, ended)


@pytest.mark.parametrize("part", [SCENES, "[optimiser]\nlayer_decay = 0.9\n" + CROPS])
def test_stages_that_lie_side_by_side_neither_freeze_nor_slow_down(folder, part):
    hrnet = {'"convnextv2", variant = "atto"': '"hrnet", variant = "w18"', "[optimiser]\nlargest_gradient = 1.0\n": ""}
    with pytest.raises(errors.TrainingConfigInvalid, match="hrnet"):
        train(configuration(folder, part, **hrnet))


def test_an_auxiliary_head_needs_a_map_of_its_own(folder):
    vit = {
        'encoder = { name = "convnextv2", variant = "atto" }\ndecoder = { name = "fpn", channels = 32 }': (
            'encoder = { name = "vit", variant = "small" }\ndecoder = { name = "fcn", channels = 8 }\n'
            'context = "grid"\ngrid = [128, 128]'
        ),
        "spim = { stages = [3], heads = 4, kv_pool = 2 }\n": "",
    }
    with pytest.raises(errors.TrainingConfigInvalid, match=r"vit gives 1 map.*\$\.loss\.auxiliary"):
        train(configuration(folder, CROPS, "[loss]\nauxiliary = 0.4\n", **vit))


def test_a_region_grid_that_is_not_made_of_tiles_is_refused_at_once(folder):
    grid = {"spim = {": 'context = "grid"\ngrid = [160, 128]\nspim = {'}
    with pytest.raises(errors.TrainingConfigInvalid, match=r"region grid of \(160, 128\).*\$\.network\.tile"):
        train(configuration(folder, CROPS, **grid))


def test_samples_that_ranks_cannot_share_are_refused(folder):
    config = configuration(folder, CROPS.replace("batch = 2", "batch = 3"))
    with pytest.raises(errors.RanksUneven):
        train(config, ranks=2)


@pytest.mark.parametrize("pays", [True, False])
def test_the_precision_is_chosen_once(folder, monkeypatch, pays):
    monkeypatch.setattr("wholescene.holistic.precision.pays", lambda device: pays)
    config = configuration(folder, CROPS, **{"average = 0.9": 'average = 0.9\nprecision = "auto"'})
    with pytest.raises(errors.Cancelled):
        train(config, listener=StopAt(1))
    saved = checkpoint.load(folder / "run", torch.device("cpu"))
    assert saved is not None
    assert json.loads(saved["config"])["precision"] == ("bf16" if pays else "float32")
    monkeypatch.setattr("wholescene.holistic.precision.pays", lambda device: not pays)
    train(config, resume=True)
    assert list(losses(folder / "run")) == [1, 2, 3, 4]


def test_scenes_with_too_few_tiles_for_the_ranks_are_told_at_once(folder):
    config = configuration(folder, "[parallel]\nspatial = 2\n", CROPS, SCENES, **{"tile = 128": "tile = 256"})
    with pytest.raises(errors.RanksWithoutTile):
        train(config, ranks=2)
    assert not (folder / "run" / "log.jsonl").exists()


def test_a_run_is_not_overwritten_and_not_continued_as_another(folder):
    train(configuration(folder, CROPS, **{"checkpoint = 0": "checkpoint = 4"}))
    with pytest.raises(errors.RunExists):
        train(folder / "run.toml")
    changed = configuration(folder, CROPS.replace("batch = 2", "batch = 4"), **{"checkpoint = 0": "checkpoint = 4"})
    with pytest.raises(errors.RunUnresumable, match="stages"):
        train(changed, resume=True)


def test_a_full_disk_leaves_the_last_checkpoint(tmp_path):
    state = {"weights": torch.arange(1000.0), "step": 1}
    checkpoint.save(state, tmp_path)
    (tmp_path / "checkpoint.pt.part").symlink_to("/dev/full")
    with pytest.raises(errors.DiskFull):
        checkpoint.save({**state, "step": 2}, tmp_path)
    found = checkpoint.load(tmp_path, torch.device("cpu"))
    assert found is not None
    assert found["step"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_checkpoint_that_is_cut_off_is_told(tmp_path):
    (tmp_path / "checkpoint.pt").write_bytes(b"PK half of it")
    with pytest.raises(errors.RunUnresumable):
        checkpoint.load(tmp_path, torch.device("cpu"))


def test_the_command_says_where_the_preset_is_and_what_is_wrong(folder, capsys):
    config = configuration(folder, CROPS.replace("steps = 4", "steps = 1"))
    assert main(["train", str(config)]) == 0
    told = capsys.readouterr()
    assert told.out.strip() == str(folder / "run" / "drawn-water")
    assert "step 1 of 1" in told.err
    assert main(["train", str(folder / "none.toml")]) == 1
    assert "[training.config]" in capsys.readouterr().err


def test_the_log_is_json_lines_of_one_run(folder):
    for _ in range(2):  # without checkpoints there is nothing to protect
        train(configuration(folder, CROPS))
    lines = (folder / "run" / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2, 3, 4]
    assert {record["rate"] for record in log(folder / "run")} == {1e-3}
