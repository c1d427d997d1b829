"""Installations from the first stage to the last, cut off in between, in bad circumstances, with real pip and venv."""

import contextlib
import dataclasses
import json
import os
import stat
import subprocess
import threading
import time
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import QLockFile
from wholescene_qgis.core.install import builds, download, files, place
from wholescene_qgis.core.install.record import STAGES, Record, Stage
from wholescene_qgis.core.install.removal import finish_removals, remove
from wholescene_qgis.core.install.source import Kind, Source
from wholescene_qgis.core.installation import engine_python
from wholescene_qgis.wire.connection import remove_connection
from wholescene_qgis.wire.errors import (
    Cancelled,
    CertificateUntrusted,
    DownloadDamaged,
    DownloadIntercepted,
    EngineFileHeld,
    EngineNotInstalled,
    EngineUnfit,
    InstallDiskFull,
    InstallUnderWay,
    NetworkMissing,
    NoWheel,
    OtherRelease,
    PythonUnusable,
    WrongBuild,
)
from wholescene_qgis.wire.release import RELEASE

from package_server import PackageServer, untrusted_certificate
from tiny_wheels import write_engine, write_wheel

PYTHON = "/usr/bin/python3"
# what a Python says of itself that was unpacked for an engine
OWN_PYTHON = json.dumps(
    {"version": [3, 11, 9], "base": "", "name": "cpython", "wide": True, "threaded": False, "pip": "24", "missing": ""}
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(download, "PAUSE_S", 0.05)


@pytest.fixture(autouse=True)
def no_other_engine(monkeypatch):
    monkeypatch.delenv("WHOLESCENE_PYTHON", raising=False)


def files_of(engine):
    """What lies in an engine's folder."""
    return sorted(path.name for path in engine.iterdir())


def require_not_registered():
    with pytest.raises(EngineNotInstalled):
        engine_python()


def test_an_engine_is_installed_where_it_belongs_and_found(plan, install, server, home):
    python = install(plan)
    assert python == home / "data" / "engine" / f"{RELEASE}-cpu" / "env" / "bin" / "python"
    assert engine_python() == str(python)
    told = subprocess.run(
        [python, "-I", "-c", "import tinypackage; print(tinypackage.__version__)"], capture_output=True
    )
    assert told.stdout == b"2.0\n"  # the pinned one, not the newest
    assert files_of(plan.folder) == ["env", "install.json"]
    assert [progress.stage for progress in install.told if not progress.done] == list(STAGES)
    engine = next(name for name in server.files_asked() if name.startswith("wholescene"))
    assert server.files_asked().count(engine) == 2  # by pip for what it needs, by us for the file

    asked = len(server.asked)
    install(plan)  # all is there
    assert len(server.asked) == asked


def test_what_was_cut_off_goes_on_and_is_not_seen_before_its_end(begun, install, server):
    plan = begun
    server.cut_after = 100_000
    with pytest.raises(NetworkMissing):
        install(plan, at=Stage.DOWNLOAD, do=lambda: setattr(server, "cuts", 99))
    require_not_registered()
    record = Record.read(plan.folder)
    assert record.done == ["python", "environment", "resolve"]
    assert [engine.whole for engine in place.installed_engines()] == [False]

    server.cuts, server.asked[:] = 0, []
    python = install(plan)
    assert engine_python() == str(python)
    assert not any(path.startswith("/simple") for path, _range in server.asked)  # nothing was resolved again
    assert any(asked for path, asked in server.asked if "wholescene" in path)  # a rest was asked for


def test_cancelled_in_the_middle_of_pip_the_environment_is_made_anew(begun, install):
    plan = begun
    with pytest.raises(Cancelled):
        install(plan, lambda: not (install.told and install.told[-1].stage is Stage.INSTALL))
    require_not_registered()
    left = plan.folder / "env" / "left-by-the-first-try"
    left.touch()
    assert Record.read(plan.folder).touched
    install(plan)
    assert not left.exists()


@pytest.mark.parametrize(
    ("wheel", "error"),
    [({"doctor": "problem"}, EngineUnfit), ({"says": "9.9.9"}, OtherRelease)],
    ids=["does not work", "is another"],
)
def test_an_engine_that_fails_its_check_is_not_registered(begun, install, wheels, wheel, error):
    write_engine(wheels, RELEASE, **wheel)
    with pytest.raises(error):
        install(begun)
    require_not_registered()


def test_repair_does_again_what_does_not_hold(plan, install, server):
    python = install(plan)
    asked = len(server.asked)
    install(plan, repair=True)
    assert len(server.asked) == asked  # nothing was wrong
    package = next((plan.folder / "env").glob("lib/*/site-packages/tinypackage/__init__.py"))
    package.write_text("")  # as a disk fault or a tidy hand leaves it
    install(plan, repair=True)
    assert package.read_text() != ""
    assert engine_python() == str(python)


def test_an_engine_that_is_not_in_use_any_more_is_brought_into_use_again(begun, install, server, home):
    ours = install(begun)
    registration = home / "data" / "installation.json"
    other = home / "data" / "engine" / f"{RELEASE}-cu130" / "env" / "bin" / "python"  # another build, installed later
    other.parent.mkdir(parents=True)
    other.symlink_to(PYTHON)
    for leave in (
        lambda: registration.write_text(json.dumps({"python": str(other), "version": RELEASE})),
        registration.unlink,  # that other one was removed
    ):
        for repair in (False, True):
            leave()
            asked = len(server.asked)
            install(begun, repair=repair)
            assert engine_python() == str(ours)
            assert len(server.asked) == asked


def test_an_engine_that_broke_meanwhile_is_not_brought_into_use(begun, install, home):
    install(begun)
    (home / "data" / "installation.json").unlink()
    next((begun.folder / "env").glob("lib/*/site-packages/wholescene/cli.py")).write_text("raise SystemExit(1)")
    with pytest.raises(EngineUnfit):
        install(begun)
    require_not_registered()
    install(begun, repair=True)
    assert engine_python().startswith(str(begun.folder))


def test_no_engine_is_built_on_the_python_of_another(plan, install):
    other = place.folder_for("0.0.9", "cpu") / "python" / "bin" / "python3"
    other.parent.mkdir(parents=True)
    other.write_text(f"#!/bin/sh\necho '{OWN_PYTHON}'\n")
    other.chmod(other.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(PythonUnusable) as caught:
        install(dataclasses.replace(plan, python=str(other)))
    assert "removed with it" in caught.value.params["detail"]
    assert not (plan.folder / "env").exists()


def test_removing_leaves_nothing_but_what_is_the_users(begun, install, home):
    install(begun)
    (home / "data" / "presets" / "mine").mkdir(parents=True)
    (engine,) = place.installed_engines()
    assert engine.whole
    assert engine.is_registered()
    remove(engine)
    require_not_registered()
    assert [path.name for path in (home / "data" / "engine").iterdir() if path.suffix != ".lock"] == []
    assert (home / "data" / "presets" / "mine").is_dir()


def test_a_removal_that_was_held_up_in_the_middle_is_finished(begun, install, home, monkeypatch):
    install(begun)
    (engine,) = place.installed_engines()
    with monkeypatch.context() as windows:

        def held(path, **_options):
            raise PermissionError(13, "used by another process", path)

        windows.setattr(files.shutil, "rmtree", held)
        with pytest.raises(EngineFileHeld):
            remove(engine, 0.01)
    require_not_registered()
    assert not (home / "data" / "installation.json").exists()  # it would name what is gone
    assert not begun.folder.exists()
    left = begun.folder.with_name(f".{begun.folder.name}.leaving")
    assert left.is_dir()
    remove(engine, 0.01)
    assert not left.exists()

    left.mkdir()  # whoever does not try again at once finds it finished the next time
    finish_removals()
    assert not left.exists()


def say_bye(engine):
    """As the true one does: it says so, and takes its connection file with it."""
    until = time.monotonic() + 20
    while "shutdown" not in engine.heard_types() and time.monotonic() < until:
        time.sleep(0.01)
    engine.say("bye", {})
    remove_connection()


def test_a_running_engine_is_stopped_before_its_files_are_touched(begun, install, engine):
    install(begun)
    engine.environment = str(begun.folder / "env")
    install(begun, repair=True)
    assert "shutdown" not in engine.heard_types()  # nothing was broken
    package = next((begun.folder / "env").glob("lib/*/site-packages/tinypackage/__init__.py"))
    package.write_text("")
    answer = threading.Thread(target=say_bye, args=(engine,))
    answer.start()
    install(begun, repair=True)
    answer.join()
    assert engine.heard_types().count("shutdown") == 1
    assert any(told.text.startswith("Stopping") for told in install.told)
    assert package.read_text() != ""


def test_removing_stops_the_engine_of_that_folder_and_no_other(begun, install, engine):
    install(begun)
    (installed,) = place.installed_engines()
    engine.environment = str(begun.folder.with_name(f"{begun.folder.name}0") / "env")  # another, in use all the same
    remove(installed)
    assert "shutdown" not in engine.heard_types()

    install(begun)
    engine.environment = str(begun.folder / "env")
    answer = threading.Thread(target=say_bye, args=(engine,))
    answer.start()
    remove(installed)
    answer.join()
    assert engine.heard_types()[-1] == "shutdown"
    assert not begun.folder.exists()


# -- bad circumstances, each before anything is installed ---------------------------


def test_credentials_of_an_index_serve_and_are_not_left_anywhere(begun, install, server):
    word = "se%2Fcret%401"  # "se/cret@1" in an address
    server.login = "me:se/cret@1"
    seen = set()

    def look():
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                seen.add(path.read_bytes())
        return True

    index = server.index.replace("http://", f"http://me:{word}@")
    plan = dataclasses.replace(begun, source=Source(Kind.INDEX, index))
    install(plan, look)
    assert engine_python().startswith(str(plan.folder))
    assert any(b"--dry-run" in command for command in seen)
    assert not any(word.encode() in command for command in seen)
    assert "me:" not in (plan.folder / "install.json").read_text()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/files/x.whl", "https://me:word@a.example/files/x.whl"),
        ("https://a.example:443/x.whl", "https://me:word@a.example:443/x.whl"),
        ("https://me:****@a.example/x.whl", "https://me:word@a.example/x.whl"),
        ("https://b.example/x.whl", "https://b.example/x.whl"),
        ("https://a.example.evil.example/x.whl", "https://a.example.evil.example/x.whl"),
        ("https://a.example:8443/x.whl", "https://a.example:8443/x.whl"),
        ("http://a.example/x.whl", "http://a.example/x.whl"),
        ("file:///a.example/x.whl", "file:///a.example/x.whl"),
    ],
)
def test_credentials_go_to_the_server_of_the_index_alone(url, expected):
    assert Source(Kind.INDEX, "https://me:word@a.example/simple").with_login(url) == expected
    assert Source(Kind.INDEX, "https://a.example/simple").with_login(url) == url


def test_no_room(plan, install, monkeypatch):
    # the real disk, asked for more than it has
    monkeypatch.setattr(builds, "CPU", dataclasses.replace(builds.CPU, disk=10**16))
    with pytest.raises(InstallDiskFull) as caught:
        install(plan)
    assert caught.value.params["need"] == "10,000,000 GB"
    assert not plan.folder.exists()


def test_no_network(begun, install):
    with pytest.raises(NetworkMissing):
        install(dataclasses.replace(begun, source=Source(Kind.INDEX, "http://127.0.0.1:9/simple")))
    require_not_registered()


def test_a_proxy_that_intercepts(begun, install, wheels, tmp_path):
    with PackageServer(wheels, untrusted_certificate(tmp_path)) as proxy, pytest.raises(CertificateUntrusted):
        install(dataclasses.replace(begun, source=Source(Kind.INDEX, proxy.index)))
    require_not_registered()


def test_a_page_in_the_place_of_packages(begun, install, server):
    with pytest.raises(DownloadIntercepted):
        install(begun, at=Stage.DOWNLOAD, do=lambda: setattr(server, "page", "<html>Please log in</html>"))
    require_not_registered()


def test_wheels_of_another_platform_only(begun, install, wheels):
    for path in wheels.glob("tinypackage-2.0*"):
        path.unlink()
    write_wheel(wheels, "tinypackage", "2.0", tag="cp311-cp311-win_amd64")
    with pytest.raises(NoWheel) as caught:
        install(begun)
    assert caught.value.params["package"] == "tinypackage==2.0"
    assert "3.0" in caught.value.params["detail"]  # what there is


def test_packages_that_change_between_looking_and_fetching(begun, install, wheels):
    def change():
        write_wheel(wheels, "tinypackage", "2.0", {"tinypackage/__init__.py": "import evil"})

    with pytest.raises(DownloadDamaged):
        install(begun, at=Stage.DOWNLOAD, do=change)


def test_a_cuda_build_where_the_cpu_build_was_chosen(begun, install, wheels):
    write_wheel(wheels, "nvidia-cublas", "13.1")
    write_wheel(wheels, "tinypackage", "2.0", requires=["nvidia-cublas"])
    with pytest.raises(WrongBuild):
        install(begun)


def test_a_python_that_cannot_make_environments(plan, install, tmp_path):
    python = tmp_path / "python3"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(PythonUnusable):
        install(dataclasses.replace(plan, python=str(python)))


def test_two_at_a_time(plan, install):
    plan.folder.parent.mkdir(parents=True)
    other = QLockFile(str(plan.folder.with_name(f".{plan.folder.name}.lock")))
    assert other.tryLock(0)
    with pytest.raises(InstallUnderWay):
        install(plan)
    other.unlock()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', '{"format": 99}', "\0" * 100])
def test_a_record_that_cannot_be_read_counts_as_none(tmp_path, content):
    (tmp_path / "install.json").write_text(content)
    assert Record.read(tmp_path) is None


def test_a_record_keeps_what_it_was_told(tmp_path):
    record = Record("1.2.3", "cu130", {"kind": "bundle", "place": "/é.zip"}, base="/usr/bin/python3", touched=True)
    record.mark(Stage.PYTHON)
    record.save(tmp_path)
    assert Record.read(tmp_path) == record
    assert os.listdir(tmp_path) == ["install.json"]
    assert json.loads((tmp_path / "install.json").read_text())["release"] == "1.2.3"


def test_a_file_that_another_program_holds_is_waited_for_then_told(tmp_path, monkeypatch):
    from wholescene_qgis.core.install import files
    from wholescene_qgis.wire.errors import EngineFileHeld

    held, until = tmp_path / "held", threading.Event()

    def locked():
        if not until.is_set():
            raise PermissionError(13, "used by another process", str(held))

    monkeypatch.setattr(files, "PAUSE", 0.01)
    with pytest.raises(EngineFileHeld) as caught:
        files.patiently(locked, held, 0.05)
    assert caught.value.code == "install.file_held"
    assert caught.value.params["path"] == str(held)
    threading.Timer(0.1, until.set).start()
    files.patiently(locked, held, 10)
