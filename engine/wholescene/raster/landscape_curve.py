"""Curves of the drawn landscape: meandering rivers, routed roads, distances to them."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .landscape_noise import Floats, Patch

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A line of ``points`` (x, y in metres) with a half width at each."""

    points: Points
    half_widths: NDArray[np.float64]


def meander(
    start: Points, end: Points, wavelength: float, strength: float, rng: np.random.Generator, step: float = 12.0
) -> Points:
    """A winding line from start to end: a sine-generated curve (Langbein and Leopold 1966).

    ``wavelength`` is along the line in metres, ``strength`` the largest deviation of its
    direction in radians; both wander along the way.
    """
    count = max(int(1.5 * np.hypot(*(end - start)) / step), 16)
    scale = max(int(2 * wavelength / step), 4)
    lengths = wavelength * np.exp(0.35 * wander(count, scale, rng))
    phase = rng.uniform(0, 2 * np.pi) + np.cumsum(2 * np.pi * step / lengths)
    swing = strength * np.exp(0.3 * wander(count, scale, rng))
    direction = np.minimum(swing, 1.55) * np.sin(phase) + 0.25 * wander(count, 3 * scale, rng)
    line = np.cumsum(np.exp(1j * direction))
    line = (line - line[0]) / (line[-1] - line[0])
    placed = complex(*start) + line * complex(*(end - start))
    return np.stack([placed.real, placed.imag], 1)


def wander(count: int, scale: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A smooth random sequence of mean 0 and standard deviation about 1; ``scale`` in steps."""
    window = np.hanning(scale + 2)
    noise = np.convolve(rng.standard_normal(count + scale + 1), window, mode="valid")
    return np.asarray(noise[:count] / np.sqrt((window**2).sum()))


def smoothed(points: Points, rounds: int = 3) -> Points:
    """Corners cut off (Chaikin); both ends stay."""
    for _ in range(rounds):
        a, b = points[:-1], points[1:]
        cut = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], 1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut, points[-1:]])
    return points


def draw_distance(plane: Floats, patch: Patch, curve: Curve, reach: float) -> None:
    """Lower ``plane`` to the distance from the curve's edge in metres, negative inside.

    Only within ``reach`` metres of the edge; elsewhere the plane keeps its values.
    """
    xs, ys = patch.xs, patch.ys
    around = curve.half_widths.max() + reach
    near_y = (curve.points[:, 1] > ys[0] - around) & (curve.points[:, 1] < ys[-1] + around)
    for index in np.flatnonzero(near_y[:-1] | near_y[1:]):
        a, b = curve.points[index], curve.points[index + 1]
        low, high = np.minimum(a, b) - around, np.maximum(a, b) + around
        cols = slice(*np.searchsorted(xs, (low[0], high[0])))
        rows = slice(*np.searchsorted(ys, (low[1], high[1])))
        if rows.start < rows.stop and cols.start < cols.stop:
            widths = curve.half_widths[index], curve.half_widths[index + 1]
            found = _to_segment(xs[cols], ys[rows], a, b, widths)
            np.minimum(plane[rows, cols], found, out=plane[rows, cols])


def _to_segment(xs: Floats, ys: Floats, a: Points, b: Points, widths: tuple[float, float]) -> Floats:
    dx, dy = (xs - a[0])[None].astype(np.float32), (ys - a[1])[:, None].astype(np.float32)
    along = (b - a).astype(np.float32)
    t = np.clip((dx * along[0] + dy * along[1]) / max(float(along @ along), 1e-6), 0, 1)
    width = np.float32(widths[0]) + t * np.float32(widths[1] - widths[0])
    return np.asarray(np.hypot(dx - t * along[0], dy - t * along[1]) - width, np.float32)


def route(cost: Floats, start: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    """The cheapest way over a grid (row, column), stepping to eight neighbours (Dijkstra)."""
    height, width = cost.shape
    best = np.full(cost.shape, np.inf)
    best[start] = 0.0
    came: dict[tuple[int, int], tuple[int, int]] = {}
    queue = [(0.0, start)]
    while queue:
        paid, here = heapq.heappop(queue)
        if here == end:
            break
        if paid > best[here]:
            continue
        for down, right, length in _NEIGHBOURS:
            there = here[0] + down, here[1] + right
            if not (0 <= there[0] < height and 0 <= there[1] < width):
                continue
            price = paid + length * float(cost[there])
            if price < best[there]:
                best[there] = price
                came[there] = here
                heapq.heappush(queue, (price, there))
    return _way_back(came, end)


_NEIGHBOURS = [(i, j, float(np.hypot(i, j))) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]


def _way_back(came: dict[tuple[int, int], tuple[int, int]], end: tuple[int, int]) -> list[tuple[int, int]]:
    way = [end]
    while way[-1] in came:
        way.append(came[way[-1]])
    return way[::-1]
