"""Jobs and the registry that moves them through their states."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..wire.attention import AttentionRequest
from ..wire.errors import JobUnknown, WholeSceneError
from ..wire.jobstate import CANCELLED, DONE, FAILED, QUEUED, advance, has_ended
from ..wire.message import new_id
from ..wire.plan import Window
from ..wire.request import SegmentRequest
from . import tasks
from .blocks import Follower
from .journal import Journal

KEPT_JOBS = 50  # ended jobs that status still lists


@dataclass
class Job:
    """One request on its way to a class map, or to the heat map that ``attention`` asks for.

    Only the engine's loop changes it.
    """

    request: SegmentRequest
    attention: AttentionRequest | None = None
    id: str = field(default_factory=new_id)
    state: str = QUEUED
    output: Path | None = None
    part: Path | None = None
    plan: dict[str, Any] | None = None
    blocks: list[Window] = field(default_factory=list)
    stage: str = QUEUED
    fraction: float = 0.0
    seconds_left: float | None = None
    report: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    created: float = field(default_factory=time.time)
    followers: dict[str, Follower] = field(default_factory=dict)

    @property
    def task(self) -> str:
        """What the worker is asked for."""
        return tasks.SEGMENT if self.attention is None else tasks.ATTENTION

    @property
    def question(self) -> dict[str, Any]:
        """What the worker is told, as plain values."""
        return tasks.named(self.task, (self.attention or self.request).to_dict())

    @property
    def ended(self) -> bool:
        """Whether the job is done, failed or cancelled."""
        return has_ended(self.state)

    @property
    def result_file(self) -> Path | None:
        """The finished class map, if blocks can be read from it: it lies on the grid of the blocks."""
        on_grid = self.plan is not None and not self.plan.get("target")
        return self.output if self.state == DONE and on_grid else None

    def planned(self) -> dict[str, Any]:
        """Body of the ``planned`` message."""
        return {"job": self.id, "plan": self.plan, "output": str(self.output)}

    def progress(self) -> dict[str, Any]:
        """Body of the ``progress`` message."""
        return {
            "job": self.id,
            "state": self.state,
            "stage": self.stage,
            "fraction": self.fraction,
            "seconds_left": self.seconds_left,
        }

    def ending(self) -> tuple[str, dict[str, Any]]:
        """Type and body of the message that says how the job ended."""
        if self.state == DONE:
            return "done", {
                "job": self.id,
                "result": self.result,
                "output": str(self.output),
                "blocks": len(self.blocks),
            }
        if self.state == FAILED:
            return "failed", {"job": self.id, "error": self.error}
        return "cancelled", {"job": self.id}

    def summary(self) -> dict[str, Any]:
        """The job's line in ``status``."""
        return {
            **self.progress(),
            "task": self.task,
            "scene": self.request.sources[0],
            "preset": self.request.preset,
            "output": None if self.output is None else str(self.output),
            "created": self.created,
            "error": self.error,
        }


class Registry:
    """All jobs of this engine, in the order they came."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._jobs: dict[str, Job] = {}

    def add(self, request: SegmentRequest, attention: AttentionRequest | None = None) -> Job:
        """Queue a request for a class map, or for the heat map that ``attention`` asks for."""
        job = Job(request, attention, output=None if request.output is None else Path(request.output))
        self._jobs[job.id] = job
        self._record(job)
        self._forget_oldest()
        return job

    def get(self, job_id: str) -> Job:
        """The job of that id; raises JobUnknown."""
        if job_id not in self._jobs:
            raise JobUnknown(job=job_id)
        return self._jobs[job_id]

    def recall(self, job_id: str) -> dict[str, Any]:
        """What the journal knows of a job, also one of an engine that has ended; raises JobUnknown."""
        found = self._journal.find(job_id)
        if found is None:
            raise JobUnknown(job=job_id)
        return found

    def all(self) -> list[Job]:
        """Every job that is still remembered, oldest first."""
        return list(self._jobs.values())

    def active(self) -> list[Job]:
        """Jobs that have not ended, oldest first."""
        return [job for job in self._jobs.values() if not job.ended]

    def advance(self, job: Job, event: str, error: WholeSceneError | None = None) -> bool:
        """Bring ``job`` to its next state, on disk first; whether that changed anything."""
        state = advance(job.state, event)
        if state == job.state:
            return False
        job.state = state
        if state in (DONE, FAILED, CANCELLED):
            job.seconds_left = None
        if error is not None:
            job.error = plain_error(error)
        self._record(job)
        return True

    def opened(self, job: Job, plan: dict[str, Any] | None, part: Path) -> None:
        """The plan of ``job``, if it has blocks, and the part file it grows in, noted in case the engine dies."""
        job.plan, job.part = plan, part
        self._record(job)

    def _record(self, job: Job) -> None:
        output, part = (None if path is None else str(path) for path in (job.output, job.part))
        self._journal.record(job.id, job.state, job.question, output, part, job.error)

    def _forget_oldest(self) -> None:
        ended = [job for job in self._jobs.values() if job.ended]
        for job in ended[: max(0, len(ended) - KEPT_JOBS)]:
            del self._jobs[job.id]


def plain_error(error: WholeSceneError) -> dict[str, Any]:
    """``error`` as values that can be sent: parameters that are not plain become text."""
    values = error.to_dict()
    values["params"] = {
        name: value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
        for name, value in values["params"].items()
    }
    return values
