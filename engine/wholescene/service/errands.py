"""Errands: work with files that the engine's loop must not wait for, done in two threads beside it.

The quick thread writes and reads small parts, in the order they came; the slow one hashes and deletes. Each tells its
outcome to the loop through the inbox.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..wire.errors import BadMessage, InternalError, WholeSceneError
from ..wire.transfer import MAX_WAITING

log = logging.getLogger(__name__)

STOPS = 2.0  # seconds that a part on its way to the disk may take


@dataclass(frozen=True)
class ErrandDone:
    """An event: what came of an errand of a session."""

    session: str
    outcome: Any
    tell: Callable[[Any], None]


class Errands:
    """Work for clients. ``notify`` puts events into the engine's loop, to which :meth:`do` and :meth:`done` belong."""

    def __init__(self, notify: Callable[[object], None]) -> None:
        self._notify = notify
        self._open: Counter[str] = Counter()
        self._stopping = threading.Event()
        self._quick, self._slow = _Lane("quick errands"), _Lane("slow errands")

    def stopped(self) -> bool:
        """Whether a long errand should give up."""
        return self._stopping.is_set()

    def do(self, session: str, work: Callable[[], Any], tell: Callable[[Any], None], *, slow: bool = False) -> None:
        """Have ``work`` done; ``tell`` gets what it returned, or its WholeSceneError, in the loop.

        Raises BadMessage if too much of this session waits: its messages would fill the memory.
        """
        if self._open[session] >= MAX_WAITING:
            raise BadMessage(detail=f"more than {MAX_WAITING} questions of this kind wait for their answers")
        self._open[session] += 1
        lane = self._slow if slow else self._quick
        lane.put(lambda: self._notify(ErrandDone(session, _outcome(work), tell)))

    def done(self, event: ErrandDone) -> None:
        """An errand is done: tell it."""
        self._open[event.session] -= 1
        if not self._open[event.session]:
            del self._open[event.session]
        event.tell(event.outcome)

    def stop(self) -> None:
        """End the threads; what is longer under way is left behind, unfinished."""
        self._stopping.set()
        self._quick.end()
        self._slow.end()


class _Lane:
    """A thread that does one thing after another. It may be left behind when the process ends."""

    def __init__(self, name: str) -> None:
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, work: Callable[[], None]) -> None:
        """Have something done after what waits already."""
        self._work.put(work)

    def end(self) -> None:
        """Finish what is under way, if it takes no longer than a moment; drop the rest."""
        self._ending = True
        self._work.put(None)
        self._thread.join(STOPS)

    def _run(self) -> None:
        while (work := self._work.get()) is not None and not self._ending:
            work()


def _outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except WholeSceneError as problem:
        return problem
    except Exception as problem:
        log.exception("an errand failed")
        return InternalError(detail=f"{type(problem).__name__}: {problem}")
