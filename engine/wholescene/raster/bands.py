"""Bands: which of a scene's bands a preset gets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..wire import bands as rules
from ..wire.bands import SceneBand, find_bands
from ..wire.errors import BandCount, UnknownBand


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
    asked = [rules.WantedBand(band.name, band.common_name, band.wavelength_nm) for band in wanted]
    found = find_bands(offered, asked)
    if None not in found and len(set(found)) == len(found):
        return tuple(number for number in found if number is not None)
    if len(candidates) == len(wanted) and not _contradict(candidates, asked):
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


def _contradict(offered: Sequence[SceneBand], wanted: Sequence[rules.WantedBand]) -> bool:
    """True if a band's own name says that it is not the one wanted at its place.

    Colour interpretation does not count: near infrared shown as red is common.
    """
    return any(
        band.named is not None and band.named != want.meaning for band, want in zip(offered, wanted, strict=True)
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
