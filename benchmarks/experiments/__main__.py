"""Does whole-scene help? Run a grid, or go on with it, and write its tables.

usage: python -m benchmarks.experiments {controlled,ablations,real} [--seeds 3] [--workers 1] [--table NAME]

From the root of the repository. Results are appended to benchmarks/experiments/results, tables go to the screen and to
docs/experiments.md. Ctrl-C stops; the same command goes on. `--tables` only writes the tables of what is there,
`real --test` looks at the test scene, once for each committed TOML and seed.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path

from . import ablations, controlled, real
from .cell import run_cell
from .drawn_data import make_data
from .grid import Grid, command
from .ledger import Busy, Ledger
from .tables import by_class, crossed, put
from .variants import Cell, Variant, cells

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WORK = ROOT / "build" / "experiments"
DOCUMENT = ROOT / "docs" / "experiments.md"
RESULTS = HERE / "results"
GRIDS = ("controlled", "ablations", "real")


def main() -> int:
    """Run what is asked for; the exit code is 1 if a cell failed."""
    options = arguments()
    if options.cell:
        return one(options)
    variants = variants_of(options.grid, options.work)
    chosen = [variant for variant in variants if options.table in (None, variant.table)]
    planned = list(cells(options.grid, chosen, options.seeds))
    if options.list:
        print("\n".join(cell.key for cell in planned))
        return 0
    ledger = Ledger(RESULTS / f"{options.grid}.jsonl")
    grid = Grid(planned, ledger, options.work, partial(command, work=options.work), partial(print, flush=True))
    if not options.tables:
        with ledger.owned():
            if options.grid == "real":
                real.prepare(options.shared, options.work)
            draw(chosen, options.work)
        grid.run(options.workers)
        if options.test:
            real.test(planned, Ledger(RESULTS / "test-evaluations.jsonl"), options.work)
    write_tables(options.grid, variants, options)
    return 1 if grid.failed else 0


def arguments() -> argparse.Namespace:
    """From the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.experiments", description=__doc__.partition("\n")[0])
    parser.add_argument("grid", nargs="?", choices=GRIDS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1, help="cells side by side, each on one thread")
    parser.add_argument("--table", help="only the variants of one table")
    parser.add_argument("--tables", action="store_true", help="run nothing, write the tables")
    parser.add_argument("--list", action="store_true", help="run nothing, list the cells")
    parser.add_argument("--test", action="store_true", help="of real: also look at the test scene")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data", help="the real scenes")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--cell", nargs=4, metavar=("GRID", "TABLE", "VARIANT", "SEED"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.test and options.grid != "real":
        parser.error("--test is for the grid real")
    if not options.cell and options.grid is None:
        parser.error("which grid?")
    return options


def one(options: argparse.Namespace) -> int:
    """Run one cell in this process."""
    name, table, variant, seed = options.cell
    found = next(v for v in variants_of(name, options.work) if (v.table, v.name) == (table, variant))
    result = run_cell(Cell(name, found, int(seed)), options.work)
    print(json.dumps({key: result[key] for key in ("cell", "train_cpu_s", "test_cpu_s")}))
    return 0


def variants_of(grid: str, work: Path) -> list[Variant]:
    """All variants of a grid."""
    if grid == "real":
        return real.variants(work)
    return {"controlled": controlled, "ablations": ablations}[grid].variants()


def draw(variants: list[Variant], work: Path) -> None:
    """Draw all scenes that cells will read."""
    for recipe in {variant.data: None for variant in variants if variant.data is not None}:
        print(f"scenes: {make_data(recipe, work / 'data')}", flush=True)


def write_tables(grid: str, variants: list[Variant], options: argparse.Namespace) -> None:
    """The tables of all that has been run, to the screen and into the document."""
    planned = list(cells(grid, variants, options.seeds))
    silent = partial(command, work=options.work)
    results = Grid(planned, Ledger(RESULTS / f"{grid}.jsonl"), options.work, silent).results()
    told: dict[str, str] = {}
    if grid == "real":
        tested = Grid(planned, Ledger(RESULTS / "test-evaluations.jsonl"), options.work, silent).results()
        told["real-validation"] = crossed(variants, results, real.NOT_JUDGED)
        told["real-test"] = crossed(variants, tested, real.NOT_JUDGED)
    for table in dict.fromkeys(variant.table for variant in variants) if grid != "real" else ():
        rows = [variant for variant in variants if variant.table == table]
        told[table] = crossed(rows, results) if table == "rest7" else by_class(rows, results)
    for table, text in told.items():
        print(f"\n{table}\n\n{text}")
        put(DOCUMENT, table, text)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Busy, real.Uncommitted) as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)
