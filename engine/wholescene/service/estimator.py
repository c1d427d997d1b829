"""The estimator: answers what a request would take, in a process of its own beside the worker.

The engine's loop cannot do it: a plan needs the network library and a look at the scene's values, seconds
during which no cancel would be answered. The worker cannot either: whoever looks at the next job while
one runs would wait for hours. So a second worker process is started for the first question, answers one
after another, and goes when nobody has asked for a while.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..wire.errors import EstimateFailed, EstimateReplaced, WholeSceneError, from_dict
from ..wire.message import new_id
from . import tasks
from .worker_process import ENDED

log = logging.getLogger(__name__)

ANSWER_SECONDS = 90.0  # after which a question counts as unanswerable: GDAL may hang on a lost network drive
IDLE_SECONDS = 120.0  # after which the process gives its memory back
SURVEY = ""  # in place of a session: the engine itself asks


class Process(Protocol):
    """What computes the answers: a `WorkerProcess`."""

    def run(self, job: str, request: Mapping[str, Any]) -> None:
        """Start to answer."""

    def kill(self) -> None:
        """End it now."""

    def close(self) -> None:
        """Let it go when it is idle."""

    def wait(self, seconds: float) -> bool:
        """Whether it is gone within ``seconds``."""


@dataclass(frozen=True)
class Answered:
    """An event of the estimator's process."""

    process: object
    values: dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What is asked, for which session; ``answer`` is told the answer or the error."""

    session: str
    values: dict[str, Any]
    answer: Callable[[dict[str, Any] | WholeSceneError], None]


class Estimator:
    """Questions in the order they came, one waiting for each session: a later one takes the place of an earlier.

    ``launch(hear)`` starts the process; ``notify`` puts events into the engine's loop, to which all methods belong.
    """

    def __init__(
        self, launch: Callable[[Callable[[Any, dict[str, Any]], None]], Process], notify: Callable[[object], None]
    ) -> None:
        self._launch = launch
        self._notify = notify
        self._process: Process | None = None
        self._waiting: dict[str, Question] = {}
        self._asked: tuple[str, Question] | None = None
        self._since = time.monotonic()

    def ask(self, question: Question) -> None:
        """Have a question answered; one of the same session that still waits is answered with EstimateReplaced."""
        earlier = self._waiting.pop(question.session, None)
        if earlier is not None:
            earlier.answer(EstimateReplaced())
        self._waiting[question.session] = question
        self._next()

    def knows(self, session: str) -> bool:
        """Whether a question of a session is open."""
        return session in self._waiting or (self._asked is not None and self._asked[1].session == session)

    def forget(self, session: str) -> None:
        """A client has gone; its answer is not needed any more."""
        self._waiting.pop(session, None)

    def tick(self) -> None:
        """Do what is due."""
        age = time.monotonic() - self._since
        if self._asked is not None and age > ANSWER_SECONDS:
            log.warning("an estimate took more than %g seconds", ANSWER_SECONDS)
            self._end_process()
            self._answer(EstimateFailed(detail=f"it took more than {ANSWER_SECONDS:g} seconds"))
        elif self._asked is None and self._process is not None and age > IDLE_SECONDS:
            self._process.close()
            self._process = None

    def handle(self, event: Answered) -> None:
        """What the process says."""
        if event.process is not self._process:
            return  # one that was let go
        values = event.values
        if values["event"] == ENDED:
            self._process = None
            self._answer(EstimateFailed(detail=f"its process ended ({values['detail']})"))
        elif self._asked is None or values.get("job") != self._asked[0]:
            pass
        elif values["event"] == "finished":
            self._answer(dict(values.get("report") or {}))
        elif values["event"] == "failed":
            self._answer(from_dict(values["error"]))

    def stop(self) -> None:
        """End the process."""
        self._waiting.clear()
        self._end_process()

    def _next(self) -> None:
        while self._asked is None and self._waiting:
            question = self._waiting.pop(next(iter(self._waiting)))
            self._asked, self._since = (new_id(), question), time.monotonic()
            try:
                if self._process is None:
                    self._process = self._launch(lambda process, values: self._notify(Answered(process, values)))
                self._process.run(self._asked[0], question.values)
            except OSError as problem:
                self._answer(EstimateFailed(detail=f"its process cannot be started ({problem})"))

    def _answer(self, answer: dict[str, Any] | WholeSceneError) -> None:
        asked, self._asked, self._since = self._asked, None, time.monotonic()
        if asked is not None:
            asked[1].answer(answer)
        self._next()

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(2.0)


def estimate_question(values: Mapping[str, Any]) -> dict[str, Any]:
    """An estimate request as it travels to the process."""
    return tasks.named(tasks.ESTIMATE, values)


def survey_question() -> dict[str, Any]:
    """What the engine asks of its own machine."""
    return tasks.named(tasks.SURVEY, {})
