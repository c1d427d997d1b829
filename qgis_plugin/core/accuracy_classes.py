"""The classes of a map, and which class of a reference is which of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

from qgis.core import QgsPalettedRasterRenderer, QgsRasterLayer

from ..wire.errors import MappingUnknown, WholeSceneError
from .accuracy_map import open_raster
from .accuracy_reference import key_of
from .layers import gdal_name
from .result_file import read_areas

GREY = "#9aa0a6"  # of values that have no colour


@dataclass(frozen=True)
class MapClass:
    """A class of the map: its value in the raster, name, and colour as #RRGGBB."""

    value: int
    name: str
    colour: str = GREY


class Beyond(Enum):
    """What becomes of a class of the reference that is no class of the map."""

    IGNORE = "ignore"  # its pixels are left out
    OTHER = "other"  # its pixels count, as wrong wherever they lie


Target = Union[int, Beyond]  # value of a map class, or none of them
ClassMapping = Mapping[str, Target]  # by key of the reference


def classes_of(layer: QgsRasterLayer) -> List[MapClass]:
    """The classes of a map as its legend names them, else as its attribute table does; may be empty."""
    legend = _legend(layer)
    if any(each.name != str(each.value) for each in legend):
        return legend
    table = _table(gdal_name(layer.source()))
    return table or legend


def value_names(layer: QgsRasterLayer) -> Dict[str, str]:
    """Names of the values of a reference raster, by key; empty where it has none."""
    return {str(each.value): each.name for each in classes_of(layer) if each.name and each.name != str(each.value)}


def with_found(classes: Sequence[MapClass], values: Iterable[int]) -> List[MapClass]:
    """The classes, and those that only the pixels tell of."""
    known = {each.value for each in classes}
    return [*classes, *(MapClass(value, str(value)) for value in sorted(set(values) - known))]


def guess_mapping(keys: Sequence[str], names: Mapping[str, str], classes: Sequence[MapClass]) -> Dict[str, int]:
    """Which class of the map each key of the reference is; keys without one are missing.

    By name (letter case, blanks and punctuation do not count) if any name fits, else by value: where both
    sides have names, an equal number means nothing.
    """
    by_name = {plain(each.name): each.value for each in classes}
    named = {key: by_name[plain(names.get(key, key))] for key in keys if plain(names.get(key, key)) in by_name}
    if named:
        return named
    values = {str(each.value): each.value for each in classes}
    return {key: values[key] for key in keys if key in values}


def given_mapping(pairs: Iterable[Tuple[object, object]], classes: Sequence[MapClass]) -> Dict[str, Target]:
    """From pairs of a reference value and a class of the map, by name or value; empty: left out.

    Raises MappingUnknown.
    """
    targets: Dict[str, Target] = {str(each.value): each.value for each in classes}
    targets.update({plain(each.name): each.value for each in classes})
    mapping: Dict[str, Target] = {}
    for reference, target in pairs:
        key, wanted = key_of(reference), key_of(target)
        if key is not None:
            mapping[key] = Beyond.IGNORE if wanted is None else _found(wanted, targets, classes)
    return mapping


def plain(name: str) -> str:
    """A name without what people write differently: ``Water_Body`` is ``water body``."""
    return re.sub(r"[\W_]+", " ", name).strip().casefold()


def _found(wanted: str, targets: Mapping[str, Target], classes: Sequence[MapClass]) -> Target:
    if wanted in targets:
        return targets[wanted]
    if plain(wanted) in targets:
        return targets[plain(wanted)]
    raise MappingUnknown(name=wanted, classes=", ".join(f"{each.name} ({each.value})" for each in classes))


def _legend(layer: QgsRasterLayer) -> List[MapClass]:
    renderer = layer.renderer()
    if not isinstance(renderer, QgsPalettedRasterRenderer):
        return []
    entries = renderer.classes()
    return [MapClass(int(each.value), each.label or str(int(each.value)), each.color.name()) for each in entries]


def _table(path: str) -> List[MapClass]:
    try:
        areas = read_areas(open_raster(path))
    except WholeSceneError:
        return []
    return [MapClass(area["value"], area["name"], area["colour"]) for area in areas]


def target_of(key: str, mapping: ClassMapping, beyond: Beyond) -> Target:
    """What becomes of a key: ``beyond`` decides for those that the mapping does not name."""
    found: Optional[Target] = mapping.get(key)
    return beyond if found is None else found
