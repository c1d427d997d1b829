"""A shelter: where a preset folder grows until it is whole, out of everybody's sight."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..wire.errors import OutputUnwritable, PresetExists


@contextmanager
def whole_or_not_at_all(folder: Path) -> Iterator[Path]:
    """A folder of the same name to fill; it becomes ``folder`` when the block ends well, else it is gone.

    Raises:
        PresetExists: there is such a folder.
        OutputUnwritable: it cannot be written; nothing is left behind.
    """
    if folder.exists():
        raise PresetExists(path=str(folder))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # one level deeper, so that nobody takes the unfinished folder for a preset
        shelter = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder.parent))
        try:
            part = shelter / folder.name
            part.mkdir()
            yield part
            part.rename(folder)
        finally:
            shutil.rmtree(shelter, ignore_errors=True)
    except OSError as problem:
        if folder.exists():
            raise PresetExists(path=str(folder)) from problem
        raise OutputUnwritable(path=str(folder), detail=problem.strerror or str(problem)) from problem
