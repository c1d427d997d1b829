"""What bands are called: names of files and sensors, as STAC common names.

The engine knows the same tables; a test holds both together.
"""

from __future__ import annotations

import re
from typing import Optional

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
