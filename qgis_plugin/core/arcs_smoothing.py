"""Borders without their steps, smoothed once for both neighbours.

The rule: a border between two patches is drawn through the middles of the pixel edges that it follows; these points are
then filtered along the arc between its nodes by Taubin's low-pass (λ|μ) filter ("A signal processing approach to fair
surface design", SIGGRAPH 1995), which does not shrink. Nodes stay where they are, and so do borders to what has no data
and to the frame of the map: what is covered stays covered.

Why nothing can overlap: each pixel edge owns a diamond, between its two ends and the centres of its two pixels. The
diamonds of different edges do not overlap, and no point may leave (all but LIMIT / 0.5 of) the diamond of its edge.
The filter treats both directions of an arc alike, to the last bit, so both neighbours get the same points.
"""

from __future__ import annotations

from typing import Any, Tuple

import numpy as np

from .arcs import DIRECTIONS, Stops
from .patch_labels import NOTHING

ROUNDS = 24
SHRINK, GROW = 0.5, -0.51  # λ and μ
LIMIT = 0.45  # pixels (sum of both axes) that a point may move
LONG = 24  # edges of an arc from which points may move so far: small patches would vanish
STRAIGHT = 1e-12  # square pixels
TINY = 1e-9


def smoothed(stops: Stops, nodes: Any, steps: Any, lengths: Any) -> Tuple[Any, Any]:
    """The points (column, row in pixels, ``[n, 2]``) of rings given by their steps, and how many each ring has."""
    points, fixed, counts = _through_edges(stops, nodes, steps, lengths)
    rings = _Rings(counts)
    limits = np.where(fixed, 0.0, np.minimum(LIMIT, LIMIT / LONG * _arc_lengths(fixed, counts)))
    moves = _filtered(points, limits, rings)
    return _without_straight(points + moves.T, fixed, rings)


def _filtered(points: Any, limits: Any, rings: "_Rings") -> Any:
    """How far each point moves, ``[2, n]``, none by more than its limit.

    Moves are small numbers, and points lie on halves of pixels: so straight borders stay straight to the last bit, and
    the same border gets the same form wherever it lies.
    """
    bends = [0.5 * (rings.around(axis) - 2 * axis) for axis in points.T]
    moves = np.zeros((2, len(points)))
    floor = np.maximum(limits, TINY)
    for _round in range(ROUNDS):
        for factor in (SHRINK, GROW):
            for move, bend in zip(moves, bends):
                pull = rings.around(move)
                pull *= 0.5
                pull += bend
                pull -= move
                pull *= factor
                move += pull
            far = np.abs(moves[0])
            far += np.abs(moves[1])
            np.maximum(far, floor, out=far)
            moves *= limits / far
    return moves


def _through_edges(stops: Stops, nodes: Any, steps: Any, lengths: Any) -> Tuple[Any, Any, Any]:
    """Points along rings before they are filtered, which of them are fixed, and how many each ring has."""
    at, direction = steps // DIRECTIONS, steps % DIRECTIONS
    exact = stops.around[direction, at] == NOTHING
    here = stops.points(steps)
    rings = _Rings(lengths)
    edges = sum(np.abs(rings.after(axis) - axis) for axis in here.T).astype(np.int64)
    stays = nodes[at] | exact
    counts = stays + np.where(exact, 0, edges)
    owner = np.repeat(np.arange(len(steps)), counts)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    fixed = stays[owner] & (place == 0)
    ways = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]], float)[direction]
    along = np.where(fixed, 0.0, place - stays[owner] + 0.5)
    points = here[owner] + ways[owner] * along[:, None]
    return points, fixed, rings.sums(counts)


class _Rings:
    """Closed rings of points, one after the other."""

    def __init__(self, counts: Any) -> None:
        self.counts = counts
        self._ends = np.cumsum(counts) - 1
        self._starts = self._ends + 1 - counts

    def before(self, values: Any) -> Any:
        """The value of the point before each."""
        found = np.empty_like(values)
        found[1:] = values[:-1]
        found[self._starts] = values[self._ends]
        return found

    def after(self, values: Any) -> Any:
        """The value of the point after each."""
        found = np.empty_like(values)
        found[:-1] = values[1:]
        found[self._ends] = values[self._starts]
        return found

    def around(self, values: Any) -> Any:
        """The sum of both; a new array."""
        found = self.before(values)
        found += self.after(values)
        return found

    def sums(self, values: Any) -> Any:
        """The sum of each ring."""
        return np.add.reduceat(values, self._starts)


def _arc_lengths(fixed: Any, counts: Any) -> Any:
    """For each point how many points the arc has that it lies on."""
    ends = np.cumsum(counts)
    arcs = np.cumsum(fixed)
    # the arc that a ring begins with is the one that it ends with; a ring without fixed points is one arc
    ring = np.repeat(np.arange(len(counts)), counts)
    at_start = np.concatenate([[0], arcs[ends[:-1] - 1]])
    first = arcs == at_start[ring]
    none = arcs[ends - 1] == at_start
    label = np.where(first & ~none[ring], arcs[ends - 1][ring], arcs) + ring  # + ring: no two rings share a label
    return np.bincount(label, ~fixed)[label]


def _without_straight(points: Any, fixed: Any, rings: _Rings) -> Tuple[Any, Any]:
    """Leave out points on a straight line between their neighbours."""
    x, y = points.T
    bend = (x - rings.before(x)) * (rings.after(y) - y) - (y - rings.before(y)) * (rings.after(x) - x)
    kept = fixed | (np.abs(bend) > STRAIGHT)
    return points[kept], rings.sums(kept.astype(np.int64))
