"""Testing a trained network: confusion matrices of scenes, segmented whole or window by window."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from wholescene.holistic.crop import cut
from wholescene.nn import SPIM, Segmenter
from wholescene.training.data import IGNORE, LabelledScene
from wholescene.training.stock import Stock
from wholescene.wire.plan import Window

from .variants import Evaluation

Confusion = npt.NDArray[np.int64]


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


def confusions(network: Segmenter, stock: Stock, test: Evaluation) -> dict[str, Confusion]:
    """Labels by classes, ``[classes, classes]``, of each scene of a stock."""
    changed = prepared(network, test)
    return {scene.name: confusion(changed, scene, stock.classes, test.size) for scene in stock.scenes}


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
def confusion(network: nn.Module, scene: LabelledScene, classes: int, size: int = 0) -> Confusion:
    """Labels by classes of one scene, in windows of ``size`` pixels placed side by side, or whole if that is 0.

    A window that would reach over the far edge is moved back to it, as mmsegmentation does; where windows
    overlap for that reason, the later one counts.
    """
    rows, cols = scene.size
    found, labels = np.zeros((rows, cols), np.int64), np.full((rows, cols), IGNORE, np.uint8)
    for window in windows(scene.size, size):
        place = (slice(window.row, window.row + window.height), slice(window.col, window.col + window.width))
        image, labels[place] = scene.read(window)
        logits = network(torch.from_numpy(image)[None])
        found[place] = logits[0].max(0).indices.numpy()
    known = labels != IGNORE
    pairs = labels[known].astype(np.int64) * classes + found[known]
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def windows(scene: tuple[int, int], size: int) -> Sequence[Window]:
    """The whole scene, or windows of ``size`` pixels that cover it."""
    if not size:
        return [Window(0, 0, *scene)]
    down, across = (cut(side, size, 0.0, "uniform") for side in scene)
    return [Window(row, col, down.side, across.side) for row in down.starts for col in across.starts]
