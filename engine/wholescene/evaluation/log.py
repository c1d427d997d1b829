"""The log of looks at test scenes: each is a line that is never changed.

A test split says something about new scenes only as long as nothing was chosen by it, so every evaluation of one is
written down before it begins: when, which weights, which settings, from which revision of the sources.
"""

from __future__ import annotations

import hashlib
import subprocess
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .cells import append_line, read_lines

FILE = "test-evaluations.jsonl"


def note(path: Path, values: dict[str, Any]) -> int:
    """Add a line for an evaluation that begins; returns how many earlier ones there are of the same data set and split.

    Raises OutputUnwritable.
    """
    same = ("dataset", "split")
    earlier = sum(all(line.get(name) == values.get(name) for name in same) for line in read_lines(path))
    append_line(path, values)
    return earlier


def note_end(path: Path, begun: str, values: dict[str, Any]) -> None:
    """Add a line with what came out of the evaluation that began then; raises OutputUnwritable."""
    append_line(path, {"finished": now(), "of": begun, **values})


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def file_sha256(path: Path | None) -> str | None:
    """Of a small file; None without one."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path is not None and path.is_file() else None


def revision(folder: Path) -> str | None:
    """The git commit that a folder is at, with ``-dirty`` if tracked files differ from it; None outside of git."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.strip() or None if told.returncode == 0 else None
