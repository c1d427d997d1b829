"""How fine-tuning shows itself: a bar, lines on stderr, or JSON lines for a program."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from .progress import LOG_EVERY, Stop, duration

if TYPE_CHECKING:
    from ..training.finetune.scores import Comparison

JSON_EVERY = 0.3  # seconds between two lines of progress


class View:
    """Lines on stderr, and the figures as a table on stdout; ``ask``: whether to save is asked for."""

    def __init__(self, stop: Stop, *, quiet: bool = False, ask: bool = False) -> None:
        self._stop, self._quiet, self._ask = stop, quiet, ask
        self._stage, self._said = "", 0.0
        self._began: float | None = None

    def progress(self, stage: str, fraction: float) -> None:
        """A line when the stage changes, and now and then in a long one."""
        if stage != self._stage or time.monotonic() - self._said >= LOG_EVERY:
            self._stage, self._said = stage, time.monotonic()
            self._show(stage, fraction, "")

    def learning(self, step: int, steps: int, loss: float) -> None:
        """The same of the steps, with the time that is left."""
        self._began = time.monotonic() if not steps or self._began is None else self._began
        if self._stage != "learning" or time.monotonic() - self._said >= LOG_EVERY or (steps and step == steps):
            self._stage, self._said = "learning", time.monotonic()
            self._show("learning", step / max(1, steps), self._note(step, steps, loss))

    def compared(self, comparison: Comparison) -> None:
        """The table."""
        if not self._quiet:
            Console().print(table_of(comparison))

    def may_save(self, comparison: Comparison) -> bool:
        """Yes, or what the person answers."""
        if not self._ask:
            return True
        worse = " although it got worse" if comparison.worse else ""
        return input(f"Save the preset{worse}? [{'y/N' if worse else 'Y/n'}] ").strip().lower() in (
            ("y", "yes") if worse else ("", "y", "yes")
        )

    def cancelled(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._stop.wanted

    def _note(self, step: int, steps: int, loss: float) -> str:
        if not steps or not step:
            return "timing"
        left = (time.monotonic() - (self._began or 0.0)) / step * (steps - step)
        return f"step {step} of {steps}, loss {loss:.4f}, {duration(left)} left"

    def _show(self, stage: str, fraction: float, note: str) -> None:
        print(f"{stage} {note}" if note else f"{stage} {fraction:.0%}", file=sys.stderr, flush=True)


class BarView(View):
    """A bar on a terminal."""

    def __init__(self, stop: Stop, bar: Progress, *, ask: bool) -> None:
        super().__init__(stop, ask=ask)
        self._bar = bar
        self._task = bar.add_task("looking", total=1.0, note="")

    def progress(self, stage: str, fraction: float) -> None:
        """Move the bar."""
        self._show(stage, fraction, "")

    def learning(self, step: int, steps: int, loss: float) -> None:
        """Move it by steps."""
        self._began = time.monotonic() if not steps or self._began is None else self._began
        self._show("learning", step / max(1, steps), self._note(step, steps, loss))

    def compared(self, comparison: Comparison) -> None:
        """Take the bar away for the table and the question."""
        self._bar.stop()
        super().compared(comparison)

    def _show(self, stage: str, fraction: float, note: str) -> None:
        name = "stopping" if self._stop.wanted else stage
        self._bar.update(self._task, completed=fraction, description=name, note=note)


class LineView(View):
    """One JSON object a line on stdout: ``event`` is progress, compared, done or error."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop, quiet=True)

    def tell(self, event: str, **values: Any) -> None:
        """A line."""
        print(json.dumps({"event": event, **values}), flush=True)

    def progress(self, stage: str, fraction: float) -> None:
        """Not more often than a program can use."""
        if stage != self._stage or time.monotonic() - self._said >= JSON_EVERY:
            self._stage, self._said = stage, time.monotonic()
            self.tell("progress", stage=stage, fraction=fraction)

    def learning(self, step: int, steps: int, loss: float) -> None:
        """The same with step and loss."""
        if self._stage != "learning" or time.monotonic() - self._said >= JSON_EVERY or (steps and step == steps):
            self._stage, self._said = "learning", time.monotonic()
            self.tell("progress", stage="learning", fraction=step / max(1, steps), step=step, steps=steps, loss=loss)

    def compared(self, comparison: Comparison) -> None:
        """The figures."""
        self.tell("compared", worse=comparison.worse, **comparison.to_dict())


@contextmanager
def open_view(stop: Stop, *, lines: bool, quiet: bool, ask: bool) -> Iterator[View]:
    """JSON lines if asked for, a bar if stderr is a terminal, else lines on stderr."""
    if lines:
        yield LineView(stop)
    elif sys.stderr.isatty():
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[note]}", style="dim"),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            yield BarView(stop, bar, ask=ask)
    else:
        yield View(stop, quiet=quiet, ask=ask)


def table_of(comparison: Comparison) -> Table:
    """IoU before and after, by class."""
    told = comparison.to_dict()
    table = Table(box=None, pad_edge=False)
    table.add_column("class")
    for heading in ("pixels learnt", "held out", "IoU before", "after", "change"):
        table.add_column(heading, justify="right")
    for row in told["classes"]:
        counts = f"{row['learnt_pixels']:,}", f"{row['held_out_pixels']:,}"
        table.add_row(row["name"], *counts, *_cells(row["before"], row["after"]))
    if told["after"] is None:
        table.caption = "Nothing was held out: nobody knows whether it got better."
    else:
        table.add_row("mean", "", "", *_cells(told["before"], told["after"]), style="bold")
    return table


def _cells(before: float | None, after: float | None) -> tuple[str, str, str]:
    if before is None or after is None:
        return "", "", ""
    return f"{before:.3f}", f"{after:.3f}", f"{after - before:+.3f}"
