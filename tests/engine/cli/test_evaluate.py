"""``wholescene evaluate`` as a person meets it."""

import json

import numpy as np
import pytest

import miniatures
from wholescene.cli.main import main, parser
from wholescene.wire import errors

LABELS = miniatures.stripes([0, 255, 255], 96)


@pytest.fixture
def water(tmp_path, monkeypatch):
    miniatures.glh_water(tmp_path / "data", LABELS)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def evaluate(*words):
    return main(["evaluate", "water-lite", "data", *words])


def test_the_table_names_modes_and_scores_and_the_files_are_there(water, capsys, tmp_path):
    assert evaluate("--map", "background=other", "--crop", "64", "--no-spim") == 0
    told = capsys.readouterr().out
    for words in ("water-lite on glh-water, split test", "test/07 (96 x 96)", "holistic", "no SPIM", "crop 64", "mIoU"):
        assert words in told
    assert "seams along edges of windows of 64 x 64 pixels that overlap by 33%" in told
    assert "evaluation/water-lite_glh-water_test.html" in told
    assert "earlier" not in told
    assert (tmp_path / "evaluation" / "water-lite_glh-water_test.html").is_file()


def test_again_nothing_is_computed_and_the_look_is_told(water, capsys):
    evaluate("--map", "background=other")
    capsys.readouterr()
    assert evaluate("--map", "background=other") == 0
    told = capsys.readouterr()
    assert "kept" in told.out
    assert "1 earlier evaluation(s) of this split" in told.out
    assert "planning" not in told.err  # no map was made


def test_json_says_all_of_it(water, capsys):
    assert evaluate("--map", "background=other", "--split", "val", "--json", "-o", "figures") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["classes"] == ["other", "water"]
    assert told["scenes"][0]["name"] == "val/02"
    confusion = np.array(told["all_pixels"][0]["confusion"])
    assert confusion.sum(1).tolist() == [(LABELS == 0).sum(), (LABELS == 255).sum()]
    assert told["earlier_test_evaluations"] is None  # no test scenes


def test_a_file_says_the_same_as_options(water, capsys, tmp_path):
    evaluate("--map", "background=other", "--split", "val", "--crop", "64", "--json", "-o", "a")
    options = json.loads(capsys.readouterr().out)
    (tmp_path / "e.toml").write_text(
        'preset = "water-lite"\ndata = "data"\nsplit = "val"\ncrop = [64]\n[classes.dataset]\nbackground = "other"\n'
    )
    assert main(["evaluate", "e.toml", "--json", "-o", "b"]) == 0
    file = json.loads(capsys.readouterr().out)
    assert file["config_sha256"]
    assert options["config_sha256"] is None
    for told in (options, file):
        for mode in told["scenes"][0]["modes"]:
            del mode["seconds"]
    assert file["scenes"] == options["scenes"]
    assert file["all_pixels"] == options["all_pixels"]


def test_a_class_without_a_counterpart_is_an_error_with_the_way_out(water, capsys, tmp_path):
    assert evaluate() == 1
    told = capsys.readouterr().err
    assert "[evaluation.classes]" in told
    assert "background" in told
    assert "--map NAME=CLASS" in told
    assert not (tmp_path / "evaluation").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--crop", "16"),
        ("--crop", "big"),
        ("--grid", "100"),
        ("--grid", "64x64x64"),
        ("--map", "lake"),
        ("--map", "lake="),
        ("--ignore", ","),
        ("--split", "all"),
    ],
)
def test_options_that_mean_nothing_end_with_the_usage(water, words, capsys):
    with pytest.raises(SystemExit) as ending:
        evaluate(*words)
    assert ending.value.code == 2
    assert words[0] in capsys.readouterr().err


def test_data_are_needed(capsys):
    with pytest.raises(SystemExit):
        main(["evaluate", "water-lite"])
    assert "DATA is needed" in capsys.readouterr().err


def test_grids_are_read_with_one_side_or_two():
    args = parser().parse_args(["evaluate", "p", "d", "--grid", "512,512x1024"])
    assert args.grid == [(512, 512), (512, 1024)]


def test_ctrl_c_says_that_finished_maps_are_kept(water, capsys, monkeypatch):
    def stopped(*_, **__):
        raise errors.Cancelled()

    monkeypatch.setattr("wholescene.service.compute.segment", stopped)
    assert evaluate("--map", "background=other") == 130
    assert "What is finished is kept" in capsys.readouterr().err
