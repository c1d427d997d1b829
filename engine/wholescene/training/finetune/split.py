"""Which blocks are held out: about the wanted share of every class, and never all of one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ...wire.errors import NothingHeldOut
from .polygons import CELL, Blocks, Count, Drawn, Labelled

SIDES = (1024, 512, 256, 128, 64)  # of blocks in pixels
ENOUGH = 8  # blocks in which a class should be found
LEAST_LEFT = 0.5  # of a class, at least, is learnt from

Table = npt.NDArray[np.int64]  # [units, classes]: pixels
Unit = tuple[int, int]  # scene, block


def divide(drawn: Sequence[Drawn], counts: Sequence[Count], classes: int, share: float, seed: int) -> list[Labelled]:
    """Hold out ``share`` of each class's pixels, as far as its blocks allow; the same for the same seed.

    Classes come rarest first. The blocks are as large as possible, so that what is judged lies far from what is
    learnt. Raises NothingHeldOut.
    """
    if not share:
        return [Labelled(scene, Blocks.of(scene, SIDES[0])) for scene in drawn]
    blocks, units, table = _spread(drawn, counts, classes)
    chosen = _choose(table, share, np.random.default_rng(seed))
    if not chosen:
        raise NothingHeldOut()
    held = [frozenset(units[i][1] for i in chosen if units[i][0] == scene) for scene in range(len(drawn))]
    return [Labelled(*parts) for parts in zip(drawn, blocks, held, strict=True)]


def _spread(drawn: Sequence[Drawn], counts: Sequence[Count], classes: int) -> tuple[list[Blocks], list[Unit], Table]:
    """The largest blocks among which every class is spread, or those among which classes are spread best."""
    best: tuple[int, list[Blocks], list[Unit], Table] | None = None
    for side in SIDES:
        blocks = [Blocks.of(scene, side) for scene in drawn]
        units, table = _table(drawn, counts, blocks, classes)
        occurring = table[:, table.any(0)]
        spread = int(np.minimum((occurring > 0).sum(0), ENOUGH).sum())
        if best is None or spread > best[0]:
            best = spread, blocks, units, table
        if spread == ENOUGH * occurring.shape[1]:
            break
    assert best is not None
    return best[1:]


def _table(
    drawn: Sequence[Drawn], counts: Sequence[Count], blocks: Sequence[Blocks], classes: int
) -> tuple[list[Unit], Table]:
    """Pixels of each class in each block that has any, over all scenes."""
    pixels: dict[Unit, npt.NDArray[np.int64]] = {}
    for number, (scene, count, cut) in enumerate(zip(drawn, counts, blocks, strict=True)):
        from_cell = cut.unit(count.polygon, count.row * CELL, count.col * CELL)
        for unit, label, found in zip(from_cell, scene.ids[count.polygon], count.pixels, strict=True):
            row = pixels.setdefault((number, int(unit)), np.zeros(classes, np.int64))
            row[label] += found
    units = sorted(pixels)
    return units, np.array([pixels[unit] for unit in units]).reshape(-1, classes)


def _choose(table: Table, share: float, rng: np.random.Generator) -> list[int]:
    """Blocks to hold out: for each class in turn, at random, until its share is reached."""
    totals = table.sum(0)
    most = (totals * max(share, 1 - LEAST_LEFT)).astype(np.int64)
    held, chosen = np.zeros_like(totals), set[int]()
    for label in np.argsort(totals):
        candidates = [int(i) for i in rng.permutation(np.flatnonzero(table[:, label])) if int(i) not in chosen]
        for unit in _small_first(candidates, table[:, label], totals[label] * share):
            missing = totals[label] * share - held[label]
            if missing <= 0 or unit in chosen:
                continue
            fits = (held + table[unit] <= most).all()
            closer = abs(missing - table[unit, label]) < missing
            if fits and (closer or not held[label]):
                chosen.add(unit)
                held += table[unit]
    return sorted(chosen)


def _small_first(candidates: list[int], pixels: Table, wanted: float) -> list[int]:
    """The order of chance, but blocks that hold more than is wanted come last, the smaller first."""
    return sorted(candidates, key=lambda unit: max(0.0, float(pixels[unit]) - wanted))
