"""What the other threads tell the engine's loop, and the inbox that wakes it."""

from __future__ import annotations

import contextlib
import queue
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..wire.errors import WholeSceneError
from ..wire.plan import Window

Bytes = bytes | bytearray


@dataclass(frozen=True)
class FromWorker:
    """An event of the worker process ``worker`` (see ``worker.py``) that the loop has to know."""

    worker: object
    values: dict[str, Any]


@dataclass(frozen=True)
class ToWorker:
    """A message for the agent of a rank elsewhere, which only the loop can send."""

    session: str
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Opened:
    """The part file of a job is ready for blocks; ``plan`` as plain values, None if there are no blocks."""

    job: str
    plan: dict[str, Any] | None
    part: Path


@dataclass(frozen=True)
class BlockWritten:
    """A block lies in the part file. ``release`` has to be called once its bytes are no longer needed."""

    job: str
    window: Window
    classes: Bytes
    confidence: Bytes | None
    release: Callable[[], None]


@dataclass(frozen=True)
class BlockRead:
    """A block was read again for the client ``session``, from the part file or ``from_result``.

    ``classes`` None means that it is not there any more.
    """

    job: str
    session: str
    number: int
    from_result: bool
    classes: Bytes | None
    confidence: Bytes | None


@dataclass(frozen=True)
class FinishProgress:
    """How much of the final writing is done, 0 to 1."""

    job: str
    fraction: float


@dataclass(frozen=True)
class Finished:
    """The result stands under its final name."""

    job: str
    result: dict[str, Any]


@dataclass(frozen=True)
class WritingFailed:
    """The result cannot be written."""

    job: str
    error: WholeSceneError


@dataclass(frozen=True)
class Aborted:
    """Nothing of the job is left on disk."""

    job: str


class Inbox:
    """A queue from any thread into the loop, with a socket that becomes readable when something lies in it."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._wake, self.ready = socket.socketpair()
        self._wake.setblocking(False)
        self.ready.setblocking(False)

    def put(self, event: object) -> None:
        """Add an event and wake the loop."""
        self._events.put(event)
        self.wake()

    def wake(self) -> None:
        """Make the loop look up; also right inside a signal handler."""
        with contextlib.suppress(OSError):  # full: the loop is going to wake anyway; or closed
            self._wake.send(b"!")

    def drain(self) -> list[object]:
        """All events so far."""
        try:
            while self.ready.recv(4096):
                pass
        except OSError:
            pass
        events: list[object] = []
        while not self._events.empty():
            events.append(self._events.get())
        return events

    def close(self) -> None:
        """Close the sockets."""
        self._wake.close()
        self.ready.close()
