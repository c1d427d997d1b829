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
from .progress import duration

DONE, SKIPPED, FAILED, STOPPED = "done", "skipped", "failed", "stopped"
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


def show(outcome: Outcome, console: Console) -> None:
    """The table of classes and where the map is, or why there is none."""
    if outcome.error is not None:
        lines = f"error: {outcome.error.message}\n       [{outcome.error.code}]"
        console.print(lines, style="red", markup=False, highlight=False, soft_wrap=True)
    elif outcome.state == SKIPPED:
        console.print(f"{outcome.sources[0]} {outcome.note}", markup=False, highlight=False, soft_wrap=True)
    elif outcome.result is not None:
        console.print(area_table(outcome.result))
        console.print(f"{outcome.output}  ({duration(outcome.seconds)})", highlight=False, soft_wrap=True)


def area_table(result: dict[str, Any]) -> Table:
    """Classes with colour, pixels, hectares and share."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "class"):
        table.add_column(heading)
    for heading in ("pixels", "hectares", "share"):
        table.add_column(heading, justify="right")
    for area in result["areas"]:
        if area["pixels"] or len(result["areas"]) <= 8:
            table.add_row(*_cells(area))
    if result["nodata_pixels"]:
        table.add_row("", Text("no data", style="dim"), f"{result['nodata_pixels']:,}", "", "")
    return table


def _cells(area: dict[str, Any]) -> tuple[Text, str, str, str, str]:
    hectares = "" if area["hectares"] is None else f"{area['hectares']:,.2f}"
    swatch = Text("██", style=area["colour"])
    return swatch, area["name"], f"{area['pixels']:,}", hectares, f"{area['share']:.1%}"


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
