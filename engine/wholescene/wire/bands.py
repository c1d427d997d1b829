"""Bands: what files call them, and which of a scene's bands is the one a preset wants.

The engine decides by these rules and the plugin guesses by them, so both come to the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable, List, Mapping, Optional, Sequence, Tuple

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
LANDSAT_8 = {"1": "coastal", "2": "blue", "3": "green", "4": "red", "5": "nir", "6": "swir16", "7": "swir22"}
LANDSAT_4 = {"1": "blue", "2": "green", "3": "red", "4": "nir", "5": "swir16", "7": "swir22"}
WAVELENGTH_TOLERANCE = 40.0  # nanometres
COLOURLESS = ("undefined", "gray")


@dataclass(frozen=True)
class SceneBand:
    """One band of a scene. ``number`` counts from 1 over all files of the scene.

    ``name`` is the description or, for a file with one band, the file's stem; "" if there is
    neither. ``colour_interp`` is GDAL's colour interpretation in lower case.
    """

    number: int
    name: str = ""
    colour_interp: str = "undefined"
    wavelength_nm: Optional[float] = None

    @property
    def named(self) -> Optional[str]:
        """The STAC common name that the band's own name tells."""
        return common_name(self.name)

    @property
    def painted(self) -> Optional[str]:
        """The STAC common name that the colour interpretation tells: a weaker hint."""
        return SPELLINGS.get(self.colour_interp)

    def describe(self, separator: str = " ") -> str:
        """How messages and panels show the band, for example ``2 B03 (green)``."""
        label = self.name or (self.colour_interp if self.colour_interp not in COLOURLESS else "")
        hint = f" ({self.named})" if self.named and self.named != label.casefold() else ""
        return f"{self.number}{separator}{label}{hint}" if label else str(self.number)


@dataclass(frozen=True)
class WantedBand:
    """One band that a preset asks for; ``common_name`` as in STAC."""

    name: str
    common_name: Optional[str] = None
    wavelength_nm: Optional[float] = None

    @property
    def meaning(self) -> Optional[str]:
        """Its STAC common name, told or read from its name."""
        return self.common_name or common_name(self.name)


def common_name(name: str) -> Optional[str]:
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


def wavelength_nm(imagery: Optional[str], tags: Mapping[str, Any]) -> Optional[float]:
    """Central wavelength from GDAL's CENTRAL_WAVELENGTH_UM (micrometres) or ENVI's tags of a band."""
    plain = {key.casefold(): value for key, value in tags.items()}
    text, unit = (imagery, "um") if imagery else (plain.get("wavelength"), plain.get("wavelength_units", ""))
    number = re.match(r"\s*([\d.]+)", text or "")
    if number is None:
        return None
    value = float(number.group(1))
    return value * 1000 if "micro" in unit.casefold() or unit == "um" or value < 100 else value


def find_bands(offered: Sequence[SceneBand], wanted: Sequence[WantedBand]) -> List[Optional[int]]:
    """The number of the band that surely is each wanted one, or None.

    Told by name, common name, wavelength and colour interpretation, in this order; a single band
    left over on both sides is paired.
    """
    candidates = [band for band in offered if band.colour_interp != "alpha"]
    found = [_find(band, candidates) for band in wanted]
    _pair_the_last(found, candidates)
    return found


def _find(wanted: WantedBand, offered: Sequence[SceneBand]) -> Optional[int]:
    name, meaning = wanted.name.casefold(), wanted.meaning
    near = _by_wavelength(wanted.wavelength_nm, offered)
    tests: Tuple[Callable[[SceneBand], bool], ...] = (
        lambda band: bool(band.name) and band.name.casefold() == name,
        lambda band: meaning is not None and band.named == meaning,
        lambda band: band.number == near,
        lambda band: meaning is not None and band.named is None and band.painted == meaning,
    )
    return next((band.number for test in tests for band in offered if test(band)), None)


def _by_wavelength(wanted: Optional[float], offered: Sequence[SceneBand]) -> Optional[int]:
    if wanted is None:
        return None
    distances = [(abs(band.wavelength_nm - wanted), band.number) for band in offered if band.wavelength_nm]
    distance, number = min(distances, default=(float("inf"), None))
    return number if distance <= WAVELENGTH_TOLERANCE else None


def _pair_the_last(found: List[Optional[int]], offered: Sequence[SceneBand]) -> None:
    """R, G, B and one more band that says nothing of itself: that is the one still wanted."""
    left = [band for band in offered if band.number not in found]
    if found.count(None) == 1 and len(found) > 1 and len(left) == 1 and not (left[0].named or left[0].painted):
        found[found.index(None)] = left[0].number
