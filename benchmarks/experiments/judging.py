"""Testing a trained network: what it makes of scenes, segmented whole or window by window."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import torch
from torch import Tensor, nn

from wholescene.holistic.crop import cut
from wholescene.nn import SPIM, Segmenter
from wholescene.training.data import IGNORE, LabelledScene
from wholescene.training.stock import Stock
from wholescene.wire.plan import Window

from .drawn_data import waters_file
from .variants import Evaluation

Counts = npt.NDArray[np.int64]


class Apart(nn.Module):
    """A SPIM block whose attention stays within the parts of a map that ``cell`` (height, width) cuts it into."""

    def __init__(self, block: nn.Module, cell: tuple[int, int]) -> None:
        super().__init__()
        self.block, self.cell = block, cell

    def forward(self, x: Tensor) -> Tensor:
        """Part by part."""
        down, across = self.cell
        rows = [torch.cat([self.block(part) for part in row.split(across, 3)], 3) for row in x.split(down, 2)]
        return torch.cat(rows, 2)


@dataclass(frozen=True)
class Judged:
    """One scene of a test: labels by classes, ``[classes, classes]``.

    ``waters`` ``[waters, classes]`` are the pixels of each water by the class that was found there, ``kinds``
    ``[waters]`` what they are; a scene that does not know its waters has none.
    """

    confusion: Counts
    waters: Counts
    kinds: Counts


def judged(network: Segmenter, stock: Stock, evaluation: Evaluation, folder: Path | None = None) -> dict[str, Judged]:
    """Every scene of a stock; ``folder`` has the drawn scenes' waters."""
    changed = prepared(network, evaluation)
    found = {}
    for scene in stock.scenes:
        classes, labels = segmented(changed, scene, evaluation.size)
        which = np.full(labels.shape, -1) if folder is None else _read(waters_file(folder, scene.name))
        known = labels != IGNORE
        counts = tally(labels[known], classes[known], stock.classes, stock.classes)
        inside = which >= 0
        waters, kinds = (
            tally(which[inside], plane[inside], int(which.max()) + 1, stock.classes) for plane in (classes, labels)
        )
        found[scene.name] = Judged(counts, waters, kinds.argmax(1))
    return found


def tally(rows: npt.NDArray[Any], columns: npt.NDArray[Any], height: int, width: int) -> Counts:
    """How many pairs there are of each row and column, ``[height, width]``."""
    pairs = rows.astype(np.int64) * width + columns
    return np.bincount(pairs, minlength=height * width).reshape(height, width)


def _read(path: Path) -> npt.NDArray[np.int64]:
    with rasterio.open(path) as file:
        return np.asarray(file.read(1), np.int64)


def prepared(network: Segmenter, test: Evaluation) -> Segmenter:
    """A copy of the network with the attention that a test asks for."""
    changed = copy.deepcopy(network).eval()
    for stage, block in changed.spim.items():
        assert isinstance(block, SPIM)
        if test.heads is not None:
            block.attn.heads = test.heads
        if int(stage) in test.apart:
            assert test.grid is not None
            stride = 4 << int(stage)
            changed.spim[stage] = Apart(block, (test.grid[0] // stride, test.grid[1] // stride))
    return changed


@torch.inference_mode()
def segmented(network: nn.Module, scene: LabelledScene, size: int = 0) -> tuple[Counts, npt.NDArray[np.uint8]]:
    """Classes and labels of one scene, in windows of ``size`` pixels placed side by side, or whole if that is 0.

    A window that would reach over the far edge is moved back to it, as mmsegmentation does; where windows
    overlap for that reason, the later one counts.
    """
    found, labels = np.zeros(scene.size, np.int64), np.full(scene.size, IGNORE, np.uint8)
    for window in windows(scene.size, size):
        place = (slice(window.row, window.row + window.height), slice(window.col, window.col + window.width))
        image, labels[place] = scene.read(window)
        logits = network(torch.from_numpy(image)[None])
        found[place] = logits[0].max(0).indices.numpy()
    return found, labels


def windows(scene: tuple[int, int], size: int) -> Sequence[Window]:
    """The whole scene, or windows of ``size`` pixels that cover it."""
    if not size:
        return [Window(0, 0, *scene)]
    down, across = (cut(side, size, 0.0, "uniform") for side in scene)
    return [Window(row, col, down.side, across.side) for row in down.starts for col in across.starts]
