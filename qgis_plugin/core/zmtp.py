"""ZMTP 3 for one DEALER over any byte stream, without I/O.

QGIS ships no pyzmq, so the plugin speaks ZeroMQ's own protocol (https://rfc.zeromq.org/spec/23)
over Qt's socket. Only what a client of one ROUTER needs is here: the NULL mechanism, messages
of several frames, heartbeats. The caller moves the bytes::

    link = ZmtpConnection()
    socket.write(link.greeting())
    for message in link.receive(socket.read()):
        ...
    socket.write(link.replies())
    if link.ready:
        socket.write(link.send([b"one", b"two"]))
"""

from __future__ import annotations

import struct
from typing import Dict, Iterable, List, Optional, Sequence, Tuple

GREETING_SIZE = 64
SIGNATURE = b"\xff" + bytes(8) + b"\x7f"
VERSION = b"\x03\x01"
MECHANISM = b"NULL"

MORE, LONG, COMMAND = 1, 2, 4
PEERS = (b"ROUTER", b"DEALER", b"REP")  # the socket types that a DEALER may talk to

MAX_FRAME = 64 * 2**20  # one raw buffer of the wire
MAX_FRAMES = 16  # of one message; the wire's own limit is lower
MAX_COMMAND = 64 * 2**10
MAX_PING_CONTEXT = 16


class ZmtpError(Exception):
    """The peer does not speak ZMTP 3 as a ROUTER does, or broke off a message; the link is unusable."""


class ZmtpConnection:
    """One ZMTP link from greeting to end: bytes in, messages out, and the other way round.

    After any :class:`ZmtpError` the link stays broken: every further call raises it again.
    """

    def __init__(self, max_frame: int = MAX_FRAME, max_frames: int = MAX_FRAMES) -> None:
        self._max_frame = max_frame
        self._max_frames = max_frames
        self._buffer = bytearray()
        self._replies = bytearray()
        self._parts: List[bytes] = []
        self._greeted = False
        self._ready = False
        self._broken: Optional[ZmtpError] = None

    @property
    def ready(self) -> bool:
        """Whether the handshake is over and messages may be sent."""
        return self._ready and self._broken is None

    def greeting(self) -> bytes:
        """The 64 bytes that open the link; nothing else may be sent before the peer's arrive."""
        return (SIGNATURE + VERSION + MECHANISM.ljust(20, b"\0")).ljust(GREETING_SIZE, b"\0")

    def receive(self, data: bytes) -> List[List[bytes]]:
        """Take in what the socket gave; return the messages that became complete."""
        if self._broken is not None:
            raise self._broken
        self._buffer += data
        try:
            if not self._greeted and not self._take_greeting():
                return []
            return self._take_messages()
        except ZmtpError as problem:
            self._broken = problem
            raise

    def replies(self) -> bytes:
        """Bytes that the link itself owes the peer (READY, PONG); write them after each receive."""
        owed = bytes(self._replies)
        self._replies.clear()
        return owed

    def send(self, frames: Sequence[bytes]) -> bytes:
        """The bytes of one message."""
        if not self.ready:
            raise self._broken or ZmtpError("the handshake is not over")
        if not frames:
            raise ZmtpError("a message needs at least one frame")
        last = len(frames) - 1
        return b"".join(encode_frame(frame, MORE if index < last else 0) for index, frame in enumerate(frames))

    def finish(self) -> None:
        """The stream ended; raises if it ended inside the handshake or a message."""
        if not self._ready:
            raise ZmtpError("the connection ended during the handshake")
        if self._buffer or self._parts:
            raise ZmtpError("the connection ended inside a message")

    # -- greeting ------------------------------------------------------------

    def _take_greeting(self) -> bool:
        check_greeting(bytes(self._buffer[:GREETING_SIZE]))
        if len(self._buffer) < GREETING_SIZE:
            return False
        del self._buffer[:GREETING_SIZE]
        self._greeted = True
        self._replies += encode_command(b"READY", encode_properties({b"Socket-Type": b"DEALER", b"Identity": b""}))
        return True

    # -- frames --------------------------------------------------------------

    def _take_messages(self) -> List[List[bytes]]:
        messages = []
        for flags, body in self._take_frames():
            if flags & COMMAND:
                self._command(body)
                continue
            if not self._ready:
                raise ZmtpError("a message came before the handshake was over")
            self._parts.append(body)
            if len(self._parts) > self._max_frames:
                raise ZmtpError(f"a message of more than {self._max_frames} frames")
            if not flags & MORE:
                messages.append(self._parts)
                self._parts = []
        return messages

    def _take_frames(self) -> Iterable[Tuple[int, bytes]]:
        while True:
            header = frame_header(self._buffer)
            if header is None:
                return
            flags, start, size = header
            limit = MAX_COMMAND if flags & COMMAND else self._max_frame
            if size > limit:
                raise ZmtpError(f"a frame of {size} bytes, more than {limit}")
            if len(self._buffer) < start + size:
                return
            body = bytes(memoryview(self._buffer)[start : start + size])
            del self._buffer[: start + size]
            yield flags, body

    # -- commands ------------------------------------------------------------

    def _command(self, body: bytes) -> None:
        name, content = split_command(body)
        if name == b"ERROR":
            raise ZmtpError("the peer refused: " + error_reason(content))
        if not self._ready:
            self._handshake(name, content)
        elif name == b"PING":
            self._replies += encode_command(b"PONG", ping_context(content))
        # PONG and commands of later protocol versions need no answer

    def _handshake(self, name: bytes, content: bytes) -> None:
        if name != b"READY":
            raise ZmtpError(f"expected READY, got {printable(name)}")
        kind = decode_properties(content).get(b"socket-type", b"")
        if kind not in PEERS:
            raise ZmtpError(f"the peer is a {printable(kind) or 'nameless'} socket, not a ROUTER")
        self._ready = True


# -- the grammar -----------------------------------------------------------------


def check_greeting(start: bytes) -> None:
    """Refuse a greeting at its first wrong byte; ``start`` may be incomplete."""
    if (start and start[0] != 0xFF) or (len(start) > 9 and start[9] != 0x7F):
        raise ZmtpError("the peer does not speak ZeroMQ")
    if len(start) > 10 and start[10] < 3:
        raise ZmtpError(f"the peer speaks ZMTP {start[10]}, too old")
    if len(start) >= 32:
        mechanism = start[12:32].rstrip(b"\0")
        if mechanism != MECHANISM:
            raise ZmtpError(f"the peer wants the security mechanism {printable(mechanism)}, not NULL")


def frame_header(buffer: bytearray) -> Optional[Tuple[int, int, int]]:
    """(flags, header bytes, body bytes) of the first frame, or None while it is incomplete."""
    if not buffer:
        return None
    flags = buffer[0]
    if flags & ~(MORE | LONG | COMMAND) or (flags & COMMAND and flags & MORE):
        raise ZmtpError(f"a frame with flags 0x{flags:02x}")
    start = 9 if flags & LONG else 2
    if len(buffer) < start:
        return None
    size = struct.unpack_from(">Q", buffer, 1)[0] if flags & LONG else buffer[1]
    return flags, start, size


def encode_frame(body: bytes, flags: int = 0) -> bytes:
    """One frame, in the long form only if it must be."""
    size = len(body)
    head = struct.pack(">BQ", flags | LONG, size) if size > 255 else bytes((flags, size))
    return head + bytes(body)


def encode_command(name: bytes, content: bytes) -> bytes:
    """One command frame."""
    return encode_frame(bytes((len(name),)) + name + content, COMMAND)


def split_command(body: bytes) -> Tuple[bytes, bytes]:
    """Name and content of a command's body."""
    if not body or len(body) < 1 + body[0]:
        raise ZmtpError("a command without a name")
    return body[1 : 1 + body[0]], body[1 + body[0] :]


def encode_properties(properties: Dict[bytes, bytes]) -> bytes:
    """The metadata of READY."""
    return b"".join(
        bytes((len(name),)) + name + struct.pack(">I", len(value)) + value for name, value in properties.items()
    )


def decode_properties(content: bytes) -> Dict[bytes, bytes]:
    """The metadata of READY; names in lower case, as the specification compares them."""
    properties = {}
    position = 0
    while position < len(content):
        value_at = position + 1 + content[position] + 4
        if value_at > len(content):
            raise ZmtpError("READY is cut off")
        name = content[position + 1 : value_at - 4].lower()
        position = value_at + struct.unpack_from(">I", content, value_at - 4)[0]
        if position > len(content):
            raise ZmtpError("READY is cut off")
        properties[name] = content[value_at:position]
    return properties


def ping_context(content: bytes) -> bytes:
    """What a PONG has to echo: the PING's content behind its two bytes of time to live."""
    if len(content) < 2:
        raise ZmtpError("a PING without its time to live")
    return content[2 : 2 + MAX_PING_CONTEXT]


def error_reason(content: bytes) -> str:
    """The sentence of an ERROR command."""
    return printable(content[1 : 1 + content[0]]) if content else "no reason given"


def printable(text: bytes) -> str:
    """Bytes of a peer as they may be shown to a person."""
    return "".join(letter if letter.isprintable() else "?" for letter in text.decode("ascii", "replace"))
