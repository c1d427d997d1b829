"""The worked example of docs/protocol.md, computed anew and compared with the code."""

import hashlib
import hmac
import re

import msgpack
import pytest

from wholescene.service.handlers import HANDLERS
from wholescene.wire import message as wire

KEY = bytes(range(32))
HEADER = {
    "v": 1,
    "id": "0011223344556677",
    "session": "8899aabbccddeeff",
    "seq": 1,
    "from": "client",
    "type": "hello",
    "reply_to": "",
}
BODY = {"protocol": 1, "client": "example", "version": "1.0"}


@pytest.fixture
def text(repository):
    return (repository / "docs" / "protocol.md").read_text(encoding="utf-8")


@pytest.fixture
def frames(text):
    """The frames that the document shows: signature, header, body."""
    blocks = dict(re.findall(r"```hex (\w+)\n(.*?)```", text, re.DOTALL))
    return [bytes.fromhex(blocks[name]) for name in ("signature", "header", "body")]


def test_the_example_is_what_the_text_says(frames):
    header, body = msgpack.packb(HEADER), msgpack.packb(BODY)
    lengths = [len(frame).to_bytes(8, "big") for frame in (header, body)]
    signature = hmac.digest(KEY, lengths[0] + header + lengths[1] + body, hashlib.sha256)
    assert frames == [signature, header, body]


def test_the_code_makes_the_same_frames(frames):
    message = wire.Message("hello", BODY, (), HEADER["id"], HEADER["session"], 1, "client")
    assert wire.encode(KEY, message) == frames


def test_the_engine_understands_it(frames):
    message = wire.Session(KEY, wire.ENGINE).unpack(frames)
    assert (message.type, message.body, message.id) == ("hello", BODY, HEADER["id"])


def test_every_message_of_clients_is_described(text):
    clients = text.split("## Messages of clients")[1].split("A `request` has")[0]
    agents = text.split("Messages of agents:")[1].split("Messages of the engine to agents:")[0]
    assert set(re.findall(r"^\| `([\w.]+)` \|", clients + agents, re.MULTILINE)) == set(HANDLERS)


def test_what_agents_are_told_and_tell_is_described(text):
    from wholescene.service.agent import ACTIONS
    from wholescene.service.worker_messages import EVENTS

    section = text.split("Messages of the engine to agents:")[1]
    orders, events = section.split("An `event` is")[:2]
    told = {*ACTIONS, "worker.attached", "worker.start"}
    assert set(re.findall(r"^\| `(worker\.\w+)` \|", orders, re.MULTILINE)) == told
    assert set(re.findall(r"^\| `(\w+)` \|", events, re.MULTILINE)) == set(EVENTS)


def test_every_field_of_a_request_is_described(text):
    from wholescene.wire.request import SegmentRequest

    section = text.split("A `request` has")[1].split("\n## ")[0]
    fields = set(SegmentRequest.__dataclass_fields__)
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == fields


def test_limits_are_those_of_the_code(text):
    assert (wire.MAX_FRAMES, wire.MAX_MAP_BYTES, wire.MAX_BUFFER_BYTES) == (8, 1 << 20, 64 << 20)
    assert "| 4 … 8 | buffers" in text
