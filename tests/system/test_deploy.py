"""What `deploy/` names exists: options, paths, commands (those of its page: tests/engine/test_docs.py).

The unit is held against systemd itself where that is here.
"""

import configparser
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("rasterio", reason="runs in the engine's Python")

from wholescene.cli.main import parser

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def understood(words):
    """Whether the command line takes these words behind ``wholescene``."""
    try:
        parser().parse_args(words)
    except SystemExit as ended:
        return ended.code == 0
    return True


@pytest.fixture(scope="module")
def unit():
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str
    read.read(DEPLOY / "wholescene.service", encoding="utf-8")
    return read


@pytest.fixture(scope="module")
def recipe():
    """The instructions of the container recipe, each as (word, rest)."""
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    whole = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [tuple(line.split(None, 1)) for line in whole.splitlines() if line.strip()]


def test_the_unit_starts_the_engine_for_a_user(unit):
    program, *words = shlex.split(unit["Service"]["ExecStart"])
    assert program.startswith("%h/")
    assert Path(program).name == "wholescene"
    assert understood(words)
    assert unit["Install"]["WantedBy"] == "default.target"  # of a user; multi-user.target is the system's
    assert "User" not in unit["Service"]


def test_the_unit_takes_nothing_away_that_torch_needs(unit):
    """Compiled kernels need memory that is written and run; GPUs need their devices."""
    assert not {"MemoryDenyWriteExecute", "PrivateDevices", "DevicePolicy", "ProtectHome"} & set(unit["Service"])
    assert unit["Service"]["NoNewPrivileges"] == "yes"


def test_systemd_has_nothing_to_say_about_the_unit(tmp_path):
    """`systemd-analyze verify`, where there is a systemd; its other half is the tests above."""
    analyze = shutil.which("systemd-analyze")
    program = tmp_path / ".local/share/wholescene/venv/bin/wholescene"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime)}
    if analyze is not None:
        command = [analyze, "verify", "--user", DEPLOY / "wholescene.service"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_what_the_recipe_copies_is_there(recipe):
    copied = [rest.split()[:-1] for word, rest in recipe if word == "COPY" and not rest.startswith("--from")]
    names = {name for sources in copied for name in sources}
    assert {"engine", "models", "pyproject.toml", "requirements/engine.txt"} <= names
    assert [name for name in names if not (ROOT / name).exists()] == []
    # what the build of the wheel reads besides
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert {'readme = "README.md"', 'license-files = ["LICENSE"]'} <= {line.strip() for line in project.splitlines()}
    assert {"README.md", "LICENSE"} <= names


def test_the_recipe_ends_without_root_and_its_commands_exist(recipe):
    last = dict(recipe)  # of several the last one counts, as in a build
    assert last["USER"] not in ("root", "0")
    [entry] = re.findall(r'"([^"]+)"', last["ENTRYPOINT"])
    assert entry == "wholescene"
    assert understood(re.findall(r'"([^"]+)"', last["CMD"]))
    check = re.findall(r'"([^"]+)"', last["HEALTHCHECK"].partition("CMD")[2])
    assert check[0] == "wholescene"
    assert understood(check[1:])
    assert "EXPOSE" not in last  # it listens on the loopback only


def test_the_recipe_takes_the_pinned_packages_and_a_python_that_is_supported(recipe):
    arguments = dict(rest.split("=", 1) for word, rest in recipe if word == "ARG")
    assert arguments["PYTHON"] in ("3.10", "3.11", "3.12", "3.13", "3.14")
    assert arguments["TORCH_INDEX"].startswith("https://")
    ran = " ".join(rest for word, rest in recipe if word == "RUN")
    assert "-r requirements/engine.txt" in ran


def test_the_files_that_the_page_names_are_there():
    text = (DEPLOY / "README.md").read_text("utf-8")
    named = set(re.findall(r"deploy/\w[\w.]*", text)) | {"requirements/engine.txt"}
    assert {name for name in named if not (ROOT / name).is_file()} == set()
