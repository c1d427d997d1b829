"""The worker process: runs one job after another and reports over its stdout pipe.

Started by the engine as ``python -m wholescene.service.worker``. It stays warm between
jobs and ends when the engine does (stdin closes). The network and its libraries are
imported with the first job.
"""

from __future__ import annotations

import argparse
import importlib
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..wire.errors import Cancelled, InternalError, OutOfMemory, WholeSceneError
from ..wire.plan import Plan, Window
from ..wire.request import SegmentRequest
from . import pipe

if TYPE_CHECKING:
    import numpy as np

DEFAULT_SEGMENT = "wholescene.service.compute:segment"
ORPHANED = 3  # exit code when the engine went away
MAX_BLOCK_PIXELS = 1 << 24


class PipeSink:
    """What a job produces, sent to the engine. See ``holistic.Sink`` for the calls."""

    def __init__(self, job: str, out: pipe.PipeWriter, cancelled: threading.Event) -> None:
        self._job = job
        self._out = out
        self._cancelled = cancelled

    def planned(self, plan: Plan) -> None:
        """Announce grid, classes and cost before the first block."""
        self._send("planned", plan=plan.to_dict())

    def progress(self, stage: str, fraction: float, seconds_left: float | None) -> None:
        """Report the stage and the share of the whole job that is done (0 to 1)."""
        left = None if seconds_left is None else float(seconds_left)
        self._send("progress", stage=stage, fraction=float(fraction), seconds_left=left)

    def block(self, window: Window, classes: np.ndarray, confidence: np.ndarray | None) -> None:
        """Send finished class values (uint8, height × width) in strips that fit into one message."""
        rows = max(1, MAX_BLOCK_PIXELS // window.width)
        for first in range(0, window.height, rows):
            last = min(first + rows, window.height)
            self._send(
                "block",
                row=int(window.row + first),
                col=int(window.col),
                height=int(last - first),
                width=int(window.width),
                classes=_bytes(classes[first:last]),
                confidence=None if confidence is None else _bytes(confidence[first:last]),
            )

    def cancelled(self) -> bool:
        """Whether the engine asked to stop."""
        return self._cancelled.is_set()

    def _send(self, event: str, **values: Any) -> None:
        self._out.send({"event": event, "job": self._job, **values})


def _bytes(values: np.ndarray) -> bytes:
    if values.dtype.str != "|u1":
        raise TypeError(f"block values are {values.dtype}, not uint8")
    return values.tobytes()


class Worker:
    """Takes commands from a thread that reads stdin and runs the jobs in the main thread."""

    def __init__(self, segment: str, commands: int, results: int) -> None:
        self._segment_name = segment
        self._commands = commands
        self._out = pipe.PipeWriter(results)
        self._jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._cancelled: dict[str, threading.Event] = {}

    def run(self) -> None:
        """Run jobs until the engine goes away; does not return."""
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            command = self._jobs.get()
            job = str(command["job"])
            self._out.send({"job": job, **self._outcome(job, command["request"])})
            self._cancelled.pop(job, None)

    def _listen(self) -> None:
        while True:
            try:
                command = pipe.receive(self._commands)
            except OSError:
                command = None
            if command is None:
                os._exit(ORPHANED)
            job = str(command["job"])
            if command["do"] == "run":
                self._cancelled[job] = threading.Event()
                self._jobs.put(command)
            elif command["do"] == "cancel" and job in self._cancelled:
                self._cancelled[job].set()

    def _outcome(self, job: str, request: dict[str, Any]) -> dict[str, Any]:
        """Run one job; the event that ends it."""
        sink = PipeSink(job, self._out, self._cancelled[job])
        try:
            _load(self._segment_name)(SegmentRequest.from_dict(request), sink)
        except Cancelled:
            return {"event": "cancelled"}
        except WholeSceneError as problem:
            return {"event": "failed", "error": problem.to_dict()}
        except MemoryError as problem:
            return {"event": "failed", "error": OutOfMemory(detail=str(problem) or "no more memory").to_dict()}
        except BrokenPipeError:
            os._exit(ORPHANED)
        except Exception as problem:
            traceback.print_exc()
            return {"event": "failed", "error": InternalError(detail=f"{type(problem).__name__}: {problem}").to_dict()}
        return {"event": "finished"}


def _load(name: str) -> Callable[[SegmentRequest, PipeSink], None]:
    module, _, function = name.partition(":")
    found: Callable[[SegmentRequest, PipeSink], None] = getattr(importlib.import_module(module), function)
    return found


def claim_pipes() -> tuple[int, int]:
    """Keep stdin and stdout for the engine alone: whatever a library prints goes to stderr, the log."""
    commands, results = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return commands, results


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the worker process."""
    parser = argparse.ArgumentParser(prog="wholescene.service.worker")
    parser.add_argument("--segment", default=DEFAULT_SEGMENT, help="module:function that computes a job")
    options = parser.parse_args(arguments)
    commands, results = claim_pipes()
    Worker(options.segment, commands, results).run()


if __name__ == "__main__":
    main(sys.argv[1:])
