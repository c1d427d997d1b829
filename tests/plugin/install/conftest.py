"""Installations that are real but small: virtual environments, pip, wheels that the tests write."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from wholescene_qgis.core.install import place
from wholescene_qgis.core.install.installer import Installer, Plan
from wholescene_qgis.core.install.record import Record, Stage
from wholescene_qgis.core.install.source import Kind, Source
from wholescene_qgis.wire.pythons import this_platform
from wholescene_qgis.wire.release import RELEASE

from package_server import PackageServer
from tiny_wheels import write_engine, write_wheel

PYTHON = "/usr/bin/python3"  # that of QGIS here; the package python3-venv belongs to what `make test` installs
THIS_PYTHON = ".".join(map(str, sys.version_info[:2]))  # the version of that one
MB = 1000**2


@pytest.fixture
def home(private_engine, monkeypatch):
    """A fresh data folder, and a pip without the configuration of this machine."""
    for name in list(os.environ):
        if name.startswith("PIP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return private_engine


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """A folder with a small engine and what it needs; the pinned packages are these."""
    folder = tmp_path / "packages"
    write_engine(folder, RELEASE, ballast=400_000)
    write_wheel(folder, "tinypackage", "2.0")
    write_wheel(folder, "tinypackage", "3.0")
    pinned = tmp_path / "pinned.txt"
    pinned.write_text("tinypackage==2.0\n")
    monkeypatch.setattr(place, "REQUIREMENTS", pinned)
    return folder


@pytest.fixture
def server(wheels):
    with PackageServer(wheels) as running:
        yield running


@pytest.fixture
def plan(home, server):
    return Plan(RELEASE, "cpu", Source(Kind.INDEX, server.index), PYTHON)


@pytest.fixture
def install(home):
    """Runs a plan to its end, in this thread; returns the engine's Python and fills ``install.told``.

    ``at`` a stage ``do`` is called, before it begins.
    """

    def run(plan, going_on=lambda: True, repair=False, at=None, do=None):
        def hear(progress):
            if progress.stage is at and not any(told.stage is at for told in run.told):
                do()
            run.told.append(progress)

        run.told.clear()
        installer = Installer(plan, going_on, hear)
        return installer.repair() if repair else installer.run()

    run.told = []
    return run


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """An environment as venv makes it: making one for each test would take most of their time."""
    folder = tmp_path_factory.mktemp("environment") / "env"
    subprocess.run([PYTHON, "-I", "-m", "venv", str(folder)], check=True)
    return folder


@pytest.fixture
def begun(plan, environment):
    """The plan of an installation that has made its environment already."""
    shutil.copytree(environment, plan.folder / "env", symlinks=True)
    record = Record(plan.release, plan.build, plan.source.to_dict(), base=os.path.realpath(PYTHON))
    record.mark(Stage.PYTHON)
    record.mark(Stage.ENVIRONMENT)
    record.save(plan.folder)
    return plan


@pytest.fixture(autouse=True)
def room(tmp_path):
    """These tests are about other things than a disk that is full."""
    assert shutil.disk_usage(str(tmp_path)).free > 2500 * MB, "the tests need 2.5 GB of free disk"


@pytest.fixture
def write_bundle(tmp_path):
    """Writes a bundle of these files ({path: bytes}); what its manifest says can be changed."""

    def write(files=None, version=THIS_PYTHON, **changed):
        files = {"requirements.txt": b"tinypackage==2.0\n", **(files or {})}
        listed = {
            path: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for path, content in files.items()
        }
        manifest = {"format": 1, "release": RELEASE, "platform": this_platform(), "build": "cpu", "files": listed}
        manifest.update(python={"version": version, "archive": None}, **changed)
        path = tmp_path / f"bundle{len(list(tmp_path.glob('bundle*')))}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("bundle.json", json.dumps(manifest))
            for name, content in files.items():
                archive.writestr(name, content)
        return path

    return write
