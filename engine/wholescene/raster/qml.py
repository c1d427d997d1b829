"""The QGIS style of a class map: one colour and name per class, nodata see-through."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from ..wire.plan import ClassEntry

DOCTYPE = b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
VERSION = "3.22.0"  # the oldest QGIS that has to read it


def style(classes: Sequence[ClassEntry]) -> bytes:
    """The QML file of a paletted renderer on band 1."""
    root = ET.Element("qgis", version=VERSION, styleCategories="Symbology|Rendering", hasScaleBasedVisibilityFlag="0")
    pipe = ET.SubElement(root, "pipe")
    provider = ET.SubElement(pipe, "provider")
    # nearest neighbour: colours between classes mean nothing
    ET.SubElement(
        provider,
        "resampling",
        enabled="false",
        maxOversampling="2",
        zoomedInResamplingMethod="nearestNeighbour",
        zoomedOutResamplingMethod="nearestNeighbour",
    )
    renderer = ET.SubElement(
        pipe, "rasterrenderer", type="paletted", band="1", opacity="1", alphaBand="-1", nodataColor=""
    )
    ET.SubElement(renderer, "rasterTransparency")
    palette = ET.SubElement(renderer, "colorPalette")
    for entry in classes:
        ET.SubElement(
            palette,
            "paletteEntry",
            value=str(entry.value),
            color=entry.colour.lower(),
            alpha="255",
            label=entry.name,
        )
    ET.SubElement(pipe, "rasterresampler", maxOversampling="2")
    ET.SubElement(pipe, "resamplingStage").text = "resamplingFilter"
    ET.SubElement(root, "blendMode").text = "0"
    ET.indent(root)
    xml: bytes = ET.tostring(root, encoding="utf-8")
    return DOCTYPE + xml + b"\n"
