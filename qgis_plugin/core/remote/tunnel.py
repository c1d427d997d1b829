"""The way to the engine of another machine: found or started over SSH, its port brought to this machine.

Stands where :class:`~..launcher.EngineLauncher` stands for the engine of this machine. The key comes over SSH and stays
in memory; the plugin connects to the loopback end of the tunnel.
"""

from __future__ import annotations

import json
from dataclasses import replace
from enum import Enum
from typing import Any, Callable, Dict, Optional

from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal
from qgis.PyQt.QtNetwork import QHostAddress, QNetworkProxy, QTcpServer, QTcpSocket

from ...translation import tr
from ...wire.connection import ConnectionInfo
from ...wire.errors import (
    RemoteAnswer,
    RemoteEngineFailed,
    RemoteKeyRefused,
    RemoteNoEngine,
    RemoteTunnel,
    RemoteUnreachable,
    WholeSceneError,
    from_dict,
)
from ...wire.message import KEY_BYTES
from ...wire.release import check_engine
from ..channel import loopback
from .host import RemoteHost
from .run import SshRun
from .ssh import FAILED, arguments, complaint, configuration_arguments, refused_key, without_answer

ANSWER_MS = 15_000  # for ssh to be let in, and for a port to be forwarded
START_MS = 90_000  # for an engine to start: a cold disk takes its time over torch
KNOCK_MS = 150
PAUSES = (1, 2, 4, 8, 15, 30)  # seconds before a tunnel that dropped is opened again; the last again and again
TRIES = 30  # in a row: about a quarter of an hour
NOT_FOUND = 127  # how a shell says that there is no such command
MARK = "wholescene-ssh"  # tells that the machine was entered, before anything is started there
SERVE = "serve --print-connection --json --idle-exit 900"
HOLD = "exec cat"  # keeps the tunnel open as long as its standard input is: it ends with QGIS, however that ends

# Where the command is looked for: what a login that is not interactive has on its PATH is often too little.
FIND = (
    'for c in wholescene "$HOME/.local/bin/wholescene"; do '
    f'command -v "$c" >/dev/null 2>&1 && exec "$c" {SERVE}; done; '
    'f="${XDG_DATA_HOME:-$HOME/.local/share}/wholescene/installation.json"; '
    'p=$(sed -n "s/.*\\"python\\": *\\"\\([^\\"]*\\)\\".*/\\1/p" "$f" 2>/dev/null); '
    f'[ -x "$p" ] && exec "$p" -m wholescene.cli {SERVE}; '
    f'echo "wholescene: not found" >&2; exit {NOT_FOUND}'
)


class Step(Enum):
    """What the way consists of, in this order."""

    SSH = "ssh"  # the machine lets us in
    ENGINE = "engine"  # found or started
    RELEASE = "release"  # plugin and engine belong together
    TUNNEL = "tunnel"  # its port is here
    HELLO = "hello"  # it answers; this is for whoever opens the connection


class Tunnel(QObject):
    """``found`` or ``failed`` follows each :meth:`find_or_start` and :meth:`find`, unless :meth:`stop` comes first.

    Once it has been open, it is opened again with growing pauses; then ``failed`` comes after the last attempt, or
    at once for what more patience does not change.
    """

    found = pyqtSignal(object)  # ConnectionInfo
    starting = pyqtSignal()
    failed = pyqtSignal(dict)  # error
    passed = pyqtSignal(object)  # Step
    dropped = pyqtSignal()  # it was open, and is not any more
    pausing = pyqtSignal(int)  # seconds until the next attempt

    def __init__(self, host: RemoteHost, parent: Optional[QObject] = None, answer_ms: int = ANSWER_MS) -> None:
        super().__init__(parent)
        self._host, self._answer_ms = host, answer_ms
        self.any_release = False  # of the engine there: to end one that is too old
        self._ask: Optional[SshRun] = None
        self._hold: Optional[SshRun] = None
        self._door: Optional[QTcpSocket] = None
        self._info: Optional[ConnectionInfo] = None
        self._entered = self._is_open = self._was_open = False
        self._tries = 0
        self._patience = _single_shot(self, self._no_answer)
        self._pause = _single_shot(self, self._begin)
        self._knock = _single_shot(self, self._knock_at)
        self._knock.setInterval(KNOCK_MS)

    @property
    def host(self) -> RemoteHost:
        """The machine at the other end."""
        return self._host

    @property
    def busy(self) -> bool:
        """Whether an attempt, or a pause before one, is under way."""
        return self._patience.isActive() or self._pause.isActive() or self._ask is not None

    def find_or_start(self) -> None:
        """Open the tunnel, starting the engine if none runs there."""
        if not self.busy:
            self._tries = 0
            self.starting.emit()
            self._begin()

    find = find_or_start  # who looks for jobs on another machine has to go there anyway

    def start_after(self, _pid: int) -> None:
        """Start an engine once the one that is stopping has let go of its place; who starts one there sees to that."""
        self.any_release = False
        self.find_or_start()

    def stop(self) -> None:
        """Take the tunnel down. The engine goes on, and ends by itself when nobody comes."""
        self._was_open = False
        self._close()

    def _close(self) -> None:
        for timer in (self._patience, self._pause, self._knock):
            timer.stop()
        self._close_door()
        for run in (self._ask, self._hold):
            if run is not None:
                run.stop()
                run.deleteLater()
        self._ask = self._hold = None
        self._entered = self._is_open = False

    # -- an engine there -----------------------------------------------------------

    def _begin(self) -> None:
        self._close()
        command = f"{self._host.command} {SERVE}" if self._host.command else f"sh -c '{FIND}'"
        self._ask = self._run(arguments(self._host, f"echo {MARK}; {command}"), self._asked)
        if self._ask is not None:
            self._ask.line.connect(self._hear)
            self._patience.start(self._answer_ms)

    def _run(self, words: "list[str]", ended: Callable[[int, str], None]) -> Optional[SshRun]:
        try:
            run = SshRun(words, self)
        except WholeSceneError as problem:
            self._fail(problem)
            return None
        run.ended.connect(ended)
        return run.start()

    def _hear(self, line: str) -> None:
        if line == MARK and not self._entered:
            self._entered = True
            self._patience.start(START_MS)
            self.passed.emit(Step.SSH)
            return
        values = _json(line)
        if values is None or not self._entered:
            return  # a greeting, a library that prints
        try:
            self._engine_is(values)
        except WholeSceneError as problem:
            self._fail(problem)

    def _engine_is(self, values: Dict[str, Any]) -> None:
        """The line with the engine's connection, or with why there is none; raises coded errors."""
        told = values.get("error", values)
        if isinstance(told, dict) and "code" in told:
            raise from_dict(told)
        if "endpoint" not in values:
            return
        self._info = connection(values, self._host)
        self.passed.emit(Step.ENGINE)
        if not self.any_release:
            check_engine(self._info.version)
        self.passed.emit(Step.RELEASE)
        self._open()

    def _asked(self, code: int, said: str) -> None:
        """ssh has ended; that is all right once the engine is known."""
        if self._hold is not None:
            return
        if code in (FAILED, -1):
            self._let_in(complaint(self._host, said))
        elif code == NOT_FOUND or not self._entered:
            self._fail(RemoteNoEngine(host=self._host.name, detail=_told(said, code)))
        else:
            self._fail(RemoteEngineFailed(host=self._host.name, detail=_told(said, code)))

    def _let_in(self, problem: WholeSceneError) -> None:
        """A key that was refused may have a passphrase: ssh's configuration tells which keys it tried."""
        if not isinstance(problem, RemoteKeyRefused):
            self._fail(problem)
            return
        lines: "list[str]" = []
        self._ask = self._run(
            configuration_arguments(self._host),
            lambda _code, _said: self._fail(refused_key(self._host, problem, "\n".join(lines))),
        )
        if self._ask is not None:
            self._ask.line.connect(lines.append)

    # -- its port here ---------------------------------------------------------------

    def _open(self) -> None:
        try:
            _address, theirs = loopback(self._info.endpoint)
        except WholeSceneError:
            detail = tr("its engine listens at {address}").format(address=self._info.endpoint)
            raise RemoteAnswer(host=self._host.name, detail=detail) from None
        ours = free_port()
        self._info = replace(self._info, endpoint=f"tcp://127.0.0.1:{ours}")
        forward = f"{ours}:127.0.0.1:{theirs}"
        self._hold = self._run(arguments(self._host, HOLD, forward=forward), self._dropped)
        if self._hold is not None:
            self._patience.start(self._answer_ms)
            self._knock.start()

    def _knock_at(self) -> None:
        """ssh listens once it is let in: nothing else tells it on every system."""
        self._close_door()
        self._door = QTcpSocket(self)
        self._door.setProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))
        self._door.connected.connect(self._opened)
        self._door.errorOccurred.connect(lambda *_: self._knock.start())
        self._door.connectToHost(*loopback(self._info.endpoint))

    def _opened(self) -> None:
        self._close_door()
        self._patience.stop()
        if self._ask is not None:
            self._ask.stop()
            self._ask = None
        self._is_open = self._was_open = True
        self._tries = 0
        self.passed.emit(Step.TUNNEL)
        self.found.emit(self._info)

    def _dropped(self, code: int, said: str) -> None:
        """Before it was open, this is an error."""
        was_open, self._is_open = self._is_open, False
        if was_open:
            self.dropped.emit()
        else:
            problem = complaint(self._host, said)
            if code != FAILED:  # the command that holds it ended
                problem = RemoteTunnel(host=self._host.name, detail=_told(said, code))
            self._fail(problem)

    def _close_door(self) -> None:
        door, self._door = self._door, None
        if door is not None:
            door.blockSignals(True)
            door.abort()
            door.deleteLater()

    # -- ends ------------------------------------------------------------------------

    def _no_answer(self) -> None:
        if self._entered and self._hold is None:
            detail = tr("no sign of life for {n} s").format(n=START_MS // 1000)
            self._fail(RemoteEngineFailed(host=self._host.name, detail=detail))
        else:
            self._fail(without_answer(self._host, self._answer_ms // 1000))

    def _fail(self, problem: WholeSceneError) -> None:
        self._close()
        if self._was_open and isinstance(problem, (RemoteUnreachable, RemoteTunnel)) and self._tries < TRIES:
            seconds = PAUSES[min(self._tries, len(PAUSES) - 1)]
            self._tries += 1
            self._pause.start(1000 * seconds)
            self.pausing.emit(seconds)
            return
        self._was_open = False
        self.failed.emit(problem.to_dict())


def connection(values: Dict[str, Any], host: RemoteHost) -> ConnectionInfo:
    """What a remote engine prints of itself; raises RemoteAnswer."""
    try:
        texts = {name: str(values[name]) for name in ("endpoint", "key", "version")}
        info = ConnectionInfo(pid=int(values["pid"]), protocol=int(values["protocol"]), **texts)
        if len(info.key_bytes) != KEY_BYTES:
            raise ValueError
    except (KeyError, TypeError, ValueError):  # without the values: one of them is the key
        raise RemoteAnswer(host=host.name, detail=tr("its connection is not understood")) from None
    return info


def free_port() -> int:
    """A port of the loopback address that nobody listens at now."""
    server = QTcpServer()
    server.setProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))  # one that QGIS uses cannot listen
    server.listen(QHostAddress("127.0.0.1"), 0)
    port = int(server.serverPort())
    server.close()
    return port


def _json(line: str) -> Optional[Dict[str, Any]]:
    if not line.startswith("{"):
        return None
    try:
        values = json.loads(line)
    except ValueError:
        return None
    return values if isinstance(values, dict) else None


def _told(said: str, code: int) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else tr("exit code {n}").format(n=code)


def _single_shot(parent: QObject, call: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.timeout.connect(call)
    return timer
