"""Drawn scenes whose waters differ in their whole shape only.

Every water is a piece of one and the same winding line, with widths, banks, colours and texture from the same
distributions, painted by the same code as the rivers of the demo's landscapes. What makes its class is how it goes
on: a river crosses the scene, a lake is a longer piece that ends on both sides, a pond a short one. Close up, in the
middle of a piece, nobody can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wholescene.raster.landscape import photograph
from wholescene.raster.landscape_curve import Curve, Points, draw_distance, meander, wander
from wholescene.raster.landscape_noise import Patch
from wholescene.raster.landscape_paint import ALGAE, paint
from wholescene.raster.landscape_paint import RIVER as PAINTED
from wholescene.raster.landscape_plan import FAR, make_plan
from wholescene.raster.landscape_texture import make_brushes

LAND, RIVER, LAKE, POND = range(4)
NAMES = ("land", "river", "lake", "pond")
COLOURS = ("#A5C878", "#145AAA", "#2B7BBA", "#6EB4DC")

LENGTHS = {LAKE: (380.0, 760.0), POND: (70.0, 150.0)}  # metres along the line
WANTED = {RIVER: 1, LAKE: 4, POND: 14}  # pieces in a scene, so that their areas are alike
HALF_WIDTH = (9.0, 15.0)
WAVELENGTH, SWING = 330.0, 1.0  # of all lines alike
APART = 26.0  # metres between two banks
EDGE = 40.0  # metres that lakes and ponds keep from the scene's edge
BAND = 512  # rows painted at a time
MARGIN = 16


@dataclass(frozen=True)
class Water:
    """One water: its class, its line, and its tint (0 clear, 1 green)."""

    kind: int
    curve: Curve
    tint: float


@dataclass(frozen=True)
class Drawn:
    """``rgb`` uint8 ``[3, h, w]``, the waters, and which of them is where: its number, -1 on land, ``[h, w]``."""

    rgb: NDArray[np.uint8]
    which: NDArray[np.int16]
    waters: tuple[Water, ...]

    @property
    def labels(self) -> NDArray[np.uint8]:
        """Classes uint8 ``[h, w]``, numbered as `NAMES`."""
        return self.named([water.kind for water in self.waters])

    def named(self, kinds: Sequence[int]) -> NDArray[np.uint8]:
        """The labels if the waters were of these classes."""
        return np.array([*kinds, LAND], np.uint8)[self.which]


def draw_scene(seed: int, size: tuple[int, int], resolution: float = 1.0) -> Drawn:
    """The scene of a seed: ``size`` (height, width) pixels of ``resolution`` metres, always the same."""
    rng = np.random.default_rng([seed, 7])
    height, width = (side * resolution for side in size)
    waters = place_waters((height, width), rng)
    plan = make_plan(width, height, rng, [water.curve for water in waters])
    brushes = make_brushes(plan, resolution, rng)
    rgb = np.empty((3, *size), np.uint8)
    which = np.empty(size, np.int16)
    tints = np.array([*(water.tint for water in waters), 0.0], np.float32)
    margin = max(round(MARGIN / resolution), 2)
    inner = (slice(margin, -margin), slice(margin, -margin))
    for first in range(0, size[0], BAND):
        rows = slice(first, min(first + BAND, size[0]))
        patch = Patch(first - margin, -margin, rows.stop - first + 2 * margin, size[1] + 2 * margin, resolution)
        canvas = paint(plan, brushes, patch, seed)
        owner = np.where(canvas.truth == PAINTED, nearest(waters, patch), -1).astype(np.int16)
        canvas.colour += np.array(ALGAE, np.float32)[:, None, None] * tints[owner]
        rgb[:, rows] = photograph(canvas.colour, rng)[:, inner[0], inner[1]]
        which[rows] = owner[inner]
    return Drawn(rgb, which, tuple(waters))


def place_waters(size: tuple[float, float], rng: np.random.Generator) -> list[Water]:
    """Waters that keep apart in a scene of ``size`` metres; where there is no room there are fewer than `WANTED`."""
    free = np.full((round(size[0]) // 8 + 1, round(size[1]) // 8 + 1), FAR, np.float32)
    grid = Patch(0, 0, *free.shape, 8.0)
    waters: list[Water] = []
    for kind, count in WANTED.items():
        for _ in range(count):
            for _ in range(60):
                curve = _river(size, rng) if kind == RIVER else _piece(size, LENGTHS[kind], rng)
                if _fits(curve, kind, size, free):
                    draw_distance(free, grid, curve, 200.0)
                    waters.append(Water(kind, curve, float(rng.uniform())))
                    break
    return waters


def nearest(waters: list[Water], patch: Patch) -> NDArray[np.int16]:
    """The number of the water whose bank is nearest."""
    best = np.full((patch.height, patch.width), FAR, np.float32)
    number = np.full(best.shape, -1, np.int16)
    for index, water in enumerate(waters):
        distance = np.full(best.shape, FAR, np.float32)
        draw_distance(distance, patch, water.curve, APART / 2)
        number[distance < best] = index
        np.minimum(best, distance, out=best)
    return number


def _line(length: float, rng: np.random.Generator) -> Points:
    """A winding line of at least ``length`` along itself, from the origin in a direction of its own."""
    reach = max(1.3 * length, 3 * WAVELENGTH)
    points = meander(np.zeros(2), np.array([reach, 0.0]), WAVELENGTH, SWING, rng, step=8.0)
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(points @ turn)


def _widths(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    half = np.exp(rng.uniform(*np.log(HALF_WIDTH)))
    return np.asarray(half * np.exp(0.12 * wander(count, 40, rng)))


def _piece(size: tuple[float, float], lengths: tuple[float, float], rng: np.random.Generator) -> Curve:
    """A piece out of the middle of a line, anywhere in the scene."""
    length = rng.uniform(*lengths)
    points = _line(length, rng)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    first = rng.uniform(0, along[-1] - length)
    points = points[(along >= first) & (along <= first + length)]
    place = rng.uniform([0, 0], [size[1], size[0]])
    return Curve(points - points.mean(0) + place, _widths(len(points), rng))


def _river(size: tuple[float, float], rng: np.random.Generator) -> Curve:
    """A line from beyond one edge of the scene to beyond another, in any direction."""
    diagonal = float(np.hypot(*size))
    angle, shift = rng.uniform(0, 2 * np.pi), rng.uniform(-0.25, 0.25) * min(size)
    ahead = np.array([np.cos(angle), np.sin(angle)])
    middle = np.array([size[1], size[0]]) / 2 + shift * np.array([-ahead[1], ahead[0]])
    points = meander(middle - 0.6 * diagonal * ahead, middle + 0.6 * diagonal * ahead, WAVELENGTH, SWING, rng, step=8.0)
    return Curve(points, _widths(len(points), rng))


def _fits(curve: Curve, kind: int, size: tuple[float, float], free: NDArray[np.float32]) -> bool:
    """Whether a water lies in the scene as it should and apart from the others."""
    x, y = curve.points.T
    reach = float(curve.half_widths.max()) + APART
    within = (x > 0) & (x < size[1]) & (y > 0) & (y < size[0])
    if kind == RIVER:  # one stretch of water, not one that leaves the scene and comes back
        if np.count_nonzero(np.diff(within.astype(int)) == 1) != 1 or 8 * within.sum() < LENGTHS[LAKE][1] * 1.25:
            return False
    elif min(x.min(), y.min()) < EDGE + reach or x.max() > size[1] - EDGE - reach or y.max() > size[0] - EDGE - reach:
        return False
    inside = curve.points[within].astype(int) // 8
    return bool((free[inside[:, 1], inside[:, 0]] > reach).all())
