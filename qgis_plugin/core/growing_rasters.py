"""The working rasters of the jobs that are followed, in one private folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from typing import Dict, List

from ..wire.plan import OutputGrid, Window
from .canvas_raster import CanvasError, CanvasRaster


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
            self._folder = self._folder or tempfile.mkdtemp(prefix="wholescene-")
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

    def flush(self) -> List[str]:
        """Let readers see everything; the jobs whose rasters show more than before."""
        dirty, self._dirty = list(self._dirty), {}
        return [job for job in dirty if self._flushed(job)]

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
            # on Windows a file that is still read stays until the folder goes
            with contextlib.suppress(OSError):
                os.remove(self._path(job))

    def close(self) -> None:
        """Delete everything."""
        for job in list(self._canvases):
            self._give_up(job)
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = ""

    def _flushed(self, job: str) -> bool:
        canvas = self._canvases.get(job)
        if canvas is None:
            return False
        try:
            canvas.flush()
        except CanvasError:
            self._give_up(job)
            return False
        return True

    def _give_up(self, job: str) -> None:
        canvas = self._canvases.pop(job, None)
        if canvas is not None:
            canvas.remove()

    def _path(self, job: str) -> str:
        name = "".join(letter for letter in job if letter.isalnum())
        return os.path.join(self._folder, f"{name}.tif")
