"""From what a person names to what GDAL opens: archives, subdatasets, CMYK-tagged TIFFs."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from ..wire.errors import SceneHasSubdatasets, SceneNotFound, SceneUnreadable
from .gdal import environment

# What counts as a raster inside an archive; everything else there is a sidecar.
RASTER_SUFFIXES = {
    ".tif",
    ".tiff",
    ".jp2",
    ".vrt",
    ".img",
    ".png",
    ".jpg",
    ".jpeg",
    ".nc",
    ".hdf",
    ".h5",
    ".bil",
    ".bsq",
}
SHOWN = 12  # names in an error


def open_source(source: str) -> DatasetReader:
    """The opened raster behind a GDAL name, a file or a ``.zip`` that holds one raster.

    Raises SceneNotFound, SceneUnreadable, or SceneHasSubdatasets if there are several.
    """
    with environment():
        dataset = _open(_inside_archive(source), source)
        if dataset.count == 0 and dataset.subdatasets:
            names = list(dataset.subdatasets)
            dataset.close()
            dataset = _open(_only(names, source), source)
        if dataset.count == 0:
            dataset.close()
            raise SceneUnreadable(path=source, detail="it has no raster band")
        _refuse_mosaic_of_cmyk(dataset, source)
        return _raw_if_cmyk(dataset, source)


def _open(name: str, source: str) -> DatasetReader:
    try:
        dataset: DatasetReader = rasterio.open(name)
        return dataset
    except (RasterioError, CPLE_BaseError) as problem:
        if source_file(source) is None:
            raise SceneNotFound(path=source) from None
        raise SceneUnreadable(path=source, detail=str(problem).rstrip(".")) from None


def _inside_archive(source: str) -> str:
    """The one raster inside a ``.zip``; other names as they are."""
    if not (source.lower().endswith(".zip") and os.path.isfile(source)):
        return source
    try:
        with zipfile.ZipFile(source) as archive:
            members = [member.filename for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, OSError) as problem:
        raise SceneUnreadable(path=source, detail=str(problem)) from None
    rasters = [name for name in members if PurePosixPath(name).suffix.lower() in RASTER_SUFFIXES]
    if not rasters:
        raise SceneUnreadable(path=source, detail="the archive holds no raster")
    return _only([f"/vsizip/{source}/{name}" for name in rasters], source)


def _only(names: Sequence[str], source: str) -> str:
    if len(names) > 1:
        more = ", …" if len(names) > SHOWN else ""
        raise SceneHasSubdatasets(path=source, names=", ".join(names[:SHOWN]) + more)
    return names[0]


def _raw_if_cmyk(dataset: DatasetReader, source: str) -> DatasetReader:
    """Four measured bands that somebody tagged as CMYK: GDAL would turn them into RGBA and lose them."""
    if not _is_cmyk(dataset):
        return dataset
    name = dataset.name
    dataset.close()
    return _open(f"GTIFF_RAW:{name}", source)


def _is_cmyk(dataset: DatasetReader) -> bool:
    structure = dataset.tags(ns="IMAGE_STRUCTURE")
    return bool(dataset.driver == "GTiff" and structure.get("SOURCE_COLOR_SPACE") == "CMYK")


def _refuse_mosaic_of_cmyk(dataset: DatasetReader, source: str) -> None:
    """A VRT reads its files as RGBA; their values cannot be had through it."""
    parts = [name for name in dataset.files[1:] if name.lower().endswith((".tif", ".tiff"))]
    if dataset.driver != "VRT" or not parts or not os.path.exists(parts[0]):
        return
    with _open(parts[0], parts[0]) as part:
        if _is_cmyk(part):
            detail = (
                f"its files, such as {parts[0]}, are tagged as CMYK; make the VRT from GTIFF_RAW:{parts[0]} instead"
            )
            raise SceneUnreadable(path=source, detail=detail)


def source_file(source: str) -> Path | None:
    """The file on disk behind a GDAL name, or None if there is none."""
    if os.path.exists(source):
        return Path(source)
    quoted = re.search(r'"([^"]+)"', source)
    if quoted:
        return source_file(quoted.group(1))
    if source.startswith("/vsi"):
        return _existing_parent(source.split("/", 2)[2])
    parts = source.split(":")
    # DRIVER:path, DRIVER:path:variable, DRIVER:C:\path:variable
    for first in range(1, len(parts)):
        for last in range(len(parts), first, -1):
            candidate = ":".join(parts[first:last])
            if candidate and os.path.exists(candidate):
                return Path(candidate)
    return None


def _existing_parent(name: str) -> Path | None:
    """``a/b.zip`` of ``a/b.zip/inner/c.tif``."""
    path = Path(name)
    return next((parent for parent in (path, *path.parents) if parent.is_file()), None)
