"""Bundles made by the real pip from an index of small wheels: what is in them, and what is left when one fails."""

import hashlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
import zipfile

import pytest

from small_wheels import write_wheel
from wholescene.bundling.make import Order, make
from wholescene.cli.main import main
from wholescene.presets.recolouring import recolour
from wholescene.presets.zoo import Zoo, shipped_folder
from wholescene.wire.bundle import Bundle, BundledPython
from wholescene.wire.errors import (
    BundlingBuild,
    BundlingFile,
    BundlingIncomplete,
    BundlingNoWheel,
    BundlingPip,
    BundlingPython,
    BundlingWheel,
    OutputExists,
    OutputUnwritable,
    UnknownPreset,
    WeightsMissing,
)


@pytest.fixture
def order(tmp_path, engine, index):
    """An order for Windows with Python 3.12 that does not bring its Python."""
    (tmp_path / "out").mkdir()

    def build(**changes):
        values = {
            "output": tmp_path / "out" / "bundle.zip",
            "platform": "windows-x86_64",
            "without_python": True,
            "python_version": "3.12",
            "wheel": engine,
            "torch_index": "",
        }
        return Order(**{**values, **changes})

    return build


def wheels_of(made):
    return {path.split("/")[1].split("-")[0] for path in made.manifest.files if path.startswith("wheels/")}


def left_in(tmp_path):
    return sorted(path.name for path in (tmp_path / "out").iterdir())


def test_one_for_windows_holds_what_windows_needs(order, tmp_path):
    made = make(order())
    assert wheels_of(made) == {"wholescene", "torch", "numpy", "colorama", "sympy", "mpmath"}
    assert any(path.startswith("wheels/numpy") and path.endswith("win_amd64.whl") for path in made.manifest.files)
    assert (made.manifest.platform, made.manifest.build, made.manifest.release) == ("windows-x86_64", "cpu", "0.1.0")
    assert made.manifest.python == BundledPython("3.12", None)
    assert left_in(tmp_path) == ["bundle.zip"]


def test_the_requirements_name_all_of_it_and_pip_would_install_it_there(order, tmp_path):
    bundle = Bundle.open(make(order()).path)
    bundle.extract(tmp_path / "there")
    listed = (tmp_path / "there/requirements.txt").read_text().splitlines()[1:]
    assert sorted(listed) == [
        "colorama==0.4.6",
        "mpmath==1.3.0",
        "numpy==2.4.6",
        "sympy==1.14.0",
        "torch==2.13.0",
        "wholescene==0.1.0",
    ]
    options = ["--platform=win_amd64", "--python-version=3.12", "--only-binary=:all:", "--no-index"]
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--target", "t", "--find-links", "wheels", *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    done = subprocess.run(
        [*command, "-r", "requirements.txt"], cwd=tmp_path / "there", capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr


def test_what_only_torch_needs_there_is_followed_too(order):
    made = make(order(platform="linux-x86_64", build="cuda"))
    assert wheels_of(made) == {"wholescene", "torch", "numpy", "sympy", "mpmath", "nvidia_cublas", "nvidia_runtime"}


def test_the_build_of_torch_is_the_one_that_was_asked_for(order, cpu_index, tmp_path, monkeypatch):
    with pytest.raises(BundlingBuild, match=r"whl/cpu"):
        make(order(platform="linux-x86_64"))
    assert left_in(tmp_path) == []
    monkeypatch.setenv("PIP_FIND_LINKS", f"{tmp_path / 'index'} {cpu_index}")
    made = make(order(platform="linux-x86_64"))
    assert made.manifest.build == "cpu"
    assert not any("nvidia" in name for name in wheels_of(made))


def test_a_platform_without_wheels_is_told_by_package(order, tmp_path):
    with pytest.raises(BundlingNoWheel) as raised:
        make(order(platform="macos-arm64"))
    assert raised.value.params["package"] == "torch==2.13.0"
    assert left_in(tmp_path) == []


def test_a_package_that_nothing_has_is_told(order, index, engine, tmp_path):
    write_wheel(engine.parent, "wholescene", "0.1.0", ["torch", "not-there>=1"])
    with pytest.raises(BundlingNoWheel, match="not-there>=1"):
        make(order())
    assert left_in(tmp_path) == []


def test_pins_that_do_not_fit_together_are_told(order, engine, tmp_path):
    write_wheel(engine.parent, "wholescene", "0.1.0", ["numpy>=3"])
    with pytest.raises(BundlingIncomplete, match=r"numpy>=3, needed by wholescene, is there as 2\.4\.6 only"):
        make(order())
    assert left_in(tmp_path) == []


def test_a_file_is_not_replaced_unless_that_is_wanted(order, tmp_path):
    target = tmp_path / "out" / "bundle.zip"
    target.write_text("mine")
    with pytest.raises(OutputExists):
        make(order())
    assert target.read_text() == "mine"
    make(order(overwrite=True))
    Bundle.open(target)


def test_a_folder_that_is_not_there_is_told(order, tmp_path):
    with pytest.raises(OutputUnwritable):
        make(order(output=tmp_path / "nowhere" / "bundle.zip"))


def test_another_wheel_than_the_engines_is_refused(order, index):
    with pytest.raises(BundlingWheel, match="sympy"):
        make(order(wheel=index / "sympy-1.14.0-py3-none-any.whl"))


def test_pip_that_cannot_work_is_told(order, monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_RETRIES", "not a number")
    with pytest.raises(BundlingPip):
        make(order())
    assert left_in(tmp_path) == []


def test_a_python_of_another_version_is_refused(order, tmp_path):
    path = tmp_path / "python.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("python/python311.dll"), io.BytesIO())
    with pytest.raises(BundlingPython, match=r"3\.12 was asked for"):
        make(order(python=path, without_python=False))
    assert left_in(tmp_path) == []


# -- presets ---------------------------------------------------------------------------


@pytest.fixture
def my_preset(tmp_path, monkeypatch):
    """A preset of the user: the shipped one under another name, with a hidden file beside it."""
    folder = tmp_path / "presets" / "my-water"
    shutil.copytree(shipped_folder() / "water-lite", folder)
    item = json.loads((folder / "preset.json").read_text())
    item["id"] = "my-water"
    (folder / "preset.json").write_text(json.dumps(item))
    (folder / ".DS_Store").write_text("")
    monkeypatch.setenv("WHOLESCENE_PRESETS", str(tmp_path / "presets"))
    return folder


def test_presets_are_packed_with_their_weights(order, my_preset):
    made = make(order(presets=("my-water", "water-lite")))
    assert made.manifest.presets == ["my-water"]
    assert made.shipped == ("water-lite",)
    weights = hashlib.sha256((my_preset / "weights.safetensors").read_bytes()).hexdigest()
    assert made.manifest.files["presets/my-water/weights.safetensors"].sha256 == weights
    assert "presets/my-water/.DS_Store" not in made.manifest.files


@pytest.mark.parametrize(("base", "packed"), [("my-water", ["blue", "my-water"]), ("water-lite", ["blue"])])
def test_a_recoloured_preset_brings_the_one_that_has_its_weights(order, my_preset, base, packed):
    recolour(Zoo(), base, my_preset.with_name("blue"), {"water": "#0000ff"})
    made = make(order(presets=("blue",)))
    assert sorted(made.manifest.presets) == packed
    assert made.shipped == ()
    assert "presets/blue/preset.json" in made.manifest.files
    assert ("presets/my-water/weights.safetensors" in made.manifest.files) == (base == "my-water")


@pytest.mark.parametrize(("name", "error"), [("nothing", UnknownPreset), ("fbp", WeightsMissing)])
def test_presets_that_cannot_run_are_refused(order, name, error, tmp_path):
    with pytest.raises(error):
        make(order(presets=(name,)))
    assert left_in(tmp_path) == []


def test_a_file_that_windows_cannot_name_is_refused(order, my_preset, tmp_path):
    (my_preset / "what?.txt").write_text("")
    with pytest.raises(BundlingFile, match=r"what\?\.txt"):
        make(order(presets=("my-water",)))
    assert left_in(tmp_path) == []


# -- the command -----------------------------------------------------------------------


def command(tmp_path, engine, *more):
    target = tmp_path / "out.zip"
    words = ["bundle", "-o", target, "--wheel", engine, "--without-python", "--torch-index", "none", *more]
    return target, list(map(str, words))


def test_the_command_says_what_it_packed(tmp_path, engine, index, capsys):
    target, words = command(tmp_path, engine, "--platform", "windows-x86_64", "--json")
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["size"] == target.stat().st_size
    with zipfile.ZipFile(target) as archive:
        assert told["manifest"] == json.loads(archive.read("bundle.json"))


def test_the_command_tells_its_stages_and_its_errors(tmp_path, engine, index, capsys):
    target, words = command(tmp_path, engine, "--platform", "windows-x86_64")
    assert main(words) == 0
    told = capsys.readouterr()
    assert str(target) in told.out
    assert "6 packages, complete for that platform" in told.out
    assert "packing" in told.err
    assert main(words) == 1
    assert "[output.exists]" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--platform", "beos"],
        ["--build", "../cpu"],
        ["--python-sha256", "abc"],
        ["--python-version", "3"],
        ["--python", "a.tar.gz"],
    ],
)
def test_wrong_usage_ends_before_anything_is_done(tmp_path, engine, wrong):
    target, words = command(tmp_path, engine, *wrong)
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert not target.exists()


def test_ctrl_c_leaves_nothing(tmp_path, engine):
    """pip waits for an index that does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        _, words = command(tmp_path, engine, "--platform", "windows-x86_64", "--index", f"http://127.0.0.1:{port}/")
        environment = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        del environment["PIP_NO_INDEX"]
        process = subprocess.Popen([sys.executable, "-m", "wholescene.cli", *words], env=environment, cwd=tmp_path)
        silent.settimeout(60)
        asked, _ = silent.accept()
        with asked:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 130
    time.sleep(0.1)
    assert not list(tmp_path.glob("*.zip*"))
    assert not list(tmp_path.glob(".wholescene-bundle-*"))
