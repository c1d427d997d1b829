"""How a job shows itself while it runs: a bar in a terminal, a line now and then in a log."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from ..wire.plan import Plan

LOG_EVERY = 10.0  # seconds between two lines of one stage where there is no terminal


class View(Protocol):
    """What a job tells the person who waits for it."""

    def started(self, title: str) -> None:
        """A scene's turn has come."""

    def planned(self, plan: Plan) -> None:
        """Size, precision and cost of the job are known."""

    def progress(self, stage: str, fraction: float, seconds_left: float | None) -> None:
        """Stage and share of the whole job, 0 to 1."""

    def ended(self) -> None:
        """The scene is done with, well or not."""

    def cancelled(self) -> bool:
        """Whether the person wants to stop."""


class Stop:
    """A wish to stop that Ctrl-C leaves behind; the job looks for it between tiles."""

    def __init__(self) -> None:
        self.wanted = False

    def ask(self, _signal: int, _frame: FrameType | None) -> None:
        """Note the wish; asked again, stop Python at once."""
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Ctrl-C (and a polite kill) ask the job to stop and clean up."""
    stop = Stop()
    before = {number: signal.signal(number, stop.ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def stop_at_once() -> Iterator[None]:
    """A polite kill ends the command as Ctrl-C does, so that what is half done is cleaned up."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def open_view(stop: Stop) -> View:
    """A bar if stderr is a terminal, else lines on stderr."""
    return BarView(stop) if sys.stderr.isatty() else LogView(stop)


class _Pace:
    """Throughput and time left in words."""

    def __init__(self) -> None:
        self.megapixels = 0.0
        self.started = time.monotonic()

    def planned(self, plan: Plan) -> None:
        self.megapixels = plan.model_width * plan.model_height / 1e6
        self.started = time.monotonic()

    def note(self, fraction: float, seconds_left: float | None) -> str:
        parts = []
        elapsed = time.monotonic() - self.started
        if fraction > 0 and elapsed > 1 and self.megapixels:
            parts.append(f"{fraction * self.megapixels / elapsed:.2f} Mpx/s")
        if seconds_left is not None:
            parts.append(f"{duration(seconds_left)} left")
        return ", ".join(parts)


class BarView:
    """The bar of a terminal; it is gone when the scene is done with."""

    def __init__(self, stop: Stop) -> None:
        self._stop, self._pace = stop, _Pace()
        self._bar = _bar()
        self._task = TaskID(0)
        self._title = ""

    def started(self, title: str) -> None:
        """Show a bar for this scene."""
        self._title, self._bar = title, _bar()
        self._task = self._bar.add_task(f"{title}  starting", total=1.0, note="")
        self._bar.start()

    def planned(self, plan: Plan) -> None:
        """Begin to count the throughput, and say what comes."""
        self._pace.planned(plan)
        self._bar.console.print(describe_plan(plan), style="dim", highlight=False)

    def progress(self, stage: str, fraction: float, seconds_left: float | None) -> None:
        """Move the bar."""
        note = self._pace.note(fraction, seconds_left)
        stage = "stopping" if self._stop.wanted else stage
        self._bar.update(self._task, completed=fraction, description=f"{self._title}  {stage}", note=note)

    def ended(self) -> None:
        """Take the bar away."""
        self._bar.stop()

    def cancelled(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._stop.wanted


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[note]}", style="dim"),
        console=Console(stderr=True),
        transient=True,
    )


class LogView:
    """A line when the stage changes, and now and then in a long one."""

    def __init__(self, stop: Stop) -> None:
        self._stop, self._pace = stop, _Pace()
        self._title = self._stage = ""
        self._said = 0.0

    def started(self, title: str) -> None:
        """Begin a scene."""
        self._title, self._stage = title, ""

    def planned(self, plan: Plan) -> None:
        """Say what comes."""
        self._pace.planned(plan)
        self._say(describe_plan(plan))

    def progress(self, stage: str, fraction: float, seconds_left: float | None) -> None:
        """Write a line if there is something new to say."""
        now = time.monotonic()
        if stage == self._stage and now - self._said < LOG_EVERY:
            return
        self._stage, self._said = stage, now
        note = self._pace.note(fraction, seconds_left)
        self._say(f"{stage} {fraction:.0%}" + (f" ({note})" if note else ""))

    def ended(self) -> None:
        """Nothing to take away."""

    def cancelled(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._stop.wanted

    def _say(self, line: str) -> None:
        print(f"{self._title}: {line}", file=sys.stderr, flush=True)


def describe_plan(plan: Plan) -> str:
    """One line: what will be computed and what it is going to take."""
    words = [f"{plan.model_width} × {plan.model_height} pixels with {plan.preset} in {plan.precision}"]
    if plan.peak_bytes:
        words.append(f"up to {plan.peak_bytes / 1e9:.1f} GB of memory")
    if plan.seconds is not None and plan.seconds >= 1:
        words.append(f"about {duration(plan.seconds)}")
    return ", ".join(words)


def duration(seconds: float) -> str:
    """Seconds in words: "8 s", "3 min 20 s", "2 h 05 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
