"""The GPU in the next room: an engine behind a real SSH server, on a host that shares no folder with its client."""

import hashlib
import json
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import rasterio

from remote_host import RemoteHost
from wholescene.raster.landscape import draw
from wholescene.service import transfers
from wholescene.service.client import EngineClient
from wholescene.wire.connection import ConnectionInfo
from wholescene.wire.errors import EngineLost
from wholescene.wire.fingerprint import fingerprint
from wholescene.wire.request import SegmentRequest

PATIENCE = 120
SERVE = "wholescene serve --print-connection --threads 1"
TICKET = "0123456789abcdef"


@pytest.fixture(scope="module")
def analyst(tmp_path_factory):
    """The folder that the host does not see: the scene, and the data folder and key files of engines here."""
    folder = tmp_path_factory.mktemp("analyst")
    draw(1024, seed=3).write(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHOLESCENE_HOME", str(folder / "home"))
        patch.delenv("WHOLESCENE_PRESETS", raising=False)
        yield folder


@pytest.fixture(scope="module")
def scene(analyst):
    (path,) = [path for path in analyst.glob("*.tif") if "truth" not in path.name]
    return path


@pytest.fixture(scope="module")
def host(analyst, tmp_path_factory):
    with RemoteHost(tmp_path_factory.mktemp("other"), hidden=[analyst], python=sys.executable) as host:
        yield host


@pytest.fixture(scope="module")
def there(host):
    """The engine of the host, as SSH tells of it."""
    told = ssh(host, SERVE)
    assert told.returncode == 0, told.stderr
    return ConnectionInfo(**json.loads(told.stdout))


@pytest.fixture
def small_parts(monkeypatch):
    """Many parts even of small files, so that the cable is cut in the middle; and nobody waits long for one."""
    monkeypatch.setattr(transfers, "CHUNK_BYTES", 8192)
    monkeypatch.setattr(transfers, "PART_SECONDS", 3.0)


def ssh(host, command):
    return subprocess.run(host.ssh(command), capture_output=True, text=True, timeout=PATIENCE, check=False)


@contextmanager
def tunnel(host, there):
    """A forwarded port, and a client at its end; the process of ssh ends with the line."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    forward = f"127.0.0.1:{port}:{there.endpoint.removeprefix('tcp://')}"
    options = (
        "-N",
        "-L",
        forward,
        *option("ExitOnForwardFailure=yes", "ServerAliveInterval=1", "ServerAliveCountMax=2"),
    )
    process = subprocess.Popen(host.ssh(options=options), stderr=subprocess.PIPE, text=True)
    try:
        info = ConnectionInfo(f"tcp://127.0.0.1:{port}", there.key, there.pid, there.protocol, there.version)
        with EngineClient.through(info, timeout=PATIENCE) as client:
            yield client, process
    finally:
        process.kill()
        process.communicate()


def option(*words):
    return tuple(f"-o{word}" for word in words)


class Quiet:
    def planned(self, plan):
        pass

    def progress(self, stage, fraction, seconds_left):
        pass

    def cancelled(self):
        return False


class CutHalfway:
    """Follows a transfer, and cuts the cable when half of it is done."""

    def __init__(self, host, direction):
        self._host, self._direction, self.seen = host, direction, []

    def __call__(self, have, size):
        if have >= size / 2 and (not self.seen or self.seen[-1] < size / 2):
            self._host.cut(self._direction)
        self.seen.append(have)


def bands(path):
    with rasterio.open(path) as dataset:
        return dataset.read(), dataset.transform, dataset.crs


def test_the_host_shares_neither_the_data_folder_nor_the_key_file(host, there, analyst, scene):
    home = analyst / "home"
    home.mkdir(exist_ok=True)
    (home / "engine.json").write_text("a key")
    assert ssh(host, f"ls -A '{analyst}'").stdout == ""
    assert not ssh(host, f"cat '{scene}' '{home / 'engine.json'}'").stdout
    # nor can its files be seen from here
    there_file = ssh(host, "ls ~/.local/state/wholescene/engine.json").stdout.strip()
    assert there_file.startswith(str(host.home))
    assert not Path(there_file).exists()
    with pytest.raises(ConnectionRefusedError):  # the engine listens to its own machine only
        socket.create_connection((host.address, int(there.endpoint.rpartition(":")[2])), timeout=2)


def test_asked_again_it_names_the_same_engine(host, there):
    assert json.loads(ssh(host, SERVE).stdout)["pid"] == there.pid


def test_the_map_that_comes_back_has_the_same_bits_as_one_made_here(host, there, analyst, scene, small_parts):
    """The scene is sent, the line lost on the way there, during the job and on the way back."""
    here = analyst / "here.tif"
    command = ["segment", scene, "--preset", "water-lite", "--precision", "float32", "--confidence", "--threads", "1"]
    subprocess.run([sys.executable, "-m", "wholescene.cli", *command, "--output", here], check=True, timeout=PATIENCE)

    remote_scene = sent_with_a_cut(host, there, scene)
    job, output = segmented_with_a_lost_connection(host, there, remote_scene)
    target = analyst / "back.tif"
    fetched_with_a_cut(host, there, job, target)

    (mine, *grid), (theirs, *their_grid) = bands(here), bands(target)
    assert grid == their_grid
    assert len(np.unique(mine[0])) > 1  # a map that says something
    np.testing.assert_array_equal(mine, theirs)
    assert host.run(f"sha256sum < '{output}'").stdout.split()[0] == hashlib.sha256(target.read_bytes()).hexdigest()
    for ending in (".tif.aux.xml", ".qml"):
        assert (analyst / f"back{ending}").read_bytes() == (analyst / f"here{ending}").read_bytes()


def sent_with_a_cut(host, there, scene):
    set_, half = transfers.set_of(scene), CutHalfway(host, "in")
    with tunnel(host, there) as (client, line):
        with pytest.raises(EngineLost):
            client.send_file(scene, set_, progress=half)
        assert line.wait(PATIENCE) == 255
    host.mend()
    size, seen = scene.stat().st_size, []
    with tunnel(host, there) as (client, _):
        remote = client.send_file(scene, set_, progress=lambda have, _: seen.append(have))
        assert client.look(remote, size) == fingerprint(scene)
        assert not Path(remote).exists()  # here
    assert seen[0] >= half.seen[-1] >= size / 2  # it went on where it had been
    assert seen[-1] == size
    assert host.run(f"sha256sum < '{remote}'").stdout.split()[0] == hashlib.sha256(scene.read_bytes()).hexdigest()
    return remote


def segmented_with_a_lost_connection(host, there, remote_scene):
    with tunnel(host, there) as (client, line):
        output = f"{client.engine['depot']['results']}/{TICKET}/map.tif"
        request = SegmentRequest((remote_scene,), "water-lite", output=output, precision="float32", confidence=True)
        job = client.submit(request)
        assert host.kill_sessions() >= 1
        assert line.wait(PATIENCE) == 255
    with tunnel(host, there) as (client, _):
        client.attach(job)
        assert client.follow(job, Quiet())["path"] == output
    return job, output


def fetched_with_a_cut(host, there, job, target):
    half = CutHalfway(host, "out")
    with tunnel(host, there) as (client, line):
        assert [entry["name"] for entry in client.files(job)] == ["map.tif", "map.tif.aux.xml", "map.qml"]
        with pytest.raises(EngineLost):
            client.fetch_file(job, "map.tif", target, progress=half)
        assert not target.exists()
        assert line.wait(PATIENCE) == 255
    host.mend()
    seen = []
    with tunnel(host, there) as (client, _):
        client.fetch_file(job, "map.tif", target, progress=lambda have, size: seen.append(have))
        client.fetch_file(job, "map.tif.aux.xml", target.with_name("back.tif.aux.xml"))
        client.fetch_file(job, "map.qml", target.with_suffix(".qml"))
    assert 0 < half.seen[-1] <= seen[0] < seen[-1] == target.stat().st_size
    assert list(target.parent.glob(".*.part")) == []
