"""``wholescene presets``: what this installation can segment."""

from __future__ import annotations

import argparse
import json
from typing import Any

COLUMNS = ("preset", "what it maps", "classes", "bands", "m/pixel", "weights")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("presets", help="list the presets", description="List the presets of the zoo.")
    parser.set_defaults(run=run)
    parser.add_argument("--json", action="store_true", help="everything about them, as JSON")


def run(args: argparse.Namespace) -> int:
    """Print the list."""
    from ..presets.zoo import Zoo

    described = Zoo().describe()
    if args.json:
        print(json.dumps({"presets": described}, indent=1))
    else:
        _show(described)
    return 0


def _show(described: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in COLUMNS:  # so that it fits into 80 columns
        table.add_column(heading, no_wrap=heading not in ("what it maps", "bands"))
    table.columns[1].min_width, table.columns[3].max_width = 20, 11
    for preset in described:
        table.add_row(*_cells(preset))
    Console().print(table)


def _cells(preset: dict[str, Any]) -> list[str]:
    if "error" in preset:
        return [preset["name"], preset["error"]["message"], "", "", "", "unusable"]
    metres = preset["ground_resolution"]
    return [
        preset["name"],
        preset["title"],
        str(len(preset["classes"])),
        ", ".join(band["name"] for band in preset["bands"]),
        f"{metres[0]:g} to {metres[1]:g}" if metres else "any",
        "ready" if preset["ready"] else "not shipped",
    ]
