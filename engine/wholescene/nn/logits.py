"""Logits of a tile before they are enlarged to the scene's pixels, and the classes that win there."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..wire.plan import Window
from . import patch as on_patch
from .patch import Patch, surround

PLANES = 8  # classes from which logits are enlarged faster with channels last (measured on CPUs)
AT_ONCE = 1 << 19  # logits that are blended at one time


@dataclass(frozen=True)
class Logits:
    """What a decoder gives for the pixels ``window`` of a map that is ``factor`` times as fine, 1 or even.

    ``coarse`` has a pixel more than these on each side, but where the map ends. ``window`` counts
    as ``coarse`` does: from the corner of what the decoder takes for the whole map.

    Raises:
        ValueError: the factor is another, or there are more classes than a byte can name.
    """

    coarse: Patch
    factor: int
    window: Window

    def __post_init__(self) -> None:
        if self.factor > 1 and self.factor % 2:
            raise ValueError(f"logits are enlarged by even factors, not by {self.factor}")
        if self.coarse.data.shape[1] > 256:
            raise ValueError(f"class maps hold at most 256 classes, not {self.coarse.data.shape[1]}")

    def enlarged(self) -> Patch:
        """Logits ``[1, classes, h, w]`` of the window, in float32, enlarged bilinearly.

        bfloat16 would round what is blended, and takes twice the time.
        """
        return enlarged(self.coarse, self.factor).crop(self.window)

    def winners(self) -> tuple[Tensor, bool]:
        """The class with the highest enlarged logit ``[h, w]`` in uint8, and whether all highest are finite.

        Between four coarse pixels that have one and the same winner no other class can win: blending
        keeps order. So only where they differ, along the borders of what is seen, logits are enlarged.
        The pixels that are known around the window have to be finite too.
        """
        planes = self._planes()
        highest, best = planes.max(0)
        classes, finite = best.to(torch.uint8), bool(highest.isfinite().all())
        if self.factor == 1:
            return classes, finite
        classes, between = _in_cells(planes, classes, self.factor)
        return classes, finite and between

    def _planes(self) -> Tensor:
        """Coarse logits ``[classes, h / factor + 2, w / factor + 2]`` in float32; the map's edges are repeated."""
        window, border = self.window, int(self.factor > 1)
        tile = Window(*(side // self.factor for side in (window.row, window.col, window.height, window.width)))
        around = surround(tile, border, *self.coarse.size)
        data = _float(self.coarse.crop(around).data)
        if not border:
            return data[0]
        left, top = tile.col - around.col, tile.row - around.row
        right, bottom = around.width - tile.width - left, around.height - tile.height - top
        missing = [border - side for side in (left, right, top, bottom)]
        return (F.pad(data, missing, mode="replicate") if any(missing) else data)[0].contiguous()


def enlarged(coarse: Patch, factor: int) -> Patch:
    """All pixels of the finer map that ``coarse`` is enough for, bilinearly, in float32 or better."""
    data = _float(coarse.data)
    # as planes where they are few: with channels last, vectors would stay empty
    data = data.contiguous() if data.shape[1] < PLANES else data
    return on_patch.upsample(coarse.like(data), factor) if factor > 1 else coarse.like(data)


def _in_cells(planes: Tensor, classes: Tensor, factor: int) -> tuple[Tensor, bool]:
    """Winners ``[(h - 2) * factor, (w - 2) * factor]`` from logits ``[classes, h, w]`` and their winners ``[h, w]``.

    A cell is what lies between the centres of four coarse pixels: ``factor`` x ``factor`` fine ones.
    The second result says whether all highest logits that had to be blended are finite.
    """
    height, width = (side - 1 for side in classes.shape)
    first = classes[:-1, :-1]
    mixed = (first != classes[:-1, 1:]) | (first != classes[1:, :-1]) | (first != classes[1:, 1:])
    cells = first[:, None, :, None].expand(height, factor, width, factor).contiguous()
    places, finite = mixed.nonzero(), True
    for part in torch.split(places, max(1, AT_ONCE // (factor * factor * len(planes)))):
        rows, cols = part.unbind(1)
        highest, best = _blended(planes, rows, cols, factor).max(2)
        finite = finite and bool(highest.isfinite().all())
        cells[rows, :, cols] = best.to(torch.uint8).permute(2, 0, 1)
    half = factor // 2
    return cells.view(height * factor, width * factor)[half:-half, half:-half], finite


def _blended(planes: Tensor, rows: Tensor, cols: Tensor, factor: int) -> Tensor:
    """Logits ``[factor, factor, classes, cells]`` of the cells below and right of these coarse pixels.

    Multiplied and added one by one, so that rounding does not depend on how many cells there are.
    """
    weight = (torch.arange(factor, device=planes.device) + 0.5) / factor
    across = weight[:, None, None]
    upper, lower = ((1 - across) * planes[:, row, cols] + across * planes[:, row, cols + 1] for row in (rows, rows + 1))
    down = weight[:, None, None, None]
    return (1 - down) * upper + down * lower


def _float(data: Tensor) -> Tensor:
    return data.to(torch.promote_types(data.dtype, torch.float32))
