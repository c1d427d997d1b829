"""A client of the engine for Python: what ``wholescene segment --engine`` and tests use."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

import psutil
import zmq

from .. import __version__
from ..wire import message as wire
from ..wire.attention import AttentionRequest
from ..wire.connection import ConnectionInfo, connection_file, read_connection
from ..wire.errors import Cancelled, EngineLost, EngineNotFound, ProtocolMismatch, ReleaseMismatch, from_dict
from ..wire.estimate import Estimate
from ..wire.fingerprint import Fingerprint
from ..wire.identity import absolute
from ..wire.plan import Plan, Window
from ..wire.release import check_engine
from ..wire.request import SegmentRequest
from .sockets import dealer, is_elsewhere
from .transfers import Fetching, Progress, Sending

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

ALIVE_EVERY = 10.0  # seconds between signs of life while a job runs
SILENT_TOO_LONG = 60.0
SLOW_ANSWER = 600.0  # where files are hashed or deleted
LOOK_UP = 0.1  # how soon a wish to cancel is noticed
ENDINGS = ("done", "failed", "cancelled")


class JobView(Protocol):
    """Who follows a job: the sink of the heart without its blocks."""

    def planned(self, plan: Plan) -> None:
        """Grid, classes and cost are known."""

    def progress(self, stage: str, fraction: float, seconds_left: float | None) -> None:
        """Stage and share of the whole job, 0 to 1."""

    def cancelled(self) -> bool:
        """Whether to stop."""


BlockTaker = Callable[["Window", "npt.NDArray[np.uint8]", "npt.NDArray[np.uint8] | None"], None]


class EngineClient:
    """One connection to a running engine, for one thread. A context manager."""

    def __init__(self, info: ConnectionInfo, path: Path) -> None:
        self.info = info
        self.path = path
        self.engine: dict[str, Any] = {}
        self._session = wire.Session(info.key_bytes, wire.CLIENT)
        self._aside: deque[wire.Message] = deque()  # of jobs, came while an answer was waited for
        self._answers: dict[str, wire.Message] = {}  # came while that to another question was waited for
        self._unanswered: dict[str, str] = {}  # with the type of the question
        self._heard = self._spoke = self._listened = time.monotonic()
        self._elsewhere = is_elsewhere(info)
        self._context = zmq.Context()
        self._socket = dealer(self._context, info)

    @classmethod
    def connect(cls, path: Path | None = None, timeout: float = 10.0, any_release: bool = False) -> EngineClient:
        """Find the engine by its connection file and say hello.

        ``any_release`` also takes an engine of another release: enough to see what it does and to end it. Raises
        EngineNotFound, ConnectionFileInvalid, BadSignature, ProtocolMismatch or ReleaseMismatch.
        """
        path = Path(path or connection_file())
        info = read_connection(path)
        if not is_elsewhere(info) and not _alive(info.pid):
            raise EngineNotFound(detail=f"process {info.pid}, named by {path}, is gone")
        return cls(info, path)._greeted(timeout, any_release)

    @classmethod
    def through(cls, info: ConnectionInfo, timeout: float = 10.0) -> EngineClient:
        """Say hello to an engine of another machine whose port was forwarded to ``info.endpoint``, as with SSH.

        Raises as :meth:`connect` does.
        """
        client = cls(info, Path("the connection"))
        client._elsewhere = True
        return client._greeted(timeout)

    def _greeted(self, timeout: float, any_release: bool = False) -> EngineClient:
        try:
            self._hello(timeout)
            check_engine(self.engine.get("version"))
        except (ProtocolMismatch, ReleaseMismatch):
            if not any_release:
                self.close()
                raise
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Hang up; jobs go on."""
        if self.engine:  # it said hello: spare it the wait for our silence
            self._say("bye")
        self._socket.close(linger=200)
        self._context.term()

    def __enter__(self) -> EngineClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- questions --

    def status(self) -> dict[str, Any]:
        """What the engine does."""
        return self._ask("status").body

    def presets(self) -> list[dict[str, Any]]:
        """The engine's zoo."""
        return list(self._ask("presets").body["presets"])

    def shutdown(self, timeout: float = 60.0) -> None:
        """Stop the engine and wait until it has ended; raises EngineLost if it does not.

        An engine on another machine is only asked.
        """
        self._ask("shutdown")
        if self._elsewhere:  # neither its process nor the file that it removes can be seen from here
            return
        elsewhere = self.info.pid != os.getpid()  # in tests it may be a thread of this very process
        deadline = time.monotonic() + timeout
        while _is_named_by(self.path, self.info) or (elsewhere and _alive(self.info.pid)):
            if time.monotonic() > deadline:
                raise EngineLost(detail=f"it was asked to stop {timeout:.0f} seconds ago and still runs")
            time.sleep(0.02)

    # -- jobs --

    def segment(
        self, request: SegmentRequest, view: JobView, block: BlockTaker | None = None, credit: int = 32
    ) -> dict[str, Any]:
        """Have a request computed and follow it to its end; the result as plain values.

        ``block`` gets each finished block, if given. Raises the job's error, or Cancelled. Ctrl-C and an
        exception of ``view`` or ``block`` cancel the job.
        """
        job = self.submit(request, credit if block else 0)
        return self.follow(job, view, block)

    def submit(self, request: SegmentRequest, credit: int = 0) -> str:
        """Queue a request; the job's id. Relative paths are meant from here, not from the engine's folder."""
        body = {"request": absolute(request).to_dict(), "credit": credit}
        return str(self._ask("submit", body).body["job"])

    def estimate(self, request: SegmentRequest, as_scene: bool = False, timeout: float = 120.0) -> Estimate:
        """What a request would take and what speaks against it, without starting it."""
        body = {"request": absolute(request).to_dict(), "as_scene": as_scene}
        return Estimate.from_dict(self._ask("estimate", body, timeout).body["estimate"])

    def attention(self, question: AttentionRequest, view: JobView) -> dict[str, Any]:
        """Have the attention of one pixel computed and written; what was found, as plain values.

        Raises as :meth:`segment` does.
        """
        asked = replace(question, request=absolute(question.request))
        return self.follow(str(self._ask("attention", asked.to_dict()).body["job"]), view)

    def recall(self, job: str) -> dict[str, Any]:
        """What became of a job, also of one of an earlier engine; raises JobUnknown."""
        return self._ask("job", {"job": job}).body

    def attach(self, job: str, credit: int = 0, number: int = 0) -> None:
        """Follow a job that is known by its id, with blocks from ``number`` on; then call :meth:`follow`."""
        self._ask("attach", {"job": job, "credit": credit, "number": number})

    def cancel(self, job: str, timeout: float = 10.0) -> str:
        """End a job; how it ended: "cancelled", or "done" or "failed" if it had before."""
        self._say("cancel", {"job": job})
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            message = self._next(LOOK_UP)
            if message is not None and message.body.get("job") == job and message.type in ENDINGS:
                return message.type
        raise EngineLost(detail="it does not answer")

    def follow(self, job: str, view: JobView, block: BlockTaker | None = None) -> dict[str, Any]:
        """Wait for the end of a submitted or attached job. See :meth:`segment`."""
        following = _Following(view, block)
        asked_to_stop = False
        try:
            while following.ending is None:
                if not asked_to_stop and view.cancelled():
                    self._say("cancel", {"job": job})
                    asked_to_stop = True
                message = self._next(LOOK_UP)
                if message is not None and message.body.get("job") == job and following.take(message):
                    self._say("credit", {"job": job, "blocks": 1})
        except EngineLost:
            raise
        except BaseException:
            with contextlib.suppress(Exception):
                self.cancel(job)
            raise
        return following.result()

    # -- files --

    def look(self, path: str, size: int | None = None) -> Fingerprint:
        """Size and sampled hash of a file of the engine's machine; no hash if it has not ``size`` bytes.

        Raises RemoteNoSuchFile.
        """
        found = self._ask("look", {"path": path, "size": size}, SLOW_ANSWER).body
        return Fingerprint(int(found["size"]), str(found["sample"] or ""))

    def send_file(
        self, path: Path, set_: str, name: str | None = None, progress: Progress = lambda have, size: None
    ) -> str:
        """Send a file to the engine's machine, or the rest of it; its path there.

        ``set_`` has 16 to 64 hexadecimal digits and tells what is sent (`transfers.set_of`); ``name`` is the file's own
        by default. ``progress(have, size)`` counts bytes. Raises OSError, RemoteName, RemoteDiskFull, RemoteConflict,
        RemoteCorrupt, and EngineLost: then call it again over another connection.
        """
        return Sending(self, path, set_, path.name if name is None else name, progress).run()

    def files(self, job: str) -> list[dict[str, Any]]:
        """What a finished job has written: ``name``, ``size`` and ``sha256``. Raises RemoteNoFiles, JobUnknown."""
        return list(self._ask("files", {"job": job}, SLOW_ANSWER).body["files"])

    def fetch_file(self, job: str, name: str, target: Path, progress: Progress = lambda have, size: None) -> Path:
        """Fetch a file that a job has written, or the rest of it, to ``target``, in place of what is there.

        Raises OSError, RemoteNoFiles, RemoteCorrupt, and EngineLost: then call it again over another connection.
        """
        return Fetching(self, job, name, target, progress).run()

    def forget_set(self, set_: str) -> None:
        """Have a set of sent files removed, or the results of a ticket; raises RemoteInUse."""
        self._ask("forget", {"set": set_}, SLOW_ANSWER)

    # -- messages --

    def say(self, kind: str, body: Mapping[str, Any] | None = None, buffers: Sequence[bytes] = ()) -> str:
        """Send a question; its id, for :meth:`answer`."""
        asked = self._say(kind, body, buffers)
        self._unanswered[asked] = kind
        return asked

    def answer(self, asked: str, timeout: float = 30.0) -> wire.Message:
        """Wait for the answer to a question; raises the engine's error, or EngineLost."""
        kind = self._unanswered.get(asked, "")
        deadline = time.monotonic() + timeout
        while asked not in self._answers:
            left = deadline - time.monotonic()
            if left <= 0:
                raise EngineLost(detail=f"it does not answer '{kind}'")
            message = self._receive(min(left, 1.0))
            if message is not None and message.reply_to in self._unanswered:
                del self._unanswered[message.reply_to]
                self._answers[message.reply_to] = message
            elif message is not None:
                self._aside.append(message)
        message = self._answers.pop(asked)
        if message.type == "error":
            raise from_dict(message.body["error"])
        return message

    def _hello(self, timeout: float) -> None:
        body = {"protocol": wire.PROTOCOL, "client": "python", "version": __version__}
        try:
            self.engine = self._ask("hello", body, timeout).body
        except EngineLost:
            raise EngineNotFound(detail=f"process {self.info.pid}, named by {self.path}, does not answer") from None
        theirs = self.engine.get("protocol")
        if theirs != wire.PROTOCOL:
            raise ProtocolMismatch(
                client_protocol=wire.PROTOCOL,
                client_version=__version__,
                engine_protocol=theirs,
                engine_version=self.engine.get("version"),
                older="engine" if isinstance(theirs, int) and theirs < wire.PROTOCOL else "client",
            )

    def _ask(self, kind: str, body: Mapping[str, Any] | None = None, timeout: float = 30.0) -> wire.Message:
        """Send a message and wait for the answer to it; raises the engine's error."""
        return self.answer(self.say(kind, body), timeout)

    def _next(self, seconds: float) -> wire.Message | None:
        """The next message that is no answer; None if none came."""
        if self._aside:
            return self._aside.popleft()
        message = self._receive(seconds)
        if message is not None and message.type == "error":
            raise from_dict(message.body["error"])
        return message

    def _say(self, kind: str, body: Mapping[str, Any] | None = None, buffers: Sequence[bytes] = ()) -> str:
        message = self._session.message(kind, body, buffers)
        self._socket.send_multipart(self._session.encode(message))
        self._spoke = time.monotonic()
        return message.id

    def _receive(self, seconds: float) -> wire.Message | None:
        self._heard += time.monotonic() - self._listened  # it is silent only while somebody listens
        self._stay_alive()
        come = self._socket.poll(max(1, int(seconds * 1000)))
        self._listened = time.monotonic()
        if not come:
            return None
        message = self._session.unpack(self._socket.recv_multipart())
        self._heard = time.monotonic()
        if message.type == "error" and not message.reply_to:
            raise from_dict(message.body["error"])  # it could not even tell which message of ours it refuses
        if message.type == "bye" and not message.reply_to:
            raise EngineLost(detail="it was shut down")
        return message

    def _stay_alive(self) -> None:
        """Show that this client lives, and see whether the engine does."""
        now = time.monotonic()
        if now - self._spoke > ALIVE_EVERY:
            self._say("hello", {"protocol": wire.PROTOCOL, "client": "python", "version": __version__})
        quiet = now - self._heard
        if quiet > SILENT_TOO_LONG:
            raise EngineLost(detail=f"it has said nothing for {quiet:.0f} seconds")
        if quiet > 1.0 and not self._elsewhere and not _alive(self.info.pid):
            raise EngineLost(detail=f"its process {self.info.pid} is gone")


class _Following:
    """What one client has seen of one job. A finished job may still deliver blocks that were not taken."""

    QUIET_AFTER_DONE = 10.0

    def __init__(self, view: JobView, block: BlockTaker | None) -> None:
        self._view = view
        self._block = block
        self._blocks = 0
        self._target: str | None = None
        self._done: wire.Message | None = None
        self._done_at = 0.0
        self._ended: wire.Message | None = None

    @property
    def ending(self) -> wire.Message | None:
        """The message the job ended with, once nothing more is to come."""
        if self._done is not None and (self._all_taken() or time.monotonic() - self._done_at > self.QUIET_AFTER_DONE):
            return self._done
        return self._ended

    def take(self, message: wire.Message) -> bool:
        """Deal with one message of the job; whether it was a block."""
        body = message.body
        if message.type == "planned":
            plan = Plan.from_dict(body["plan"])
            self._target = plan.target
            self._view.planned(plan)
        elif message.type == "progress":
            self._view.progress(str(body["stage"]), float(body["fraction"]), body["seconds_left"])
        elif message.type == "done":
            self._done, self._done_at = message, time.monotonic()
        elif message.type in ENDINGS:
            self._ended = message
        elif message.type == "block" and self._block is not None:
            self._take_block(message, self._block)
            return True
        return False

    def result(self) -> dict[str, Any]:
        """The result of a job that is done; raises what it failed with."""
        ending = self.ending
        assert ending is not None
        if ending.type == "failed":
            raise from_dict(ending.body["error"])
        if ending.type == "cancelled":
            raise Cancelled()
        return dict(ending.body["result"])

    def _all_taken(self) -> bool:
        assert self._done is not None
        return self._block is None or self._target is not None or self._blocks >= int(self._done.body["blocks"])

    def _take_block(self, message: wire.Message, block: BlockTaker) -> None:
        import numpy as np

        body = message.body
        window = Window(body["row"], body["col"], body["height"], body["width"])
        shape = (window.height, window.width)
        layers = [np.frombuffer(buffer, np.uint8).reshape(shape) for buffer in message.buffers]
        self._blocks, self._done_at = self._blocks + 1, time.monotonic()
        block(window, layers[0], layers[1] if len(layers) > 1 else None)


def _alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # it is there, and somebody else's to look into
        return True


def _is_named_by(path: Path, info: ConnectionInfo) -> bool:
    try:
        return read_connection(path).key == info.key
    except Exception:
        return False
