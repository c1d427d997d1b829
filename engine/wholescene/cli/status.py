"""``wholescene status``: what the running engine does."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "status", help="what the running engine does", description="Show the running engine and its jobs."
    )
    parser.set_defaults(run=run)
    parser.add_argument("--connection", type=Path, metavar="FILE", help="the engine's connection file")
    parser.add_argument("--json", action="store_true", help="everything, as JSON")


def run(args: argparse.Namespace) -> int:
    """Ask and print."""
    from ..service.client import EngineClient

    with EngineClient.connect(args.connection) as engine:
        status = engine.status()
    if args.json:
        print(json.dumps(status, indent=1))
    else:
        _show(status)
    return 0


def _show(status: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from .progress import duration

    console = Console(highlight=False)
    worker = status["worker"]["state"]
    console.print(
        f"Engine {status['version']}, process {status['pid']}, running for {duration(status['uptime'])}, "
        f"{status['clients']} client(s), worker: {worker}"
    )
    if not status["jobs"]:
        console.print("No jobs yet.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("job", "state", "done", "scene", "preset", "result"):
        table.add_column(heading)
    for job in status["jobs"]:
        result = job["error"]["code"] if job["error"] else job["output"] or ""
        scene = Path(job["scene"]).name
        table.add_row(job["job"], job["state"], f"{job['fraction']:.0%}", scene, job["preset"], result)
    console.print(table, soft_wrap=True)
