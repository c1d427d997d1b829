"""What a set of drawn scenes holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

TRAIN, VALIDATE, TEST = "train", "val", "test"
FIRST_SEED = {TRAIN: 0, VALIDATE: 5_000, TEST: 10_000}


@dataclass(frozen=True)
class Recipe:
    """What a drawn data set holds.

    ``counts`` are scenes by split, ``size`` their height and width in pixels of ``resolution`` metres. ``noise`` is
    the standard deviation of what is added to all images, in digital numbers; ``mislabelled`` the share of waters
    whose training label is that of another class.
    """

    counts: tuple[tuple[str, int], ...] = ((TRAIN, 48), (VALIDATE, 4), (TEST, 12))
    size: tuple[int, int] = (1024, 2048)
    resolution: float = 1.0
    noise: float = 0.0
    mislabelled: float = 0.0

    @property
    def name(self) -> str:
        """Of its folder."""
        scenes = "-".join(f"{split}{count}" for split, count in self.counts)
        ground = f"{self.size[0]}x{self.size[1]}-{self.resolution:g}m"
        return f"{ground}-{scenes}-noise{self.noise:g}-mislabelled{self.mislabelled:g}"

    def scenes(self) -> Iterator[tuple[str, str, int]]:
        """Name, split and seed of every scene."""
        for split, count in self.counts:
            for number in range(count):
                yield f"{split}{number:03}", split, FIRST_SEED[split] + number
