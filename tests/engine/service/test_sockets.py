"""What the engine listens on beyond the loopback: encrypted, by name, and for those who know its key."""

import dataclasses
import threading

import pytest
import zmq
from service_helpers import ENVIRONMENT, SEGMENT, RawClient, View

from wholescene.service.client import EngineClient
from wholescene.service.engine import Engine, Settings
from wholescene.service.sockets import Listeners, dealer
from wholescene.wire.connection import read_connection, write_connection
from wholescene.wire.errors import BindRefused, EngineNotFound


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    """An engine that also listens on the interface lo; its connection as another machine sees it."""
    journal = tmp_path_factory.mktemp("engine") / "journal.sqlite"
    bind = "tcp://127.0.0.1:*"
    engine = Engine(Settings(journal, segment=SEGMENT, environment=ENVIRONMENT, bind=bind))
    thread = threading.Thread(target=lambda: (engine.run(), engine.close()))
    thread.start()
    yield dataclasses.replace(engine.connection, host="another machine")
    engine.stop()
    thread.join(20)
    assert not thread.is_alive()


def test_another_machine_computes_through_it(public, request_for, tmp_path):
    path = write_connection(public, tmp_path / "private" / "engine.json")
    assert read_connection(path) == public
    assert public.remote != public.endpoint
    with EngineClient.connect(path) as client:
        assert client.segment(request_for(), View())["path"]


def test_a_client_that_does_not_know_the_key_gets_no_connection(public, tmp_path):
    other, _ = zmq.curve_keypair()
    stranger = dataclasses.replace(public, server_key=other.decode())
    path = write_connection(stranger, tmp_path / "private" / "engine.json")
    with pytest.raises(EngineNotFound):
        EngineClient.connect(path, timeout=0.5)


def test_a_client_without_encryption_gets_no_connection(public):
    plain = RawClient(dataclasses.replace(public, endpoint=public.remote))
    plain.send("status")
    assert plain.silent(0.5)
    plain.close()


def test_it_serves_this_machine_as_before(public):
    client = RawClient(public)
    assert client.ask("status").type == "status"
    client.close()


def test_nothing_readable_travels(public):
    """What the engine's public socket answers a client that speaks CURVE is no message of ours."""
    context = zmq.Context()
    eavesdropper = context.socket(zmq.STREAM)
    eavesdropper.connect(public.remote)
    peer, _ = eavesdropper.recv_multipart()
    eavesdropper.send_multipart([peer, b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"CURVE".ljust(20, b"\0") + bytes(32)])
    seen = b""
    while eavesdropper.poll(300):
        seen += eavesdropper.recv_multipart()[1]
    assert b"CURVE" in seen
    assert public.key_bytes not in seen
    eavesdropper.close(0)
    context.term()


@pytest.mark.parametrize(
    "address",
    [
        "tcp://*:5555",
        "tcp://0.0.0.0:5555",
        "tcp://[::]:5555",
        "ipc:///tmp/x",
        "tcp://lo",
        "tcp://no.such.host.invalid:1",
    ],
)
def test_addresses_that_are_no_address_are_refused(address):
    with pytest.raises(BindRefused):
        Listeners(address)


def test_an_interface_is_chosen_by_name():
    from wholescene.service.crew import loopback

    listeners = Listeners(f"tcp://{loopback()}:*")
    assert listeners.places()["remote"].startswith("tcp://127.0.0.1:")
    listeners.close(0)


def test_without_it_only_the_loopback_is_listened_on():
    listeners = Listeners()
    assert set(listeners.places()) == {"endpoint"}
    listeners.close(0)


def test_a_client_of_this_machine_uses_the_loopback(public):
    import socket

    here = dataclasses.replace(public, host=socket.gethostname())
    context = zmq.Context()
    connected = dealer(context, here)
    assert connected.getsockopt_string(zmq.LAST_ENDPOINT) == here.endpoint
    connected.close(0)
    context.term()
