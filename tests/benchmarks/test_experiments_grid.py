"""The grid runner: what is finished is never run again, whatever happened in between."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from benchmarks.experiments.grid import Grid
from benchmarks.experiments.ledger import RESULT, Busy, Ledger
from benchmarks.experiments.variants import Cell, Evaluation, Variant, cells

ROOT = Path(__file__).parents[2]
# stands for a cell: notes that it ran, takes its time, leaves a result
WORKER = """
import json, pathlib, sys, time
folder, ran, fingerprint, key, seconds = sys.argv[1:]
with open(ran, "a") as file:
    file.write(key + chr(10))
time.sleep(float(seconds))
result = {"cell": key, "fingerprint": fingerprint, "train_cpu_s": 1.0, "test_cpu_s": 0.5}
part = pathlib.Path(folder, "part")
part.write_text(json.dumps(result))
part.replace(pathlib.Path(folder, "result.json"))
"""
PARENT = """
import sys
sys.path[:0] = [{root!r}, {here!r}]
from pathlib import Path
from test_experiments_grid import grid_of
grid_of(Path({folder!r}), seconds=1.0).run(1)
"""


def variants(steps=1):
    return [Variant(name, "table", {"steps": steps}, (Evaluation("whole"),)) for name in ("one", "two", "three")]


def grid_of(folder: Path, seconds: float = 0.0, steps: int = 1, worker: str = WORKER) -> Grid:
    def command(cell: Cell) -> list[str]:
        work = folder / "work" / "runs" / cell.key
        told = [str(work), str(folder / "ran"), cell.variant.fingerprint, cell.key, str(seconds)]
        return [sys.executable, "-c", worker, *told]

    planned = list(cells("grid", variants(steps), 1))
    return Grid(planned, Ledger(folder / "results.jsonl"), folder / "work", command, say=lambda text: None)


def ran(folder):
    path = folder / "ran"
    return path.read_text().split() if path.exists() else []


KEYS = [f"grid/table/{name}/0" for name in ("one", "two", "three")]


def test_every_cell_runs_once_and_the_second_run_has_nothing_to_do(tmp_path):
    grid_of(tmp_path).run(2)
    assert sorted(ran(tmp_path)) == sorted(KEYS)
    again = grid_of(tmp_path)
    again.run(2)
    assert sorted(ran(tmp_path)) == sorted(KEYS)
    assert sorted(again.results()) == sorted(KEYS)


def test_a_killed_runner_goes_on_without_running_finished_cells_again(tmp_path):
    code = PARENT.format(root=str(ROOT), here=str(Path(__file__).parent), folder=str(tmp_path))
    parent = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 240
    while len(ran(tmp_path)) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    before = ran(tmp_path)
    assert before == KEYS[:2]
    finished = list(grid_of(tmp_path).results())
    assert finished == KEYS[:1]
    time.sleep(3.0)  # the killed runner's cell ends and leaves its result
    grid_of(tmp_path).run()
    assert ran(tmp_path) == KEYS
    assert sorted(grid_of(tmp_path).results()) == sorted(KEYS)


def test_a_result_that_was_left_but_not_noted_is_taken(tmp_path):
    grid = grid_of(tmp_path)
    folder = tmp_path / "work" / "runs" / KEYS[1]
    folder.mkdir(parents=True)
    line = {"cell": KEYS[1], "fingerprint": grid.cells[1].variant.fingerprint, "train_cpu_s": 1, "test_cpu_s": 1}
    (folder / RESULT).write_text(json.dumps(line))
    grid.run()
    assert sorted(ran(tmp_path)) == sorted([KEYS[0], KEYS[2]])
    assert len(grid.results()) == 3


def test_results_of_another_plan_do_not_count(tmp_path):
    grid_of(tmp_path).run()
    changed = grid_of(tmp_path, steps=2)
    assert not changed.results()
    changed.run()
    assert sorted(ran(tmp_path)) == sorted(2 * KEYS)


def test_a_cell_that_fails_is_told_and_the_others_run(tmp_path):
    worker = WORKER.replace("result = {", "assert not key.endswith('two/0')\nresult = {")
    grid = grid_of(tmp_path, worker=worker)
    grid.run()
    assert grid.failed == [KEYS[1]]
    assert sorted(grid.results()) == sorted([KEYS[0], KEYS[2]])


def test_one_process_at_a_time(tmp_path):
    grid = grid_of(tmp_path)
    with grid.ledger.owned(), pytest.raises(Busy):
        grid_of(tmp_path).run()


def test_a_line_that_was_cut_off_is_passed_over(tmp_path):
    ledger = Ledger(tmp_path / "lines.jsonl")
    ledger.append({"number": 1})
    with ledger.path.open("a") as file:
        file.write('{"number": 2, "te')
    ledger.append({"number": 3})
    assert ledger.lines() == [{"number": 1}, {"number": 3}]
    assert os.path.getsize(ledger.path) > 0
