"""The bands that a layer offers, and a guess which of them a preset wants."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, List, Mapping, Optional, Sequence, Tuple

from osgeo import gdal
from qgis.core import QgsRasterLayer

from ..wire.bands import SceneBand, WantedBand, find_bands, wavelength_nm
from .layers import file_behind, gdal_name


@dataclass(frozen=True)
class Guess:
    """Band numbers as text, in the preset's order; None where nothing fits. ``sure`` if names or colours tell."""

    bands: Tuple[Optional[str], ...]
    sure: bool


def offered_bands(layer: QgsRasterLayer) -> List[SceneBand]:
    """The bands of a layer's file, read as the engine reads it; empty if GDAL cannot open it."""
    name = gdal_name(layer.source())
    dataset = _open(name)
    if dataset is None:
        return []
    if dataset.GetMetadataItem("SOURCE_COLOR_SPACE", "IMAGE_STRUCTURE") == "CMYK":
        # four measured bands with a wrong tag: GDAL would mix them into RGBA, the engine reads them raw
        dataset = _open(f"GTIFF_RAW:{name}") or dataset
    stem = PurePath(file_behind(name) or name).stem if dataset.RasterCount == 1 else ""
    return [_offered(dataset.GetRasterBand(number), number, stem) for number in range(1, dataset.RasterCount + 1)]


def guess(offered: Sequence[SceneBand], wanted: Sequence[Mapping[str, Any]]) -> Guess:
    """A band for each band of a preset (maps with name, common_name, wavelength_nm).

    By name, common name, wavelength and colour, as the engine does; then by order, not sure.
    """
    found = find_bands(offered, [_wanted(band) for band in wanted])
    if None not in found and len(set(found)) == len(found):
        return Guess(tuple(str(number) for number in found), sure=True)
    candidates = [band for band in offered if band.colour_interp != "alpha"]
    if len(candidates) == 1 < len(wanted):
        return Guess((None,) * len(wanted), sure=False)
    by_order: List[Optional[str]] = [str(band.number) for band in candidates[: len(wanted)]]
    by_order += [None] * (len(wanted) - len(by_order))
    return Guess(tuple(by_order), sure=False)


def _open(name: str) -> Any:
    try:
        return gdal.OpenEx(name, gdal.OF_RASTER)
    except RuntimeError:  # GDAL's exceptions are a switch of the whole process
        return None


def _offered(band: Any, number: int, stem: str) -> SceneBand:
    colour = gdal.GetColorInterpretationName(band.GetColorInterpretation()).casefold()
    wavelength = wavelength_nm(band.GetMetadataItem("CENTRAL_WAVELENGTH_UM", "IMAGERY"), band.GetMetadata())
    return SceneBand(number, band.GetDescription() or stem, colour, wavelength)


def _wanted(band: Mapping[str, Any]) -> WantedBand:
    return WantedBand(str(band.get("name") or ""), band.get("common_name"), band.get("wavelength_nm"))
