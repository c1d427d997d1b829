"""The raster attribute table, as GDAL's auxiliary file ``<map>.tif.aux.xml`` holds it.

rasterio cannot write attribute tables, so the file is written here by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from ..wire.plan import ClassEntry
from .areas import ClassArea

# GDALRATFieldType and GDALRATFieldUsage
INTEGER, REAL, STRING = 0, 1, 2
GENERIC, PIXEL_COUNT, NAME, MIN_MAX, RED, GREEN, BLUE, ALPHA = 0, 1, 2, 5, 6, 7, 8, 9

COLUMNS = [
    ("Value", INTEGER, MIN_MAX),
    ("Class", STRING, NAME),
    ("Count", INTEGER, PIXEL_COUNT),
    ("Hectares", REAL, GENERIC),
    ("Red", INTEGER, RED),
    ("Green", INTEGER, GREEN),
    ("Blue", INTEGER, BLUE),
    ("Alpha", INTEGER, ALPHA),
]


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue (0-255) of ``#RRGGBB``."""
    digits = colour.lstrip("#")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def colour_table(classes: Sequence[ClassEntry]) -> dict[int, tuple[int, int, int, int]]:
    """Value to (red, green, blue, alpha)."""
    return {entry.value: (*rgb(entry.colour), 255) for entry in classes}


def auxiliary_xml(classes: Sequence[ClassEntry], areas: Sequence[ClassArea], with_colours: bool) -> bytes:
    """The auxiliary file: class names, attribute table and, if the TIFF has none, the colour table."""
    root = ET.Element("PAMDataset")
    band = ET.SubElement(root, "PAMRasterBand", band="1")
    if with_colours:
        _add_colours(band, classes)
    _add_categories(band, classes)
    _add_table(band, areas)
    ET.indent(root)
    xml: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    return xml + b"\n"


def _add_colours(band: ET.Element, classes: Sequence[ClassEntry]) -> None:
    ET.SubElement(band, "ColorInterp").text = "Palette"
    table = ET.SubElement(band, "ColorTable")
    colours = colour_table(classes)
    for value in range(max(colours) + 1):
        parts = colours.get(value, (0, 0, 0, 0))
        ET.SubElement(table, "Entry", {f"c{number}": str(part) for number, part in enumerate(parts, 1)})


def _add_categories(band: ET.Element, classes: Sequence[ClassEntry]) -> None:
    names = {entry.value: entry.name for entry in classes}
    categories = ET.SubElement(band, "CategoryNames")
    for value in range(max(names) + 1):
        ET.SubElement(categories, "Category").text = names.get(value, "")


def _add_table(band: ET.Element, areas: Sequence[ClassArea]) -> None:
    table = ET.SubElement(band, "GDALRasterAttributeTable", tableType="thematic")
    columns = [column for column in COLUMNS if column[0] != "Hectares" or _georeferenced(areas)]
    for index, (name, kind, usage) in enumerate(columns):
        field = ET.SubElement(table, "FieldDefn", index=str(index))
        for tag, value in (("Name", name), ("Type", kind), ("Usage", usage)):
            ET.SubElement(field, tag).text = str(value)
    for index, area in enumerate(areas):
        row = ET.SubElement(table, "Row", index=str(index))
        values = _values(area)
        for name, _, _ in columns:
            ET.SubElement(row, "F").text = str(values[name])


def _georeferenced(areas: Sequence[ClassArea]) -> bool:
    return all(area.hectares is not None for area in areas)


def _values(area: ClassArea) -> dict[str, object]:
    red, green, blue = rgb(area.colour)
    return {
        "Value": area.value,
        "Class": area.name,
        # the table's integers have 32 bits
        "Count": min(area.pixels, 2**31 - 1),
        "Hectares": round(area.hectares or 0.0, 4),
        "Red": red,
        "Green": green,
        "Blue": blue,
        "Alpha": 255,
    }
