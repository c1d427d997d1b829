"""The journal: each job's state on disk, written before it is announced.

An engine that died is found out at the next start: jobs it left running are marked failed.
A journal that cannot be written does not stop the work; the log says so.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..wire.errors import EngineDied
from ..wire.jobstate import ENDED

log = logging.getLogger(__name__)

KEPT_JOBS = 1000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, engine TEXT NOT NULL, request TEXT NOT NULL, output TEXT, part TEXT,
    state TEXT NOT NULL, error TEXT, created REAL NOT NULL, changed REAL NOT NULL
)
"""


class Journal:
    """Jobs and their states in SQLite. ``engine`` tells engines apart that share one file."""

    def __init__(self, path: Path, engine: str) -> None:
        self._engine = engine
        self._database = _open(path)

    def record(
        self,
        job: str,
        state: str,
        request: Mapping[str, Any],
        output: str | None = None,
        part: str | None = None,
        error: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the state of ``job``."""
        now = time.time()
        values = (job, self._engine, _json(request), output, part, state, _json(error) if error else None, now, now)
        self._execute(
            "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "output = excluded.output, part = excluded.part, state = excluded.state, "
            "error = excluded.error, changed = excluded.changed",
            values,
        )

    def fail_left_behind(self) -> list[tuple[str, Path | None]]:
        """Mark what an engine of this name left running as failed; ids and part files of these jobs.

        The error's parameter ``state`` keeps what each was doing.
        """
        marks = ", ".join("?" * len(ENDED))
        where = f"engine = ? AND state NOT IN ({marks})"
        left = self._rows(f"SELECT id, part, state FROM jobs WHERE {where}", (self._engine, *ENDED))
        for job, _, state in left:
            error = _json(EngineDied(state=state).to_dict())
            self._execute(
                "UPDATE jobs SET state = 'failed', error = ?, changed = ? WHERE id = ?", (error, time.time(), job)
            )
        self._execute(
            "DELETE FROM jobs WHERE id NOT IN (SELECT id FROM jobs ORDER BY changed DESC LIMIT ?)", (KEPT_JOBS,)
        )
        return [(str(job), Path(part) if part else None) for job, part, _ in left]

    def find(self, job: str) -> dict[str, Any] | None:
        """What is known of ``job``: state, output, error, request and when, also of earlier engines."""
        columns = "state, output, error, request, created, changed"
        for state, output, error, request, created, changed in self._rows(
            f"SELECT {columns} FROM jobs WHERE id = ?", (job,)
        ):
            return {
                "job": job,
                "state": state,
                "output": output,
                "error": json.loads(error) if error else None,
                "request": json.loads(request),
                "created": created,
                "changed": changed,
            }
        return None

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _execute(self, statement: str, values: tuple[Any, ...]) -> None:
        try:
            with self._database:
                self._database.execute(statement, values)
        except sqlite3.Error as problem:
            log.warning("the journal cannot be written: %s", problem)

    def _rows(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.Error as problem:
            log.warning("the journal cannot be read: %s", problem)
            return []


def _open(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _connect(str(path))
    except (OSError, sqlite3.OperationalError) as problem:
        log.warning("no journal is kept, %s cannot be opened: %s", path, problem)
    except sqlite3.DatabaseError as problem:
        log.warning("the journal %s is damaged (%s); it is kept under another name", path, problem)
        path.replace(path.with_name(path.name + ".damaged"))
        return _open(path)
    return _connect(":memory:")


def _connect(path: str) -> sqlite3.Connection:
    # check_same_thread: the engine is built in one thread and may run in another (tests do)
    database = sqlite3.connect(path, timeout=2.0, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(_SCHEMA)
    database.commit()
    return database


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), default=str)
