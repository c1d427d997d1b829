"""The loss, and the scores of water over a scene."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .scenes import IGNORE, WATER


class Score(NamedTuple):
    """Pixels of a scene that are water in both, in the map only, in the labels only."""

    both: int
    map_only: int
    labels_only: int

    @property
    def iou(self) -> float:
        """Intersection over union."""
        return self.both / max(self.both + self.map_only + self.labels_only, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, also called Dice."""
        return 2 * self.both / max(2 * self.both + self.map_only + self.labels_only, 1)


def score(classes: Tensor, labels: Tensor) -> Score:
    """Compare classes with labels of the same shape; ignored pixels do not count."""
    found, wanted = (classes == WATER) & (labels != IGNORE), labels == WATER
    return Score(int((found & wanted).sum()), int((found & ~wanted).sum()), int((wanted & ~found).sum()))


def loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy plus soft Dice of water, of ``[B, 2, H, W]`` and ``[B, H, W]``.

    Dice is taken over the whole batch: a crop without water would have none of its own.
    """
    logits = logits.float()
    known = labels != IGNORE
    entropy = F.cross_entropy(logits, labels, ignore_index=IGNORE, reduction="sum") / known.sum().clamp_min(1)
    water = torch.sigmoid(logits[:, WATER] - logits[:, 0])[known]
    wanted = (labels == WATER)[known].float()
    dice = (2 * (water * wanted).sum() + 1) / (water.sum() + wanted.sum() + 1)
    return entropy + 0.5 * (1 - dice)
