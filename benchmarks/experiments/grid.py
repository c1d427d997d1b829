"""Running a grid: every cell that has no result yet, in processes of their own, as many as there are workers.

Results go to one file of JSON lines as cells finish. Whatever is stopped, by Ctrl-C or by a crash, is taken up where
it stood: finished cells are not run again, a cell in the middle goes on from its last checkpoint.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .ledger import RESULT, Ledger, Line
from .variants import BUDGET_S, Cell

Command = Callable[[Cell], list[str]]
PATIENCE = 0.2  # seconds between two looks at the workers


@dataclass
class Grid:
    """The cells of a grid, where their results are written and where they work.

    ``command`` makes the command line of a cell, which leaves ``result.json`` in the cell's folder.
    """

    cells: list[Cell]
    ledger: Ledger
    work: Path
    command: Command
    say: Callable[[str], None] = print
    failed: list[str] = field(default_factory=list)

    def results(self) -> dict[str, Line]:
        """Results by the cell's key, of cells as they are planned now."""
        wanted = {cell.key: cell.variant.fingerprint for cell in self.cells}
        return {line["cell"]: line for line in self.ledger.lines() if wanted.get(line["cell"]) == line["fingerprint"]}

    def run(self, workers: int = 1) -> None:
        """Run what is missing. Raises Busy if another process does."""
        with self.ledger.owned():
            waiting = list(self._missing())
            self.say(f"{len(self.cells) - len(waiting)} of {len(self.cells)} cells are there, {len(waiting)} to run")
            running: dict[str, subprocess.Popen[bytes]] = {}
            by_key = {cell.key: cell for cell in waiting}
            try:
                while waiting or running:
                    while waiting and len(running) < workers:
                        cell = waiting.pop(0)
                        running[cell.key] = self._start(cell)
                    time.sleep(PATIENCE)
                    for key in [key for key, process in running.items() if process.poll() is not None]:
                        self._finish(by_key[key], running.pop(key).returncode)
            finally:
                _end(running.values())

    def _missing(self) -> Iterable[Cell]:
        """Cells without a result; a result that was left but not noted yet is noted."""
        for cell in self.cells:
            if cell.key in self.results():
                continue
            if self._note(cell):
                continue
            yield cell

    def _start(self, cell: Cell) -> subprocess.Popen[bytes]:
        folder = self._folder(cell)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RESULT).unlink(missing_ok=True)  # of another plan
        (folder / "plan").write_text(cell.variant.fingerprint, encoding="utf-8")
        alone = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
        with (folder / "output.txt").open("ab") as output:
            return subprocess.Popen(
                self.command(cell), env={**os.environ, **alone}, stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )

    def _finish(self, cell: Cell, code: int) -> None:
        if code == 0 and self._note(cell):
            line = self.results()[cell.key]
            taken = line["train_cpu_s"] + line["test_cpu_s"]
            over = f", more than the budget of {BUDGET_S:.0f} s" if taken > BUDGET_S else ""
            self.say(f"{cell.key}: {taken:.0f} s of CPU{over}")
            return
        self.failed.append(cell.key)
        self.say(f"{cell.key}: failed, see {self._folder(cell) / 'output.txt'}")

    def _note(self, cell: Cell) -> bool:
        """Put down the result that a cell left; whether there was one."""
        path = self._folder(cell) / RESULT
        if not path.exists():
            return False
        line = json.loads(path.read_text(encoding="utf-8"))
        if line["fingerprint"] != cell.variant.fingerprint:
            return False
        self.ledger.append(line)
        return True

    def _folder(self, cell: Cell) -> Path:
        return self.work / "runs" / cell.key


def command(cell: Cell, work: Path) -> list[str]:
    """What runs a cell."""
    names = [cell.grid, cell.variant.table, cell.variant.name, str(cell.seed)]
    return [sys.executable, "-W", "ignore", "-m", "benchmarks.experiments", "--cell", *names, "--work", str(work)]


def _end(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Stop what is still running; it goes on from its checkpoint another time."""
    left = list(processes)
    for process in left:
        process.terminate()
    for process in left:
        process.wait()
