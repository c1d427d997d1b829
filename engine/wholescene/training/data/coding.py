"""Coding: what the numbers or colours of a label raster mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

IGNORE = 255  # train id of pixels that neither teach nor count
UNKNOWN = 254  # within this module: a value that no class has
MOST_CLASSES = UNKNOWN  # train ids are uint8 below it
SHOWN = 12  # values in a message

Labels = npt.NDArray[np.uint8]
Unknown = dict[str, int]  # what no class has: value as text → how many pixels (or polygons)


@dataclass(frozen=True)
class Coding:
    """From stored values to train ids, or IGNORE. With ``colours`` the values are 0xRRGGBB."""

    codes: Mapping[int, int]
    colours: bool = False

    @cached_property
    def _table(self) -> Labels:
        """Train ids by stored value, UNKNOWN for what no class has: for bytes, short words or colours."""
        table = np.full(1 << 24 if self.colours else 1 << 16, UNKNOWN, np.uint8)
        for value, code in self.codes.items():
            if 0 <= value < len(table):
                table[value] = code
        return table

    @cached_property
    def _sorted(self) -> tuple[npt.NDArray[np.int64], Labels]:
        """Stored values in ascending order, and their train ids; for values that no table could list."""
        ordered = sorted(self.codes.items())
        return np.array([value for value, _ in ordered], np.int64), np.array([code for _, code in ordered], np.uint8)

    def encode(self, values: npt.NDArray[Any], valid: npt.NDArray[np.bool_] | None) -> tuple[Labels, Unknown]:
        """Train ids ``[h, w]`` of stored whole numbers ``[h, w]``, and what no class has.

        Invalid pixels (the file's own nodata) are ignored unless a class has their value.
        """
        labels: Labels = self._table.take(values) if self._listed(values.dtype) else self._searched(values)
        strange = labels == UNKNOWN
        if not strange.any():
            return labels, {}
        labels[strange] = IGNORE
        return labels, self._counted(values[strange if valid is None else strange & valid])

    def _listed(self, dtype: np.dtype[Any]) -> bool:
        """Whether all values of a type have a place in the table."""
        return self.colours or dtype in (np.uint8, np.uint16)

    def _searched(self, values: npt.NDArray[Any]) -> Labels:
        stored, codes = self._sorted
        place = np.minimum(np.searchsorted(stored, values), len(stored) - 1)
        return np.where(stored[place] == values, codes[place], np.uint8(UNKNOWN))

    def _counted(self, values: npt.NDArray[Any]) -> Unknown:
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
