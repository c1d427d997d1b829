"""The model view: the scene as the network sees it."""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from ..wire.plan import Window
from .grid import SLACK, Grid
from .resample import Axis, Sampler, cover, resample
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
        for first, last, rows, cols in self._strips(window):
            values, valid = self.scene.read_masked(self.bands, _source(rows, cols))
            out[:, first:last] = self.scaling.apply(*resample(values, valid, rows, cols))
        return out

    def valid(self, window: Window) -> Mask:
        """Where the model grid holds data, ``[h, w]``: any valid scene pixel weighs in the model pixel."""
        if self.native:
            return self.scene.valid(self.bands, window)
        out = np.empty((window.height, window.width), bool)
        for first, last, rows, cols in self._strips(window):
            out[first:last] = cover(self.scene.valid(self.bands, _source(rows, cols)), rows, cols)
        return out

    def _strips(self, window: Window) -> Iterator[tuple[int, int, Sampler, Sampler]]:
        """Rows of a window in portions whose source pixels fit into memory."""
        cols = Sampler(self._cols, window.col, window.col + window.width)
        step = max(1, int(STRIP / ((cols.stop - cols.start) * self.factor[1])))
        for first in range(0, window.height, step):
            last = min(first + step, window.height)
            yield first, last, Sampler(self._rows, window.row + first, window.row + last), cols

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

    # -- back to the scene -----------------------------------------------------

    def scene_window(self, window: Window) -> Window:
        """The scene pixels whose centres lie in these model pixels; may be empty.

        The windows of a partition of the model grid are a partition of the scene.
        """
        if self.native:
            return window
        top, bottom = (self._bound(row, 1) for row in (window.row, window.row + window.height))
        left, right = (self._bound(col, 0) for col in (window.col, window.col + window.width))
        return Window(top, left, bottom - top, right - left)

    def model_window(self, window: Window) -> Window:
        """The model pixels that these scene pixels take their values from: the way back of :meth:`scene_window`."""
        if self.native:
            return window
        top, bottom = self._nearest(np.array([window.row, window.row + window.height - 1]), 1)
        left, right = self._nearest(np.array([window.col, window.col + window.width - 1]), 0)
        return Window(int(top), int(left), int(bottom - top) + 1, int(right - left) + 1)

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
        rows = self._nearest(np.arange(target.row, target.row + target.height), 1) - window.row
        cols = self._nearest(np.arange(target.col, target.col + target.width), 0) - window.col
        return np.ascontiguousarray(labels[rows[:, None], cols[None, :]])

    def _nearest(self, pixels: npt.NDArray[np.int64], axis: int) -> npt.NDArray[np.intp]:
        """The model pixel under the centre of each scene pixel; agrees with :meth:`_bound`."""
        last = (self.grid.width, self.grid.height)[axis] - 1
        under = np.floor((pixels + (0.5 + SLACK)) / self.factor[axis])
        return np.asarray(np.minimum(under, last), np.intp)


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


def _source(rows: Sampler, cols: Sampler) -> Window:
    """The scene pixels that two samplers read."""
    return Window(rows.start, cols.start, rows.stop - rows.start, cols.stop - cols.start)


def _drain(ready: queue.Queue[Item]) -> None:
    try:
        while True:
            ready.get_nowait()
    except queue.Empty:
        pass
