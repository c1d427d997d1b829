"""The plugin's ZMTP against libzmq's own ROUTER, and against peers that misbehave."""

import itertools
import random
import socket
import struct

import pytest
import zmq
from wholescene_qgis.core.zmtp import ZmtpConnection, ZmtpError

READY = b"\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER"  # RFC 23: command, size, name, one property
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16) + b"\x00" + bytes(31)


@pytest.fixture
def context():
    context = zmq.Context()
    yield context
    context.destroy(linger=0)


def bound(context, kind=zmq.ROUTER, **options):
    router = context.socket(kind)
    for name, value in options.items():
        router.setsockopt(getattr(zmq, name), value)
    router.setsockopt(zmq.RCVTIMEO, 10_000)
    port = router.bind_to_random_port("tcp://127.0.0.1")
    return router, port


class Peer:
    """A blocking caller of the connection, as the session is one over Qt's socket."""

    def __init__(self, port, chunk=65536, **limits):
        self.link = ZmtpConnection(**limits)
        self.chunk = chunk
        self.messages = []
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.sendall(self.link.greeting())

    def take(self):
        data = self.socket.recv(self.chunk)
        if not data:
            self.link.finish()
            raise EOFError
        self.messages += self.link.receive(data)
        owed = self.link.replies()
        if owed:
            self.socket.sendall(owed)

    def connect(self):
        while not self.link.ready:
            self.take()
        return self

    def next(self):
        while not self.messages:
            self.take()
        return self.messages.pop(0)

    def say(self, *frames):
        self.socket.sendall(self.link.send(frames))


def test_messages_reach_a_router_and_come_back(context):
    router, port = bound(context)
    peer = Peer(port).connect()
    peer.say(b"signature", b"header", b"", b"body")
    identity, *frames = router.recv_multipart()
    assert frames == [b"signature", b"header", b"", b"body"]
    router.send_multipart([identity, b"answer", b""])
    assert peer.next() == [b"answer", b""]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 65535, 65536, 5_000_001])
def test_frames_of_every_length_class_survive_both_ways(context, size):
    router, port = bound(context)
    peer = Peer(port).connect()
    content = random.Random(size).randbytes(size)
    peer.say(b"x", content)
    identity, *frames = router.recv_multipart()
    assert frames == [b"x", content]
    router.send_multipart([identity, content, b"y"])
    assert peer.next() == [content, b"y"]


def test_a_stream_of_blocks_of_many_megabytes_keeps_its_order(context):
    router, port = bound(context)
    peer = Peer(port).connect()
    peer.say(b"go")
    identity, _ = router.recv_multipart()
    blocks = [random.Random(number).randbytes(2_000_000 + number) for number in range(12)]
    router.setsockopt(zmq.SNDHWM, 0)
    for number, block in enumerate(blocks):
        router.send_multipart([identity, b"%d" % number, block])
    for number, block in enumerate(blocks):
        assert peer.next() == [b"%d" % number, block]


def test_bytes_may_come_one_by_one(context):
    router, port = bound(context)
    peer = Peer(port, chunk=1).connect()
    peer.say(b"go")
    identity, _ = router.recv_multipart()
    router.send_multipart([identity, b"a" * 300, b"", b"b"])
    router.send_multipart([identity, b"second"])
    assert peer.next() == [b"a" * 300, b"", b"b"]
    assert peer.next() == [b"second"]


def test_many_messages_in_one_read():
    link = connected()
    stream = b"".join(b"\x01\x01a\x00\x01%d" % number for number in range(9))
    assert link.receive(stream) == [[b"a", b"%d" % number] for number in range(9)]


def test_a_router_that_sends_heartbeats_keeps_the_link(context):
    """libzmq closes a link whose peer leaves its PING unanswered for HEARTBEAT_TIMEOUT."""
    router, port = bound(context, HEARTBEAT_IVL=50, HEARTBEAT_TIMEOUT=200)
    peer = Peer(port).connect()
    peer.socket.settimeout(0.05)
    for _ in range(20):  # a second, in which only PINGs arrive
        try:
            peer.take()
        except TimeoutError:
            continue
    peer.say(b"still here")
    assert router.recv_multipart()[1] == b"still here"


def test_ping_is_answered_with_its_context():
    link = connected()
    assert link.receive(b"\x04\x0b\x04PING\x00\x0anote") == []
    assert link.replies() == b"\x04\x09\x04PONGnote"
    assert link.replies() == b""


def test_a_ping_between_the_frames_of_a_message_does_not_break_it():
    link = connected()
    assert link.receive(b"\x01\x01a" + b"\x04\x07\x04PING\x00\x0a" + b"\x00\x01b") == [[b"a", b"b"]]
    assert link.replies() == b"\x04\x05\x04PONG"


def test_unknown_commands_and_pongs_are_passed_over():
    link = connected()
    assert link.receive(b"\x04\x05\x04PONG" + b"\x04\x06\x05LATER" + b"\x00\x01m") == [[b"m"]]


def connected(**limits):
    link = ZmtpConnection(**limits)
    link.receive(GREETING)
    link.replies()
    link.receive(READY)
    assert link.ready
    return link


def test_the_handshake_goes_step_by_step():
    """libzmq closes the connection on a peer that says READY before it has heard a greeting."""
    link = ZmtpConnection()
    assert len(link.greeting()) == 64
    assert link.replies() == b""
    with pytest.raises(ZmtpError, match="handshake"):
        link.send([b"early"])
    link.receive(GREETING)
    assert b"READY" in link.replies()
    assert not link.ready
    link.receive(READY)
    assert link.ready


def test_the_handshake_may_be_cut_anywhere():
    stream = GREETING + READY + b"\x00\x01m"
    for first, second in itertools.combinations(range(0, len(stream), 7), 2):
        link = ZmtpConnection()
        got = [
            message
            for part in (stream[:first], stream[first:second], stream[second:])
            for message in link.receive(part)
        ]
        assert got == [[b"m"]]


@pytest.mark.parametrize(
    ("greeting", "told"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "does not speak ZeroMQ"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "does not speak ZeroMQ"),
        (b"\xff" + bytes(8) + b"\x00", "does not speak ZeroMQ"),
        (b"\xff" + bytes(7) + b"\x01\x7f\x01", "ZMTP 1"),
        (GREETING[:12] + b"CURVE" + bytes(15) + bytes(32), "CURVE"),
        (GREETING[:12] + b"PLAIN\n" + bytes(14) + bytes(32), r"PLAIN\?"),
    ],
)
def test_a_bad_greeting_is_refused_with_its_reason(greeting, told):
    link = ZmtpConnection()
    with pytest.raises(ZmtpError, match=told):
        link.receive(greeting)
    with pytest.raises(ZmtpError, match=told):
        link.receive(b"")  # the link stays broken
    assert not link.ready


def test_a_router_that_wants_curve_is_refused(context):
    public, secret = zmq.curve_keypair()
    _, port = bound(context, CURVE_SERVER=1, CURVE_SECRETKEY=secret, CURVE_PUBLICKEY=public)
    with pytest.raises(ZmtpError, match=r"CURVE|during the handshake"):  # libzmq may hang up first
        Peer(port).connect()


def test_a_publisher_is_not_an_engine(context):
    _, port = bound(context, zmq.PUB)
    with pytest.raises((ZmtpError, EOFError, ConnectionError)):
        Peer(port).connect()


@pytest.mark.parametrize(
    ("stream", "told"),
    [
        (GREETING + READY.replace(b"ROUTER", b"PULLER"), "PULLER"),
        (GREETING + b"\x04\x06\x05READY", "nameless"),
        (GREETING + b"\x04\x09\x05READY\x0bSo", "cut off"),
        (GREETING + b"\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x07ROUTER", "cut off"),
        (GREETING + b"\x04\x0b\x05ERROR\x04nope", "nope"),
        (GREETING + b"\x04\x05\x04PONG", "READY"),
        (GREETING + b"\x00\x01m", "before the handshake"),
        (GREETING + READY + b"\x04\x0b\x05ERROR\x04stop", "stop"),
        (GREETING + READY + b"\x04\x00", "without a name"),
        (GREETING + READY + b"\x04\x03\x09PI", "without a name"),
        (GREETING + READY + b"\x04\x05\x04PING", "time to live"),
        (GREETING + READY + b"\x08\x00", "0x08"),
        (GREETING + READY + b"\x05\x05\x04PONG", "0x05"),
        (GREETING + READY + b"\x02" + struct.pack(">Q", 2**40), "more than"),
        (GREETING + READY + b"\x06" + struct.pack(">Q", 2**20), "more than"),
        (GREETING + READY + b"\x01\x00" * 17, "more than 16"),
    ],
    ids=lambda value: value if isinstance(value, str) else "peer",
)
def test_a_peer_that_breaks_the_protocol_is_refused(stream, told):
    with pytest.raises(ZmtpError, match=told):
        ZmtpConnection().receive(stream)


def test_an_oversized_frame_is_refused_before_its_content_arrives():
    link = connected(max_frame=1000)
    assert link.receive(b"\x02" + struct.pack(">Q", 1000) + bytes(1000)) == [[bytes(1000)]]
    with pytest.raises(ZmtpError, match="1001 bytes"):
        link.receive(b"\x02" + struct.pack(">Q", 1001))


@pytest.mark.parametrize(
    "start",
    [b"", GREETING[:20], GREETING, GREETING + READY + b"\x00", GREETING + READY + b"\x01\x01a"],
    ids=len,
)
def test_a_stream_that_ends_too_early_is_noticed(start):
    link = ZmtpConnection()
    assert link.receive(start) == []
    with pytest.raises(ZmtpError, match="ended"):
        link.finish()


def test_a_stream_may_end_between_messages():
    link = connected()
    link.receive(b"\x00\x01m")
    link.finish()


def test_a_peer_that_stops_in_the_middle_of_a_frame(context):
    listener = socket.create_server(("127.0.0.1", 0))
    peer = Peer(listener.getsockname()[1])
    other, _ = listener.accept()
    other.sendall(GREETING + READY)
    peer.connect()
    other.sendall(b"\x02" + struct.pack(">Q", 3_000_000) + bytes(1_000_000))
    other.shutdown(socket.SHUT_WR)
    with pytest.raises((ZmtpError, EOFError), match="inside a message"):
        peer.next()
    other.close()
    listener.close()


def test_noise_never_makes_anything_but_a_zmtp_error():
    """Whatever bytes come, the link answers with messages or ZmtpError, nothing else."""
    refused = 0
    for seed in range(500):
        link = ZmtpConnection()
        prefix = [b"", GREETING, GREETING + READY][seed % 3]
        try:
            link.receive(prefix + random.Random(seed).randbytes(200))
        except ZmtpError:
            refused += 1
    assert refused > 300
