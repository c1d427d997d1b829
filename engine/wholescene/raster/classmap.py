"""The class map: the only writer of results.

Blocks stream into a part file beside the result; when all are there it becomes a
cloud-optimised GeoTIFF with colours, names, areas and provenance, under its final name.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.io import DatasetReader, DatasetWriter

from ..wire.errors import GridUnusable, InternalError, OutputExists, OutputUnwritable
from ..wire.plan import NODATA, Plan, Window
from ..wire.replacement import remove, replace_together
from .areas import AreaCount, ClassArea
from .attribute_table import auxiliary_xml, colour_table
from .gdal import environment, gdal_window, windows
from .grid import Grid
from .naming import numbered, occupant
from .parts import Parts
from .qml import style
from .storage import storage_errors
from .target import lay_onto, target_grid

BLOCK = 512
READ_BLOCK = 1024
CLASS_BAND, CONFIDENCE_BAND = 1, 2
TAG_PREFIX = "WHOLESCENE_"

Classes = npt.NDArray[np.uint8]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Result:
    """A finished class map: where it is and what it says.

    ``qml`` is the style that was written with it; None if none was wanted, or if there was one
    of that name already, perhaps of another layer, which is left alone.
    """

    path: Path
    qml: Path | None
    areas: tuple[ClassArea, ...]
    nodata_pixels: int
    width: int
    height: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values for msgpack and JSON."""
        return {**asdict(self), "path": str(self.path), "qml": str(self.qml) if self.qml else None}


class ClassMapWriter:
    """Writes one class map, block by block; leaves nothing behind unless :meth:`finish` succeeds.

    A context manager: an exception aborts. Methods may be called from several threads.
    ``part`` is the growing file. With ``overwrite`` a map that is there already stays whole, with
    its style, until the new one takes its place; without, nothing that is there is touched.
    Raises OutputExists, OutputUnwritable, DiskFull, GridUnusable.
    """

    def __init__(self, plan: Plan, output: Path, *, overwrite: bool = False, qml: bool = True) -> None:
        self.plan = plan
        self.output = Path(output)
        self.overwrite = overwrite
        self.qml = self.output.with_suffix(".qml") if qml else None
        self._grid = Grid.from_wire(plan.grid)
        self._target = self._target_grid()
        self._written = np.zeros(256, np.int64)
        self._lock = threading.RLock()
        self._check_output()
        self._parts = Parts(self.output)
        self.part = self._parts.named("part.tif")
        self._laid = self._parts.named("grid.part.tif")
        self._cog = self._parts.named("cog.part.tif")
        self._new_auxiliary = self._parts.named("part.aux.xml")
        self._new_qml = self._parts.named("part.qml")
        self._open: DatasetReader | DatasetWriter | None = None
        try:
            with self._storing():
                self._open = rasterio.open(self.part, "w+", **self._profile(self._grid))
        except BaseException:
            self._parts.remove()
            raise

    # -- blocks ----------------------------------------------------------------

    def write(self, window: Window, classes: Classes, confidence: Classes | None = None) -> None:
        """Write a block of ``plan.grid``: class values and, if planned, percent of confidence (0-100).

        Blocks may have any size and order; each pixel is written once.
        """
        self._check_block(window, classes, confidence)
        counts = np.bincount(classes.ravel(), minlength=256)
        unknown = set(np.flatnonzero(counts).tolist()) - {entry.value for entry in self.plan.classes} - {NODATA}
        if unknown:
            raise InternalError(detail=f"the class map got the undeclared value(s) {sorted(unknown)}")
        with self._lock, self._storing():
            part = self._dataset()
            part.write(classes, CLASS_BAND, window=gdal_window(window))
            if confidence is not None:
                part.write(confidence, CONFIDENCE_BAND, window=gdal_window(window))
            self._written += counts

    def read(self, window: Window) -> tuple[Classes, Classes | None]:
        """What was written there: classes and confidence (None if not planned); NODATA where nothing was.

        Works until the part file is gone, see :meth:`finish`.
        """
        with self._lock, self._storing():
            bands = self._dataset().read(window=gdal_window(window))
        return bands[0], (bands[1] if self.plan.confidence else None)

    # -- the end ---------------------------------------------------------------

    def finish(self, progress: Progress | None = None, keep_part: bool = False) -> Result:
        """Turn the blocks into the result under its final name.

        ``keep_part`` leaves the part file for :meth:`read` until :meth:`close`.
        """
        report = progress or (lambda fraction: None)
        try:
            with self._lock:
                result = self._finish(report)
        except BaseException:
            self.abort()
            raise
        if not keep_part:
            self.close()
        return result

    def close(self) -> None:
        """Remove the part file; the result, if there is one, stays."""
        with self._lock:
            if self._open is not None:
                with contextlib.suppress(Exception):
                    self._open.close()
                self._open = None
            self._parts.remove()

    def abort(self) -> None:
        """Stop and remove everything that was written."""
        self.close()

    def __enter__(self) -> ClassMapWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- inside ----------------------------------------------------------------

    def _finish(self, report: Progress) -> Result:
        self._check_complete()
        with self._storing():
            self._dataset().close()
            self._open = None
            source, grid = self.part, self._grid
            if self._target is not None:
                # the part file, checked before it is bent
                self._check_counts(self._count(self.part, grid, self._fraction(report, 0.0, 0.2)))
                source, grid = self._laid, self._target
                lay_onto(self.part, self._laid, grid, self._profile(grid))
            report(0.3)
            self._describe(source)
            report(0.5)
            self._copy(source)
            report(0.8)
            areas = self._count(self._cog, grid, self._fraction(report, 0.8, 1.0))
            if self._target is None:
                self._check_counts(areas)
            self._open = rasterio.open(self.part)
        return self._publish(areas, grid)

    def _describe(self, path: Path) -> None:
        """Colours, names and provenance, all of which the copy takes over."""
        with rasterio.open(path, "r+") as dataset:
            dataset.set_band_description(CLASS_BAND, "class")
            if self.plan.confidence:
                dataset.set_band_description(CONFIDENCE_BAND, "confidence")
            else:
                # GDAL takes the second band of a TIFF with a palette for transparency, so there
                # the colours go into the auxiliary file
                dataset.write_colormap(CLASS_BAND, {**colour_table(self.plan.classes), NODATA: (0, 0, 0, 0)})
            dataset.update_tags(**self._tags())

    def _copy(self, source: Path) -> None:
        rasterio.shutil.copy(
            source,
            self._cog,
            driver="COG",
            COMPRESS="DEFLATE",  # read by every build of GDAL, which ZSTD is not
            BLOCKSIZE=str(BLOCK),
            # made during the copy, which lets other threads run; building them beforehand does not
            OVERVIEWS="IGNORE_EXISTING",
            OVERVIEW_RESAMPLING="NEAREST",
            BIGTIFF="IF_SAFER",
            NUM_THREADS="ALL_CPUS",
        )

    def _count(self, path: Path, grid: Grid, report: Progress) -> AreaCount:
        count = AreaCount(grid)
        blocks = windows(grid.height, grid.width, READ_BLOCK)
        with rasterio.open(path) as dataset:
            for number, window in enumerate(blocks, 1):
                count.add(window, dataset.read(CLASS_BAND, window=gdal_window(window)))
                report(number / len(blocks))
        return count

    def _publish(self, count: AreaCount, grid: Grid) -> Result:
        """Everything under its final name, or nothing: then what was there before stays.

        A name that was taken during the work, or whose file another program such as QGIS holds open on Windows,
        gets a number: hours of work are not thrown away for a name.
        """
        areas = count.of(self.plan.classes)
        with self._storing():
            try:
                self._check_output()
                qml = self._place(areas)
            except (OutputExists, PermissionError):
                self.output = numbered(self.output)
                self.qml = self.qml and self.output.with_suffix(".qml")
                qml = self._place(areas)
        for suffix in (".ovr", ".msk"):  # of a map that was here before
            remove(Path(f"{self.output}{suffix}"))
        return Result(self.output, qml, areas, int(count.pixels[NODATA]), grid.width, grid.height)

    def _place(self, areas: tuple[ClassArea, ...]) -> Path | None:
        """Give all files their names; the style, if it got one. Raises OSError with nothing changed."""
        self._new_auxiliary.write_bytes(auxiliary_xml(self.plan.classes, areas, self.plan.confidence))
        qml = self.qml if self._may_style() else None
        files = {Path(f"{self.output}.aux.xml"): self._new_auxiliary}
        if qml is not None:
            self._new_qml.write_bytes(style(self.plan.classes))
            files[qml] = self._new_qml
        replace_together({**files, self.output: self._cog})
        return qml

    def _may_style(self) -> bool:
        """A style that is there already may be that of another layer, unless its map is replaced too."""
        if self.qml is None or not os.path.lexists(self.qml):
            return self.qml is not None
        return self.overwrite and self.output.exists()

    def _tags(self) -> dict[str, str]:
        values = {"preset": self.plan.preset, "precision": self.plan.precision, **self.plan.provenance}
        tags = {TAG_PREFIX + key.upper().replace(" ", "_").replace("-", "_"): str(v) for key, v in values.items()}
        return {"TIFFTAG_SOFTWARE": "WholeScene", **tags}

    def _profile(self, grid: Grid) -> dict[str, object]:
        return {
            "driver": "GTiff",
            "width": grid.width,
            "height": grid.height,
            "count": 2 if self.plan.confidence else 1,
            "dtype": "uint8",
            "nodata": NODATA,
            "crs": grid.crs,
            "transform": _placed(grid),
            "tiled": True,
            "blockxsize": BLOCK,
            "blockysize": BLOCK,
            "interleave": "band",
            "photometric": "MINISBLACK",
            "compress": "ZSTD",
            "zstd_level": 1,
            "bigtiff": "IF_SAFER",
            "sparse_ok": True,  # what is not written reads as nodata
        }

    @contextlib.contextmanager
    def _storing(self) -> Iterator[None]:
        """GDAL's settings, with failures told as the catalogue's errors."""
        grid = self._target or self._grid
        with environment(), storage_errors(self.output, grid.width * grid.height, self.part):
            yield

    def _dataset(self) -> Any:
        if self._open is None:
            raise InternalError(detail="the class map is closed already")
        return self._open

    def _target_grid(self) -> Grid | None:
        if self.plan.target is None:
            return None
        if not self._grid.georeferenced:
            raise GridUnusable(path=self.plan.target, detail="the scene has no georeference, so it has no place there")
        return target_grid(self.plan.target)

    def _check_output(self) -> None:
        if self.output.is_dir():
            raise OutputUnwritable(path=str(self.output), detail="it is a folder")
        there = None if self.overwrite else occupant(self.output)
        if there is not None:
            raise OutputExists(path=str(there))
        if not self.output.parent.is_dir():
            raise OutputUnwritable(path=str(self.output), detail=f"there is no folder {self.output.parent}")

    def _check_block(self, window: Window, classes: Classes, confidence: Classes | None) -> None:
        inside = (
            min(window.row, window.col) >= 0
            and window.row + window.height <= self._grid.height
            and window.col + window.width <= self._grid.width
        )
        shape = (window.height, window.width)
        blocks = [classes] if confidence is None else [classes, confidence]
        fits = all(block.shape == shape and block.dtype == np.uint8 for block in blocks)
        if not inside or not fits or (confidence is None) == self.plan.confidence:
            raise InternalError(detail=f"a block at {window} does not fit the plan")

    def _check_complete(self) -> None:
        missing = self._grid.width * self._grid.height - int(self._written.sum())
        if missing:
            raise InternalError(detail=f"{missing} pixels of the class map were not written exactly once")

    def _check_counts(self, count: AreaCount) -> None:
        """A full disk may lose blocks without an error of GDAL's."""
        if not np.array_equal(count.pixels, self._written):
            raise OSError("the file holds other values than were written")

    @staticmethod
    def _fraction(report: Progress, start: float, end: float) -> Progress:
        return lambda done: report(start + (end - start) * done)


def _placed(grid: Grid) -> Affine | None:
    """The transform that makes the map lie on its scene in QGIS.

    A raster without georeference is drawn from (0, 0) downwards, rows counting negative; so is a
    whole map without a transform, and a part of it needs one that counts like this.
    """
    if grid.crs is not None or (grid.transform.a, grid.transform.e) != (1.0, 1.0):
        return grid.transform
    if grid.transform == Affine.identity():
        return None
    return Affine(1.0, 0.0, grid.transform.c, 0.0, -1.0, -grid.transform.f)
