"""Amounts of memory as people write and read them: "8GiB", "24 GB", "512MiB"."""

from __future__ import annotations

import re
from typing import Dict

from .errors import SizeInvalid

UNITS: Dict[str, int] = {
    "": 1,
    "b": 1,
    **{f"{letter}b": 1000**power for power, letter in enumerate("kmgt", 1)},
    **{f"{letter}ib": 1024**power for power, letter in enumerate("kmgt", 1)},
}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", re.IGNORECASE | re.ASCII)


def parse_size(text: str) -> int:
    """Bytes in "8GiB" (2³³), "24GB" (24·10⁹), "512MiB" or plain "1000000".

    Raises:
        SizeInvalid: it is something else, or nothing.
    """
    match = _SIZE.fullmatch(text)
    unit = UNITS.get(match[2].lower()) if match else None
    count = int(float(match[1]) * unit) if match and unit else 0
    if count < 1:
        raise SizeInvalid(size=text)
    return count


def size_words(count: int) -> str:
    """Bytes in words, three digits: "3.93 GB", "492 MB", "17.0 kB"."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    digits = 0 if value >= 99.5 or unit == "B" else 1 if value >= 9.995 else 2
    return f"{value:.{digits}f} {unit}"
