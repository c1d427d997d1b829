"""Finding and starting the engine: real processes, real folders with difficult names."""

import os
import socket
import stat
import subprocess
from pathlib import Path

import pytest
from qgis.core import QgsSettings
from wholescene_qgis.core.installation import (
    PYTHON_SETTING,
    clean_environment,
    engine_python,
    without_console,
)
from wholescene_qgis.core.launcher import ARGUMENTS, EngineLauncher
from wholescene_qgis.core.session import EngineSession
from wholescene_qgis.wire.connection import (
    ConnectionInfo,
    connection_file,
    installation_file,
    read_connection,
    write_connection,
    write_installation,
)
from wholescene_qgis.wire.errors import EngineNotInstalled

ROOT = Path(__file__).parents[3]
ENGINE = ROOT / ".venv" / "bin" / "python"
DIFFICULT = "Bäume & Flüße 森 (2)"

needs_engine = pytest.mark.skipif(not ENGINE.exists(), reason="no engine in .venv")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    folder = tmp_path / f"home {DIFFICULT}"
    monkeypatch.setenv("WHOLESCENE_HOME", str(folder))
    monkeypatch.delenv("WHOLESCENE_PYTHON", raising=False)
    QgsSettings().remove(PYTHON_SETTING)
    yield folder
    QgsSettings().remove(PYTHON_SETTING)


@pytest.fixture
def launcher(qtbot):
    launcher = EngineLauncher()
    yield launcher
    launcher.stop()


def script(folder, text):
    """An executable that stands for a Python with an engine."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def engine_in(folder):
    """A Python environment in ``folder`` that has the real engine."""
    subprocess.run([str(ENGINE), "-m", "venv", "--without-pip", str(folder)], check=True)
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    python = folder / "bin" / "python"
    packages = [subprocess.check_output([str(p), "-c", ask], text=True).strip() for p in (ENGINE, python)]
    Path(packages[1], "engine.pth").write_text(f"{packages[0]}\n{ROOT / 'engine'}\n", encoding="utf-8")
    return python


def failure(qtbot, launcher):
    with qtbot.waitSignal(launcher.failed, timeout=20_000) as failed:
        launcher.find_or_start()
    assert not launcher.busy
    return failed.args[0]


def end_engine(qtbot, info):
    session = EngineSession()
    with qtbot.waitSignal(session.connected, timeout=20_000):
        session.open(info)
    with qtbot.waitSignal(session.lost, timeout=20_000):
        session.shutdown_engine()
    session.stop()
    qtbot.waitUntil(lambda: not connection_file().exists(), timeout=20_000)


@needs_engine
def test_an_engine_starts_from_a_folder_with_spaces_and_foreign_letters(qtbot, launcher, tmp_path, home):
    python = engine_in(tmp_path / DIFFICULT / "engine")
    write_installation(str(python), "0.1.0")
    with qtbot.waitSignals([launcher.starting, launcher.found], timeout=60_000) as heard:
        launcher.find_or_start()
    info = heard.all_signals_and_args[1].args[0]
    try:
        assert info == read_connection()
        program = os.readlink(f"/proc/{info.pid}/cwd"), Path(f"/proc/{info.pid}/cmdline").read_bytes().split(b"\0")
        assert program == (str(home / "data"), [os.fsencode(python), *map(str.encode, ARGUMENTS), b""])
        parent = Path(f"/proc/{info.pid}/stat").read_text().rpartition(")")[2].split()[1]
        assert int(parent) != os.getpid()  # it outlives QGIS
    finally:
        end_engine(qtbot, info)


@needs_engine
def test_a_running_engine_is_found_and_not_started_again(qtbot, launcher):
    write_installation(str(ENGINE), "0.1.0")
    with qtbot.waitSignal(launcher.found, timeout=60_000) as first:
        launcher.find_or_start()
    other = EngineLauncher()
    started = []
    other.starting.connect(lambda: started.append(1))
    try:
        with qtbot.waitSignal(other.found, timeout=20_000) as second:
            other.find_or_start()
        assert second.args[0] == first.args[0]
        assert started == []
    finally:
        end_engine(qtbot, first.args[0])


@needs_engine
def test_the_connection_file_of_a_dead_engine_is_not_believed(qtbot, launcher):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    write_connection(ConnectionInfo(f"tcp://127.0.0.1:{port}", "ab" * 32, 1, 1, "0.1.0"))
    write_installation(str(ENGINE), "0.1.0")
    with qtbot.waitSignals([launcher.starting, launcher.found], timeout=60_000) as heard:
        launcher.find_or_start()
    info = heard.all_signals_and_args[1].args[0]
    assert info.key != "ab" * 32
    end_engine(qtbot, info)


def test_no_engine_is_installed(qtbot, launcher):
    error = failure(qtbot, launcher)
    assert error["code"] == "engine.not_installed"
    assert str(installation_file()) in error["message"]


def test_the_panel_decides_before_the_environment_before_the_registration(tmp_path, monkeypatch):
    paths = [script(tmp_path / name, "") for name in ("registered", "variable", "chosen")]
    write_installation(paths[0], "0.1.0")
    assert engine_python() == paths[0]
    monkeypatch.setenv("WHOLESCENE_PYTHON", paths[1])
    assert engine_python() == paths[1]
    QgsSettings().setValue(PYTHON_SETTING, paths[2])
    assert engine_python() == paths[2]
    os.remove(paths[2])
    with pytest.raises(EngineNotInstalled, match="chosen"):
        engine_python()


def test_a_python_without_an_engine_is_quoted(qtbot, launcher, monkeypatch):
    monkeypatch.setenv("WHOLESCENE_PYTHON", "/usr/bin/python3")
    error = failure(qtbot, launcher)
    assert error["code"] == "engine.start_failed"
    assert "No module named" in error["message"]


def test_the_words_of_an_engine_that_refuses_are_quoted_without_the_bare_code(qtbot, launcher, tmp_path, monkeypatch):
    says = 'echo "error: No room. Make some." >&2; echo "       [output.disk_full]" >&2; exit 1'
    monkeypatch.setenv("WHOLESCENE_PYTHON", script(tmp_path / DIFFICULT, says))
    error = failure(qtbot, launcher)
    assert error["code"] == "engine.start_failed"
    assert error["params"]["detail"] == "error: No room. Make some"


def test_a_file_that_cannot_be_run(qtbot, launcher, tmp_path, monkeypatch):
    path = script(tmp_path, "")
    os.chmod(path, stat.S_IRUSR)
    monkeypatch.setenv("WHOLESCENE_PYTHON", path)
    assert failure(qtbot, launcher)["code"] == "engine.start_failed"


def test_an_engine_that_never_answers_is_given_up(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("WHOLESCENE_PYTHON", script(tmp_path, "echo thinking; exec sleep 3"))
    error = failure(qtbot, EngineLauncher(start_ms=400))
    assert error["code"] == "engine.start_failed"
    assert "thinking" in error["message"]


def test_stop_means_that_nothing_follows(qtbot, launcher, tmp_path, monkeypatch):
    monkeypatch.setenv("WHOLESCENE_PYTHON", script(tmp_path, "exit 1"))
    heard = []
    launcher.failed.connect(heard.append)
    launcher.find_or_start()
    launcher.stop()
    qtbot.wait(500)
    assert heard == []
    assert not launcher.busy


def test_the_engine_gets_no_environment_of_qgis_and_quoted_arguments(qtbot, launcher, tmp_path, monkeypatch):
    foreign = ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "GDAL_DATA", "PROJ_LIB", "QT_PLUGIN_PATH", "VIRTUAL_ENV")
    for name in foreign:
        monkeypatch.setenv(name, "/foreign")
    monkeypatch.setenv("WHOLESCENE_SCRATCH", "/large disk")
    monkeypatch.setenv("WHOLESCENE_PYTHON", script(tmp_path / DIFFICULT, f"env >'{tmp_path}/env'; echo $#; exit 1"))
    error = failure(qtbot, launcher)
    seen = dict(line.split("=", 1) for line in (tmp_path / "env").read_text().splitlines() if "=" in line)
    assert not set(foreign) & set(seen)
    assert seen["WHOLESCENE_SCRATCH"] == "/large disk"
    assert seen["PATH"] == os.environ["PATH"]
    assert error["params"]["detail"] == str(len(ARGUMENTS))


def test_the_environment_of_this_process_stays_as_it_is(monkeypatch):
    monkeypatch.setenv("GDAL_DATA", "/foreign")
    assert not clean_environment().contains("GDAL_DATA")
    assert os.environ["GDAL_DATA"] == "/foreign"


def test_a_connection_file_that_others_can_read_is_refused(qtbot, launcher):
    path = write_connection(ConnectionInfo("tcp://127.0.0.1:1", "ab" * 32, 1, 1, "0.1.0"))
    os.chmod(path, 0o644)
    assert failure(qtbot, launcher)["code"] == "wire.connection_file"


def test_an_engine_elsewhere_is_never_knocked_at(qtbot, launcher):
    write_connection(ConnectionInfo("tcp://192.0.2.1:5555", "ab" * 32, 1, 1, "0.1.0"))
    assert failure(qtbot, launcher)["code"] == "wire.message"


def test_on_windows_no_console_opens(tmp_path):
    (tmp_path / "python.exe").touch()
    assert without_console(str(tmp_path / "python.exe")) == str(tmp_path / "python.exe")
    (tmp_path / "pythonw.exe").touch()
    assert without_console(str(tmp_path / "python.exe")) == str(tmp_path / "pythonw.exe")
    assert without_console("/usr/bin/python3") == "/usr/bin/python3"


def test_looking_for_an_engine_starts_none(qtbot, launcher, home, monkeypatch, tmp_path):
    monkeypatch.setenv("WHOLESCENE_PYTHON", script(tmp_path, "touch started"))
    with qtbot.waitSignal(launcher.failed) as failed:
        launcher.find()
    assert failed.args[0]["code"] == "engine.not_found"
    write_connection(ConnectionInfo("tcp://127.0.0.1:1", "00" * 32, 1, 1, "0.1.0"))
    with qtbot.waitSignal(launcher.failed, timeout=20_000) as failed:
        launcher.find()
    assert failed.args[0]["code"] == "engine.not_found"
    assert not launcher.log_file.exists()


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a process cannot be asked whether it lives")
def test_a_new_engine_is_started_once_the_old_one_has_left(qtbot, launcher, monkeypatch, tmp_path):
    monkeypatch.setenv("WHOLESCENE_PYTHON", script(tmp_path, "echo here; exit 3"))
    old = subprocess.Popen(["sleep", "60"])
    with qtbot.assertNotEmitted(launcher.starting, wait=500):
        launcher.start_after(old.pid)
    with qtbot.waitSignal(launcher.starting, timeout=10_000):
        old.terminate()
        old.wait()
