"""One installation at a time in one folder, whichever QGIS it is of."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from qgis.PyQt.QtCore import QLockFile

from ...wire.errors import InstallUnderWay
from . import files


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Raises InstallUnderWay while another process that lives works in ``folder``."""
    with files.faults_of(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
    lock = QLockFile(str(folder.with_name(f".{folder.name}.lock")))
    lock.setStaleLockTime(0)  # an installation takes as long as it takes; that of a dead process does not count
    if not lock.tryLock(0):
        raise InstallUnderWay(folder=str(folder))
    try:
        yield
    finally:
        lock.unlock()
