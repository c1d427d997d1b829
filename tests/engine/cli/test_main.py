"""The command line as a person meets it: exit codes, where messages go, what they say."""

import json

import pytest

from wholescene.cli import main as command
from wholescene.cli.main import main
from wholescene.wire.connection import read_installation
from wholescene.wire.errors import Cancelled, SceneNotFound


def run_with(monkeypatch, error):
    def fail(args):
        raise error

    monkeypatch.setattr(command.presets, "run", fail)
    return main(["presets", "--json"]) if getattr(error, "as_json", False) else main(["presets"])


def test_no_command_and_unknown_options_are_wrong_usage(capsys):
    for arguments in ([], ["segment"], ["segment", "a.tif", "--preset", "x", "--extent", "1,2,3"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_every_command_explains_itself(capsys):
    for name in (
        "segment",
        "attention",
        "plan",
        "doctor",
        "presets",
        "import",
        "dataset",
        "serve",
        "status",
        "shutdown",
        "register",
        "bundle",
        "landscape",
        "demo",
    ):
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        assert len(capsys.readouterr().out) > 100


def test_an_error_says_what_is_wrong_the_way_out_and_its_code_on_stderr(monkeypatch, capsys):
    assert run_with(monkeypatch, SceneNotFound(path="x.tif")) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "There is no file at x.tif. Check the path." in told.err
    assert "[scene.not_found]" in told.err
    assert len(told.err.splitlines()) < 24


def test_an_error_cannot_steer_the_terminal(monkeypatch, capsys):
    assert run_with(monkeypatch, SceneNotFound(path="\x1b[2Kscene\r.tif")) == 1
    told = capsys.readouterr().err
    assert "scene" in told
    assert "\x1b" not in told
    assert "\r" not in told


def test_an_error_goes_to_stdout_as_json_where_json_was_asked_for(monkeypatch, capsys):
    error = SceneNotFound(path="x.tif")
    error.as_json = True
    assert run_with(monkeypatch, error) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "scene.not_found"


@pytest.mark.parametrize("wish", [KeyboardInterrupt(), Cancelled()])
def test_a_wish_to_stop_ends_with_130(monkeypatch, wish):
    assert run_with(monkeypatch, wish) == 130


def test_a_fault_of_ours_is_an_error_too(monkeypatch, capsys):
    assert run_with(monkeypatch, ZeroDivisionError("x")) == 1
    told = capsys.readouterr().err
    assert "[internal]" in told
    assert "ZeroDivisionError" in told


def test_an_extent_may_begin_with_a_minus():
    args = command.parser().parse_args(
        command._with_negative_numbers(["segment", "a.tif", "-p", "x", "--extent", "-71.5,-12,-71,-11.5"])
    )
    assert args.extent == (-71.5, -12.0, -71.0, -11.5)


def test_presets_are_listed_for_people_and_machines(engine_home, capsys):
    assert main(["presets"]) == 0
    assert "water-lite" in capsys.readouterr().out
    assert main(["presets", "--json"]) == 0
    listed = {preset["name"]: preset for preset in json.loads(capsys.readouterr().out)["presets"]}
    assert [entry["name"] for entry in listed["water-lite"]["classes"]] == ["other", "water"]
    assert not listed["fbp"]["ready"]


def test_register_names_this_python(engine_home, capsys):
    import sys

    assert main(["register"]) == 0
    assert read_installation().python == sys.executable


def test_landscape_writes_scene_and_truth_and_does_not_overwrite(tmp_path, capsys):
    folder = tmp_path / "new" / "land"
    assert main(["landscape", str(folder), "--size", "128"]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["landscape.tif", "landscape_truth.tif"]
    before = (folder / "landscape.tif").read_bytes()
    assert main(["landscape", str(folder), "--size", "64"]) == 1
    assert "[output.exists]" in capsys.readouterr().err
    assert (folder / "landscape.tif").read_bytes() == before


def test_status_without_an_engine_says_how_to_start_one(engine_home, capsys):
    assert main(["status"]) == 1
    assert "wholescene serve" in capsys.readouterr().err
