"""Part files: what is written beside a result until all of it gets its final name.

Their names begin with the result's and a token of their own: two jobs for one result share nothing. Beside them lies a
hidden lock file, which the process holds as long as it writes. The system takes a lock back however a process
ends, so whoever writes into that folder next can tell what was left behind from what grows, and removes it.
"""

from __future__ import annotations

import contextlib
import platform
import re
import secrets
from pathlib import Path
from typing import IO

from ..wire.replacement import remove
from .locks import try_lock

_LOCK = re.compile(r"\.(.+\.[0-9a-f]{8})\.part\.lock")


class Parts:
    """The part files of one result; what earlier ones have left behind in its folder is removed first."""

    def __init__(self, output: Path) -> None:
        remove_abandoned(output.parent)
        self._output = output
        self._token, self._lock = _held(output)

    def named(self, ending: str) -> Path:
        """The part file with an ending that tells it from the others, such as "part.tif"."""
        return self._output.with_name(f"{self._output.name}.{self._token}.{ending}")

    def remove(self) -> None:
        """Remove them all; what has a final name by now is none of them."""
        _remove_family(self._output.parent, f"{self._output.name}.{self._token}")
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def remove_abandoned(folder: Path) -> None:
    """Remove the part files in a folder whose process has died without doing so."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            found = _LOCK.fullmatch(path.name)
            if found is not None and _is_free(path):
                _remove_family(folder, found[1])


def remove_left_behind(part: Path) -> None:
    """Remove the part file of a process that has died, and what else it had begun beside it."""
    beginning = part.name.removesuffix(".part.tif")
    if beginning != part.name:
        _remove_family(part.parent, beginning)


def _remove_family(folder: Path, beginning: str) -> None:
    """Remove all part files of a name and token; the lock last, so that what is left over is found again."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.name.startswith(f"{beginning}.") and ".part." in path.name:
                remove(path)
    remove(_lock_file(folder, beginning))


def _lock_file(folder: Path, beginning: str) -> Path:
    return folder / f".{beginning}.part.lock"


def _held(output: Path) -> tuple[str, IO[bytes] | None]:
    """A token that nobody uses, and its lock file; without one where the disk knows no locks, or takes no file."""
    for _ in range(8):
        token = secrets.token_hex(4)
        path = _lock_file(output.parent, f"{output.name}.{token}")
        try:
            file = path.open("xb")
        except FileExistsError:
            continue
        except OSError:
            break
        with contextlib.suppress(OSError):
            if try_lock(file):
                file.write(_host())
                file.flush()
                return token, file
        file.close()
        remove(path)
    return secrets.token_hex(4), None


def _is_free(path: Path) -> bool:
    """Whether a process of this host has made a lock file and holds it no more; other hosts' locks may not be seen."""
    try:
        with path.open("r+b") as file:
            return try_lock(file) and file.read() == _host()
    except OSError:
        return False


def _host() -> bytes:
    return platform.node().encode()
