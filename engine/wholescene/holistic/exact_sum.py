"""Sums that do not depend on the order of adding: the numbers of all tiles in fixed point.

A float32 goes into two whole numbers, units and fractions of 2⁻⁴⁶, which add up exactly in any
order and on any number of ranks. Nothing is lost of numbers that are worth adding: below 2⁴⁶ and
above 2⁻²² all bits are kept, of smaller ones those above 2⁻⁴⁶.
"""

from __future__ import annotations

import torch
from torch import Tensor

BITS = 46  # of the fraction, and of the largest unit: 2¹⁷ tiles fit into 64 bits


class ExactSum:
    """Sums of ``count`` numbers over tiles, for each of ``frames`` parts of the scene."""

    def __init__(self, frames: int, count: int, device: torch.device | str = "cpu") -> None:
        # the last column counts numbers that fixed point cannot hold
        self.numbers = torch.zeros(frames, 2 * count + 1, dtype=torch.int64, device=device)
        self.count = count

    def add(self, frame: int, values: Tensor) -> None:
        """Add a tile's float32 ``values`` ``[count]``."""
        exact = values.double()
        held = exact.abs() < 2.0**BITS
        exact = torch.where(held, exact, 0.0)
        units = exact.floor()
        row = self.numbers[frame]
        row[: self.count] += units.long()
        row[self.count : -1] += ((exact - units) * 2.0**BITS).long()
        row[-1] += (~held).sum()

    def result(self) -> Tensor:
        """The sums ``[frames, count]`` in float32; NaN where a number was too large or none."""
        units, fractions = self.numbers[:, : self.count], self.numbers[:, self.count : -1]
        sums = (units.double() + fractions.double() / 2.0**BITS).float()
        return sums.masked_fill(self.numbers[:, -1:] > 0, torch.nan)
