"""Removing an installed engine, and the note that names it."""

from __future__ import annotations

from pathlib import Path

from ...wire.connection import installation_file
from . import files, lock
from .place import Installed

WAIT_S = 20.0  # for an engine that has just been stopped to let go of its files


def remove(engine: Installed, seconds: float = WAIT_S) -> None:
    """Remove its folder; the panel does not see it any more. Raises EngineFileHeld, FolderUnusable, InstallUnderWay."""
    registered = engine.is_registered()
    with lock.held(engine.folder), files.faults_of(engine.folder):
        files.remove_folder(engine.folder, seconds)
        if registered:
            files.patiently(lambda: installation_file().unlink(), installation_file())


def size_of(folder: Path) -> int:
    """Bytes that its files take."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
