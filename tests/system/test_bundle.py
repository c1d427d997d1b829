"""A bundle installs where there is no network: in a network namespace without a route, with nothing but the file."""

import os
import platform
import subprocess
import sys

import pytest

pytest.importorskip("torch", reason="runs in the engine's Python")

from small_wheels import write_wheel
from standalone_python import standalone_python
from wholescene.bundling import pins
from wholescene.bundling.make import Order, make
from wholescene.wire.pythons import this_platform

# what an installer does: look at the file, unpack it, make an environment by its Python, install what it pins
INSTALL = """
set -e
"$1" - "$2" "$3" <<'END'
import socket, sys, tarfile
from pathlib import Path
from wholescene.wire.bundle import Bundle
from wholescene.wire.pythons import this_platform
try:
    socket.create_connection(("192.0.2.1", 80), timeout=5)
except OSError as problem:
    assert problem.errno in (101, 113), problem  # no route
else:
    raise SystemExit("there is a network")
bundle = Bundle.open(sys.argv[1])
bundle.check_for(this_platform())
bundle.extract(sys.argv[2])
with tarfile.open(Path(sys.argv[2], bundle.manifest.python.archive)) as archive:
    archive.extractall(sys.argv[2], filter="data")
END
cd "$3"
env -i python/bin/python3 -m venv engine
env -i engine/bin/python -m pip install --quiet --no-index --find-links wheels -r requirements.txt
"""

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="network namespaces of Linux")


@pytest.fixture
def offline():
    """Runs a command without a network."""

    def run(*command, **more):
        words = ["unshare", "--map-root-user", "--net", *map(str, command)]
        done = subprocess.run(words, capture_output=True, text=True, check=False, **more)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    return run


def order(tmp_path, **more):
    archive = standalone_python(tmp_path)
    return Order(tmp_path / "bundle.zip", this_platform(), python=archive, torch_index="", **more)


def test_python_and_packages_install_from_the_file_alone(tmp_path, offline, monkeypatch):
    index, listed = tmp_path / "index", tmp_path / "pins.txt"
    listed.write_text("torch==2.13.0\n")
    write_wheel(index, "torch", "2.13.0", ["helper"])
    write_wheel(index, "helper", "1.0")
    engine = write_wheel(tmp_path / "engine", "wholescene", "0.1.0", ["torch>=2"])
    monkeypatch.setattr(pins, "pins_file", lambda: listed)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    made = make(order(tmp_path, wheel=engine))
    assert made.manifest.python.version == platform.python_version()
    there = tmp_path / "dort drüben"
    offline("bash", "-c", INSTALL, "install", sys.executable, made.path, there)
    program = "import sys, torch, helper, wholescene; print(sys.base_prefix, wholescene.VERSION)"
    told = subprocess.run(
        [there / "engine/bin/python", "-I", "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert told.split() == [*str(there / "python").split(), "0.1.0"]


@pytest.mark.full
def test_the_real_engine_installs_and_maps_without_a_network(tmp_path, offline):
    """With torch, from the indexes that pip is configured with: some minutes."""
    made = make(order(tmp_path))
    there = tmp_path / "there"
    offline("bash", "-c", INSTALL, "install", sys.executable, made.path, there)
    environment = {"PATH": os.environ["PATH"], "WHOLESCENE_HOME": str(tmp_path / "home"), "OMP_NUM_THREADS": "1"}
    engine = there / "engine" / "bin" / "wholescene"
    offline(engine, "doctor", env=environment)
    offline(engine, "landscape", there, "--size", "256", env=environment)
    told = offline(engine, "segment", there / "landscape.tif", "--preset", "water-lite", env=environment)
    assert "water" in told
    assert (there / "landscape_water-lite.tif").is_file()
