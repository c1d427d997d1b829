"""The engine's socket: what it answers, what it refuses, and that nothing brings it down."""

import os
import sys
import threading

import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from service_helpers import ENVIRONMENT, SEGMENT, RawClient, View, exists, wait_for, worker_pid

from wholescene import __version__
from wholescene.presets.zoo import shipped_folder
from wholescene.service import engine as engine_module
from wholescene.service.client import EngineClient
from wholescene.service.engine import Engine, Settings
from wholescene.service.journal import Journal
from wholescene.wire import message as wire
from wholescene.wire.connection import read_connection
from wholescene.wire.errors import BadSignature, InternalError

HELLO = {"protocol": 1, "client": "test", "version": "9.9"}


def error_of(message):
    assert message.type == "error", message
    return message.body["error"]


def sign_by_hand(client, header, body=b"\x80"):
    full = {"v": 1, "id": "aa" * 8, "session": client.session.id, "seq": 1, "from": "client", "reply_to": ""}
    frames = [msgpack.packb({**full, **header}), body]
    return [wire.sign(client.session.key, frames), *frames]


def test_hello_is_answered_with_versions(raw):
    answer = raw.ask("hello", HELLO)
    assert answer.type == "hello"
    assert answer.body["environment"] == sys.prefix  # by which an installation knows whether it is its own
    assert (answer.body["protocol"], answer.body["version"]) == (1, __version__)
    assert answer.body["pid"] == os.getpid()  # this engine runs in a thread of the test


@pytest.mark.parametrize(("theirs", "older"), [(0, "client"), (2, "engine")])
def test_another_protocol_is_told_what_to_update(raw, theirs, older):
    error = error_of(raw.ask("hello", {**HELLO, "protocol": theirs}))
    assert error["code"] == "wire.protocol"
    assert error["params"] == {
        "client_protocol": theirs,
        "client_version": "9.9",
        "engine_protocol": 1,
        "engine_version": __version__,
        "older": older,
    }
    assert f"Update the {older}" in error["message"]


def test_another_protocol_in_the_header_is_told_too(raw):
    raw.socket.send_multipart(sign_by_hand(raw, {"v": 2, "type": "hello"}, msgpack.packb({**HELLO, "protocol": 2})))
    answer = raw.receive()
    assert error_of(answer)["params"]["older"] == "engine"
    assert answer.reply_to == "aa" * 8


def test_another_key_shows_on_both_sides(engine, raw):
    """The engine answers, signed with its own key, so that the client sees which key is wrong."""
    stranger = RawClient(read_connection(engine), key=bytes(32))
    stranger.send("status")
    frames = stranger.raw()
    with pytest.raises(BadSignature):
        stranger.session.unpack(frames)
    answer = raw.session.unpack(frames)
    assert error_of(answer)["code"] == "wire.signature"
    assert answer.reply_to == ""
    stranger.close()


def test_a_replay_is_refused(raw):
    frames = raw.session.pack("status")
    raw.socket.send_multipart(frames)
    assert raw.receive().type == "status"
    raw.socket.send_multipart(frames)
    assert error_of(raw.receive())["code"] == "wire.replayed"


def test_a_replay_from_another_connection_is_refused(engine, raw):
    frames = raw.session.pack("status")
    raw.socket.send_multipart(frames)
    raw.receive()
    other = RawClient(read_connection(engine))
    other.socket.send_multipart(frames)
    assert error_of(other.receive())["code"] == "wire.replayed"
    other.close()


def test_a_message_of_the_engine_is_not_taken(raw):
    raw.socket.send_multipart(sign_by_hand(raw, {"type": "shutdown", "from": "engine"}))
    assert error_of(raw.receive())["code"] == "wire.message"


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("dance", {}, "wire.message"),
        ("submit", {}, "request.invalid"),
        ("submit", {"request": []}, "request.invalid"),
        ("submit", {"request": {"sources": "a.tif", "preset": "p"}}, "request.invalid"),
        ("submit", {"request": {"sources": ["a.tif"], "preset": "p", "colour": 1}}, "request.invalid"),
        ("submit", {"request": {"sources": ["a.tif"], "preset": "p", "output": "a.tif"}}, "request.invalid"),
        ("submit", {"request": {"sources": ["x" * 300_000], "preset": "p"}}, "request.invalid"),
        ("submit", {"request": {"sources": ["a.tif"], "preset": "p"}, "credit": -1}, "wire.message"),
        ("submit", {"request": {"sources": ["a.tif"], "preset": "p"}, "credit": 1 << 40}, "wire.message"),
        ("credit", {"job": "nope", "blocks": 1}, "job.unknown"),
        ("credit", {"blocks": 1}, "wire.message"),
        ("attach", {"job": ["a"]}, "wire.message"),
        ("cancel", {"job": "0" * 16}, "job.unknown"),
    ],
)
def test_bad_requests_get_coded_errors(raw, kind, body, code):
    assert error_of(raw.ask(kind, body))["code"] == code


def test_buffers_from_clients_are_refused(raw):
    raw.socket.send_multipart(raw.session.pack("status", {}, [b"pixels"]))
    assert error_of(raw.receive())["code"] == "wire.message"


def test_too_large_a_frame_costs_the_sender_its_connection_and_nobody_else(engine, raw):
    large = RawClient(read_connection(engine))
    large.socket.send_multipart([bytes(32), bytes(3 << 20), b"\x80"])
    assert large.silent()
    assert raw.ask("status").type == "status"
    large.close()


def test_presets_are_those_of_the_zoo(raw):
    presets = {preset["name"]: preset for preset in raw.ask("presets").body["presets"]}
    assert {"water-lite", "fbp", "glh-water"} <= set(presets)
    assert presets["water-lite"]["picture"] == (shipped_folder() / "water-lite" / "picture.jpg").read_bytes()
    assert presets["fbp"]["picture"] is None
    assert presets["fbp"]["value_range"] == [0, 255]


def test_status_counts_what_was_refused(raw):
    before = raw.ask("status").body["refused"]
    raw.socket.send_multipart([b"nonsense"])
    raw.receive("error")
    assert raw.ask("status").body["refused"] == before + 1


def test_a_client_that_says_bye_is_forgotten(engine, raw):
    before = raw.ask("status").body["clients"]
    with EngineClient.connect(engine):
        assert raw.ask("status").body["clients"] == before + 1
    wait_for(lambda: raw.ask("status").body["clients"] == before)


def test_control_is_answered_while_a_job_computes(client, raw, request_for):
    job = client.submit(request_for("stuck"))
    assert raw.ask("hello", HELLO).type == "hello"
    assert [line["job"] for line in raw.ask("status").body["jobs"]][-1] == job
    assert client.cancel(job) == "cancelled"


hostile = st.one_of(
    st.lists(st.binary(max_size=120), min_size=1, max_size=10),
    st.builds(lambda rest: [bytes(32), *rest], st.lists(st.binary(max_size=120), max_size=9)),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
of_clients = ["job", "request", "credit", "blocks", "number", "protocol", "x"]
of_agents = ["group", "rank", "size", "host", "device", "port", "life", "event"]
bodies = st.dictionaries(st.sampled_from([*of_clients, *of_agents]), values)
asked = ["hello", "submit", "attach", "credit", "cancel", "status", "block", ""]
kinds = st.sampled_from([*asked, "worker.attach", "worker.event", "worker.block"])

fuzz = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzz
@given(frames=hostile)
def test_no_unsigned_bytes_bring_it_down(raw, frames):
    raw.socket.send_multipart(frames)
    assert raw.ask("hello", HELLO).type == "hello"


@fuzz
@given(which=st.integers(0, 2), share=st.floats(0, 0.99), tail=st.binary(max_size=4))
def test_no_mutilated_message_brings_it_down(raw, which, share, tail):
    frames = [bytes(frame) for frame in raw.session.pack("status")]
    frames[which] = frames[which][: int(share * len(frames[which]))] + tail
    raw.socket.send_multipart(frames)
    assert raw.ask("hello", HELLO).type == "hello"


@fuzz
@given(header=st.binary(max_size=60), body=st.binary(max_size=60))
def test_no_signed_nonsense_brings_it_down(raw, header, body):
    frames = [header, body]
    raw.socket.send_multipart([wire.sign(raw.session.key, frames), *frames])
    assert raw.ask("hello", HELLO).type == "hello"


@fuzz
@given(kind=kinds, body=bodies)
def test_no_signed_body_brings_it_down(raw, kind, body):
    raw.socket.send_multipart(
        sign_by_hand(raw, {"type": kind, "seq": raw.session.message("x").sequence}, msgpack.packb(body))
    )
    assert raw.ask("hello", HELLO).type == "hello"


@pytest.fixture
def breakable(tmp_path):
    """An engine in a thread, whose loop can be broken, and what its run ended with."""
    engine = Engine(Settings(tmp_path / "journal.sqlite", segment=SEGMENT, environment=ENVIRONMENT))
    raised = []

    def run():
        try:
            engine.run()
        except Exception as problem:
            raised.append(problem)
        finally:
            engine.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield engine, thread, raised
    engine.stop()
    thread.join(20)


def test_a_fault_in_every_turn_fails_the_jobs_and_ends_the_engine(breakable, request_for, tmp_path, caplog):
    engine, thread, raised = breakable
    with EngineClient(engine.connection, tmp_path / "engine.json") as client:
        running, waiting = client.submit(request_for("stuck")), client.submit(request_for())
        wait_for(lambda: client.status()["jobs"][0]["state"] == "decoding")
        worker = worker_pid(client)
        engine.conductor.tick = lambda: 1 / 0
        thread.join(20)
        assert not thread.is_alive()
        for job in (waiting, running):
            with pytest.raises(InternalError, match="ZeroDivisionError"):
                client.follow(job, View())
    assert [type(problem) for problem in raised] == [InternalError]
    wait_for(lambda: not exists(worker))
    assert [path.name for path in tmp_path.glob("*.tif*")] == ["scene.tif"]
    journal = Journal(tmp_path / "journal.sqlite", "engine")
    assert [journal.find(job)["state"] for job in (running, waiting)] == ["failed", "failed"]
    journal.close()


def test_faults_that_pass_end_nothing(breakable, request_for, tmp_path, monkeypatch):
    """More of them than would end it in a row, with good turns between."""
    monkeypatch.setattr(engine_module, "AFTER_A_FAULT", 0.001)
    engine, thread, _ = breakable
    sound, turns = engine.conductor.tick, []

    def shaky():
        turns.append(len(turns))
        if len(turns) % 2:
            raise ZeroDivisionError
        return min(sound(), 0.01)

    engine.conductor.tick = shaky
    engine.inbox.wake()
    wait_for(lambda: len(turns) > 4 * engine_module.FAULTS_IN_A_ROW)
    with EngineClient(engine.connection, tmp_path / "engine.json") as client:
        client.segment(request_for(), View())
    assert thread.is_alive()


def test_after_all_that_it_still_computes(client, request_for):
    client.segment(request_for(), View())
