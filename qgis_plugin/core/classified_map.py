"""Class maps as the tools for patches take them: those of the engine, and others whose pixels are class values."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import numpy as np
from osgeo import gdal
from qgis.PyQt.QtGui import QColor

from ..wire.errors import GroundUnknown, NotClassMap, TooManyPatches
from .class_map import ClassMap, open_raster, tags_of
from .ground_areas import hectares
from .mapping_unit import merged
from .patch_labels import MOST_RUNS, Patches, Progress, Rows, RunAreas, part_of

GOLDEN_ANGLE = 137.508  # degrees: colours for classes without any


def classified(path: str) -> ClassMap:
    """The class map at ``path``, also one without counts (a partial map) or of another program.

    Raises SceneUnreadable, NotClassMap.
    """
    facts = ClassMap.read(path)
    return facts if facts is not None else _foreign(path)


def _foreign(path: str) -> ClassMap:
    dataset = open_raster(path)
    band = dataset.GetRasterBand(1)
    if band.DataType != gdal.GDT_Byte or dataset.RasterCount > 2:
        raise NotClassMap(path=path)
    nodata = band.GetNoDataValue()
    transform = dataset.GetGeoTransform(can_return_null=True)
    return ClassMap(
        path=path,
        width=dataset.RasterXSize,
        height=dataset.RasterYSize,
        transform=tuple(transform or (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)),
        crs=dataset.GetProjection() or "",
        scored=False,
        nodata=-1 if nodata is None else int(nodata),
        areas=_classes(band),
        tags=tags_of(dataset),
    )


def _classes(band: Any) -> List[Dict[str, Any]]:
    """Names and colours as far as the file tells them; without names every value that may occur."""
    names, colours = band.GetCategoryNames() or [], band.GetColorTable()
    listed = [value for value, name in enumerate(names) if name] or range(255)
    return [{"value": value, "name": _name(names, value), "colour": _colour(colours, value)} for value in listed]


def _name(names: List[str], value: int) -> str:
    return (names[value] if value < len(names) else "") or str(value)


def _colour(colours: Any, value: int) -> str:
    if colours is not None and value < colours.GetCount():
        return "#{:02x}{:02x}{:02x}".format(*colours.GetColorEntry(value)[:3])
    return QColor.fromHsv(round(value * GOLDEN_ANGLE) % 360, 150, 210).name()


def rows_of(facts: ClassMap) -> Rows:
    """Reads class values; belongs to the thread that asks for it."""
    band_of = open_raster(facts.path)

    def read(first: int, count: int) -> Any:
        return band_of.GetRasterBand(1).ReadAsArray(0, first, facts.width, count)

    return read


def patches_of(facts: ClassMap, minimum_area: float = 0.0, progress: Progress = lambda _fraction: True) -> Patches:
    """The patches of a map, none smaller than ``minimum_area`` square metres.

    Raises SceneUnreadable, GroundUnknown, TooManyPatches, Cancelled.
    """
    ground = run_areas(facts)
    if minimum_area > 0 and ground is None:
        raise GroundUnknown(path=facts.path)
    ends = part_of(progress, 0.0, 0.6 if minimum_area > 0 else 1.0)
    try:
        patches = Patches.read((facts.height, facts.width), rows_of(facts), facts.nodata, ground, ends)
    except OverflowError:
        raise TooManyPatches(path=facts.path, patches=MOST_RUNS, most=MOST_RUNS) from None
    if ground is None or minimum_area <= 0:
        return patches
    sides = ground.sides(facts.height // 2, facts.width // 2)
    return merged(patches, minimum_area, sides, part_of(progress, 0.6, 1.0))


def run_areas(facts: ClassMap) -> Optional[RunAreas]:
    """Ground areas on the grid of a map; None without georeference."""
    ground = RunAreas.of(facts.transform, facts.crs)
    return ground if isinstance(ground, RunAreas) else None


def areas_of(facts: ClassMap, patches: Patches) -> List[Dict[str, Any]]:
    """The classes of ``facts`` with pixels, hectares and share as ``patches`` have them, by the rule of the engine."""
    pixels = np.bincount(patches.classes, patches.pixels, 256)
    ground = None if patches.square_metres is None else np.bincount(patches.classes, patches.square_metres, 256)
    weights = pixels if ground is None else ground
    whole = float(weights.sum()) or 1.0
    return [
        {
            "value": value,
            "name": area["name"],
            "colour": area["colour"],
            "pixels": int(pixels[value]),
            "hectares": None if ground is None else hectares(float(ground[value])),
            "share": float(weights[value]) / whole,
        }
        for area in facts.areas
        for value in [int(area["value"])]
    ]


def filtered_areas(path: str, minimum_area: float, progress: Progress = lambda _fraction: True) -> List[Dict[str, Any]]:
    """The areas that the map at ``path`` has without its small patches; raises as :func:`patches_of` does."""
    facts = classified(path)
    return areas_of(facts, patches_of(facts, minimum_area, progress))
