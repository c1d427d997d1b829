"""The sockets: one that listens on this machine, one that others may reach, and the client's.

What listens beyond the loopback speaks CURVE: who does not know the server's public key gets no
connection, and nothing that travels can be read. Messages are signed all the same.
"""

from __future__ import annotations

import re
import socket as system
from dataclasses import dataclass

import psutil
import zmq

from ..wire import message as wire
from ..wire.connection import ConnectionInfo
from ..wire.errors import BindRefused

Socket = zmq.Socket[bytes]

# No client sends more in one frame; anything larger makes the socket drop the peer.
MAX_INCOMING_BYTES = wire.MAX_MAP_BYTES
_ADDRESS = re.compile(r"tcp://(\[[^\]]+\]|[^:\]]+):(\d+|\*)")
_EVERYWHERE = ("*", "0.0.0.0", "[::]")


@dataclass(frozen=True)
class Peer:
    """Where a client can be reached: on which socket, under which identity."""

    socket: Socket
    identity: bytes


class Listeners:
    """What an engine listens on: the loopback, and ``bind`` (tcp://HOST:PORT) with CURVE if given.

    HOST is an address, a name or a network interface. Raises BindRefused.
    """

    def __init__(self, bind: str | None = None) -> None:
        self._context: zmq.Context[Socket] = zmq.Context()
        self._server_key = ""
        self.sockets = [_router(self._context)]
        self.sockets[0].bind("tcp://127.0.0.1:*")
        if bind is not None:
            try:
                self._listen_elsewhere(bind)
            except BaseException:
                self.close(0)
                raise

    def places(self) -> dict[str, str]:
        """Where clients find them, as fields of a `ConnectionInfo`."""
        ends = [socket.getsockopt_string(zmq.LAST_ENDPOINT) for socket in self.sockets]
        if not self._server_key:
            return {"endpoint": ends[0]}
        return {
            "endpoint": ends[0],
            "host": system.gethostname(),
            "remote": ends[1],
            "server_key": self._server_key,
        }

    def close(self, linger: float) -> None:
        """Close all; messages may take ``linger`` seconds to leave."""
        for socket in self.sockets:
            socket.close(linger=int(linger * 1000))
        self._context.term()

    def _listen_elsewhere(self, bind: str) -> None:
        if not zmq.has("curve"):
            raise BindRefused(address=bind, detail="this build of ZeroMQ has no CURVE")
        place = _place(bind)
        socket = _router(self._context)
        self.sockets.append(socket)
        public, socket.curve_secretkey = zmq.curve_keypair()  # of this life only
        socket.curve_server = True
        try:
            socket.bind(place)
        except zmq.ZMQError as problem:
            raise BindRefused(address=bind, detail=problem.strerror or str(problem)) from None
        self._server_key = public.decode("ascii")


def dealer(context: zmq.Context[Socket], info: ConnectionInfo) -> Socket:
    """A socket that connects to an engine: over the loopback, or with CURVE from another machine."""
    socket = context.socket(zmq.DEALER)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.MAXMSGSIZE, wire.MAX_BUFFER_BYTES)
    if is_elsewhere(info):
        socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
        socket.curve_serverkey = info.server_key.encode("ascii")
        socket.connect(info.remote)
    else:
        socket.connect(info.endpoint)
    return socket


def is_elsewhere(info: ConnectionInfo) -> bool:
    """Whether the engine runs on another machine and can be reached there."""
    return bool(info.remote) and info.host != system.gethostname()


def _router(context: zmq.Context[Socket]) -> Socket:
    socket = context.socket(zmq.ROUTER)
    socket.setsockopt(zmq.ROUTER_MANDATORY, 1)  # say so when a client is gone
    socket.setsockopt(zmq.MAXMSGSIZE, MAX_INCOMING_BYTES)
    socket.setsockopt(zmq.HEARTBEAT_IVL, 15_000)
    socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 60_000)
    socket.setsockopt(zmq.LINGER, 0)
    return socket


def _place(address: str) -> str:
    """``address`` with a number or an interface in place of a host's name."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise BindRefused(address=address, detail="this is not of the form tcp://HOST:PORT")
    host, port = found.groups()
    if host in _EVERYWHERE:
        raise BindRefused(address=address, detail="it has to name one address or interface, not all of them")
    if host.startswith("[") or host in psutil.net_if_addrs():
        return address
    try:
        return f"tcp://{system.gethostbyname(host)}:{port}"
    except OSError as problem:
        raise BindRefused(address=address, detail=problem.strerror or str(problem)) from None
