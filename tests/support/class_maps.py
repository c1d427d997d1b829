"""Class maps to write: a plan, values, and blocks in no order."""

import numpy as np
from rasterio.crs import CRS

from rasters import UTM
from wholescene.raster.classmap import ClassMapWriter
from wholescene.raster.gdal import windows
from wholescene.raster.grid import Grid
from wholescene.wire.plan import NODATA, ClassEntry, Plan

CLASSES = (
    ClassEntry(0, "other", "#c8b090"),
    ClassEntry(1, "water", "#1F78B4"),
    ClassEntry(24, "snow & ice", "#ffffff"),
)
PROVENANCE = {"weights-sha256": "ab12", "engine": "0.1"}
HEIGHT, WIDTH = 700, 1100
GRID = Grid(WIDTH, HEIGHT, UTM["transform"], CRS.from_string(UTM["crs"]))


def plan(grid=GRID, **kwargs):
    return Plan(grid.to_wire(), CLASSES, "water-lite", "bf16", provenance=PROVENANCE, **kwargs)


def map_values(height=HEIGHT, width=WIDTH):
    """Blobs of the three classes and nodata."""
    coarse = np.random.default_rng(0).choice([0, 1, 24, NODATA], (height // 20 + 1, width // 20 + 1))
    return coarse.repeat(20, axis=0).repeat(20, axis=1)[:height, :width].astype(np.uint8)


def write_blocks(writer, classes, confidence=None, size=201):
    """In shuffled order, across the file's own blocks."""
    blocks = windows(*classes.shape, size)
    np.random.default_rng(1).shuffle(blocks)
    for window in blocks:
        cut = np.s_[window.row : window.row + window.height, window.col : window.col + window.width]
        writer.write(window, classes[cut], None if confidence is None else confidence[cut])


def finished(path, classes=None, **kwargs):
    classes = map_values() if classes is None else classes
    with ClassMapWriter(plan(**kwargs), path) as writer:
        write_blocks(writer, classes)
        return writer.finish()


def unpackable():
    """Class values that do not compress: more than a megabyte of them."""
    return np.random.default_rng(0).choice([0, 1, 24], (4000, 4000)).astype(np.uint8)
