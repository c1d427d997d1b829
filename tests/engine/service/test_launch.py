"""`wholescene serve --print-connection`, as a script on a server runs it: real processes, one engine."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial

import psutil
import pytest

from wholescene.cli import main as command
from wholescene.cli.main import main
from wholescene.service.client import EngineClient
from wholescene.service.launch import last_words
from wholescene.wire import connection
from wholescene.wire.message import PROTOCOL
from wholescene.wire.release import RELEASE

COMMAND = [sys.executable, "-m", "wholescene.cli", "serve", "--print-connection"]
PATIENCE = 90


@pytest.fixture
def home(engine_home):
    """A home whose engine is ended when the test is."""
    yield engine_home
    for pid in engines(engine_home):
        psutil.Process(pid).kill()


def engines(home):
    """Process ids of the engines that serve this home's connection file."""
    told = f"--connection={home}"
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if any(word.startswith(told) for word in process.info["cmdline"] or ())
    ]


def ask(*options, **more):
    return subprocess.run(
        [*COMMAND, *options],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        stdin=subprocess.DEVNULL,
        **more,
    )


def test_it_is_started_once_stays_and_is_found_again(home):
    first = ask("--idle-exit", "60")
    assert first.returncode == 0, first.stderr
    assert len(first.stdout.splitlines()) == 1
    told = json.loads(first.stdout)
    assert set(told) == {"endpoint", "key", "pid", "protocol", "version"}
    assert (told["protocol"], told["version"]) == (PROTOCOL, RELEASE)
    assert told["endpoint"].startswith("tcp://127.0.0.1:")
    assert told["key"] == json.loads((home / "engine.json").read_text())["key"]

    again = ask()
    assert json.loads(again.stdout) == told
    with EngineClient.connect() as client:
        assert client.status()["pid"] == told["pid"]
        client.shutdown()


def test_it_outlives_the_session_that_started_it(home):
    """As sshd does at the end of a session: all that is in it is hung up, and its pipes are closed."""
    shell = ["sh", "-c", '"$@"; sleep 60', "sh", *COMMAND, "--idle-exit=60"]
    heeding = partial(signal.signal, signal.SIGHUP, signal.SIG_DFL)  # as under sshd, also where nohup runs the tests
    with subprocess.Popen(shell, stdout=subprocess.PIPE, start_new_session=True, preexec_fn=heeding) as session:
        told = json.loads(session.stdout.readline())
        os.killpg(session.pid, signal.SIGHUP)
        assert session.stdout.read() == b""  # nothing else holds the pipe: ssh would wait for it
    assert session.returncode == -signal.SIGHUP
    engine = psutil.Process(told["pid"])
    assert os.getsid(engine.pid) != session.pid
    assert engine.terminal() is None
    with EngineClient.connect() as client:
        assert client.status()["pid"] == told["pid"]


def test_several_at_the_same_time_get_one_engine(home):
    asked = [subprocess.Popen([*COMMAND, "--idle-exit=60"], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    told = [json.loads(process.communicate(timeout=PATIENCE)[0]) for process in asked]
    assert [process.returncode for process in asked] == [0, 0, 0]
    assert len({answer["pid"] for answer in told}) == 1
    time.sleep(1)
    assert engines(home) == [told[0]["pid"]]


def test_an_engine_that_was_killed_is_replaced(home):
    killed = json.loads(ask("--idle-exit=60").stdout)
    psutil.Process(killed["pid"]).kill()
    told = json.loads(ask("--idle-exit=60").stdout)
    assert told["key"] != killed["key"]
    with EngineClient.connect() as client:
        assert client.status()["pid"] == told["pid"]


def test_options_reach_the_engine(home):
    told = json.loads(ask("--idle-exit", "2", "--ranks", "2", "--threads", "1", "--memory", "4GiB").stdout)
    words = psutil.Process(told["pid"]).cmdline()
    assert "--ranks=2" in words
    assert "--memory=4294967296" in words
    psutil.Process(told["pid"]).wait(30)  # nobody came: it ends by itself
    assert connection.connection_file().exists() is False


@pytest.mark.parametrize("as_json", [False, True])
def test_an_engine_that_cannot_start_says_why(home, as_json):
    done = ask("--bind", "tcp://192.0.2.1:5555", *["--json"] * as_json)
    assert done.returncode == 1
    code = json.loads(done.stdout)["error"]["code"] if as_json else done.stderr.splitlines()[-1].strip(" []")
    assert code == "engine.start_failed"
    assert "192.0.2.1" in (done.stdout if as_json else done.stderr)
    assert engines(home) == []


def test_a_connection_file_that_others_can_read_is_refused(home, capsys):
    home.mkdir()
    (home / "engine.json").write_text("{}")
    (home / "engine.json").chmod(0o644)
    assert main(["serve", "--print-connection"]) == command.FAILED
    assert "[wire.connection_file]" in capsys.readouterr().err


def test_the_last_line_that_says_something(tmp_path):
    log = tmp_path / "log"
    log.write_text("noise\nerror: The address is taken.\n       [engine.bind]\n\n")
    assert last_words(log) == "The address is taken"
    assert last_words(tmp_path / "none") == ""
