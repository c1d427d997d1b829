"""Files and folders that are replaced and removed while other programs may look at them."""

from __future__ import annotations

import errno
import os
import shutil
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator

from ...wire.bundle import sha256_of
from ...wire.errors import DownloadDamaged, EngineFileHeld, FolderUnusable, InstallDiskFull
from ..preflight import amount

PATIENCE = 15.0  # seconds: how long an antivirus program may look at a new file
PAUSE = 0.25
LEAVING = ".leaving"  # behind the name of a folder that is being removed


def patiently(action: Callable[[], Any], path: Path, seconds: float = PATIENCE) -> None:
    """Do it, again and again while another program has the file open; raises EngineFileHeld after so many seconds."""
    until = time.monotonic() + seconds
    while True:
        try:
            action()
            return
        except FileNotFoundError:
            raise
        except PermissionError as problem:  # what Windows says of a file that is open elsewhere
            if time.monotonic() > until:
                raise EngineFileHeld(
                    path=problem.filename or str(path), detail=problem.strerror or str(problem)
                ) from None
            time.sleep(PAUSE)


def replace(partial: Path, final: Path) -> None:
    """Give a finished file its name."""
    patiently(lambda: os.replace(str(partial), str(final)), final)


def remove_folder(folder: Path, seconds: float = PATIENCE) -> None:
    """Remove a folder with all that is in it: it loses its name first, so that no half of it is ever found.

    Raises EngineFileHeld, with the folder as it was where its name could not be taken.
    """
    if folder.is_symlink():
        folder.unlink()
        return
    finish_leaving(folder, seconds)
    if folder.exists():
        take_name(folder, seconds)
        finish_leaving(folder, seconds)


def take_name(folder: Path, seconds: float = PATIENCE) -> None:
    """The first half of removing a folder: from here on it is not found any more. Raises EngineFileHeld."""
    patiently(lambda: os.replace(str(folder), str(_leaving(folder))), folder, seconds)


def finish_leaving(folder: Path, seconds: float = PATIENCE) -> None:
    """The second half, also of a removal that was held up in the middle. Raises EngineFileHeld."""
    leaving = _leaving(folder)
    if leaving.exists():
        patiently(lambda: shutil.rmtree(str(leaving)), leaving, seconds)


def _leaving(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}{LEAVING}")


def require_sha256(path: Path, expected: str, name: str) -> None:
    """Hold a file against its SHA-256; one that differs is deleted. Raises DownloadDamaged."""
    found = sha256_of(path)
    if found != expected:
        patiently(path.unlink, path)
        raise DownloadDamaged(name=name, found=found[:12] + "…", expected=expected[:12] + "…")


@contextmanager
def faults_of(folder: Path) -> Iterator[None]:
    """What the disk refuses, as a coded error."""
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC):
            raise disk_full(folder) from None
        raise FolderUnusable(folder=str(folder), detail=str(problem)) from None


def disk_full(folder: Path, need: str = "") -> InstallDiskFull:
    """That no more could be written into ``folder``."""
    try:
        free = shutil.disk_usage(str(folder)).free
    except OSError:
        free = 0
    return InstallDiskFull(folder=str(folder), need=need or f"> {amount(free)}", free=amount(free))
