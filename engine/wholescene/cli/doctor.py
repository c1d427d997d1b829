"""``wholescene doctor``: what this installation and this machine can do, and what follows from it."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from .threads import wait_asleep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..holistic.doctor import Finding

MARKS = {"ok": ("✓", "green"), "note": ("•", "yellow"), "problem": ("✗", "red")}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "doctor",
        help="look at installation and machine",
        description="Look at installation and machine: what was found, whether that is well, and what follows.",
    )
    parser.set_defaults(run=run)
    parser.add_argument("--json", action="store_true", help="the findings and a line for a status bar, as JSON")
    parser.add_argument(
        "--report",
        action="store_true",
        help="the findings and the ends of the logs as a text for somebody who helps, without names and keys",
    )


def run(args: argparse.Namespace) -> int:
    """Look and print; 1 if something has to be put right before anything can be segmented."""
    wait_asleep()
    from ..holistic.doctor import findings, status_line

    found = findings()
    line = status_line(found)
    if args.report:
        from ..wire.report import log_sections, report_text

        print(report_text([("wholescene doctor", _plain(found, line)), *log_sections()]), end="")
    elif args.json:
        print(json.dumps({"status_line": line, "findings": [finding.to_dict() for finding in found]}, indent=1))
    else:
        show(found, line)
    return int(any(finding.status == "problem" for finding in found))


def _plain(found: Sequence[Finding], line: str) -> str:
    """The findings without colours, each in full."""
    rows = [f"[{finding.status}] {finding.topic}: {finding.finding}" for finding in found]
    follows = [f"  {finding.follows}".replace("\n", "\n  ") if finding.follows else "" for finding in found]
    told = [line for pair in zip(rows, follows, strict=True) for line in pair if line]
    return "\n".join([line, "", *told])


def show(found: Sequence[Finding], line: str) -> None:
    """One row for each finding; what follows stands below it where it is not self-evident."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in found:
        mark, colour = MARKS[finding.status]
        text = Text(finding.finding)
        if finding.follows:
            text.append(f"\n{finding.follows}", style="dim")
        table.add_row(Text(mark, style=colour), finding.topic, text)
    console.print(table)
    console.print(f"\n{line}", style="bold", markup=False)
