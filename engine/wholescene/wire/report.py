"""A report for somebody who helps: sections of plain text, and the ends of the logs, without names and keys."""

from __future__ import annotations

import os
from pathlib import Path
from typing import List, Sequence, Tuple

from .connection import ENGINE_LOG, WORKER_LOG, data_dir
from .redaction import Whose, redacted

START_LOG = "engine-start.log"  # what an engine said that QGIS started
LOGS = (ENGINE_LOG, WORKER_LOG, START_LOG)
TAIL_LINES, TAIL_BYTES = 40, 64 << 10

Section = Tuple[str, str]  # heading, text


def report_text(sections: Sequence[Section], whose: "Whose | None" = None) -> str:
    """All sections one after another, redacted; an empty one says so."""
    parts = [f"## {heading}\n\n{text.strip() or '(nothing)'}\n" for heading, text in sections]
    return redacted("\n".join(parts), whose)


def log_sections() -> List[Section]:
    """The end of each log of this account's engine; one that is not there says so."""
    return [(name, tail(data_dir() / name)) for name in LOGS]


def tail(path: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a text file, control characters made visible; why it cannot be read where it cannot."""
    try:
        with path.open("rb") as file:
            start = max(0, os.fstat(file.fileno()).st_size - TAIL_BYTES)
            file.seek(start)
            if start:
                file.readline()  # of half a line nobody could tell whether it is the end of a key
            text = file.read().decode("utf-8", "replace")
    except OSError as problem:
        return f"({problem.strerror or problem})"
    ends = text.splitlines()[-lines:]
    return "\n".join(map(visible, ends))


def visible(line: str) -> str:
    """A line that others have written, so that it cannot steer a terminal: control characters made visible."""
    return "".join(letter if letter.isprintable() or letter == "\t" else "\N{REPLACEMENT CHARACTER}" for letter in line)
