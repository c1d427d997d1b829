"""Another machine that can be entered with ssh, on the loopback address."""

import json
import os
import subprocess
from pathlib import Path

import pytest

# here and not in the fixtures: after a test that unloads the plugin, an import would bring other classes
from wholescene_qgis.core.remote.host import RemoteHost
from wholescene_qgis.core.remote.line import Line
from wholescene_qgis.core.remote.tunnel import connection

from local_sshd import SSH, SSHD, Sshd, use_configuration

ROOT = Path(__file__).resolve().parents[3]
ENGINE_PYTHON = os.environ.get("WHOLESCENE_ENGINE_PYTHON", str(ROOT / ".venv" / "bin" / "python"))


@pytest.fixture
def sshd(tmp_path, monkeypatch):
    """A machine that can be entered, and an ssh on the PATH that knows it."""
    assert SSH, "these tests need OpenSSH's client"
    assert Path(SSHD).exists(), "these tests need OpenSSH's server (openssh-server)"
    server = Sshd(tmp_path / "there")
    use_configuration(server.config, tmp_path, monkeypatch)
    server.start()
    yield server
    server.cut()


@pytest.fixture
def host(sshd):
    """The machine as its user would describe it; keyword arguments replace fields."""

    def describe(**fields):
        described = {"destination": "127.0.0.1", "port": sshd.port, "identity": str(sshd.user_key)}
        return RemoteHost(**{**described, **fields})

    return describe


@pytest.fixture
def engine_there(tmp_path):
    """A ``wholescene`` of the other machine, with a home of its own; the engine it starts ends with the test."""
    home = tmp_path / "home there"
    script = tmp_path / "wholescene there"
    script.write_text(
        f"#!/bin/sh\nexport WHOLESCENE_HOME='{home}' PYTHONPATH='{ROOT / 'engine'}' OMP_NUM_THREADS=1\n"
        f'exec "{ENGINE_PYTHON}" -m wholescene.cli "$@"\n'
    )
    script.chmod(0o755)
    yield f"'{script}'"
    subprocess.run([str(script), "shutdown"], capture_output=True, timeout=60)


@pytest.fixture(scope="package")
def real_engine(tmp_path_factory):
    """A running engine, as the other end of the tunnel would be: (its connection, its home)."""
    home = tmp_path_factory.mktemp("engine home")
    environment = {"WHOLESCENE_HOME": str(home), "PYTHONPATH": str(ROOT / "engine"), "OMP_NUM_THREADS": "1"}
    environment["PATH"] = os.environ["PATH"]
    command = [ENGINE_PYTHON, "-m", "wholescene.cli"]
    serve = [*command, "serve", "--print-connection", "--json"]
    told = subprocess.run(serve, env=environment, capture_output=True, text=True, check=True, timeout=120).stdout
    yield connection(json.loads(told), RemoteHost("there")), home
    subprocess.run([*command, "shutdown"], env=environment, capture_output=True, timeout=60)


@pytest.fixture
def line(real_engine):
    """A line of questions and answers to it."""
    with Line(real_engine[0], lambda: True) as opened:
        yield opened
