"""Labels: train ids for windows of a scene, from a raster or from polygons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from affine import Affine
from rasterio.features import rasterize

from ...raster.gdal import environment
from ...raster.geodesy import reproject_points
from ...raster.grid import Grid, parse_crs
from ...raster.scene import Scene
from ...wire.errors import LabelsDiffer, LabelsUnplaced, LabelTypeUnsupported, WholeSceneError
from ...wire.plan import Window
from .coding import IGNORE, Labels, Unknown
from .mosaic import shown
from .pair import RasterLabel, VectorLabel
from .vectors import Polygon, read_layer

ALIGNMENT = 0.01  # pixels by which the labels may lie apart
COLOUR_BANDS = (1, 2, 3)
FURTHEST = float(1 << 24)  # pixels from the scene to which a vertex is kept; rasterising needs finite numbers


class LabelSource(Protocol):
    """Train ids of any window of a scene; safe to use from several threads."""

    @property
    def path(self) -> str:
        """How messages call it."""

    @property
    def known(self) -> str:
        """The values that classes have, for messages."""

    def read(self, window: Window) -> tuple[Labels, Unknown]:
        """Train ids uint8 ``[h, w]``, IGNORE where nothing is known; and values that no class has."""

    def close(self) -> None:
        """Close the files."""


class RasterLabels:
    """Class ids or colours in a raster on the grid of its image."""

    def __init__(self, label: RasterLabel, image: Scene) -> None:
        self.path, self.coding = shown(label.source), label.coding
        self.known = self.coding.known()
        self.scene = Scene.open([label.source])
        self.scene.sources = (self.path,)
        self._bands = COLOUR_BANDS if self.coding.colours else (1,)
        try:
            self._check(image)
        except WholeSceneError:
            self.close()
            raise

    def _check(self, image: Scene) -> None:
        detail = difference(image.grid, self.scene.grid)
        if detail:
            raise LabelsDiffer(path=self.path, image=image.sources[0], detail=detail)
        if self.coding.colours and (len(self.scene.bands) < 3 or self.scene.dtype != "uint8"):
            bands = len(self.scene.bands)
            raise LabelTypeUnsupported(path=self.path, detail=f"colours need three bands of 8 bits, it has {bands}")
        if not self.coding.colours and len(self.scene.bands) > 2:  # the second may be alpha
            detail = f"ids need one band, it has {len(self.scene.bands)}"
            raise LabelTypeUnsupported(path=self.path, detail=detail)

    def read(self, window: Window) -> tuple[Labels, Unknown]:
        """See :class:`LabelSource`. Raises SceneTruncated, or LabelTypeUnsupported for broken numbers."""
        values, valid = self.scene.read_masked(self._bands, window)
        if self.coding.colours:
            red, green, blue = values.astype(np.int32)
            return self.coding.encode(red << 16 | green << 8 | blue, valid)
        return self.coding.encode(self._whole_numbers(values[0], valid), valid)

    def _whole_numbers(
        self, values: npt.NDArray[np.generic], valid: npt.NDArray[np.bool_] | None
    ) -> npt.NDArray[np.generic]:
        if values.dtype.kind != "f":
            return values
        numbers = np.where(np.isfinite(values), values, 0).astype(np.int64)
        wrong = np.isfinite(values) & (numbers != values)
        if wrong.any() and (valid is None or (wrong & valid).any()):
            raise LabelTypeUnsupported(path=self.path, detail=f"it holds {values[wrong][0]}, not whole numbers")
        return numbers

    def close(self) -> None:
        """Close the files of all threads."""
        self.scene.close()


class PolygonLabels:
    """Polygons, drawn window by window; of several at one place the last of the file counts.

    A pixel belongs to a polygon if its centre does. Vertices are transformed to the scene's CRS as
    QGIS shows them, straight lines between.
    """

    def __init__(self, label: VectorLabel, image: Scene) -> None:
        self.path, self.background = label.source, label.background
        self.known = ", ".join(sorted(label.codes))
        layer = read_layer(Path(label.source), label.layer, label.field)
        filled = [polygon for polygon in layer.polygons if polygon.rings]
        self._values = [polygon.value for polygon in filled]
        self._codes = [_code(polygon.value, label.codes) for polygon in filled]
        self._shapes = place(filled, layer.crs, image, self.path)
        self._boxes = np.array([_box(shape) for shape in self._shapes]).reshape(-1, 4)

    def read(self, window: Window) -> tuple[Labels, Unknown]:
        """See :class:`LabelSource`; of unknown values the polygons are counted."""
        left, top, right, bottom = self._boxes.T
        far = (right < window.col) | (left > window.col + window.width)
        far |= (bottom < window.row) | (top > window.row + window.height)
        near = np.flatnonzero(~far)
        unknown: Unknown = {}
        for i in near:
            if self._codes[i] is None:
                unknown[self._values[i]] = unknown.get(self._values[i], 0) + 1
        return self._drawn([int(i) for i in near if self._codes[i] is not None], window), unknown

    def _drawn(self, chosen: list[int], window: Window) -> Labels:
        labels = np.full((window.height, window.width), self.background, np.uint8)
        if chosen:
            shapes = [({"type": "Polygon", "coordinates": self._shapes[i]}, self._codes[i]) for i in chosen]
            with environment():
                rasterize(shapes, out=labels, transform=Affine.translation(window.col, window.row), dtype="uint8")
        return labels

    def close(self) -> None:
        """Nothing is open."""


def open_labels(label: RasterLabel | VectorLabel, image: Scene) -> LabelSource:
    """The labels of an image.

    Raises LabelsDiffer, LabelsUnplaced, LabelTypeUnsupported and what reading the files raises.
    """
    return RasterLabels(label, image) if isinstance(label, RasterLabel) else PolygonLabels(label, image)


def difference(image: Grid, labels: Grid) -> str:
    """What tells the two grids apart; "" if nothing does. Files without a place on earth lie where they have to."""
    if (labels.width, labels.height) != (image.width, image.height):
        return f"they have {labels.width} × {labels.height} pixels, the image {image.width} × {image.height}"
    if image.crs is not None and labels.crs is not None and image.crs != labels.crs:
        return f"they are in {_called(labels)}, the image in {_called(image)}"
    if Affine.identity() in (image.transform, labels.transform):
        return ""
    corners = np.array([0.0, image.width, 0.0, image.width]), np.array([0.0, 0.0, image.height, image.height])
    cols, rows = image.pixels(*labels.positions(*corners))
    apart = float(max(np.abs(cols - corners[0]).max(), np.abs(rows - corners[1]).max()))
    return f"they lie {apart:.3g} pixels apart" if apart > ALIGNMENT else ""


def _called(grid: Grid) -> str:
    return grid.crs.to_string()[:60] if grid.crs is not None else "no CRS"


def place(polygons: Sequence[Polygon], crs: str | None, image: Scene, path: str) -> list[list[npt.NDArray[np.float64]]]:
    """The rings of each polygon in columns and rows of the image. Raises LabelsUnplaced or CrsUnknown."""
    vertices = [ring for polygon in polygons for ring in polygon.rings]
    if not vertices:
        return []
    x, y = np.concatenate(vertices).T
    cols, rows = _pixels(x, y, crs, image, path)
    if not np.isfinite(cols).any():
        raise LabelsUnplaced(image=image.sources[0], path=path, detail="no vertex has coordinates in the image's CRS")
    moved = np.clip(np.nan_to_num(np.stack([cols, rows], 1), posinf=FURTHEST), -FURTHEST, FURTHEST)
    rings = iter(np.split(moved, np.cumsum([len(ring) for ring in vertices])[:-1]))
    return [[next(rings) for _ in polygon.rings] for polygon in polygons]


def _pixels(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], crs: str | None, image: Scene, path: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    grid = image.grid
    if grid.transform == Affine.identity():
        # drawn in pixels; QGIS counts the rows of such an image downwards from zero
        return x, -y if np.median(y) < 0 else y
    if grid.crs is None and crs is not None:
        raise LabelsUnplaced(path=path, image=image.sources[0], detail=f"they are in {crs[:60]}, the image has no CRS")
    if crs is not None and grid.crs is not None:
        x, y = reproject_points(parse_crs(crs), grid.crs, x, y)
    return grid.pixels(x, y)


def _code(value: str, codes: Mapping[str, int]) -> int | None:
    """The train id of a field's text; a polygon without a class is ignored, None is an unknown class."""
    return IGNORE if not value else codes.get(value, codes.get(value.casefold()))


def _box(rings: list[npt.NDArray[np.float64]]) -> tuple[float, float, float, float]:
    vertices = np.concatenate(rings)
    (left, top), (right, bottom) = vertices.min(0), vertices.max(0)
    return float(left), float(top), float(right), float(bottom)
