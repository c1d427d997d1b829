"""Where a class map goes when no file was named: beside the scene, else into the project's folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Collection, Optional

from ..translation import tr
from ..wire.errors import OutputUnwritable

SIDECARS = ("", ".aux.xml", ".ovr", ".msk")  # what GDAL would take for a part of the raster


def folder_for(scene_file: str, project_folder: str) -> Path:
    """The scene's folder, or the project's where that cannot be written to; raises OutputUnwritable.

    Never a temporary folder: a result that is gone the next day is none.
    """
    beside = Path(scene_file).parent
    for folder in (beside, Path(project_folder) if project_folder else None):
        if folder is not None and folder.is_dir() and os.access(str(folder), os.W_OK):
            return folder
    raise OutputUnwritable(path=str(beside), detail=tr("you may not write there, and the project has no folder yet"))


def free_output(folder: Path, stem: str, taken: Collection[str] = (), suffix: str = ".tif") -> Path:
    """``<stem><suffix>``, numbered from 2 if that name is not free; ``taken`` are the files of jobs under way."""
    number = 1
    while True:
        path = folder / f"{stem}{f'_{number}' if number > 1 else ''}{suffix}"
        if str(path) not in taken and _is_free(path):
            return path
        number += 1


def existing_folder(path: Optional[str]) -> Optional[Path]:
    """The folder of a file to be written, if it is there."""
    folder = Path(path).parent if path else None
    return folder if folder is not None and folder.is_dir() else None


def _is_free(path: Path) -> bool:
    return not any(os.path.lexists(f"{path}{suffix}") for suffix in SIDECARS)
