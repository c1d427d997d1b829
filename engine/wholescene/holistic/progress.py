"""Progress of a job: multiply-adds done of all, told to the sink with the time that is left."""

from __future__ import annotations

import time

from ..nn.steps import Attention, Step
from ..wire.errors import Cancelled
from .planner import Workload
from .sink import Sink

EVERY = 0.1  # seconds between two reports


class Progress:
    """A ticker for the executor that also looks whether the sink wants to stop."""

    def __init__(self, sink: Sink, workload: Workload) -> None:
        self.sink = sink
        self.workload = workload
        self.total = max(1, workload.macs)
        self.done = 0
        self.started = self.reported = time.monotonic()

    def tick(self, step: Step, pixels: int, macs: int) -> None:
        """Count a tile; raise `Cancelled` if the sink was told to."""
        self.done += pixels * macs
        if self.sink.cancelled():
            raise Cancelled()
        now = time.monotonic()
        if now - self.reported >= EVERY:
            self.reported = now
            self.report(self._stage(step))

    def report(self, stage: str) -> None:
        """Tell the sink stage, fraction and seconds left (None while it is too early to say)."""
        fraction = min(1.0, self.done / self.total)
        elapsed = time.monotonic() - self.started
        left = elapsed * (1 - fraction) / fraction if fraction > 0.02 else None
        self.sink.progress(stage, fraction, left)

    def _stage(self, step: Step) -> str:
        if step is self.workload.program.head:
            return "decoding"
        if step is self.workload.program.steps[0]:
            return "reading"
        return "interacting" if isinstance(step, Attention) else "encoding"
