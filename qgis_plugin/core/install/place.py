"""Where installed engines lie: one folder for each release and build, short and never in the QGIS profile."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional

from ...wire.connection import data_dir, read_installation
from ...wire.errors import EngineNotInstalled, InstallDiskFull
from ..preflight import amount
from .record import Record, Stage

REQUIREMENTS = Path(__file__).resolve().parents[2] / "engine" / "requirements.txt"  # as the package build puts it


@dataclass(frozen=True)
class Installed:
    """An engine that was installed from the panel; ``whole`` once it has passed its check and was registered."""

    folder: Path
    release: str
    build: str
    whole: bool

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return environment_python(self.folder)

    def is_registered(self) -> bool:
        """Whether the panel starts this one."""
        return is_registered(self.folder)


def is_registered(folder: Path) -> bool:
    """Whether the engine in ``folder`` is the one that the panel starts."""
    try:
        return _same(read_installation().python, environment_python(folder))
    except EngineNotInstalled:
        return False


def engine_around(path: str) -> Optional[Path]:
    """The folder of the installed engine that a file or folder lies in; None if it lies in none."""
    home, real = os.path.realpath(str(engines_folder())), os.path.realpath(path)
    prefix = os.path.join(os.path.normcase(home), "")
    if not os.path.normcase(real).startswith(prefix):
        return None
    return engines_folder() / real[len(prefix) :].split(os.sep)[0]


def engines_folder() -> Path:
    """The folder of all engines: in the data folder, which does not roam on Windows."""
    return data_dir() / "engine"


def folder_for(release: str, build: str) -> Path:
    """The folder of the engine of that release and build (``cpu``, ``cu130``)."""
    return engines_folder() / f"{release}-{build}"


def environment_folder(folder: Path) -> Path:
    """The virtual environment in an engine's folder."""
    return folder / "env"


def environment_python(folder: Path) -> Path:
    """The interpreter of the environment in an engine's folder."""
    environment = environment_folder(folder)
    return environment / "Scripts" / "python.exe" if os.name == "nt" else environment / "bin" / "python"


def installed_engines() -> List[Installed]:
    """What was installed from the panel, or begun, by the names of the folders."""
    try:
        folders = sorted(path for path in engines_folder().iterdir() if path.is_dir() and path.name[0] != ".")
    except OSError:
        return []
    found = ((folder, Record.read(folder)) for folder in folders)
    return [
        Installed(folder, record.release, record.build, record.holds(Stage.REGISTER))
        for folder, record in found
        if record is not None and record.release
    ]


def free_bytes(folder: Path) -> int:
    """How much room the disk has that ``folder`` is or will be on; 0 if nobody can tell."""
    existing: Optional[Path] = folder
    while existing is not None and not existing.exists():
        existing = existing.parent if existing.parent != existing else None
    try:
        return shutil.disk_usage(str(existing)).free if existing is not None else 0
    except OSError:
        return 0


def require_room(folder: Path, needed: int) -> None:
    """Raises InstallDiskFull if the disk of ``folder`` has not ``needed`` bytes."""
    free = free_bytes(folder)
    if free < needed:
        raise InstallDiskFull(folder=str(folder), need=amount(needed), free=amount(free))


def _same(one: str, other: Path) -> bool:
    """Whether both name the same file of the same folder: an environment's Python may be a link to its base."""
    return os.path.normcase(os.path.abspath(one)) == os.path.normcase(os.path.abspath(str(other)))
