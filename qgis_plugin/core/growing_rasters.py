"""The working rasters of the jobs that are followed, in one private folder."""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import Dict, List, Optional, Tuple

from ..wire.plan import OutputGrid, Window
from .canvas_raster import CanvasError, CanvasRaster

FOLDER_PREFIX = "wholescene-"


class GrowingRasters:
    """One :class:`CanvasRaster` per job. Stays in the thread that made it.

    A raster that cannot be written is given up and its job goes on without one: the map does
    not grow then, but the engine's own file is not concerned.
    """

    def __init__(self) -> None:
        self._folder = ""
        self._canvases: Dict[str, CanvasRaster] = {}
        self._dirty: Dict[str, None] = {}  # a set that keeps its order

    def add(self, job: str, grid: OutputGrid) -> str:
        """Start the raster of ``job``, again if there is one; its path, or "" if it cannot be made."""
        self.release(job)
        try:
            if not os.path.isdir(self._folder):  # it goes with its last file
                self._folder = tempfile.mkdtemp(prefix=FOLDER_PREFIX)
            self._canvases[job] = CanvasRaster(self._path(job), grid)
        except (CanvasError, OSError):
            return ""
        return self._path(job)

    def write(self, job: str, window: Window, classes: bytes) -> bool:
        """Write a block; False if the job has no raster. Raises ValueError for a block that does not fit."""
        canvas = self._canvases.get(job)
        if canvas is None:
            return False
        try:
            canvas.write(window, classes)
        except CanvasError:
            self._give_up(job)
            return False
        self._dirty[job] = None
        return True

    def flush(self) -> List[Tuple[str, float]]:
        """Let readers see everything; the jobs whose rasters show more than before, with the share they show."""
        dirty, self._dirty = list(self._dirty), {}
        shares = [(job, self._flushed(job)) for job in dirty]
        return [(job, share) for job, share in shares if share is not None]

    def finish(self, job: str) -> None:
        """The job has ended: close its raster. The file stays until :meth:`release`."""
        self._dirty.pop(job, None)
        canvas = self._canvases.pop(job, None)
        if canvas is not None:
            with contextlib.suppress(CanvasError):  # the finished file takes its place anyway
                canvas.close()

    def release(self, job: str) -> None:
        """Delete the raster of ``job``; no layer reads it any more."""
        self._dirty.pop(job, None)
        self._give_up(job)
        if self._folder:
            dispose(self._path(job))

    def close(self) -> None:
        """Let go of all files, which stay: layers read them, and a job may be found again with its map so far."""
        for job in list(self._canvases):
            self.finish(job)
        if self._folder:
            with contextlib.suppress(OSError):  # unless it is empty
                os.rmdir(self._folder)

    def _flushed(self, job: str) -> Optional[float]:
        canvas = self._canvases.get(job)
        if canvas is None:
            return None
        try:
            canvas.flush()
        except CanvasError:
            self._give_up(job)
            return None
        return canvas.share()

    def _give_up(self, job: str) -> None:
        canvas = self._canvases.pop(job, None)
        if canvas is not None:
            canvas.remove()

    def _path(self, job: str) -> str:
        name = "".join(letter for letter in job if letter.isalnum())
        return os.path.join(self._folder, f"{name}.tif")


def dispose(path: str) -> None:
    """Delete a working raster of this or an earlier session, and its folder with the last one.

    What cannot be deleted (Windows keeps what a layer reads) is left to the temporary folder's own end.
    A path that is not one of ours stays: it may come from a settings file.
    """
    if not os.path.basename(os.path.dirname(path)).startswith(FOLDER_PREFIX):
        return
    with contextlib.suppress(OSError):
        for file in (path, f"{path}.aux.xml"):
            if os.path.exists(file):
                os.remove(file)
        os.rmdir(os.path.dirname(path))
