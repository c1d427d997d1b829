"""The borders of patches as closed rings, cut by nodes into arcs that two neighbours share.

The corners of pixels form a lattice. A *stop* is a corner where a border turns or where borders meet; a border runs
straight from stop to stop. A *node* is a stop where three or more borders meet; between nodes a border has the same two
patches on its sides. The frame of the map and everything without data count as a patch of their own.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Any, Iterator, List, Tuple

import numpy as np

from .patch_labels import NOTHING, Patches, Progress, part_of, strips, tell

# A border is walked with its patch on the right. Directions: east, south, west, north; numbers around a stop: the
# pixel left of somebody who leaves it in that direction, thus north-east, south-east, south-west, north-west.
DIRECTIONS = 4
EAST, SOUTH, WEST, NORTH = range(DIRECTIONS)
LOOK_EVERY = 4096  # rings between two looks whether anybody still waits


@dataclass(frozen=True)
class Stops:
    """All stops of a map in the order of rows: where they lie and the patches around each."""

    rows: Any  # int32 [stops]
    cols: Any  # int32 [stops]
    around: Any  # int32 [4, stops]: labels, see DIRECTIONS

    @classmethod
    def of(cls, patches: Patches, progress: Progress) -> "Stops":
        """Find them, strip by strip."""
        found: List[Tuple[Any, Any, Any]] = []
        above = np.full((1, patches.width), NOTHING, np.int32)
        for first, count in [*strips(patches.height, patches.width), (patches.height, 1)]:
            tell(progress, first / patches.height)
            inside = first < patches.height
            strip = patches.strip(first, count) if inside else np.full_like(above, NOTHING)
            found.append(_stops_of(np.concatenate([above, strip]), first))
            above = strip[-1:]
        rows, cols, around = zip(*found)
        return cls(np.concatenate(rows), np.concatenate(cols), np.concatenate(around, axis=1))

    def points(self, steps: Any) -> Any:
        """Column and row, float64 ``[n, 2]``, of where steps begin (see :class:`Rings`)."""
        at = steps // DIRECTIONS
        return np.stack([self.cols[at], self.rows[at]], axis=1).astype(float)

    def is_node(self) -> Any:
        """Where three or more borders meet, bool ``[stops]``."""
        return sum((self.around[d] != self.around[d - 1]).astype(np.int8) for d in range(DIRECTIONS)) > 2


def _stops_of(labels: Any, first: int) -> Tuple[Any, Any, Any]:
    """The stops between the rows of ``labels``; ``first`` is the lattice row of the upper ones."""
    labels = np.pad(labels, ((0, 0), (1, 1)), constant_values=NOTHING)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    rows, cols = np.nonzero((across[:-1] | across[1:]) & (down[:, 1:] | down[:, :-1]))
    around = [labels[rows, cols + 1], labels[rows + 1, cols + 1], labels[rows + 1, cols], labels[rows, cols]]
    return (rows + first).astype(np.int32), cols.astype(np.int32), np.stack(around)


@dataclass(frozen=True)
class Rings:
    """The rings around each patch: the outer one first, then those around what it surrounds. None crosses itself.

    Step ``i`` leaves stop ``steps[i] // 4`` in direction ``steps[i] % 4``. Ring ``k`` has the steps ``firsts[k]`` to
    ``firsts[k + 1]``. The rings of patch ``p`` are ``ring_order[first_ring[p]]`` to before ``first_ring[p + 1]``.
    """

    stops: Stops
    steps: Any  # int32 or int64
    firsts: Any  # int64 [rings + 1]
    ring_order: Any  # int64 [rings]
    first_ring: Any  # int64 [patches + 1]

    @classmethod
    def of(cls, patches: Patches, progress: Progress = lambda _fraction: True) -> "Rings":
        """Walk along all borders; raises Cancelled."""
        stops = Stops.of(patches, part_of(progress, 0.0, 0.3))
        following = _following(stops)
        tell(progress, 0.4)
        steps, firsts = _walk(following, part_of(progress, 0.4, 1.0))
        owners = stops.around[SOUTH, steps[firsts[:-1]] // DIRECTIONS]  # a walk begins eastwards
        # rings are found from above, so that the first of each patch is the outer one
        order = np.argsort(owners, kind="stable")
        first_ring = np.searchsorted(owners[order], np.arange(len(patches.classes) + 1))
        return cls(stops, steps, firsts, order, first_ring)

    def batches(self, most_steps: int) -> Iterator[Tuple[range, Any, Any]]:
        """Patches in portions: their numbers, the steps of their rings one after the other, the length of each ring."""
        lengths = np.diff(self.firsts)[self.ring_order]
        # of all rings before each patch
        total = np.concatenate([[0], np.cumsum(lengths)])[self.first_ring]
        patch, count = 0, len(self.first_ring) - 1
        while patch < count:
            last = int(np.searchsorted(total, total[patch] + most_steps, side="right")) - 1
            last = min(max(last, patch + 1), count)
            rings = slice(self.first_ring[patch], self.first_ring[last])
            chosen, of_rings = self.ring_order[rings], lengths[rings]
            yield range(patch, last), self.steps[_ranges(self.firsts[chosen], of_rings)], of_rings
            patch = last


def _ranges(firsts: Any, lengths: Any) -> Any:
    """``firsts[0], firsts[0] + 1, …`` for each length, one after the other."""
    offsets = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(firsts - offsets, lengths)


def _following(stops: Stops) -> Any:
    """For each step the one that follows it around its patch, -1 for what is no step."""
    count = len(stops.rows)
    ends = _ends(stops)
    following = np.full((count, DIRECTIONS), -1, np.int32 if count < 2**29 else np.int64)
    for direction in range(DIRECTIONS):
        left, patch = stops.around[direction], stops.around[(direction + 1) % DIRECTIONS]
        here = np.flatnonzero((patch != NOTHING) & (patch != left))
        there, mine = ends[direction][here], patch[here]
        ahead_left, ahead_right = (stops.around[(direction + turn) % DIRECTIONS][there] for turn in (0, 1))
        # where only corners of the patch meet, it goes on to the other corner: then no ring touches itself
        turn = np.where(ahead_left == mine, 3, np.where(ahead_right == mine, 0, 1))
        following[here, direction] = there * DIRECTIONS + (direction + turn) % DIRECTIONS
    return following.reshape(-1)


def _ends(stops: Stops) -> List[Any]:
    """The next stop in each direction; only where a border leads there it means something."""
    count = len(stops.rows)
    here = np.arange(count)
    by_columns = np.lexsort((stops.rows, stops.cols))
    south, north = np.zeros(count, np.int64), np.zeros(count, np.int64)
    south[by_columns[:-1]], north[by_columns[1:]] = by_columns[1:], by_columns[:-1]
    return [np.minimum(here + 1, count - 1), south, np.maximum(here - 1, 0), north]


def _walk(following: Any, progress: Progress) -> Tuple[Any, Any]:
    """Steps in the order of the walk, ring after ring, and where each ring begins (and the last ends)."""
    code = "i" if following.dtype == np.int32 else "q"
    steps, firsts = array(code), array("q", [0])
    left = memoryview(following)
    for start in range(0, len(left), DIRECTIONS):  # every ring goes eastwards somewhere
        step = left[start]
        if step < 0:
            continue
        if len(firsts) % LOOK_EVERY == 0:
            tell(progress, start / len(left))
        at = start
        while step >= 0:
            steps.append(at)
            left[at] = -1
            at, step = step, left[step]
        firsts.append(len(steps))
    return np.frombuffer(steps, following.dtype), np.frombuffer(firsts, np.int64)
