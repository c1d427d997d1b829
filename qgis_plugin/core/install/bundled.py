"""Installing from a bundle file: its Python, its wheels, its presets."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Callable, List, Optional

from ...wire.bundle import PRESET_FOLDER, WHEEL_FOLDER, Bundle
from ...wire.connection import data_dir
from ...wire.errors import Cancelled
from . import files
from .process import GoingOn
from .record import Wheel

UNPACKED = "bundle"  # in the engine's folder, for the archive of the Python and the presets
Told = Callable[[int, int], None]


class BundleSource:
    """A bundle that was opened, and what an installation takes from it."""

    def __init__(self, path: str) -> None:
        """Raises BundleInvalid."""
        self.bundle = Bundle.open(path)

    def wheels(self) -> List[Wheel]:
        """All wheels of the bundle: it was made complete for its platform."""
        listed = self.bundle.manifest.files.items()
        return [
            _wheel(path.partition("/")[2], file.sha256, file.size)
            for path, file in sorted(listed)
            if path.startswith(f"{WHEEL_FOLDER}/") and path.endswith(".whl")
        ]

    def python(self, folder: Path, going_on: GoingOn, told: Told) -> Optional[Path]:
        """The archive of its Python, taken out; None if it brings none."""
        archive = self.bundle.manifest.python.archive
        if archive is None:
            return None
        self._extract(folder / UNPACKED, going_on, told, lambda path: path == archive)
        return folder / UNPACKED / archive

    def unpack_wheels(self, folder: Path, going_on: GoingOn, told: Told) -> None:
        """Put its wheels into the folder of wheels."""
        self._extract(folder, going_on, told, lambda path: path.startswith(f"{WHEEL_FOLDER}/"))

    def add_presets(self, folder: Path, going_on: GoingOn) -> None:
        """Give the user the presets that it brings; one of a name that is there already stays as it is."""
        unpacked = folder / UNPACKED
        self._extract(unpacked, going_on, lambda _done, _of: None, lambda path: path.startswith(f"{PRESET_FOLDER}/"))
        presets = data_dir() / PRESET_FOLDER
        with files.faults_of(presets):
            presets.mkdir(parents=True, exist_ok=True)
            for name in self.bundle.manifest.presets:
                _add_preset(unpacked / PRESET_FOLDER / name, presets / name)

    def _extract(self, folder: Path, going_on: GoingOn, told: Told, wanted: Callable[[str], bool]) -> None:
        def progress(done: int, total: int) -> None:
            if not going_on():
                raise Cancelled()
            told(done, total)

        with files.faults_of(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self.bundle.extract(folder, progress, wanted)


def _add_preset(source: Path, target: Path) -> None:
    if target.exists() or not source.is_dir():
        return
    partial = target.with_name(f".{target.name}.part")
    shutil.rmtree(str(partial), ignore_errors=True)
    shutil.copytree(str(source), str(partial))
    files.patiently(lambda: os.replace(str(partial), str(target)), target)


def _wheel(file: str, sha256: str, size: int) -> Wheel:
    name, version = file.split("-")[:2]
    return Wheel(name, version, file, "", sha256, size)
