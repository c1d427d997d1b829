"""Bands: what a scene offers, and which of them a preset gets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..wire.errors import BandCount, UnknownBand

# STAC common names and how files call them.
COMMON_NAMES = {
    "coastal": ("coastal", "coastal aerosol", "aerosol", "ultra blue"),
    "blue": ("blue", "b"),
    "green": ("green", "g"),
    "red": ("red", "r"),
    "rededge": ("rededge", "red edge", "vre", "vegetation red edge"),
    "rededge071": ("rededge071", "red edge 1", "rededge1", "vegetation red edge 1"),
    "rededge075": ("rededge075", "red edge 2", "rededge2", "vegetation red edge 2"),
    "rededge078": ("rededge078", "red edge 3", "rededge3", "vegetation red edge 3"),
    "nir": ("nir", "near infrared", "near ir", "nir1", "nir 1", "infrared", "n"),
    "nir08": ("nir08", "narrow nir", "nir narrow", "nir2", "nir 2"),
    "nir09": ("nir09", "water vapour", "water vapor"),
    "cirrus": ("cirrus",),
    "swir16": ("swir16", "swir1", "swir 1", "short wave infrared 1", "shortwave infrared 1"),
    "swir22": ("swir22", "swir2", "swir 2", "short wave infrared 2", "shortwave infrared 2"),
    "pan": ("pan", "panchromatic"),
}
SPELLINGS = {spelling: common for common, spellings in COMMON_NAMES.items() for spelling in spellings}
SENTINEL2 = {
    "1": "coastal",
    "2": "blue",
    "3": "green",
    "4": "red",
    "5": "rededge071",
    "6": "rededge075",
    "7": "rededge078",
    "8": "nir",
    "8A": "nir08",
    "9": "nir09",
    "10": "cirrus",
    "11": "swir16",
    "12": "swir22",
}
LANDSAT_8 = dict(zip("1234567", ["coastal", "blue", "green", "red", "nir", "swir16", "swir22"], strict=True))
LANDSAT_4 = {"1": "blue", "2": "green", "3": "red", "4": "nir", "5": "swir16", "7": "swir22"}
WAVELENGTH_TOLERANCE = 40.0  # nanometres


@dataclass(frozen=True)
class SceneBand:
    """One band of a scene. ``number`` counts from 1 over all files of the scene.

    ``name`` is the description or, for a file with one band, the file's stem; "" if there is
    neither. ``colour_interp`` is GDAL's colour interpretation in lower case.
    """

    number: int
    name: str
    colour_interp: str = "undefined"
    wavelength_nm: float | None = None

    @property
    def named(self) -> str | None:
        """The STAC common name that the band's own name tells."""
        return common_name(self.name)

    @property
    def painted(self) -> str | None:
        """The STAC common name that the colour interpretation tells: a weaker hint."""
        return SPELLINGS.get(self.colour_interp)

    def describe(self) -> str:
        """How messages and panels show the band, for example ``2 B03 (green)``."""
        label = self.name or (self.colour_interp if self.colour_interp not in ("undefined", "gray") else "")
        hint = f" ({self.named})" if self.named and self.named != label.casefold() else ""
        return f"{self.number} {label}{hint}".strip()


class WantedBand(Protocol):
    """One band that a preset asks for."""

    @property
    def name(self) -> str:
        """How the preset calls it."""

    @property
    def common_name(self) -> str | None:
        """STAC common name."""

    @property
    def wavelength_nm(self) -> float | None:
        """Central wavelength in nanometres."""


def common_name(name: str) -> str | None:
    """The STAC common name behind a description or file stem such as ``B04``, ``Red`` or ``LC08_…_SR_B4``."""
    plain = re.sub(r"[\s_\-.]+", " ", name).strip().casefold()
    if plain in SPELLINGS:
        return SPELLINGS[plain]
    coded = re.search(r"(?:^|[_\-. ])(?:SR_)?B(?:and)?[ _]?0?(\d{1,2}A?)(?=$|[_\-. ])", name, re.IGNORECASE)
    if coded is None:
        return None
    landsat = re.match(r"L[COTEM]0?(\d)", name, re.IGNORECASE)
    if landsat:
        return (LANDSAT_8 if int(landsat.group(1)) >= 8 else LANDSAT_4).get(coded.group(1))
    # without the platform in front, Landsat's numbers mean different bands from 4-7 to 8-9
    ambiguous = "SR_B" in name.upper() or not re.search(r"B(0\d|8A|1[0-2]|\d$)", name, re.IGNORECASE)
    return None if ambiguous else SENTINEL2.get(coded.group(1).upper())


def match_bands(
    offered: Sequence[SceneBand], wanted: Sequence[WantedBand], requested: Sequence[str] | None, preset: str
) -> tuple[int, ...]:
    """The number (from 1) of the scene band for each wanted band.

    ``requested`` names or numbers decide if given. Otherwise each wanted band is looked for
    by name, common name, wavelength and colour interpretation; a single band left over on
    both sides is paired; and with equal counts the order decides, unless names contradict.
    Raises BandCount or UnknownBand.
    """
    if requested is not None:
        return _requested(offered, wanted, requested, preset)
    candidates = [band for band in offered if band.colour_interp != "alpha"]
    found = [_find(band, candidates) for band in wanted]
    _pair_the_last(found, candidates)
    if None not in found and len(set(found)) == len(found):
        return tuple(number for number in found if number is not None)
    if len(candidates) == len(wanted) and not _contradict(candidates, wanted):
        return tuple(band.number for band in candidates)
    raise _band_count(offered, wanted, preset)


def _requested(
    offered: Sequence[SceneBand], wanted: Sequence[WantedBand], requested: Sequence[str], preset: str
) -> tuple[int, ...]:
    if len(requested) != len(wanted):
        raise _band_count(offered, wanted, preset)
    return tuple(_named(str(text).strip(), offered) for text in requested)


def _named(text: str, offered: Sequence[SceneBand]) -> int:
    for band in offered:
        if text == str(band.number):
            return band.number
    folded = text.casefold()
    keys = ("name", "named", "painted")
    for key in keys:
        for band in offered:
            if folded and folded == str(getattr(band, key) or "").casefold():
                return band.number
    raise UnknownBand(band=text, offered=_list(offered))


def _find(wanted: WantedBand, offered: Sequence[SceneBand]) -> int | None:
    """The band that most surely is the wanted one, or None."""
    common = wanted.common_name or common_name(wanted.name)
    for band in offered:
        if band.name and band.name.casefold() == wanted.name.casefold():
            return band.number
    for band in offered:
        if common is not None and band.named == common:
            return band.number
    near = _by_wavelength(wanted.wavelength_nm, offered)
    if near is not None:
        return near
    for band in offered:
        if common is not None and band.named is None and band.painted == common:
            return band.number
    return None


def _by_wavelength(wanted: float | None, offered: Sequence[SceneBand]) -> int | None:
    if wanted is None:
        return None
    distances = [(abs(band.wavelength_nm - wanted), band.number) for band in offered if band.wavelength_nm]
    distance, number = min(distances, default=(float("inf"), None))
    return number if distance <= WAVELENGTH_TOLERANCE else None


def _pair_the_last(found: list[int | None], offered: Sequence[SceneBand]) -> None:
    """R, G, B and one more band that says nothing of itself: that is the one still wanted."""
    left = [band for band in offered if band.number not in found]
    if found.count(None) == 1 and len(found) > 1 and len(left) == 1 and not (left[0].named or left[0].painted):
        found[found.index(None)] = left[0].number


def _contradict(offered: Sequence[SceneBand], wanted: Sequence[WantedBand]) -> bool:
    """True if a band's own name says that it is not the one wanted at its place.

    Colour interpretation does not count: near infrared shown as red is common.
    """
    return any(
        band.named is not None and band.named != (want.common_name or common_name(want.name))
        for band, want in zip(offered, wanted, strict=True)
    )


def _band_count(offered: Sequence[SceneBand], wanted: Sequence[WantedBand], preset: str) -> BandCount:
    return BandCount(
        preset=preset,
        expected=len(wanted),
        names=", ".join(band.name for band in wanted),
        actual=len(offered),
        offered=_list(offered),
        example=",".join(str(number) for number in range(1, len(wanted) + 1)),
    )


def _list(offered: Sequence[SceneBand]) -> str:
    return ", ".join(band.describe() for band in offered)
