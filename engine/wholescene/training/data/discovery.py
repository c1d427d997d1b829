"""Discovery: what a folder without a description seems to hold. A guess, and shown as one."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
from rasterio.enums import Resampling

from ...raster.gdal import environment
from ...raster.sources import open_source
from ...wire.errors import DataLayoutUnknown, LabelTypeUnsupported
from .coding import IGNORE, MOST_CLASSES
from .description import Class, Description, Layout
from .layout import match
from .vectors import VECTOR_SUFFIXES, read_layer
from .vectors.reading import field_names

IMAGE_FOLDERS = ("images", "image", "img", "imgs", "rgb", "scenes")
LABEL_FOLDERS = ("labels", "label", "masks", "mask", "gt", "annotations", "annotation")
ENDINGS = ("", "_label", "_labels", "_mask", "_gt", "_lc")
CLASS_FIELDS = ("class", "label", "class_name", "landcover", "land_cover", "type", "code", "id")
METADATA = {".json"}  # beside a scene it is rather a description of it
LOOKED_AT = 64  # label files
PIXELS = 512  # to a side of what is read of each


def discover(folder: Path) -> Description:
    """Layout and classes of a folder of images and labels with names that match; raises DataLayoutUnknown."""
    for layout in _layouts(_folder_names(folder)):
        files = [paths[0] for _, paths in match(folder, layout.images, layout.labels).scenes if paths]
        if files:
            return _described(folder, layout, files)
    detail = "there are no images and labels with names that match"
    raise DataLayoutUnknown(path=str(folder), detail=detail)


def _folder_names(folder: Path) -> set[str]:
    """Of the folders in it and in these."""
    return {path.name for depth in ("*/", "*/*/") for path in folder.glob(depth)}


def _layouts(present: set[str]) -> list[Layout]:
    """Likely ones that need no folders but those that are there, the more particular first."""
    image_folders = [name for name in IMAGE_FOLDERS if name in present]
    label_folders = [name for name in LABEL_FOLDERS if name in present]
    folders = [
        Layout(images=f"{split}{images}/{{name}}.*", labels=f"{split}{truth}/{{name}}{ending}.*")
        for split, images, truth, ending in product(("{split}/", ""), image_folders, label_folders, ENDINGS)
    ]
    split_within = [
        Layout(images=f"{images}/{{split}}/{{name}}.*", labels=f"{truth}/{{split}}/{{name}}{ending}.*")
        for images, truth, ending in product(image_folders, label_folders, ENDINGS)
    ]
    beside = [Layout(images="{name}.*", labels=f"{{name}}{ending}.*") for ending in ENDINGS[1:]]
    vectors = [Layout(images="{name}.*", labels=f"{{name}}{suffix}") for suffix in sorted(VECTOR_SUFFIXES - METADATA)]
    return [*folders, *split_within, *beside, *vectors]


def _described(folder: Path, layout: Layout, files: Sequence[Path]) -> Description:
    if files[0].suffix.lower() in VECTOR_SUFFIXES:
        return _polygons(folder, layout, files)
    values: set[int] = set()
    for path in files[:: max(1, len(files) // LOOKED_AT)]:
        values |= _values(path)
    # 255 is a class beside 0 alone, as in masks; among other values it is what nobody labelled
    ignored = [IGNORE] if IGNORE in values and values != {0, IGNORE} else []
    stored = sorted(values - set(ignored))
    _check_count(folder, len(stored))
    same = all(0 <= value < IGNORE for value in stored)
    classes = [
        Class(value=value if same else i, label=value, name=f"class {value}", colour=colour_of(i))
        for i, value in enumerate(stored)
    ]
    return Description(name=folder.name, layouts=[layout], classes=classes, ignore=list(ignored))


def _polygons(folder: Path, layout: Layout, files: Sequence[Path]) -> Description:
    offered = {name.casefold(): name for name in field_names(files[0], None)}
    field = next((offered[name] for name in CLASS_FIELDS if name in offered), None)
    if field is None:
        detail = f"{files[0].name} has none of the fields {', '.join(CLASS_FIELDS)}; name one in a dataset.toml"
        raise DataLayoutUnknown(path=str(folder), detail=detail)
    names = sorted({polygon.value for path in files for polygon in read_layer(path, None, field).polygons} - {""})
    _check_count(folder, len(names))
    classes = [Class(value=i, label=i, name=name, colour=colour_of(i)) for i, name in enumerate(names)]
    found = Layout(images=layout.images, labels=layout.labels, field=field)
    return Description(name=folder.name, layouts=[found], classes=classes)


def _values(path: Path) -> set[int]:
    """The values of a decimated label raster, without its nodata; nearest pixels, so that none is made up."""
    with environment(), open_source(str(path)) as file:
        if file.count > 2:
            detail = "it has colours; say in a dataset.toml which class each of them is"
            raise LabelTypeUnsupported(path=str(path), detail=detail)
        shape = min(PIXELS, file.height), min(PIXELS, file.width)
        pixels = file.read(1, out_shape=shape, resampling=Resampling.nearest, masked=True).compressed()
    if pixels.dtype.kind == "f" and (pixels != np.round(pixels)).any():
        raise LabelTypeUnsupported(path=str(path), detail="it does not hold whole numbers")
    return {int(value) for value in np.unique(pixels)}


def _check_count(folder: Path, count: int) -> None:
    if not 0 < count < MOST_CLASSES:
        raise DataLayoutUnknown(path=str(folder), detail=f"the labels hold {count} different values")


def colour_of(place: int) -> str:
    """Hues a golden section apart, so that neighbours differ."""
    red, green, blue = colorsys.hsv_to_rgb(place * 0.618034 % 1, 0.65, 0.9)
    return f"#{round(red * 255):02X}{round(green * 255):02X}{round(blue * 255):02X}"
