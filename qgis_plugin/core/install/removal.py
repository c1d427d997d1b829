"""Removing an installed engine, and the note that names it."""

from __future__ import annotations

import shutil
from pathlib import Path

from ...wire.connection import installation_file
from . import files, lock
from .place import Installed, engines_folder
from .stopping import stop_engine_in

WAIT_S = 20.0  # for an engine that has just been stopped to let go of its files


def remove(engine: Installed, seconds: float = WAIT_S) -> None:
    """Stop it if it runs and remove its folder; the panel does not see it any more. Never in the GUI thread.

    Raises EngineFileHeld, FolderUnusable or InstallUnderWay.
    """
    registered = engine.is_registered()
    with lock.held(engine.folder), files.faults_of(engine.folder):
        stop_engine_in(engine.folder, lambda: True)
        files.finish_leaving(engine.folder, seconds)  # where an earlier removal was held up
        if engine.folder.exists():
            files.take_name(engine.folder, seconds)
        if registered:  # before the rest, which may be held up: the note must not name what is gone
            files.patiently(lambda: installation_file().unlink(), installation_file())
        files.finish_leaving(engine.folder, seconds)


def finish_removals() -> None:
    """Remove what is left of engines whose removal was held up; what is still held stays for the next time."""
    for left in engines_folder().glob(f".*{files.LEAVING}"):
        shutil.rmtree(str(left), ignore_errors=True)


def size_of(folder: Path) -> int:
    """Bytes that its files take."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
