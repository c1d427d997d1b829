"""A worker group: several ranks that work on one job together and look like one worker process.

It starts a member for each rank, gives the job to rank 0, which tells the others, and makes one
stream of events out of theirs: plan and progress of rank 0, blocks of all, an ending when all have
ended. What goes wrong with one rank ends the whole group: the last event of a group,
``{"event": "ended", "detail": …, "error": …}``, names the cause.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ..wire.errors import ExchangeFailed, InternalError, RanksMissing, WholeSceneError, WorkerDied, from_dict
from .worker_process import ENDED

log = logging.getLogger(__name__)

MEETING_SECONDS = 120.0  # that ranks may take to start and to meet
SETTLE_SECONDS = 0.5  # after the first bad news: the cause and its consequences come in any order
ENDINGS = ("finished", "failed", "cancelled")


class Member(Protocol):
    """One rank as the group sees it: a `WorkerProcess`, or one that an agent keeps elsewhere."""

    @property
    def pid(self) -> int:
        """The process id, on its host."""

    def run(self, job: str, request: Mapping[str, Any]) -> None:
        """Start a job."""

    def cancel(self, job: str) -> None:
        """Ask to stop a job."""

    def kill(self) -> None:
        """End it now."""

    def close(self) -> None:
        """Let it go when it is idle."""

    def wait(self, seconds: float) -> bool:
        """Whether it is gone within ``seconds``."""


HearMember = Callable[[Any, dict[str, Any]], None]
# starts the member of a rank, whose events go to the function given
StartMember = Callable[[int, HearMember], Member]


class WorkerGroup:
    """``size`` ranks behind the interface of one `WorkerProcess`.

    ``hear`` is called with the group's events from the threads of its members, one at a time but for
    blocks. ``ended`` is called once when nothing of the group is left; `wait` waits for that too.
    """

    def __init__(
        self,
        hear: Callable[[WorkerGroup, dict[str, Any]], None],
        start: StartMember,
        size: int,
        meeting_seconds: float = MEETING_SECONDS,
        ended: Callable[[], None] | None = None,
    ) -> None:
        self._hear = hear
        self._when_ended = ended
        self._cleaned = threading.Event()
        if ended is None:
            self._cleaned.set()
        self._lock = threading.RLock()
        self._planned = threading.Event()  # the plan of the running job was passed on
        self._job: str | None = None
        self._here: dict[int, dict[str, Any]] = {}
        self._joined: set[int] = set()
        self._endings: dict[int, dict[str, Any]] = {}
        self._gone: set[int] = set()
        self._symptoms: list[tuple[int, WholeSceneError]] = []  # gravity, what went wrong
        self._closing = self._over = False
        self._members: list[Member] = []
        self._size = size
        self._meeting = _timer(meeting_seconds, self._nobody_came, meeting_seconds)
        with self._lock:  # the first events wait until all members are there
            self._start(start)

    def _start(self, start: StartMember) -> None:
        try:
            for rank in range(self._size):
                self._members.append(start(rank, self._heard_by(rank)))
        except BaseException:
            self.kill()
            raise

    # -- as a worker process --

    @property
    def pid(self) -> int:
        """The process id of rank 0."""
        return self._members[0].pid

    def describe(self) -> list[dict[str, Any]]:
        """The ranks' lines in ``status``: number, device, host, process."""
        unknown = {"device": None, "host": None, "pid": None}
        return [{"rank": rank, **self._here.get(rank, unknown)} for rank in range(self._size)]

    def run(self, job: str, request: Mapping[str, Any]) -> None:
        """Start a job; the group has to be idle."""
        with self._lock:
            self._job = job
            self._endings.clear()
            self._planned.clear()
            if self._over:
                self._planned.set()
        self._members[0].run(job, request)

    def cancel(self, job: str) -> None:
        """Ask rank 0 to stop a job; the ranks agree where."""
        self._members[0].cancel(job)

    def kill(self) -> None:
        """End all ranks now."""
        with self._lock:
            self._stop_waiting()
        for member in self._members:
            member.kill()

    def close(self) -> None:
        """Let an idle group go."""
        with self._lock:
            self._closing = True
            self._stop_waiting()
        for member in self._members:
            member.close()

    def wait(self, seconds: float) -> bool:
        """Whether all ranks are gone within ``seconds``."""
        deadline = time.monotonic() + seconds
        gone = all(member.wait(max(0.0, deadline - time.monotonic())) for member in self._members)
        return gone and self._cleaned.wait(max(0.0, deadline - time.monotonic()))

    # -- what members say --

    def _heard_by(self, rank: int) -> HearMember:
        return lambda _, event: self._heard(rank, event)

    def _heard(self, rank: int, event: dict[str, Any]) -> None:
        if event["event"] == "block":
            self._planned.wait()  # rank 0's plan comes through another pipe
            if not self._over:
                self._hear(self, event)
            return
        with self._lock:
            self._take(rank, event)

    def _take(self, rank: int, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == ENDED:
            self._member_ended(rank, str(event["detail"]))
        elif self._over:
            pass
        elif kind == "here":
            self._here[rank] = {name: event.get(name) for name in ("device", "host", "pid")}
        elif kind == "joined":
            self._member_joined(rank)
        elif kind == "failed" and event.get("job") is None:  # it could not meet the others
            self._suspect(from_dict(event["error"]))
        elif kind in ENDINGS:
            self._job_ended(rank, event)
        elif rank == 0 and kind in ("planned", "progress", "heatmap"):
            self._hear(self, event)
            if kind == "planned":
                self._planned.set()

    def _member_joined(self, rank: int) -> None:
        self._joined.add(rank)
        if len(self._joined) == self._size:
            self._meeting.cancel()
            log.info("%s ranks have met", self._size)

    def _job_ended(self, rank: int, event: dict[str, Any]) -> None:
        self._endings[rank] = event
        if event["event"] == "failed":
            self._suspect(from_dict(event["error"]))
        if len(self._endings) < self._size or self._over:
            return
        kinds = {ending["event"] for ending in self._endings.values()}
        if kinds == {"finished"}:
            reports = [self._endings[rank].get("report") or {} for rank in range(self._size)]
            self._pass_on("finished", report=joint_report(reports))
        elif kinds == {"cancelled"}:
            self._pass_on("cancelled")
        elif "finished" not in kinds and self._all_knew():
            error, self._symptoms = self._cause(), []
            self._pass_on("failed", error=error.to_dict())
        elif not self._symptoms:
            self._end(InternalError(detail="some ranks finished the job and others cancelled it"))

    def _all_knew(self) -> bool:
        """Whether the ranks agreed that the job cannot go on, so that the group is as good as before.

        They do so about what is wrong with the request, before there is a plan; later they may have failed
        in the middle of different exchanges.
        """
        return not self._planned.is_set() and all(gravity == 0 for gravity, _ in self._symptoms)

    def _pass_on(self, event: str, **values: Any) -> None:
        self._hear(self, {"event": event, "job": self._job, **values})

    # -- the end of the group --

    def _member_ended(self, rank: int, detail: str) -> None:
        self._gone.add(rank)
        if not self._closing:
            self._suspect(WorkerDied(detail=f"rank {rank} of {self._size}: {detail}"))
        if len(self._gone) == self._size:
            if not self._over:
                self._end(None if self._closing else self._cause())
            if self._when_ended is not None:
                self._when_ended()
                self._cleaned.set()

    def _suspect(self, error: WholeSceneError) -> None:
        """Something is wrong with a rank: hear what the others say, then end the group with the gravest cause."""
        if self._over:
            return
        self._symptoms.append((_gravity(error), error))
        if len(self._symptoms) == 1:
            _timer(SETTLE_SECONDS, self._settle)

    def _settle(self) -> None:
        with self._lock:
            if self._symptoms:
                self._end(self._cause())

    def _nobody_came(self, seconds: float) -> None:
        with self._lock:
            absent = [rank for rank in range(self._size) if rank not in self._here]
            # all have come, but they do not reach each other
            missing = absent or [rank for rank in range(self._size) if rank not in self._joined]
            if not self._symptoms and missing:
                numbers = ", ".join(map(str, missing))
                self._end(RanksMissing(size=self._size, missing=numbers, seconds=f"{seconds:g}"))

    def _cause(self) -> WholeSceneError:
        return min(self._symptoms, key=lambda symptom: symptom[0])[1]

    def _end(self, error: WholeSceneError | None) -> None:
        if self._over:
            return
        self._over = True
        self.kill()
        values = {"detail": str(error or "it was let go"), "error": None if error is None else error.to_dict()}
        self._hear(self, {"event": ENDED, **values})

    def _stop_waiting(self) -> None:
        self._meeting.cancel()
        self._planned.set()


def joint_report(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """What all ranks exchanged: bytes by kind, and the share of the computing time that it took."""
    sent: dict[str, int] = {}
    for report in reports:
        for kind, count in (report.get("traffic") or {}).items():
            sent[kind] = sent.get(kind, 0) + int(count)
    seconds = sum(float(report.get("seconds") or 0.0) for report in reports)
    exchanging = sum(float(report.get("exchange_seconds") or 0.0) for report in reports)
    share = exchanging / seconds if seconds else 0.0
    return {"ranks": len(reports), "bytes": sent, "share": share}


def _gravity(error: WholeSceneError) -> int:
    """0 for what tells most: an error of the job itself, then a death, then what both do to the others."""
    if isinstance(error, ExchangeFailed):
        return 3
    if type(error) is InternalError:
        return 2
    return 1 if isinstance(error, WorkerDied) else 0


def _timer(seconds: float, action: Callable[..., None], *arguments: Any) -> threading.Timer:
    timer = threading.Timer(seconds, action, arguments)
    timer.daemon = True
    timer.start()
    return timer
