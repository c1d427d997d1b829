"""The bands that a layer offers, and a guess which of them a preset wants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, List, Mapping, Optional, Sequence, Tuple

from osgeo import gdal
from qgis.core import QgsRasterLayer

from .band_names import SPELLINGS, common_name
from .layers import file_behind, gdal_name

WAVELENGTH_TOLERANCE = 40.0  # nanometres
COLOURLESS = ("undefined", "gray")


@dataclass(frozen=True)
class OfferedBand:
    """One band of a layer as the engine counts it, from 1."""

    number: int
    name: str = ""
    colour: str = "undefined"  # GDAL's colour interpretation, lower case
    wavelength_nm: Optional[float] = None

    @property
    def label(self) -> str:
        """How the panel shows the band: ``2 – B03 (green)``."""
        shown = self.name or (self.colour if self.colour not in COLOURLESS else "")
        common = self.common
        hint = f" ({common})" if common and common != shown.casefold() else ""
        return f"{self.number} – {shown}{hint}" if shown else str(self.number)

    @property
    def common(self) -> Optional[str]:
        """The STAC common name that the band's own name tells."""
        return common_name(self.name)

    @property
    def painted(self) -> Optional[str]:
        """The STAC common name that the colour interpretation tells: a weaker hint."""
        return SPELLINGS.get(self.colour)


@dataclass(frozen=True)
class Guess:
    """Band numbers as text, in the preset's order; None where nothing fits. ``sure`` if names or colours tell."""

    bands: Tuple[Optional[str], ...]
    sure: bool


def offered_bands(layer: QgsRasterLayer) -> List[OfferedBand]:
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


def guess(offered: Sequence[OfferedBand], wanted: Sequence[Mapping[str, Any]]) -> Guess:
    """A band for each band of a preset (maps with name, common_name, wavelength_nm).

    By name, common name, wavelength and colour, as the engine does; then by order, not sure.
    """
    candidates = [band for band in offered if band.colour != "alpha"]
    found = [_find(band, candidates) for band in wanted]
    _pair_the_last(found, candidates)
    if None not in found and len(set(found)) == len(found):
        return Guess(tuple(str(number) for number in found), sure=True)
    if len(candidates) == 1 < len(wanted):
        return Guess((None,) * len(wanted), sure=False)
    by_order: List[Optional[str]] = [str(band.number) for band in candidates[: len(wanted)]]
    by_order += [None] * (len(wanted) - len(by_order))
    return Guess(tuple(by_order), sure=False)


def _find(wanted: Mapping[str, Any], offered: Sequence[OfferedBand]) -> Optional[int]:
    """The band that most surely is the wanted one, or None."""
    name = str(wanted.get("name") or "")
    common = wanted.get("common_name") or common_name(name)
    tests = (
        lambda band: band.name and band.name.casefold() == name.casefold(),
        lambda band: common and band.common == common,
        lambda band: band.number == _by_wavelength(wanted.get("wavelength_nm"), offered),
        lambda band: common and band.common is None and band.painted == common,
    )
    return next((band.number for test in tests for band in offered if test(band)), None)


def _by_wavelength(wanted: Optional[float], offered: Sequence[OfferedBand]) -> Optional[int]:
    if wanted is None:
        return None
    distances = [(abs(band.wavelength_nm - wanted), band.number) for band in offered if band.wavelength_nm]
    distance, number = min(distances, default=(float("inf"), None))
    return number if distance <= WAVELENGTH_TOLERANCE else None


def _pair_the_last(found: List[Optional[int]], offered: Sequence[OfferedBand]) -> None:
    """R, G, B and one more band that says nothing of itself: that is the one still wanted."""
    left = [band for band in offered if band.number not in found]
    if found.count(None) == 1 and len(found) > 1 and len(left) == 1 and not (left[0].common or left[0].painted):
        found[found.index(None)] = left[0].number


def _open(name: str) -> Any:
    try:
        return gdal.OpenEx(name, gdal.OF_RASTER)
    except RuntimeError:  # GDAL's exceptions are a switch of the whole process
        return None


def _offered(band: Any, number: int, stem: str) -> OfferedBand:
    colour = gdal.GetColorInterpretationName(band.GetColorInterpretation()).casefold()
    return OfferedBand(number, band.GetDescription() or stem, colour, _wavelength(band))


def _wavelength(band: Any) -> Optional[float]:
    """Central wavelength in nanometres from ENVI's or GDAL's band metadata."""
    micrometres = band.GetMetadataItem("CENTRAL_WAVELENGTH_UM", "IMAGERY")
    tags = {key.casefold(): value for key, value in band.GetMetadata().items()}
    text, unit = (micrometres, "um") if micrometres else (tags.get("wavelength"), tags.get("wavelength_units", ""))
    number = re.match(r"\s*([\d.]+)", text or "")
    if number is None:
        return None
    value = float(number.group(1))
    return value * 1000 if "micro" in unit.casefold() or unit == "um" or value < 100 else value
