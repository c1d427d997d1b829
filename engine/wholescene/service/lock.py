"""One engine per connection file: a lock that the system takes back when its holder dies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from ..wire.connection import private_folder, read_connection
from ..wire.errors import ConnectionFileInvalid, EngineNotFound, EngineRunning


class EngineLock:
    """Held for the life of an engine. A process id would not do: after a crash it may be somebody else's.

    The lock file itself stays; removing it would let two engines lock two files of one name.
    """

    def __init__(self, connection: Path) -> None:
        private_folder(connection.parent)
        place = connection.with_name(connection.name + ".lock")
        try:
            self._file = place.open("a+b")
        except OSError as problem:
            raise ConnectionFileInvalid(path=str(place), detail=str(problem)) from None
        if not _try_lock(self._file):
            self._file.close()
            raise EngineRunning(pid=_holder(connection), path=str(connection))

    def release(self) -> None:
        """Let the next engine in."""
        self._file.close()


def _holder(connection: Path) -> str:
    try:
        return str(read_connection(connection).pid)
    except (EngineNotFound, ConnectionFileInvalid):
        return "unknown"  # it is only starting


def _try_lock(file: IO[bytes]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
