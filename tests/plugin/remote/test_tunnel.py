"""The way to an engine on another machine, with the system's own ssh and sshd."""

import contextlib
import json
import os
import socket
import time
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import QProcess
from wholescene_qgis.core.remote.host import RemoteHost
from wholescene_qgis.core.remote.ssh import has_passphrase
from wholescene_qgis.core.remote.tunnel import Step, Tunnel
from wholescene_qgis.core.session import EngineSession
from wholescene_qgis.wire.errors import RemoteDestination
from wholescene_qgis.wire.message import PROTOCOL
from wholescene_qgis.wire.release import RELEASE

from local_sshd import descendants, fake_engine, free_port, make_key

MOST_MS = 17_000  # what the user waits for an error, and a little


@pytest.fixture
def failure_of(qtbot):
    """The error that going to a host ends with, within the time that is promised."""
    tunnels = []

    def go(host, **options):
        tunnel = Tunnel(host, **options)
        tunnels.append(tunnel)
        with qtbot.waitSignal(tunnel.failed, timeout=MOST_MS) as told:
            tunnel.find_or_start()
        return told.args[0]

    yield go
    for tunnel in tunnels:
        tunnel.stop()


def test_an_unknown_host_is_told_with_the_command_that_makes_it_known(sshd, host, failure_of):
    sshd.known.write_text("")
    error = failure_of(host())
    assert error["code"] == "remote.host_unknown"
    assert error["params"]["command"] == f'ssh -p {sshd.port} -i "{sshd.user_key}" 127.0.0.1'
    assert sshd.known.read_text() == ""  # nobody agreed to it


def test_a_host_with_another_key_is_not_entered(sshd, host, failure_of, tmp_path):
    make_key(tmp_path / "another")
    sshd.know(tmp_path / "another")
    error = failure_of(host())
    assert error["code"] == "remote.host_changed"
    assert f"[127.0.0.1]:{sshd.port}" in error["params"]["command"]


def test_a_key_with_a_passphrase_and_no_agent_is_named(sshd, host, failure_of, tmp_path):
    locked = tmp_path / "locked"
    make_key(locked, "a phrase")
    sshd.authorized.write_text(locked.with_suffix(".pub").read_text())
    assert failure_of(host(identity=str(locked))) == {
        "code": "remote.key_locked",
        "params": {"host": "127.0.0.1", "key": str(locked)},
        "message": f"127.0.0.1 was not entered: the key {locked} has a passphrase, and no agent holds it unlocked. "
        f"Type once in a terminal: ssh-add {locked}",
    }


def test_a_locked_key_of_the_configuration_is_named_too(sshd, host, failure_of, tmp_path):
    locked = tmp_path / "locked"
    make_key(locked, "a phrase")
    sshd.config.write_text(sshd.config.read_text() + f"  IdentityFile {locked}\n  IdentitiesOnly yes\n")
    error = failure_of(host(identity=""))
    assert (error["code"], error["params"]["key"]) == ("remote.key_locked", str(locked))


def test_a_key_that_the_host_does_not_know_is_refused(sshd, host, failure_of, tmp_path):
    make_key(tmp_path / "strange")
    assert failure_of(host(identity=str(tmp_path / "strange")))["code"] == "remote.key_refused"


@pytest.mark.parametrize(
    ("form", "kind"),  # no form but OpenSSH's own has keys of Ed25519
    [("RFC4716", "rsa"), ("RFC4716", "ecdsa"), ("RFC4716", "ed25519"), ("PEM", "rsa"), ("PEM", "ecdsa")],
)
def test_keys_with_and_without_a_passphrase_are_told_apart(tmp_path, kind, form):
    for phrase in ("", "a phrase"):
        path = str(tmp_path / f"key{bool(phrase)}")
        assert QProcess.execute("ssh-keygen", ["-q", "-t", kind, "-m", form, "-N", phrase, "-f", path]) == 0
        assert has_passphrase(path) is bool(phrase)
        assert not has_passphrase(path + ".pub")


def test_a_port_where_nobody_listens(host, failure_of):
    error = failure_of(host(port=free_port()))
    assert error["code"] == "remote.unreachable"
    assert "refused" in error["params"]["detail"].lower()


def test_a_name_that_does_not_exist(host, failure_of):
    assert failure_of(host(destination="nobody.invalid"))["code"] == "remote.unreachable"


def test_a_machine_that_takes_the_connection_and_says_nothing(host, failure_of):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        started = time.monotonic()
        assert failure_of(host(port=mute.getsockname()[1]))["code"] == "remote.unreachable"
        assert time.monotonic() - started < 15.5


def test_a_login_that_hangs_is_ended_by_our_own_clock(sshd, host, failure_of, tmp_path):
    """ssh's own limit ends where the machine has let us in."""
    sshd.cut()
    sshd._options["ForceCommand"] = "sleep 600"
    sshd.start()
    error = failure_of(host(), answer_ms=2_000)
    assert error["code"] == "remote.unreachable"
    assert "2 s" in error["params"]["detail"]


def test_no_ssh_on_the_path(host, failure_of, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert failure_of(host())["code"] == "remote.no_ssh"


def test_no_engine_where_it_is_looked_for_nor_where_it_is_named(sshd, host, failure_of, tmp_path):
    sshd.cut()
    sshd._options["SetEnv"] = f"HOME={tmp_path} XDG_DATA_HOME={tmp_path} PATH=/usr/bin:/bin"
    sshd.start()
    assert failure_of(host())["code"] == "remote.no_engine"
    error = failure_of(host(command="/opt/nothing/wholescene"))
    assert error["code"] == "remote.no_engine"
    assert "/opt/nothing/wholescene" in error["params"]["detail"]


def test_an_engine_of_another_release(host, failure_of, tmp_path):
    told = {"endpoint": "tcp://127.0.0.1:9", "key": "ab" * 32, "pid": 1, "protocol": PROTOCOL, "version": "9.7.1"}
    error = failure_of(host(command=fake_engine(tmp_path, f"print('''{json.dumps(told)}''')")))
    assert error["code"] == "wire.release"
    assert error["params"] == {"client_version": RELEASE, "engine_version": "9.7.1", "older": "client"}


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ('print(\'{"endpoint": "tcp://127.0.0.1:9", "key": "short"}\')', "remote.answer"),
        ("print('x' * 10_000_000)", "remote.engine_failed"),
        ("print('{' * 100_000)", "remote.engine_failed"),
        ("print('no'); sys.exit(3)", "remote.engine_failed"),
        ('print(\'{"event": "error", "error": {"code": "wire.connection_file"}}\')', "wire.connection_file"),
    ],
)
def test_what_a_machine_says_instead_of_a_connection(host, failure_of, tmp_path, says, code):
    assert failure_of(host(command=fake_engine(tmp_path, says)))["code"] == code


def test_an_address_elsewhere_is_not_tunnelled_to(host, failure_of, tmp_path):
    told = {"endpoint": "tcp://10.1.2.3:22", "key": "ab" * 32, "pid": 1, "protocol": PROTOCOL, "version": RELEASE}
    error = failure_of(host(command=fake_engine(tmp_path, f"print('''{json.dumps(told)}''')")))
    assert error["code"] == "remote.answer"
    assert "ab" * 32 not in json.dumps(error)


def test_a_server_that_forbids_forwarding(sshd, host, tmp_path, qtbot):
    """ssh listens all the same; the engine is not reached."""
    sshd.cut()
    sshd._options["AllowTcpForwarding"] = "no"
    sshd.start()
    told = {"endpoint": "tcp://127.0.0.1:9", "key": "ab" * 32, "pid": 1, "protocol": PROTOCOL, "version": RELEASE}
    tunnel, session = Tunnel(host(command=fake_engine(tmp_path, f"print('''{json.dumps(told)}''')"))), EngineSession()
    tunnel.found.connect(session.open)
    with qtbot.waitSignal(session.lost, timeout=MOST_MS):
        tunnel.find_or_start()
    session.stop()
    tunnel.stop()


def test_options_cannot_hide_in_the_name_of_a_machine():
    for wrong in ("-oProxyCommand=touch /tmp/x", "", " ", "a b", "@host", "a/b", "user@host\nx"):
        with pytest.raises(RemoteDestination):
            RemoteHost(wrong)


@pytest.fixture
def way(host, engine_there, qtbot):
    """A tunnel to a real engine, and the session through it."""
    tunnel, session = Tunnel(host(command=engine_there)), EngineSession()
    tunnel.found.connect(session.open)
    tunnel.failed.connect(print)  # what a failed test shows
    tunnel.pausing.connect(print)
    session.lost.connect(print)
    yield tunnel, session
    session.stop()
    tunnel.stop()


def test_an_engine_is_started_found_again_and_reached_through_a_tunnel_that_was_cut(way, sshd, qtbot):
    tunnel, session = way
    steps, errors = [], []
    tunnel.passed.connect(steps.append)
    tunnel.failed.connect(errors.append)
    session.lost.connect(lambda _error: tunnel.find())
    with qtbot.waitSignal(session.connected, timeout=90_000) as first:
        tunnel.find_or_start()
    assert steps == [Step.SSH, Step.ENGINE, Step.RELEASE, Step.TUNNEL]
    assert errors == []
    with qtbot.waitSignal(tunnel.pausing, timeout=30_000):
        sshd.cut()
    sshd.start()
    with qtbot.waitSignal(session.connected, timeout=60_000) as second:
        pass
    assert first.args[0]["pid"] == second.args[0]["pid"]  # it went on
    assert errors == []


def test_what_a_configuration_commonly_has_does_not_stand_in_the_way(way, sshd, qtbot):
    tunnel, session = way
    with socket.socket() as taken:  # as by a terminal with the same configuration
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sshd.config.write_text(
            sshd.config.read_text()
            + f"  LocalForward {port} 127.0.0.1:80\n  RemoteForward {port} 127.0.0.1:80\n"
            + "  RemoteCommand tmux new -A -s work\n  RequestTTY force\n  ExitOnForwardFailure yes\n"
        )
        with qtbot.waitSignal(session.connected, timeout=90_000):
            tunnel.find_or_start()


def test_no_process_of_ours_is_left(way, qtbot):
    tunnel, session = way
    with qtbot.waitSignal(session.connected, timeout=90_000):
        tunnel.find_or_start()
    assert "ssh" in children()
    session.stop()
    tunnel.stop()
    qtbot.waitUntil(lambda: "ssh" not in children(), timeout=5_000)


def children():
    """The programs that we have started and that run."""
    found = []
    for pid in descendants(os.getpid()):
        with contextlib.suppress(OSError):
            found.append(Path(f"/proc/{pid}/comm").read_text().strip())
    return found
