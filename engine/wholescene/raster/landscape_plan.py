"""The plan of a drawn landscape: where its rivers, lakes, roads and houses lie.

All lengths are in metres; x to the right and y down from the scene's upper left corner.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .landscape_curve import Curve, Points, draw_distance, meander, route, smoothed, wander
from .landscape_noise import Field, Floats, Patch, fractal, smoothstep

CELL = 8.0  # metres between the nodes of the plan's fields
_ROUTE_CELL = 32.0
FAR = 2000.0  # metres: "nowhere near"

Place = tuple[float, float]


@dataclass(frozen=True)
class Basin:
    """A lake or pond: a circle of ``radius`` metres, stretched, turned and waved."""

    x: float
    y: float
    radius: float
    stretch: float
    angle: float
    waves: tuple[tuple[int, float, float], ...]  # number, amplitude, phase
    tint: float  # 0 clear, 1 green

    @property
    def reach(self) -> float:
        """Metres from the centre that the shore may have at most."""
        return self.radius * self.stretch * (1 + sum(abs(wave[1]) for wave in self.waves))

    def window(self, patch: Patch, margin: float) -> tuple[slice, slice]:
        """Rows and columns of a patch that lie within ``margin`` metres of the basin."""
        around = self.reach + margin
        rows = slice(*np.searchsorted(patch.ys, (self.y - around, self.y + around)))
        return rows, slice(*np.searchsorted(patch.xs, (self.x - around, self.x + around)))

    def shore_distance(self, xs: Floats, ys: Floats) -> Floats:
        """About the metres to the shore, negative in the water, for columns ``xs`` and rows ``ys``."""
        dx, dy = xs[None] - np.float32(self.x), ys[:, None] - np.float32(self.y)
        cos, sin = np.float32(np.cos(self.angle)), np.float32(np.sin(self.angle))
        u, v = (dx * cos + dy * sin) / self.stretch, (dy * cos - dx * sin) * self.stretch
        around = np.arctan2(v, u)
        edge = np.ones_like(around)
        for number, amplitude, phase in self.waves:
            edge += np.float32(amplitude) * np.cos(number * around + np.float32(phase))
        return np.asarray(np.hypot(u, v) - self.radius * edge, np.float32)


@dataclass(frozen=True)
class House:
    """A rectangular roof; ``roof`` chooses its colour, ``gable`` its shape."""

    x: float
    y: float
    length: float
    width: float
    angle: float
    height: float
    roof: int
    gable: bool


@dataclass(frozen=True)
class Village:
    """A settlement around a centre, with the direction of its streets."""

    x: float
    y: float
    radius: float
    angle: float

    def outline(self, direction: NDArray[Any]) -> NDArray[Any]:
        """Where the village ends in a direction (radians), relative to its radius."""
        lobes = 0.16 * np.cos(2 * direction + 5 * self.angle) + 0.12 * np.cos(3 * direction + 9 * self.angle)
        return np.asarray(1 + lobes + 0.08 * np.cos(5 * direction + 3 * self.angle), np.float32)


@dataclass
class Plan:
    """Everything that has a place, and the smooth fields it was placed by."""

    width: float
    height: float
    relief: Field  # metres
    woods: Field  # where forest likes to be; mean 0, deviation 1
    river_distance: Field  # to the banks, up to FAR
    water_distance: Field  # to any water, up to FAR
    rivers: list[Curve] = field(default_factory=list)
    lakes: list[Basin] = field(default_factory=list)
    ponds: list[Basin] = field(default_factory=list)
    villages: list[Village] = field(default_factory=list)
    roads: list[Curve] = field(default_factory=list)
    streets: list[Curve] = field(default_factory=list)
    houses: list[House] = field(default_factory=list)

    def dry(self, x: float, y: float, distance: float) -> bool:
        """Whether a point keeps ``distance`` metres from all water, within a cell's precision."""
        return bool(self.water_distance.at(x, y) > distance)

    def flood(self, basin: Basin) -> None:
        """Count a lake or pond as water."""
        values = self.water_distance.values
        patch = Patch(0, 0, values.shape[0], values.shape[1], CELL)
        rows, cols = basin.window(patch, 400)
        shore = basin.shore_distance(patch.xs[cols], patch.ys[rows])
        np.minimum(values[rows, cols], shore, out=values[rows, cols])


def make_plan(width: float, height: float, rng: np.random.Generator, rivers: list[Curve] | None = None) -> Plan:
    """The plan of a landscape of that size in metres; with ``rivers`` these are all its waters."""
    shape = round(height / CELL) + 9, round(width / CELL) + 9
    given = rivers is not None
    rivers, lakes = (rivers, []) if rivers is not None else _waters(width, height, rng)
    distance = _river_distance(shape, rivers)
    relief = Field(_relief(shape, distance, rng), CELL)
    woods = Field(fractal(shape, CELL, 1500, 60, rng, slope=2.6), CELL)
    plan = Plan(width, height, relief, woods, Field(distance, CELL), Field(distance.copy(), CELL), rivers, lakes)
    for lake in lakes:
        plan.flood(lake)
    if not given:
        _add_ponds(plan, rng)
    plan.villages.extend(_villages(plan, rng))
    plan.roads.extend(_roads(plan, rng))
    for village in plan.villages:
        _build(plan, village, rng)
    return plan


# -- water ---------------------------------------------------------------------


def _waters(width: float, height: float, rng: np.random.Generator) -> tuple[list[Curve], list[Basin]]:
    """A river across the scene and streams that join it, each through a lake."""
    main = _main_river(width, height, rng)
    rivers, lakes = [main], []
    for side in range(2 + round(width * height / 9e6)):
        stream, lake = _stream(main, width, height, bool(side % 2), rng)
        rivers.append(stream)
        lakes.append(lake)
    return rivers, lakes


def _main_river(width: float, height: float, rng: np.random.Generator) -> Curve:
    """From the left edge to the right one, or from top to bottom where the scene is tall."""
    flow, across = (width, height) if width >= height else (height, width)
    start = np.array([-0.05 * flow, rng.uniform(0.3, 0.7) * across])
    end = np.array([1.05 * flow, rng.uniform(0.3, 0.7) * across])
    half_width = float(np.clip(min(flow, 2 * across) * 0.008, 4, 34))
    points = meander(start, end, wavelength=32 * half_width, strength=1.15, rng=rng)
    points[:, 1] = _kept_inside(points[:, 1], 0.06 * across, 0.94 * across)
    widths = half_width * np.exp(0.16 * wander(len(points), 40, rng))
    return Curve(points if width >= height else points[:, ::-1], widths)


def _kept_inside(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """The values, squeezed towards the middle if they leave the range."""
    middle = (low + high) / 2
    return np.asarray(middle + (values - middle) * min(1, (high - middle) / np.abs(values - middle).max()))


def _stream(main: Curve, width: float, height: float, far_side: bool, rng: np.random.Generator) -> tuple[Curve, Basin]:
    """A stream from a scene's edge to the river, and the lake that it runs through."""
    mouth = main.points[round(rng.uniform(0.15, 0.85) * (len(main.points) - 1))]
    if width >= height:
        source = np.array([mouth[0] + rng.uniform(-0.25, 0.1) * width, (1.05 if far_side else -0.05) * height])
    else:
        source = np.array([(1.05 if far_side else -0.05) * width, mouth[1] + rng.uniform(-0.25, 0.1) * height])
    half_width = float(np.clip(main.half_widths.mean() * rng.uniform(0.2, 0.34), 1.5, 11))
    points = meander(source, mouth, wavelength=55 * half_width, strength=0.9, rng=rng, step=8)
    grown = half_width * np.linspace(0.7, 1.25, len(points))
    radius = float(np.clip(min(width, height) * rng.uniform(0.028, 0.07), 12, 330))
    place = points[round(rng.uniform(0.25, 0.6) * (len(points) - 1))]
    for index in np.linspace(0.55, 0.1, 20) * (len(points) - 1):  # well away from the river
        place = points[round(index)]
        if np.hypot(*(main.points - place).T).min() > 2.2 * radius + main.half_widths.max():
            break
    return Curve(points, grown), _basin(place[0], place[1], radius, rng)


def _basin(x: float, y: float, radius: float, rng: np.random.Generator) -> Basin:
    waves = [(number, rng.normal(0, 0.34 / number), rng.uniform(0, 2 * np.pi)) for number in range(2, 9)]
    stretch, angle = rng.uniform(1.0, 1.45), rng.uniform(0, np.pi)
    tint = rng.uniform() ** 1.5
    return Basin(float(x), float(y), radius, stretch, angle, tuple(waves), tint)


def _add_ponds(plan: Plan, rng: np.random.Generator) -> None:
    """Small waters off the rivers, many of them low in the terrain."""
    wanted = max(2, round(1.4 * plan.width * plan.height / 1e6))
    for _ in range(20 * wanted):
        x, y = rng.uniform(0, plan.width), rng.uniform(0, plan.height)
        basin = _basin(x, y, float(np.exp(rng.uniform(np.log(9), np.log(55)))), rng)
        low = plan.relief.at(x, y) < rng.normal(25, 15)
        if low and plan.dry(x, y, 25 + basin.reach):
            plan.ponds.append(basin)
            plan.flood(basin)
        if len(plan.ponds) == wanted:
            break


def _river_distance(shape: tuple[int, int], rivers: list[Curve]) -> Floats:
    distance = np.full(shape, FAR, np.float32)
    patch = Patch(0, 0, *shape, CELL)
    for river in rivers:
        thinned = Curve(river.points[::4], river.half_widths[::4])
        draw_distance(distance, patch, thinned, 900.0)
    return distance


def _relief(shape: tuple[int, int], river_distance: Floats, rng: np.random.Generator) -> Floats:
    """Metres above the rivers: hills that valleys cut through."""
    hills = 42 + 26 * fractal(shape, CELL, 2600, 190, rng, slope=3.4)
    valley = 0.12 + 0.88 * smoothstep(river_distance, 20, 750)
    return np.asarray(np.maximum(hills, 2) * valley, np.float32)


# -- settlements ---------------------------------------------------------------


def _villages(plan: Plan, rng: np.random.Generator) -> list[Village]:
    """A town and villages, near the rivers but not in them, apart from each other."""
    villages: list[Village] = []
    wanted = max(1, round(plan.width * plan.height / 2.4e6))
    biggest = min(plan.width, plan.height) / 9
    for _ in range(60 * wanted):
        radius = min(biggest, rng.uniform(120, 230) if villages else 430.0)
        x, y = rng.uniform(0.06, 0.94) * plan.width, rng.uniform(0.06, 0.94) * plan.height
        apart = all(np.hypot(x - v.x, y - v.y) > 2.2 * (radius + v.radius) for v in villages)
        if apart and plan.dry(x, y, 0.45 * radius) and plan.river_distance.at(x, y) < 700:
            villages.append(Village(x, y, radius, rng.uniform(0, np.pi / 2)))
        if len(villages) == wanted:
            break
    return villages


def _roads(plan: Plan, rng: np.random.Generator) -> list[Curve]:
    """Roads from village to village, and out of the scene; they avoid slopes and cross water rarely."""
    if not plan.villages:
        return []
    cost = _road_cost(plan, rng)
    places = [(village.x, village.y) for village in plan.villages]
    pairs = [(place, _closest(place, places[:index])) for index, place in enumerate(places) if index]
    pairs += [(edge, _closest(edge, places)) for edge in _exits(plan, rng)]
    return [_road(cost, start, end, 4.2 if index else 5.5) for index, (start, end) in enumerate(pairs)]


def _closest(place: Place, others: list[Place]) -> Place:
    return min(others, key=lambda other: np.hypot(other[0] - place[0], other[1] - place[1]))


def _exits(plan: Plan, rng: np.random.Generator) -> list[Place]:
    along = rng.uniform(0.15, 0.85, 4)
    w, h = plan.width, plan.height
    return [(along[0] * w, 0.0), (w, along[1] * h), (along[2] * w, h), (0.0, along[3] * h)]


def _road_cost(plan: Plan, rng: np.random.Generator) -> Floats:
    """Cost per step of a coarse grid: hills and water are dear, old roads would be cheap."""
    step = round(_ROUTE_CELL / CELL)
    relief, distance = plan.relief.values[::step, ::step], plan.river_distance.values[::step, ::step]
    slope = np.hypot(*np.gradient(relief, _ROUTE_CELL))
    cost = 1 + 14 * slope + 0.25 * np.abs(fractal(relief.shape, _ROUTE_CELL, 800, 100, rng))
    cost += np.where(distance < 0, 9, np.where(distance < 60, 1.5, 0))
    patch = Patch(0, 0, relief.shape[0], relief.shape[1], _ROUTE_CELL)
    for lake in (*plan.lakes, *plan.ponds):
        cost += np.where(lake.shore_distance(patch.xs, patch.ys) < 30, 60, 0)
    return np.asarray(cost, np.float32)


def _road(cost: Floats, start: Place, end: Place, half_width: float) -> Curve:
    cells = [
        (min(int(y / _ROUTE_CELL), cost.shape[0] - 1), min(int(x / _ROUTE_CELL), cost.shape[1] - 1))
        for x, y in (start, end)
    ]
    way = np.array(route(cost, cells[0], cells[1]), float)[:, ::-1] * _ROUTE_CELL + _ROUTE_CELL / 2
    corners = np.concatenate([[start], way[3:-3:3], [end]])
    outward = corners[0] + (corners[0] - corners[1])  # on across the scene's edge, where it begins there
    points = smoothed(np.concatenate([[outward], corners]) if _at_edge(start, cost) else corners)
    return Curve(points, np.full(len(points), half_width))


def _at_edge(place: Place, cost: Floats) -> bool:
    far = (cost.shape[1] - 2) * _ROUTE_CELL, (cost.shape[0] - 2) * _ROUTE_CELL
    return min(place) <= 0 or place[0] >= far[0] or place[1] >= far[1]


def _build(plan: Plan, village: Village, rng: np.random.Generator) -> None:
    """Streets on a bent grid inside the village's outline, then houses along them."""
    streets = []
    for direction, spacing in ((0, 64.0), (1, 130.0)):
        angle = village.angle + direction * np.pi / 2
        ahead, aside = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        for offset in np.arange(-village.radius, village.radius, spacing) + rng.uniform(0, spacing):
            reach = 1.3 * village.radius
            steps = np.linspace(-reach, reach, int(reach / 3))
            bend = 9 * np.sin(steps / village.radius * 2 + rng.uniform(0, 6)) + offset
            offsets = steps[:, None] * ahead + bend[:, None] * aside
            inside = np.hypot(*offsets.T) < village.radius * village.outline(np.arctan2(*offsets.T[::-1])) - 12
            first, last = np.sort(rng.uniform(0, 0.12, 2)) * steps.size
            inside[: int(first)], inside[steps.size - int(last) :] = False, False
            line = np.array([village.x, village.y]) + offsets
            streets.append(_longest(line, inside & (plan.water_distance.at(*line.T) > 14)))
    streets = [line for line in streets if len(line) >= 4]
    plan.streets.extend(Curve(line, np.full(len(line), 2.6)) for line in streets)
    taken = np.concatenate([_dense(road.points) for road in plan.roads] + streets)
    site = _Site(
        plan, taken[np.hypot(*(taken - (village.x, village.y)).T) < 1.5 * village.radius], village.radius > 300
    )
    for line in streets:
        _houses(site, line, rng)


@dataclass
class _Site:
    """Where a village is being built: points on its streets and roads, circles of its houses."""

    plan: Plan
    taken: Points
    town: bool
    built: list[tuple[float, float, float]] = field(default_factory=list)

    def add(self, house: House) -> None:
        """Build the house unless something is there."""
        around = float(np.hypot(house.length, house.width)) / 2
        here = np.array([house.x, house.y])
        free = self.plan.dry(house.x, house.y, 4 + around)
        free = free and np.hypot(*(self.taken - here).T).min() > 4 + 0.8 * around
        if free and self.built:
            others = np.array(self.built)
            free = bool((np.hypot(*(others[:, :2] - here).T) > 1 + around + others[:, 2]).all())
        if free:
            self.built.append((house.x, house.y, around))
            self.plan.houses.append(house)


def _longest(line: Points, kept: NDArray[np.bool_]) -> Points:
    """The longest unbroken part of a line whose points are kept."""
    breaks = np.flatnonzero(~np.concatenate([[False], kept, [False]]))
    longest = int(np.argmax(np.diff(breaks)))
    return line[breaks[longest] : breaks[longest + 1] - 1]


def _houses(site: _Site, line: Points, rng: np.random.Generator) -> None:
    """Houses on both sides of a street, each turned as the street runs there."""
    at = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    for side in (-1, 1):
        position = rng.uniform(5, 20)
        while position < at[-1] - 5:
            here = min(int(np.searchsorted(at, position)), len(line) - 2)
            ahead = line[here + 1] - line[here]
            house = _house(line[here], float(np.arctan2(ahead[1], ahead[0])), side, site.town, rng)
            if rng.uniform() < 0.86:
                site.add(house)
            position += house.length + rng.uniform(6, 16)


def _dense(points: Points) -> Points:
    """More points along the same line, four for one."""
    fine = np.linspace(0, len(points) - 1, 4 * len(points))
    return np.stack([np.interp(fine, np.arange(len(points)), points[:, axis]) for axis in (0, 1)], 1)


def _house(street: Points, angle: float, side: int, town: bool, rng: np.random.Generator) -> House:
    """A house, or in town sometimes a hall, beside a street that runs at ``angle``."""
    hall = town and rng.uniform() < 0.05
    length = rng.uniform(26, 44) if hall else rng.uniform(9, 20 if town else 15)
    width = rng.uniform(15, 19) if hall else rng.uniform(7.5, 11)
    setback = 3 + (length if hall else max(length, width)) / 2 + rng.uniform(1, 7)
    x, y = street + side * setback * np.array([-np.sin(angle), np.cos(angle)])
    turned = angle + rng.normal(0, 0.03) + (np.pi / 2 if rng.uniform() < 0.35 else 0)
    roof = 4 + int(rng.integers(2)) if hall else int(rng.choice(4, p=(0.42, 0.27, 0.18, 0.13)))
    return House(float(x), float(y), length, width, turned, 9.0 if hall else 7.0, roof, not hall)
