"""The engine as a process: start, stop, second engine, signals, what is left behind."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import namedtuple

import psutil
import pytest
from service_helpers import View, exists, wait_for, worker_pid

from wholescene.service.client import EngineClient
from wholescene.service.run import serve
from wholescene.wire import connection
from wholescene.wire.errors import EngineLost, EngineNotFound, EngineRunning
from wholescene.wire.message import new_key

PROGRAM = """
import sys
from wholescene.service.run import serve
serve(idle_exit=float(sys.argv[1]) or None, segment="patterns:segment", environment={"PYTHONPATH": sys.argv[2]})
"""

Entry = namedtuple("Entry", ["state", "error", "part"])  # of the journal

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture
def home(tmp_path, monkeypatch):
    home = tmp_path / "Haus 1"
    monkeypatch.setenv("WHOLESCENE_HOME", str(home))
    return home


@pytest.fixture
def start(home, request):
    """Starts engine processes; kills what is left of them."""
    computing = os.path.join(os.path.dirname(__file__), "computing")
    started = []

    def build(idle=0.0):
        command = [sys.executable, "-c", PROGRAM, str(idle), computing]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        process.ready = process.stdout.readline()
        return process

    yield build
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def left_in(home):
    return sorted(path.name for path in home.iterdir() if path.is_file() and path.suffix != ".lock")


def test_it_says_where_its_connection_file_is(start, home):
    process = start()
    assert process.ready.rstrip().endswith(str(home / "engine.json"))
    info = connection.read_connection()
    assert info.pid == process.pid
    assert info.endpoint.startswith("tcp://127.0.0.1:")


def test_shutdown_ends_it_and_removes_the_file(start, home):
    process = start()
    with EngineClient.connect() as client:
        client.shutdown()
    assert process.wait(10) == 0
    assert left_in(home) == []
    with pytest.raises(EngineNotFound):
        EngineClient.connect()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_polite_kill_ends_everything_cleanly(start, home, request_for, tmp_path, number):
    process = start()
    with EngineClient.connect() as client:
        job = client.submit(request_for("stuck"))
        wait_for(lambda: client.status()["jobs"][-1]["state"] == "decoding")
        worker = worker_pid(client)
        wait_for(lambda: list(tmp_path.glob("*.part.tif")))
        process.send_signal(number)
        with pytest.raises(EngineLost):
            client.follow("another job", View())
    assert process.wait(10) == 0
    assert left_in(home) == []
    assert list(tmp_path.glob("*part*")) == []
    wait_for(lambda: not exists(worker))
    assert _journal(home)[job].state == "cancelled"


def test_a_second_engine_is_refused(start):
    first = start()
    with pytest.raises(EngineRunning) as caught:
        serve()
    assert caught.value.params["pid"] == str(first.pid)
    with EngineClient.connect() as client:
        assert client.engine["pid"] == first.pid


def test_after_a_crash_the_next_engine_cleans_up(start, home, request_for, tmp_path):
    crashed = start()
    with EngineClient.connect() as client:
        job = client.submit(request_for("stuck"))
        wait_for(lambda: client.status()["jobs"][-1]["state"] == "decoding")
        worker = worker_pid(client)
        # the engine learns of the file a moment after the writer has made it
        wait_for(lambda: _journal(home)[job].part)
        crashed.kill()
        with pytest.raises(EngineLost):
            client.follow(job, View())
    wait_for(lambda: not exists(worker))
    assert left_in(home) == ["engine.json"]
    with pytest.raises(EngineNotFound):
        EngineClient.connect()

    following = start()
    with EngineClient.connect() as client:
        assert client.engine["pid"] == following.pid
    entry = _journal(home)[job]
    assert (entry.state, json.loads(entry.error)["code"]) == ("failed", "job.engine_died")
    assert list(tmp_path.glob("*part*")) == []


def test_a_file_of_a_dead_process_is_replaced(start, home):
    gone = connection.ConnectionInfo("tcp://127.0.0.1:1", new_key().hex(), 2**22 + 5, 1, "0.0.1")
    connection.write_connection(gone)
    process = start()
    assert connection.read_connection().pid == process.pid


def test_it_leaves_when_nobody_needs_it(start, home):
    process = start(idle=0.3)
    assert process.wait(20) == 0
    assert left_in(home) == []


def test_it_stays_small_until_a_job_needs_more(start, home):
    start()
    with EngineClient.connect() as client:
        client.status()
        maps = {os.path.basename(entry.path) for entry in psutil.Process(client.engine["pid"]).memory_maps()}
    assert not [name for name in maps if "torch" in name or "gdal" in name]


def _journal(home):
    database = sqlite3.connect(home / "data" / "journal.sqlite")
    rows = database.execute("SELECT id, state, error, part FROM jobs").fetchall()
    database.close()
    return {job: Entry(state, error, part) for job, state, error, part in rows}
