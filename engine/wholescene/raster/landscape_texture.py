"""Textures of the drawn landscape: tree crowns, ground, light on the terrain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .landscape_noise import Field, Floats, Tile, fractal
from .landscape_plan import CELL, Plan

SUN = np.array([0.5, 0.866])  # towards the sun in x and y: south-south-east
_SIDE = 1024  # pixels of a repeating tile


@dataclass(frozen=True)
class Crowns:
    """A texture of tree crowns: light on them, their tone, and which are trees at all."""

    light: Tile  # -1 to 1; below -1 is between crowns
    tone: Tile  # 0-1, one value per crown


@dataclass(frozen=True)
class Brushes:
    """All textures, made once for a scene."""

    crowns: Crowns
    grain: Tile  # finest
    mottle: Tile  # metres to tens of metres
    swell: Tile  # tens of metres, smooth
    broad: Field  # hundreds of metres
    bend_x: Field
    bend_y: Field
    sunlight: Field


def make_brushes(plan: Plan, resolution: float, rng: np.random.Generator) -> Brushes:
    """The textures for a plan at a resolution in metres per pixel."""
    shape = plan.relief.values.shape
    return Brushes(
        crowns=make_crowns(_SIDE, resolution, rng),
        grain=Tile(fractal((_SIDE, _SIDE), resolution, 12, 1.5 * resolution, rng, slope=1.0)),
        mottle=Tile(fractal((_SIDE, _SIDE), resolution, 140, 4, rng, slope=2.2)),
        swell=Tile(fractal((_SIDE, _SIDE), resolution, 160, 22, rng, slope=2.6)),
        broad=Field(fractal(shape, CELL, 900, 40, rng, slope=2.0), CELL),
        bend_x=Field(28 * fractal(shape, CELL, 2000, 250, rng, slope=3.0), CELL),
        bend_y=Field(28 * fractal(shape, CELL, 2000, 250, rng, slope=3.0), CELL),
        sunlight=Field(_sunlight(plan.relief), CELL),
    )


def _sunlight(relief: Field) -> Floats:
    """Light on the terrain relative to flat ground."""
    down, right = np.gradient(relief.values, relief.cell)
    facing = 1 - 1.6 * (right * SUN[0] + down * SUN[1])
    return np.asarray(np.clip(facing / np.sqrt(1 + right**2 + down**2), 0.55, 1.3), np.float32)


def make_crowns(side: int, resolution: float, rng: np.random.Generator) -> Crowns:
    """Crowns of 5-11 m on a jittered grid, lit from the sun's side; the tile repeats seamlessly."""
    count = max(round(side * resolution / 6.5), 1)
    place = (np.arange(side) + 0.5) * count / side  # in cells of the grid
    cell = place.astype(int)
    shift_x, shift_y, tone = rng.uniform(0.15, 0.85, (3, count, count))
    radius = rng.uniform(0.42, 0.85, (count, count))
    light, tones = np.full((2, side, side), -1.5, np.float32)
    top = np.zeros((side, side), np.float32)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            pick = np.ix_((cell + down) % count, (cell + right) % count)
            dy = (place - cell - down)[:, None] - shift_y[pick]
            dx = (place - cell - right)[None] - shift_x[pick]
            dome = radius[pick] * (1 - (dx**2 + dy**2) / radius[pick] ** 2)
            higher = dome > top
            np.copyto(top, dome, where=higher, casting="same_kind")
            np.copyto(light, (dx * SUN[0] + dy * SUN[1]) / radius[pick], where=higher, casting="same_kind")
            np.copyto(tones, tone[pick], where=higher, casting="same_kind")
    return Crowns(Tile(light), Tile((tones - 0.15) / 0.7))
