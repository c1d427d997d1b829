"""The model view: the scene as the network sees it."""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Generator, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from ..wire.plan import Window
from .grid import SLACK, Grid
from .resample import Axis, Sampler, resample
from .scaling import Scaling
from .scene import Array, Mask, Scene

# What the reading thread hands over: a window, its failure, or the end.
Item = tuple[Window, npt.NDArray[np.float32]] | BaseException | None

# Axes whose ground sizes differ by less than this are taken as square.
SQUARE = 0.02
# Source pixels held at once while resampling.
STRIP = 8 << 20


class ModelView:
    """Scaled float32 windows of a scene on the preset's ground resolution.

    ``grid`` is the model grid, ``factor`` (fx, fy) the scene pixels per model pixel. Any
    window gives the same values, and overviews are never read. ``scaling`` has to be fitted.
    """

    def __init__(
        self,
        scene: Scene,
        bands: Sequence[int],
        scaling: Scaling,
        ground_resolution: tuple[float, float] | None = None,
    ) -> None:
        self.scene = scene
        self.bands = tuple(bands)
        self.scaling = scaling
        self.factor = resampling_factor(scene.grid, ground_resolution)
        self.native = self.factor == (1.0, 1.0)
        self.grid = scene.grid if self.native else scene.grid.resampled(*self.factor)
        self._rows = Axis(self.factor[1], scene.grid.height)
        self._cols = Axis(self.factor[0], scene.grid.width)

    def read(self, window: Window) -> npt.NDArray[np.float32]:
        """The scaled window ``[C, h, w]`` of the model grid, contiguous; nodata is 0."""
        if self.native:
            return self.scaling.apply(*self.scene.read_masked(self.bands, window))
        out = np.empty((len(self.bands), window.height, window.width), np.float32)
        cols = Sampler(self._cols, window.col, window.col + window.width)
        step = max(1, int(STRIP / ((cols.stop - cols.start) * self.factor[1])))
        for first in range(0, window.height, step):
            last = min(first + step, window.height)
            out[:, first:last] = self._strip(Sampler(self._rows, window.row + first, window.row + last), cols)
        return out

    def _strip(self, rows: Sampler, cols: Sampler) -> npt.NDArray[np.float32]:
        source = Window(rows.start, cols.start, rows.stop - rows.start, cols.stop - cols.start)
        values, valid = self.scene.read_masked(self.bands, source)
        return self.scaling.apply(*resample(values, valid, rows, cols))

    def prefetch(
        self, windows: Iterable[Window], depth: int = 2
    ) -> Generator[tuple[Window, npt.NDArray[np.float32]], None, None]:
        """Windows in order, read ahead by ``depth`` in a thread of its own.

        Errors of the thread are raised here. Closing the generator ends the thread.
        """
        done = threading.Event()
        ready: queue.Queue[Item] = queue.Queue(max(1, depth))
        reader = threading.Thread(target=self._read_ahead, args=(windows, ready, done), daemon=True)
        reader.start()
        try:
            while (item := ready.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            done.set()
            while reader.is_alive():  # it may wait for room in the queue
                _drain(ready)
                reader.join(0.01)

    def _read_ahead(self, windows: Iterable[Window], ready: queue.Queue[Item], done: threading.Event) -> None:
        try:
            for window in windows:
                if done.is_set():
                    break
                ready.put((window, self.read(window)))
            ready.put(None)
        except BaseException as problem:
            ready.put(problem)
        finally:
            self.scene.close_thread()

    def valid(self, window: Window) -> Mask:
        """Which model pixels ``[h, w]`` have data."""
        if self.native:
            return self.scene.valid(self.bands, window)
        rows = Sampler(self._rows, window.row, window.row + window.height)
        cols = Sampler(self._cols, window.col, window.col + window.width)
        source = Window(rows.start, cols.start, rows.stop - rows.start, cols.stop - cols.start)
        _, valid = resample(*self.scene.read_masked(self.bands, source), rows, cols)
        return np.ones((window.height, window.width), bool) if valid is None else valid

    # -- back to the scene -----------------------------------------------------

    def model_window(self, window: Window) -> Window:
        """The model pixels that give these scene pixels their values."""
        if self.native:
            return window
        rows = self._nearest(window.row, window.height, 1).clip(0, self.grid.height - 1)
        cols = self._nearest(window.col, window.width, 0).clip(0, self.grid.width - 1)
        return Window(int(rows[0]), int(cols[0]), int(rows[-1] - rows[0]) + 1, int(cols[-1] - cols[0]) + 1)

    def scene_window(self, window: Window) -> Window:
        """The scene pixels whose centres lie in these model pixels; may be empty.

        The windows of a partition of the model grid are a partition of the scene.
        """
        if self.native:
            return window
        top, bottom = (self._bound(row, 1) for row in (window.row, window.row + window.height))
        left, right = (self._bound(col, 0) for col in (window.col, window.col + window.width))
        return Window(top, left, bottom - top, right - left)

    def _bound(self, edge: int, axis: int) -> int:
        """The first scene pixel whose centre lies at or behind an edge between model pixels."""
        size = (self.scene.grid.width, self.scene.grid.height)[axis]
        if edge >= (self.grid.width, self.grid.height)[axis]:
            return size
        return min(size, max(0, math.ceil(edge * self.factor[axis] - 0.5 - SLACK)))

    def to_scene(self, labels: Array, window: Window) -> Array:
        """Values ``[h, w]`` of a model window on :meth:`scene_window`, each from the nearest model pixel."""
        if self.native:
            return labels
        target = self.scene_window(window)
        rows = self._nearest(target.row, target.height, 1) - window.row
        cols = self._nearest(target.col, target.width, 0) - window.col
        rows, cols = np.clip(rows, 0, window.height - 1), np.clip(cols, 0, window.width - 1)
        return np.ascontiguousarray(labels[rows[:, None], cols[None, :]])

    def _nearest(self, first: int, count: int, axis: int) -> npt.NDArray[np.intp]:
        centres = np.arange(first, first + count) + 0.5
        return np.asarray(np.floor((centres + SLACK) / self.factor[axis]), np.intp)


def resampling_factor(grid: Grid, ground_resolution: tuple[float, float] | None) -> tuple[float, float]:
    """Scene pixels per model pixel along columns and rows; (1, 1) where nothing needs to change.

    Pixels that are square on the ground and within ``ground_resolution`` (metres, smallest and
    largest) stay; others are brought to the nearest size within, equal along both axes.
    """
    if ground_resolution is None or not grid.georeferenced:
        return (1.0, 1.0)
    low, high = ground_resolution
    gx, gy = grid.pixel_size_metres
    if low <= min(gx, gy) and max(gx, gy) <= high and abs(gx / gy - 1) <= SQUARE:
        return (1.0, 1.0)
    size = min(max(math.sqrt(gx * gy), low), high)
    return (size / gx, size / gy)


def _drain(ready: queue.Queue[Item]) -> None:
    try:
        while True:
            ready.get_nowait()
    except queue.Empty:
        pass
