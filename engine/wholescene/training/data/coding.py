"""Coding: what the numbers or colours of a label raster mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

IGNORE = 255  # train id of pixels that neither teach nor count
MOST_CLASSES = IGNORE  # train ids are uint8 below it
SHOWN = 12  # values in a message

Labels = npt.NDArray[np.uint8]
Unknown = dict[str, int]  # what no class has: value as text → how many pixels (or polygons)


@dataclass(frozen=True)
class Coding:
    """From stored values to train ids, or IGNORE. With ``colours`` the values are 0xRRGGBB."""

    codes: Mapping[int, int]
    colours: bool = False

    @cached_property
    def _table(self) -> tuple[npt.NDArray[np.int64], Labels]:
        """Stored values in ascending order, and their train ids."""
        ordered = sorted(self.codes.items())
        return np.array([value for value, _ in ordered], np.int64), np.array([code for _, code in ordered], np.uint8)

    def encode(self, values: npt.NDArray[np.int64], valid: npt.NDArray[np.bool_] | None) -> tuple[Labels, Unknown]:
        """Train ids ``[h, w]`` of stored values ``[h, w]``, and what no class has.

        Invalid pixels (the file's own nodata) are ignored unless a class has their value.
        """
        stored, codes = self._table
        place = np.minimum(np.searchsorted(stored, values), len(stored) - 1)
        known = stored[place] == values
        labels = np.where(known, codes[place], np.uint8(IGNORE))
        strange = ~known if valid is None else ~known & valid
        return labels, self._counted(values[strange])

    def _counted(self, values: npt.NDArray[np.int64]) -> Unknown:
        found, counts = np.unique(values, return_counts=True)
        return {self.text(int(value)): int(count) for value, count in zip(found, counts, strict=True)}

    def text(self, value: int) -> str:
        """A stored value as messages show it."""
        return f"#{value:06X}" if self.colours else str(value)

    def known(self) -> str:
        """All values that mean something."""
        return listed([self.text(value) for value in sorted(self.codes)])


def listed(names: list[str]) -> str:
    """The first names, for a message."""
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")


def colour_value(colour: str) -> int:
    """0xRRGGBB of ``#RRGGBB``; raises ValueError."""
    if len(colour) != 7 or not colour.startswith("#"):
        raise ValueError(f"'{colour}' is not a colour like #00C8FA")
    return int(colour[1:], 16)
