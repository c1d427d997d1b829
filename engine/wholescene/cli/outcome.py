"""The outcome of one scene, and how it is shown: a table, JSON, a line of the summary CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..wire.errors import WholeSceneError
from ..wire.sizes import size_words
from .progress import duration

DONE, SKIPPED, FAILED, STOPPED = "done", "skipped", "failed", "stopped"
FEW_CLASSES = 8  # so few are all listed, also those that do not occur
COLUMNS = ("scene", "state", "output", "seconds", "error", "message", "nodata_pixels")


@dataclass(frozen=True)
class Outcome:
    """What became of one scene. ``result`` is there when it was computed, ``error`` when it failed."""

    sources: tuple[str, ...]
    state: str
    output: str | None = None
    seconds: float = 0.0
    result: dict[str, Any] | None = None
    error: WholeSceneError | None = None
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``--json``."""
        return {
            "sources": list(self.sources),
            "state": self.state,
            "output": self.output,
            "seconds": round(self.seconds, 2),
            "result": self.result,
            "error": self.error.to_dict() if self.error else None,
            "note": self.note,
        }


def as_json(outcomes: Sequence[Outcome], summary: Path | None) -> str:
    """All outcomes as one JSON document."""
    scenes = [outcome.to_dict() for outcome in outcomes]
    return json.dumps({"scenes": scenes, "summary": str(summary) if summary else None}, indent=1)


def show(outcome: Outcome, console: Console, *, with_name: bool) -> None:
    """The table of classes and where the map is, or why there is none; ``with_name``: of several scenes."""
    if outcome.state == STOPPED:
        return
    if with_name and outcome.state != SKIPPED:
        console.print(f"\n{' + '.join(outcome.sources)}", style="bold", markup=False, highlight=False, soft_wrap=True)
    if outcome.error is not None:
        lines = f"error: {outcome.error.message}\n       [{outcome.error.code}]"
        console.print(lines, style="red", markup=False, highlight=False, soft_wrap=True)
    elif outcome.state == SKIPPED:
        console.print(f"{outcome.sources[0]} {outcome.note}", markup=False, highlight=False, soft_wrap=True)
    elif outcome.result is not None:
        console.print(area_table(outcome.result))
        if "exchange" in outcome.result:
            console.print(exchange_line(outcome.result["exchange"]), style="dim", highlight=False, soft_wrap=True)
        console.print(f"{outcome.output}  ({duration(outcome.seconds)})", markup=False, highlight=False, soft_wrap=True)


def exchange_line(report: dict[str, Any]) -> str:
    """How much several ranks sent to each other, and what share of their time that took."""
    kinds = ", ".join(f"{kind} {size_words(count)}" for kind, count in report["bytes"].items() if count)
    total = size_words(sum(report["bytes"].values()))
    told = f" ({kinds})" if kinds else ""
    return f"{report['ranks']} ranks exchanged {total}{told}: {report['share']:.0%} of their time"


def area_table(result: dict[str, Any]) -> Table:
    """Classes with colour, pixels, hectares (where the scene lies on the Earth) and share."""
    areas = [area for area in result["areas"] if area["pixels"] or len(result["areas"]) <= FEW_CLASSES]
    georeferenced = all(area["hectares"] is not None for area in areas)
    table = Table(box=None, pad_edge=False)
    table.add_column()
    table.add_column("class")
    for heading in ("pixels", *(["hectares"] if georeferenced else []), "share"):
        table.add_column(heading, justify="right")
    for area in areas:
        hectares = [f"{area['hectares']:,.2f}"] if georeferenced else []
        swatch = Text("██", style=area["colour"])
        table.add_row(swatch, Text(area["name"]), f"{area['pixels']:,}", *hectares, f"{area['share']:.1%}")
    if result["nodata_pixels"]:
        table.add_row("", Text("no data", style="dim"), f"{result['nodata_pixels']:,}")
    return table


def write_summary(outcomes: Sequence[Outcome], path: Path) -> None:
    """One line per scene: state, time, error, and for each class its hectares (pixels where there are none)."""
    rows = [_row(outcome) for outcome in outcomes]
    classes = list(dict.fromkeys(key for row in rows for key in row if key not in COLUMNS))
    with path.open("x", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, [*COLUMNS, *classes])
        writer.writeheader()
        writer.writerows(rows)


def _row(outcome: Outcome) -> dict[str, object]:
    row: dict[str, object] = {
        "scene": " + ".join(outcome.sources),
        "state": outcome.state,
        "output": outcome.output or "",
        "seconds": f"{outcome.seconds:.1f}",
        "error": outcome.error.code if outcome.error else "",
        "message": outcome.error.message if outcome.error else outcome.note,
    }
    if outcome.result is not None:
        row["nodata_pixels"] = outcome.result["nodata_pixels"]
        for area in outcome.result["areas"]:
            in_hectares = area["hectares"] is not None
            unit = "ha" if in_hectares else "pixels"
            row[f"{area['name']} ({unit})"] = f"{area['hectares']:.4f}" if in_hectares else area["pixels"]
    return row
