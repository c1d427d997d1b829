"""The scene: one raster of many bands, however many files it comes in."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from itertools import groupby
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.enums import MaskFlags
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from ..wire.bands import SceneBand, wavelength_nm
from ..wire.errors import DataTypeUnsupported, SceneEmpty, ScenesDiffer, SceneTruncated
from ..wire.plan import Window
from .gdal import environment, gdal_window, windows
from .grid import Grid
from .naming import scene_title, stem
from .sources import open_source

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

ALIGNMENT = 0.01  # pixels by which the files of one scene may lie apart


class Scene:
    """Reads windows of a scene at full resolution; safe to use from several threads.

    ``sources`` as the person named them, ``grid`` of all bands, ``dtype`` of what
    :meth:`read` returns, ``bands`` counted over all files. Scale and offset tags of a file
    are not applied: presets speak of the stored numbers.
    """

    def __init__(self, sources: Sequence[str], datasets: Sequence[DatasetReader], nodata: float | None) -> None:
        self.sources = tuple(sources)
        self.nodata = nodata
        self.grid = _common_grid(self.sources, datasets)
        self.dtype = str(np.result_type(*(dtype for dataset in datasets for dtype in dataset.dtypes)))
        self.bands = _describe_bands(self.sources, datasets)
        # band number - 1 -> (file, band of the file)
        self._places = [(file, band) for file, dataset in enumerate(datasets) for band in dataset.indexes]
        self._names = [dataset.name for dataset in datasets]
        self._own = threading.local()
        self._own.datasets = list(datasets)
        self._opened = [self._own.datasets]
        self._lock = threading.Lock()

    @classmethod
    def open(cls, sources: Sequence[str], nodata: float | None = None) -> Scene:
        """Open GDAL names, files or zip archives; several are the bands of one scene, in order.

        ``nodata`` replaces the files' own nodata value. Raises SceneNotFound, SceneUnreadable,
        SceneHasSubdatasets, ScenesDiffer or DataTypeUnsupported.
        """
        datasets: list[DatasetReader] = []
        try:
            for source in sources:
                datasets.append(open_source(source))
                _check_type(source, datasets[-1])
            return cls(sources, datasets, nodata)
        except BaseException:
            for dataset in datasets:
                dataset.close()
            raise

    @property
    def name(self) -> str:
        """What results and layers are called after."""
        return scene_title(self.sources)

    def close(self) -> None:
        """Close the files of all threads."""
        with self._lock:
            for datasets in self._opened:
                for dataset in datasets:
                    dataset.close()
            self._opened.clear()

    def close_thread(self) -> None:
        """Close the files of the calling thread only; a thread that ends should."""
        datasets = getattr(self._own, "datasets", [])
        self._own.datasets = []
        with self._lock:
            self._opened = [opened for opened in self._opened if opened is not datasets]
        for dataset in datasets:
            dataset.close()

    def __enter__(self) -> Scene:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, bands: Sequence[int], window: Window) -> Array:
        """Stored values ``[C, h, w]`` of these bands (from 1). Raises SceneTruncated."""
        parts = [self._read_file(file, own, window) for file, own in self._by_file(bands)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def valid(self, bands: Sequence[int], window: Window) -> Mask:
        """Where the scene holds data, ``[h, w]``.

        Masks and alpha bands count as GDAL has them. A nodata value that sensors measure too (0,
        or any of uint8: black, saturation) makes a pixel invalid only where all of these bands of
        a file hold it, GDAL's rule for a whole file. Any other, such as -9999 or 65535, is never a
        measurement: one band that holds it is enough. So are NaN or infinity in any band, and
        one file of several in which the pixel is invalid.
        """
        masks = [mask for file, own in self._by_file(bands) for mask in self._masks_of(file, own, None, window)]
        whole = np.ones((window.height, window.width), bool)
        return np.asarray(np.logical_and.reduce([whole, *masks]), bool)

    def read_masked(self, bands: Sequence[int], window: Window) -> tuple[Array, Mask | None]:
        """:meth:`read` and :meth:`valid` in one pass; the mask is None where all is valid."""
        values, masks = [], []
        for file, own in self._by_file(bands):
            part = self._read_file(file, own, window)
            values.append(part)
            masks += self._masks_of(file, own, part, window)
        mask = np.logical_and.reduce(masks) if masks else None
        if mask is not None and mask.all():
            mask = None
        return (values[0] if len(values) == 1 else np.concatenate(values)), mask

    def may_be_invalid(self, bands: Sequence[int]) -> bool:
        """False if the files cannot hold an invalid pixel: no nodata, no mask, no floats."""
        if self.nodata is not None or np.dtype(self.dtype).kind == "f":
            return True
        flags = [self._datasets()[file].mask_flag_enums[band - 1] for file, own in self._by_file(bands) for band in own]
        return any(MaskFlags.all_valid not in flag for flag in flags)

    def check_not_empty(self, bands: Sequence[int]) -> None:
        """Raise SceneEmpty if no pixel is valid. Reads only until the first valid one."""
        if not self.may_be_invalid(bands):
            return
        for window in windows(self.grid.height, self.grid.width, 1024):
            if self.valid(bands, window).any():
                return
        raise SceneEmpty(path=self.sources[0])

    # -- files ---------------------------------------------------------------

    def _datasets(self) -> list[DatasetReader]:
        """This thread's own handles: GDAL's are not to be shared."""
        datasets: list[DatasetReader] = getattr(self._own, "datasets", [])
        if not datasets:
            with environment():
                datasets = [rasterio.open(name) for name in self._names]
            self._own.datasets = datasets
            with self._lock:
                self._opened.append(datasets)
        return datasets

    def _by_file(self, bands: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
        """Runs of bands that lie in one file, in the order asked for."""
        places = (self._places[number - 1] for number in bands)
        for file, run in groupby(places, key=lambda place: place[0]):
            yield file, [band for _, band in run]

    def _read_file(self, file: int, bands: Sequence[int], window: Window) -> Array:
        self._check_inside(window)
        try:
            with environment():
                values: Array = self._datasets()[file].read(list(bands), window=gdal_window(window))
                return values
        except (RasterioError, CPLE_BaseError) as problem:
            raise self._truncated(file, window, problem) from None

    def _masks_of(self, file: int, bands: Sequence[int], values: Array | None, window: Window) -> list[Mask]:
        """What makes pixels of one file invalid; ``values`` are read if they matter and are not at hand."""
        dataset = self._datasets()[file]
        flags = dataset.mask_flag_enums
        masks = [self._read_mask(file, bands[0], window)] if MaskFlags.per_dataset in flags[bands[0] - 1] else []
        nodata = [self.nodata] * len(bands)
        if self.nodata is None:
            nodata = [dataset.nodatavals[band - 1] if MaskFlags.nodata in flags[band - 1] else None for band in bands]
        has_nodata = any(value is not None for value in nodata)
        dtypes = [np.dtype(dataset.dtypes[band - 1]) for band in bands]
        has_nan = any(dtype.kind == "f" for dtype in dtypes)
        if not (has_nodata or has_nan):
            return masks
        values = self._read_file(file, bands, window) if values is None else values
        if has_nodata:
            masks += _nodata_masks(values, nodata, dtypes)
        if has_nan:
            masks.append(np.logical_and.reduce(np.isfinite(values)))
        return masks

    def _check_inside(self, window: Window) -> None:
        """rasterio would cut the window instead."""
        far = window.row + window.height > self.grid.height or window.col + window.width > self.grid.width
        if far or min(window.row, window.col) < 0:
            raise ValueError(f"{window} lies outside of the scene of {self.grid.height} × {self.grid.width} pixels")

    def _read_mask(self, file: int, band: int, window: Window) -> Mask:
        self._check_inside(window)
        try:
            with environment():
                mask: Array = self._datasets()[file].read_masks(band, window=gdal_window(window))
        except (RasterioError, CPLE_BaseError) as problem:
            raise self._truncated(file, window, problem) from None
        return np.not_equal(mask, 0)

    def _truncated(self, file: int, window: Window, problem: Exception) -> SceneTruncated:
        cause = problem.__cause__ or problem
        return SceneTruncated(
            path=self.sources[file],
            first_row=window.row,
            last_row=window.row + window.height - 1,
            detail=str(cause).splitlines()[0].rstrip("."),
        )


def _nodata_masks(values: Array, nodata: Sequence[float | None], dtypes: Sequence[np.dtype[np.generic]]) -> list[Mask]:
    """What nodata values make invalid in bands of one file, see :meth:`Scene.valid`; all masks have to agree."""
    each: list[Mask] = []
    together: list[Mask] = []
    for band, value, dtype in zip(values, nodata, dtypes, strict=True):
        measured = value is None or value == 0 or dtype == np.uint8
        (together if measured else each).append(_differs(band, value))
    return [*each, np.logical_or.reduce(together)] if together else each


def _differs(values: Array, nodata: float | None) -> Mask:
    """Where values are not the nodata value, compared in their own type as GDAL does."""
    if nodata is None or (np.isnan(nodata) and values.dtype.kind != "f"):
        return np.ones(values.shape, bool)
    if np.isnan(nodata):
        return ~np.isnan(values)
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return np.asarray(values != values.dtype.type(nodata))
    # Python integers outside of the type's range compare as different, without a cast
    return np.asarray(values != int(nodata)) if float(nodata).is_integer() else np.ones(values.shape, bool)


def _check_type(source: str, dataset: DatasetReader) -> None:
    for dtype in dataset.dtypes:
        if np.dtype(dtype).kind not in "uif":
            raise DataTypeUnsupported(path=source, dtype=dtype)


def _grid_of(dataset: DatasetReader) -> Grid:
    return Grid(dataset.width, dataset.height, dataset.transform, dataset.crs or None)


def _common_grid(sources: Sequence[str], datasets: Sequence[DatasetReader]) -> Grid:
    """The grid that all files share; raises ScenesDiffer."""
    first = _grid_of(datasets[0])
    for source, dataset in zip(sources[1:], datasets[1:], strict=True):
        detail = _difference(first, _grid_of(dataset))
        if detail:
            raise ScenesDiffer(path=source, first=sources[0], detail=detail)
    return first


def _difference(first: Grid, other: Grid) -> str:
    if (first.width, first.height) != (other.width, other.height):
        return f"{other.width} × {other.height} pixels against {first.width} × {first.height}"
    if first.crs != other.crs:
        return "another CRS"
    corners = np.array([0.0, first.width, 0.0, first.width]), np.array([0.0, 0.0, first.height, first.height])
    cols, rows = first.pixels(*other.positions(*corners))
    apart = float(max(np.abs(cols - corners[0]).max(), np.abs(rows - corners[1]).max()))
    return f"{apart:.3g} pixels apart" if apart > ALIGNMENT else ""


def _describe_bands(sources: Sequence[str], datasets: Sequence[DatasetReader]) -> tuple[SceneBand, ...]:
    bands: list[SceneBand] = []
    for source, dataset in zip(sources, datasets, strict=True):
        for own in dataset.indexes:
            name = dataset.descriptions[own - 1] or ("" if dataset.count > 1 else stem(source))
            interp = dataset.colorinterp[own - 1].name.casefold()
            imagery = dataset.tags(own, ns="IMAGERY").get("CENTRAL_WAVELENGTH_UM")
            bands.append(SceneBand(len(bands) + 1, name, interp, wavelength_nm(imagery, dataset.tags(own))))
    return tuple(bands)
