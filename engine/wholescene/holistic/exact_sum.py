"""Sums that do not depend on the order of adding: the numbers of all tiles in fixed point.

A float32 goes into two whole numbers, units and fractions of 2⁻⁴⁶, which add up exactly in any
order and on any number of ranks. Nothing is lost of numbers that are worth adding: below 2⁴⁶ and
above 2⁻²² all bits are kept, of smaller ones those above 2⁻⁴⁶.
"""

from __future__ import annotations

import torch
from torch import Tensor

AT_ONCE = 64  # tiles whose numbers wait until they are added together
BITS = 46  # of the fraction, and of the largest unit: 2¹⁷ tiles fit into 64 bits


class ExactSum:
    """Sums of ``count`` numbers over tiles, for each of ``frames`` parts of the scene."""

    def __init__(self, frames: int, count: int, device: torch.device | str = "cpu") -> None:
        # the last column counts numbers that fixed point cannot hold
        self._numbers = torch.zeros(frames, 2 * count + 1, dtype=torch.int64, device=device)
        self._waiting: list[tuple[int, Tensor]] = []
        self.count = count

    def add(self, frame: int, values: Tensor) -> None:
        """Add a tile's float32 ``values`` ``[count]``, which are kept for a while and so should be no part of more."""
        self._waiting.append((frame, values))
        if len(self._waiting) == AT_ONCE:
            self._settle()

    @property
    def numbers(self) -> Tensor:
        """The sums so far, ``[frames, 2 * count + 1]``: units, fractions, and how many numbers are lost."""
        self._settle()
        return self._numbers

    def _settle(self) -> None:
        """Add what waits: a dozen calls for all, not for each."""
        if not self._waiting:
            return
        frames = torch.tensor([frame for frame, _ in self._waiting], device=self._numbers.device)
        exact = torch.stack([values for _, values in self._waiting]).double()
        self._waiting.clear()
        held = exact.abs() < 2.0**BITS
        exact = torch.where(held, exact, 0.0)
        units = exact.floor()
        fractions = ((exact - units) * 2.0**BITS).long()
        self._numbers.index_add_(0, frames, torch.cat([units.long(), fractions, (~held).sum(1, keepdim=True)], 1))

    def result(self) -> Tensor:
        """The sums ``[frames, count]`` in float32; NaN where a number was too large or none."""
        numbers = self.numbers
        units, fractions = numbers[:, : self.count], numbers[:, self.count : -1]
        sums = (units.double() + fractions.double() / 2.0**BITS).float()
        return sums.masked_fill(numbers[:, -1:] > 0, torch.nan)
