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

ROUNDS = 12
SHRINK, GROW = 0.5, -0.53  # λ and μ
LIMIT = 0.45  # pixels (sum of both axes) that a point may move
LONG = 24  # edges of an arc from which points may move so far: small patches would vanish
STRAIGHT = 1e-12  # square pixels


def smoothed(stops: Stops, nodes: Any, steps: Any, lengths: Any) -> Tuple[Any, Any]:
    """The points (column, row in pixels, ``[n, 2]``) of rings given by their steps, and how many each ring has."""
    points, fixed, counts = _through_edges(stops, nodes, steps, lengths)
    before, after = _neighbours(counts)
    moving = ~fixed
    limits = np.minimum(LIMIT, LIMIT / LONG * _arc_lengths(fixed, counts))[:, None]
    anchors = points.copy()
    for _round in range(ROUNDS):
        for factor in (SHRINK, GROW):
            pull = 0.5 * (points[before] + points[after]) - points
            moved = points + factor * pull
            away = moved - anchors
            far = np.abs(away).sum(axis=1, keepdims=True)
            moved = np.where(far > limits, anchors + away * (limits / np.maximum(far, limits)), moved)
            points[moving] = moved[moving]
    return _without_straight(points, fixed, counts, before, after)


def _through_edges(stops: Stops, nodes: Any, steps: Any, lengths: Any) -> Tuple[Any, Any, Any]:
    """Points along rings before they are filtered, which of them are fixed, and how many each ring has."""
    at, direction = steps // DIRECTIONS, steps % DIRECTIONS
    exact = stops.around[direction, at] == NOTHING
    _before, after = _neighbours(lengths)
    here = stops.points(steps)
    edges = np.abs(here[after] - here).sum(axis=1).astype(np.int64)
    stays = nodes[at] | exact
    counts = stays + np.where(exact, 0, edges)
    owner = np.repeat(np.arange(len(steps)), counts)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    fixed = stays[owner] & (place == 0)
    ways = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]], float)[direction]
    along = np.where(fixed, 0.0, place - stays[owner] + 0.5)
    points = here[owner] + ways[owner] * along[:, None]
    starts = np.cumsum(lengths) - lengths
    return points, fixed, np.add.reduceat(counts, starts)


def _neighbours(counts: Any) -> Tuple[Any, Any]:
    """For each point of closed rings the one before and the one after it."""
    ends = np.cumsum(counts)
    starts = ends - counts
    here = np.arange(int(ends[-1]))
    before, after = here - 1, here + 1
    before[starts], after[ends - 1] = ends - 1, starts
    return before, after


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


def _without_straight(points: Any, fixed: Any, counts: Any, before: Any, after: Any) -> Tuple[Any, Any]:
    """Leave out points on a straight line between their neighbours."""
    to, onward = points - points[before], points[after] - points
    bend = to[:, 0] * onward[:, 1] - to[:, 1] * onward[:, 0]
    kept = fixed | (np.abs(bend) > STRAIGHT)
    starts = np.cumsum(counts) - counts
    return points[kept], np.add.reduceat(kept.astype(np.int64), starts)
