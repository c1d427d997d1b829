"""The way with several ranks: worker processes compute, this process alone writes."""

from __future__ import annotations

import os
import queue
import threading
import time
from typing import TYPE_CHECKING, Any

from ..wire.errors import Cancelled, WholeSceneError, WorkerDied, from_dict
from ..wire.identity import absolute
from ..wire.message import new_id
from ..wire.plan import Plan, Window
from ..wire.request import SegmentRequest
from .direct import FileSink
from .progress import View
from .threads import wait_asleep

if TYPE_CHECKING:
    from ..service.crew import Crew
    from ..service.worker_group import WorkerGroup
    from ..service.worker_process import WorkerProcess

    Group = WorkerGroup | WorkerProcess

CANCEL_GRACE = 0.7  # seconds in which the ranks may agree to stop
LOOK_UP = 0.1  # how soon a wish to stop is noticed
WAITING_BLOCKS = 4  # that ranks may be ahead of the disk
ENDINGS = ("finished", "failed", "cancelled", "ended")


class GroupDoor:
    """Computes with the ranks of ``crew``, which stay warm from scene to scene."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._group: Group | None = None
        self._events: queue.SimpleQueue[tuple[object, dict[str, Any]]] = queue.SimpleQueue()
        self._room = threading.Semaphore(WAITING_BLOCKS)

    def __enter__(self) -> GroupDoor:
        wait_asleep()  # the ranks inherit it
        os.environ.setdefault("CPL_LOG", os.devnull)
        return self

    def __exit__(self, *_: object) -> None:
        self._end_group()

    def segment(self, request: SegmentRequest, view: View) -> dict[str, Any]:
        """Segment one scene and write its class map; the result as plain values."""
        with FileSink(request, view) as sink:
            ending = self._compute(absolute(request), sink)
            if ending["event"] == "cancelled":
                raise Cancelled()
            if ending["event"] != "finished":
                raise _error(ending)
            return {**sink.finish().to_dict(), "exchange": ending["report"]}

    def _compute(self, request: SegmentRequest, sink: FileSink) -> dict[str, Any]:
        """Have the ranks run a job whose events go to ``sink``; the event it ended with."""
        group = self._warm_group()
        job = new_id()
        group.run(job, request.to_dict())
        try:
            return self._follow(group, job, sink)
        except BaseException:
            self._end_group()  # it is in the middle of the job
            raise

    def _follow(self, group: Group, job: str, sink: FileSink) -> dict[str, Any]:
        kill_at: float | None = None
        while True:
            event = self._next(group)
            if kill_at is None and sink.cancelled():
                group.cancel(job)
                kill_at = time.monotonic() + CANCEL_GRACE
            if kill_at is not None and time.monotonic() > kill_at:
                raise Cancelled()
            if event is not None and event["event"] in ENDINGS:
                return event if kill_at is None else {"event": "cancelled"}
            if event is not None and kill_at is None:
                _bring(event, sink)

    def _next(self, group: Group | None) -> dict[str, Any] | None:
        """The next event of ``group``; None if none came for a while."""
        try:
            whose, event = self._events.get(timeout=LOOK_UP)
        except queue.Empty:
            return None
        if event["event"] == "block":
            self._room.release()
        if whose is not group:
            return None
        if event["event"] == "ended":
            self._end_group()  # whatever is left of it
        return event

    def _warm_group(self) -> Group:
        while not self._events.empty():  # it may have ended since the last scene
            self._next(self._group)
        if self._group is None:
            from ..service.logs import worker_log

            self._group = self._crew.launch(self._hear, log=worker_log())
        return self._group

    def _hear(self, group: object, event: dict[str, Any]) -> None:
        """In the threads of the ranks: those that send blocks wait for the disk."""
        if event["event"] == "block":
            while not self._room.acquire(timeout=1.0):
                if group is not self._group:
                    return
        self._events.put((group, event))

    def _end_group(self) -> None:
        group, self._group = self._group, None
        if group is not None:
            group.kill()
            group.wait(5.0)


def _bring(event: dict[str, Any], sink: FileSink) -> None:
    kind = event["event"]
    if kind == "planned":
        sink.planned(Plan.from_dict(event["plan"]))
    elif kind == "progress":
        sink.progress(event["stage"], event["fraction"], event["seconds_left"])
    elif kind == "block":
        _bring_block(event, sink)


def _error(event: dict[str, Any]) -> WholeSceneError:
    error = event.get("error")
    return from_dict(error) if error else WorkerDied(detail=str(event.get("detail")))


def _bring_block(event: dict[str, Any], sink: FileSink) -> None:
    import numpy as np

    window = Window(event["row"], event["col"], event["height"], event["width"])
    shape = (window.height, window.width)
    layers = [event["classes"], event["confidence"]]
    classes, sure = (None if layer is None else np.frombuffer(layer, np.uint8).reshape(shape) for layer in layers)
    assert classes is not None
    sink.block(window, classes, sure)
