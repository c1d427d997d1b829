"""A conversation of question and answer with the engine, for an errand's thread: it waits, and stops when told.

A connection of its own, beside the session's: no answer to a click ever queues behind a scene.
"""

from __future__ import annotations

import time
from typing import Any, List, Mapping, Sequence

from qgis.PyQt.QtNetwork import QAbstractSocket, QNetworkProxy, QTcpSocket

from ...translation import tr
from ...wire.connection import ConnectionInfo
from ...wire.errors import Cancelled, EngineLost, WholeSceneError, from_dict
from ...wire.message import CLIENT, PROTOCOL, Message, Session
from ...wire.release import RELEASE
from ..channel import loopback
from ..errand import GoingOn
from ..zmtp import ZmtpConnection, ZmtpError

STEP_MS = 200  # how soon it notices that it is not wanted any more
ANSWER_S = 60.0


class Line:
    """``with Line(info, going_on) as line``: connected and greeted, hung up at the end.

    Everything may raise EngineLost, Cancelled (``going_on`` said no) or what the engine answers.
    """

    def __init__(self, info: ConnectionInfo, going_on: GoingOn) -> None:
        self._going_on = going_on
        self._address = loopback(info.endpoint)
        self._session = Session(info.key_bytes, CLIENT)
        self._zmtp = ZmtpConnection()
        self._heard: List[Message] = []
        self._socket = QTcpSocket()
        self._socket.setProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))

    def __enter__(self) -> "Line":
        try:
            self._open()
        except WholeSceneError:
            self._socket.abort()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.abort()

    def ask(
        self, kind: str, body: Mapping[str, Any], buffers: Sequence[bytes] = (), patience: float = ANSWER_S
    ) -> Message:
        """The engine's answer; raises the coded error that it answers with. ``patience`` is in seconds."""
        self.send(kind, body, buffers)
        return self.receive(patience)

    def send(self, kind: str, body: Mapping[str, Any], buffers: Sequence[bytes] = ()) -> None:
        """Send a question; :meth:`receive` brings the answers in the same order."""
        message = self._session.message(kind, body, buffers)
        self._socket.write(self._zmtp.send([bytes(frame) for frame in self._session.encode(message)]))

    def check(self) -> None:
        """Raises Cancelled once nobody wants what comes of this: asked before whatever takes its time."""
        if not self._going_on():
            raise Cancelled()

    def receive(self, patience: float = ANSWER_S) -> Message:
        """The next answer."""
        self.check()  # also while one answer follows the other without a pause
        until = time.monotonic() + patience
        while not self._heard:
            self._wait(until)
        message = self._heard.pop(0)
        if message.type == "error":
            raise from_dict(message.body.get("error") or {})
        if message.type == "bye":
            raise EngineLost(detail=tr("it was shut down"))
        return message

    def _open(self) -> None:
        until = time.monotonic() + ANSWER_S
        self._socket.connectToHost(*self._address)
        while not self._socket.waitForConnected(STEP_MS):
            self._check_way(until)
        self._socket.setSocketOption(QAbstractSocket.SocketOption.LowDelayOption, 1)
        self._socket.write(self._zmtp.greeting())
        while not self._zmtp.ready:
            self._wait(until)
        self.ask("hello", {"protocol": PROTOCOL, "client": "qgis", "version": RELEASE})

    def _wait(self, until: float) -> None:
        self.check()
        if not self._socket.waitForReadyRead(STEP_MS):
            self._check_way(until)
            return
        try:
            messages = self._zmtp.receive(self._socket.readAll().data())
        except ZmtpError as problem:
            raise EngineLost(detail=str(problem)) from None
        self._socket.write(self._zmtp.replies())
        self._heard += [self._session.unpack(frames) for frames in messages]

    def _check_way(self, until: float) -> None:
        """After a wait that brought nothing."""
        self.check()
        states = (QAbstractSocket.SocketState.UnconnectedState, QAbstractSocket.SocketState.ClosingState)
        if self._socket.state() in states:
            raise EngineLost(detail=self._socket.errorString())
        if time.monotonic() > until:
            raise EngineLost(detail=tr("it does not answer"))
