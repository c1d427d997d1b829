"""The engine's own wheel, from its source and from an installation."""

import subprocess
import sys
import zipfile
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from wholescene.bundling import engine_wheel as made_by
from wholescene.wire.errors import BundlingWheel
from wholescene.wire.release import RELEASE

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel, built from the source that the tests run."""
    return made_by.engine_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def installed(built, tmp_path):
    """The wheel as pip installs it."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        tmp_path / "site",
    ]
    subprocess.run([*command, built], check=True)
    return Distribution.at(tmp_path / "site" / f"wholescene-{RELEASE}.dist-info")


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_carries_the_list_of_packages(built):
    assert built.name == f"wholescene-{RELEASE}-py3-none-any.whl"
    assert contents(built)["wholescene/requirements.txt"] == (ROOT / "requirements/engine.txt").read_bytes()


def test_the_wheel_of_an_installation_has_the_same_files(installed, built, tmp_path):
    again = made_by._from_installed(installed, tmp_path)
    assert again.name == built.name
    before, after = contents(built), contents(again)
    record = f"wholescene-{RELEASE}.dist-info/RECORD"
    rows = [sorted(text.pop(record).decode().splitlines()) for text in (before, after)]
    assert after == before
    assert rows[0] == rows[1]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", tmp_path / "b", again],
        check=True,
    )


@pytest.mark.parametrize("change", ["changed", "gone"])
def test_an_installation_that_was_changed_is_not_passed_on(installed, tmp_path, change):
    place = Path(installed.locate_file("wholescene/wire/release.py"))
    place.unlink() if change == "gone" else place.write_text("RELEASE = '9.9.9'\n")
    with pytest.raises(BundlingWheel, match=r"release\.py"):
        made_by._from_installed(installed, tmp_path)


def test_an_installation_without_record_is_refused(installed, tmp_path):
    Path(installed.locate_file(f"wholescene-{RELEASE}.dist-info/RECORD")).unlink()
    with pytest.raises(BundlingWheel, match="RECORD"):
        made_by._from_installed(installed, tmp_path)
