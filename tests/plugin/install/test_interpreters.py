"""Which Pythons are offered for the engine, and why others are not. Each is really started."""

import json
import os
import stat
import subprocess
import sys
import time

import pytest
from wholescene_qgis.core.install import interpreters
from wholescene_qgis.core.install.interpreters import Interpreter, Rejected
from wholescene_qgis.wire.errors import Cancelled

GOOD = {
    "version": [3, 12, 4],
    "base": "",
    "name": "cpython",
    "wide": True,
    "threaded": False,
    "pip": "24",
    "missing": "",
}


def always():
    return True


@pytest.fixture
def script(tmp_path):
    """Writes a program that answers as a Python of that kind would."""

    def write(name, body):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return write


def test_a_real_python_says_what_it_is():
    found = interpreters.probe("/usr/bin/python3", always)
    told = subprocess.run(
        ["/usr/bin/python3", "-c", "import platform; print(platform.python_version())"], capture_output=True
    )
    assert isinstance(found, Interpreter), found
    assert found.release == told.stdout.decode().strip()


def test_an_environment_is_told_as_the_python_below_it():
    # the tests themselves run in one; an engine on it would end with it
    assert sys.prefix != sys.base_prefix
    found = interpreters.probe(sys.executable, always)
    assert os.path.realpath(found.path) == os.path.realpath("/usr/bin/python3")
    assert not found.path.startswith(sys.prefix)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"version": [3, 9, 18]}, "3.9.18"),
        ({"version": [3, 15, 0]}, "3.15.0"),
        ({"wide": False}, "32-bit"),
        ({"name": "pypy"}, "pypy"),
        ({"threaded": True}, "free-threaded"),
        ({"missing": "No module named ensurepip"}, "python3-venv"),
        ({"version": "newest"}, ""),
        ({"version": None}, ""),
    ],
)
def test_what_does_not_suit_is_rejected_with_its_reason(script, changed, reason):
    path = script(
        "python3",
        f"echo '{json.dumps({**GOOD, **changed})}'".replace("No module named 'e", "no e").replace("p'\"", 'p"'),
    )
    found = interpreters.probe(path, always)
    assert isinstance(found, Rejected)
    assert reason in found.reason


@pytest.mark.parametrize(
    "body", ["echo hello", "exit 9", "kill -9 $$", "echo '[]'", "echo '{}'", "printf '\\377\\376'"]
)
def test_what_is_no_python_is_rejected(script, body):
    assert isinstance(interpreters.probe(script("python3", body), always), Rejected)


def test_what_cannot_be_run_is_rejected(tmp_path):
    assert isinstance(interpreters.probe(str(tmp_path / "nothing"), always), Rejected)
    (tmp_path / "python3").write_text("no program")
    assert isinstance(interpreters.probe(str(tmp_path / "python3"), always), Rejected)


def test_one_that_never_answers_does_not_hold_up_the_others(script, monkeypatch):
    monkeypatch.setattr(interpreters, "SECONDS", 1)
    began = time.monotonic()
    found = interpreters.probe(script("python3", "sleep 300"), always)
    assert "no answer" in found.reason
    assert time.monotonic() - began < 10


def test_looking_can_be_cancelled(script):
    with pytest.raises(Cancelled):
        interpreters.probe(script("python3", "sleep 300"), lambda: False)


def test_only_what_suits_is_offered_the_tested_one_first(script, monkeypatch, private_engine, tmp_path):
    for minor in (9, 10, 11, 13):
        script(f"python3.{minor}", f"echo '{json.dumps({**GOOD, 'version': [3, minor, 0]})}'")
    os.symlink(tmp_path / "bin" / "python3.13", tmp_path / "bin" / "python3")  # the same twice
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    monkeypatch.setattr(interpreters, "USUAL", ())
    suitable, rejected = interpreters.find(always)
    ours = [one for one in suitable if one.path.startswith(str(tmp_path))]
    assert [one.version[1] for one in ours] == [11, 10, 13]
    assert all(one.reason != "" for one in rejected)
    assert sys.executable not in [one.path for one in suitable]


def test_the_python_that_an_engine_was_given_is_not_offered_for_the_next(script, monkeypatch, private_engine, tmp_path):
    (private_engine / "data" / "engine" / "0.0.9-cpu").mkdir(parents=True)
    own = script("python3.11", f"echo '{json.dumps(GOOD)}'")
    inside = private_engine / "data" / "engine" / "0.0.9-cpu" / "python"
    os.rename(tmp_path / "bin", inside)
    python = str(inside / os.path.basename(own))
    (private_engine / "data" / "installation.json").write_text(json.dumps({"python": python, "version": "0.0.9"}))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(interpreters, "USUAL", ("/usr/bin/python3",))
    suitable, rejected = interpreters.find(always)
    assert [one.path for one in rejected] == [python]
    assert [os.path.realpath(one.path) for one in suitable] == [os.path.realpath("/usr/bin/python3")]


def test_what_the_launcher_of_windows_tells():
    told = (
        " -V:3.14 *        C:\\Users\\Jörg Müller\\AppData\\Local\\Programs\\Python\\Python314\\python.exe\r\n"
        " -V:3.11-32       C:\\Python311-32\\python.exe\r\n"
        " -V:Astral/CPython3.12.4 D:\\py\\python.exe\r\n"
        "No installed Pythons found!\r\n"
    )
    assert interpreters.launched(told) == [
        "C:\\Users\\Jörg Müller\\AppData\\Local\\Programs\\Python\\Python314\\python.exe",
        "C:\\Python311-32\\python.exe",
        "D:\\py\\python.exe",
    ]


@pytest.mark.parametrize(
    ("path", "home", "platform", "expected"),
    [
        (r"C:\Program Files\QGIS 3.40\apps\Python312\python.exe", r"C:\PROGRA~1\x", "win32", False),
        (
            r"C:\Program Files\QGIS 3.40\apps\Python312\python.exe",
            r"C:\Program Files\QGIS 3.40\apps\Python312",
            "win32",
            True,
        ),
        (
            r"c:/program files/qgis 3.40/apps/python312/python.exe",
            r"C:\Program Files\QGIS 3.40\apps\Python312",
            "win32",
            True,
        ),
        (r"C:\Python312\python.exe", r"C:\Program Files\QGIS 3.40\apps\Python312", "win32", False),
        ("/Applications/QGIS-LTR.app/Contents/MacOS/bin/python3", "/elsewhere", "darwin", True),
        ("/opt/homebrew/bin/python3.12", "/Applications/QGIS.app/Contents/Frameworks", "darwin", False),
        ("/usr/bin/python3", "/usr", "linux", False),
    ],
)
def test_the_python_of_qgis_itself_is_left_alone(path, home, platform, expected):
    assert interpreters.belongs_to_qgis(path, home, platform) is expected
