"""Painting a drawn landscape: from its plan to reflectances and classes, patch by patch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .landscape_curve import Curve, draw_distance
from .landscape_noise import Floats, Patch, smoothstep, uniform
from .landscape_parcels import Parcels, parcels
from .landscape_plan import FAR, Basin, House, Plan
from .landscape_texture import SUN, Brushes

Truth = NDArray[np.uint8]
Mask = NDArray[np.bool_]

RIVER, LAKE, POND, FIELD, FOREST, ROAD, BUILDING, MEADOW = range(1, 9)

# Reflectances in red, green, blue.
CROPS = np.array(
    [
        (0.215, 0.178, 0.110),  # ripe grain
        (0.245, 0.208, 0.145),  # stubble
        (0.150, 0.118, 0.088),  # dark soil
        (0.205, 0.168, 0.128),  # light soil
        (0.087, 0.104, 0.050),  # maize
        (0.103, 0.128, 0.056),  # beet
        (0.116, 0.134, 0.062),  # grass
        (0.151, 0.150, 0.082),  # mown grass
        (0.140, 0.140, 0.082),  # fallow
        (0.175, 0.178, 0.075),  # rape
    ],
    np.float32,
)
_CROP_SHARES = np.cumsum([0.2, 0.1, 0.08, 0.1, 0.14, 0.1, 0.12, 0.09, 0.05, 0.02])
_ROUGHNESS = np.array([0.15, 0.27, 0.24, 0.30, 0.24, 0.24, 0.21, 0.24, 0.30, 0.18], np.float32)
_ROWS = np.array([0.05, 0.08, 0.08, 0.06, 0.16, 0.15, 0.08, 0.12, 0.05, 0.08], np.float32)
LUSH, DRY = (0.094, 0.120, 0.058), (0.138, 0.132, 0.086)
LEAVES, NEEDLES = (0.050, 0.077, 0.034), (0.033, 0.051, 0.029)
ASPHALT, GRAVEL, PAVEMENT, SAND = (
    (0.118, 0.118, 0.120),
    (0.235, 0.215, 0.180),
    (0.165, 0.158, 0.148),
    (0.215, 0.198, 0.160),
)
ROOFS = np.array(
    [(0.190, 0.098, 0.070), (0.128, 0.085, 0.066), (0.135, 0.135, 0.140), (0.070, 0.070, 0.076),
     (0.285, 0.285, 0.280), (0.230, 0.240, 0.250)], np.float32)  # fmt: skip
RIVER_WATER, LAKE_WATER, POND_WATER = (0.016, 0.030, 0.024), (0.007, 0.019, 0.015), (0.017, 0.029, 0.007)
ALGAE, SHALLOW = (0.020, 0.034, 0.008), (0.013, 0.013, 0.006)

_SHADOW = 0.95  # metres of shadow per metre of height


@dataclass
class Canvas:
    """What is painted so far on a patch: reflectances ``[3, h, w]`` and classes."""

    patch: Patch
    colour: Floats
    truth: Truth

    def put(self, where: Mask, colour: ArrayLike, truth: int | None = None) -> None:
        """Paint ``colour`` (``[3]`` or ``[3, h, w]``) where the mask says."""
        whole = np.asarray(colour, np.float32)
        for plane, value in zip(self.colour, whole, strict=True):
            np.copyto(plane, value, where=where)
        if truth is not None:
            self.truth[where] = truth


def paint(plan: Plan, brushes: Brushes, patch: Patch, seed: int) -> Canvas:
    """Reflectances and classes of a patch; what lies higher is painted later."""
    canvas = Canvas(
        patch, np.zeros((3, patch.height, patch.width), np.float32), np.full(patch_shape(patch), MEADOW, np.uint8)
    )
    land = parcels(patch, brushes.bend_x.on(patch), brushes.bend_y.on(patch), seed)
    river = _river_distance(plan, brushes, patch)
    basins = _basins(plan, patch)
    village = _village_depth(plan, patch) + 16 * brushes.swell.on(patch, 311) + 5 * brushes.mottle.on(patch, 311)
    meadow(canvas, brushes)
    fields(canvas, brushes, land, river, village)
    tracks(canvas, land, village)
    gardens(canvas, brushes, village)
    trees(canvas, plan, brushes, land, river, village)
    canvas.colour *= brushes.sunlight.on(patch)
    waters(canvas, brushes, river, basins)
    roads(canvas, plan, brushes)
    houses(canvas, plan)
    return canvas


def _river_distance(plan: Plan, brushes: Brushes, patch: Patch) -> Floats:
    """Metres to the banks of rivers, negative in the water; wide rivers have rougher banks."""
    swell, found = brushes.swell.on(patch), np.full(patch_shape(patch), FAR, np.float32)
    for curve in plan.rivers:
        rough = np.float32(min(2.2, 0.16 * curve.half_widths.mean()))
        np.minimum(found, _nearest(patch, [curve], 160.0) + rough * swell, out=found)
    return found


def patch_shape(patch: Patch) -> tuple[int, int]:
    """Rows and columns."""
    return patch.height, patch.width


def _nearest(patch: Patch, curves: list[Curve], reach: float) -> Floats:
    plane = np.full(patch_shape(patch), FAR, np.float32)
    for curve in curves:
        draw_distance(plane, patch, curve, reach)
    return plane


# -- open land -----------------------------------------------------------------


def meadow(canvas: Canvas, brushes: Brushes) -> None:
    """Grass from lush to dry everywhere."""
    patch = canvas.patch
    dryness = smoothstep(0.7 * brushes.broad.on(patch) + 0.6 * brushes.mottle.on(patch), -1.2, 2.2)
    rough = 1 + 0.07 * brushes.grain.on(patch) + 0.05 * brushes.mottle.on(patch, 97)
    for plane, lush, dry in zip(canvas.colour, LUSH, DRY, strict=True):
        plane[:] = (lush + (dry - lush) * dryness) * rough


def fields(canvas: Canvas, brushes: Brushes, land: Parcels, river: Floats, village: Floats) -> None:
    """Crops in parcels, but not in the floodplain or in villages."""
    patch = canvas.patch
    crop = np.searchsorted(_CROP_SHARES, uniform(land.parcel)).astype(np.intp).clip(0, len(CROPS) - 1)
    tone = 1 + 0.24 * (uniform(land.parcel, 7) - 0.5) + 0.05 * brushes.broad.on(patch)
    rough = _ROUGHNESS[crop]
    tone += rough * (0.9 * brushes.mottle.on(patch, 211) + 0.55 * brushes.grain.on(patch))
    tone -= 0.09 * _tramlines(land, patch.resolution)
    tone += _ROWS[crop] * _rows(land, patch.resolution)
    floodplain = 22 + 16 * brushes.broad.on(patch)
    where = (land.edge > 1.6) & (river > np.maximum(floodplain, 6)) & (village < 0)
    canvas.put(where, np.stack([CROPS[:, band][crop] * tone for band in range(3)]), FIELD)


def _rows(land: Parcels, resolution: float) -> Floats:
    """Crop rows and swaths, 4-9 m apart; they blur into each other in coarse pixels."""
    period = 4 + 5 * uniform(land.parcel, 19)
    seen = np.exp(-((1.6 * resolution / period) ** 2))
    return np.asarray(seen * np.sin(np.float32(2 * np.pi) * land.across / period), np.float32)


def _tramlines(land: Parcels, resolution: float) -> Floats:
    """The two wheel tracks that tractors leave every 24 m; 0-1."""
    beside = np.abs(np.mod(land.across, 24.0) - 12.0)
    return np.asarray(np.exp(-(((beside - 1.1) / max(0.7, resolution)) ** 2)), np.float32)


def tracks(canvas: Canvas, land: Parcels, village: Floats) -> None:
    """Gravel tracks along some borders of blocks."""
    has_track = uniform(land.border, 11) < 0.5
    canvas.put(has_track & (land.border_distance < 4.0) & (village < 0), np.array(DRY) * 0.85, MEADOW)
    canvas.put(has_track & (land.border_distance < 1.8) & (village < 0), GRAVEL, ROAD)


def _village_depth(plan: Plan, patch: Patch) -> Floats:
    """Metres inside a village's outline; negative outside."""
    depth = np.full(patch_shape(patch), -FAR, np.float32)
    xs, ys = patch.xs, patch.ys
    for village in plan.villages:
        reach = 1.4 * village.radius + 60
        rows = slice(*np.searchsorted(ys, (village.y - reach, village.y + reach)))
        cols = slice(*np.searchsorted(xs, (village.x - reach, village.x + reach)))
        dx, dy = xs[None, cols] - np.float32(village.x), ys[rows, None] - np.float32(village.y)
        inside = np.float32(village.radius) * village.outline(np.arctan2(dy, dx)) - np.hypot(dx, dy)
        np.maximum(depth[rows, cols], inside, out=depth[rows, cols])
    return depth


def gardens(canvas: Canvas, brushes: Brushes, village: Floats) -> None:
    """Lawns, beds and yards between the houses."""
    patch = canvas.patch
    patches = brushes.mottle.on(patch, 401) + 0.5 * brushes.grain.on(patch, 17)
    inside = village > 0
    lawn = np.array(LUSH, np.float32)[:, None, None] * (1.05 + 0.12 * patches)
    canvas.put(inside, lawn, MEADOW)
    canvas.put(inside & (patches > 1.5), np.array(PAVEMENT, np.float32)[:, None, None] * (1 + 0.05 * patches))


# -- trees ---------------------------------------------------------------------


def trees(canvas: Canvas, plan: Plan, brushes: Brushes, land: Parcels, river: Floats, village: Floats) -> None:
    """Forest, hedges, trees along the rivers and single ones, with their shadows."""
    patch = canvas.patch
    light, tone = brushes.crowns.light.on(patch), brushes.crowns.tone.on(patch)
    crown = light > -1.4
    forest = _forest(plan, brushes, land, patch, village) & (river > 4)
    lone = (tone < 0.006) & (canvas.truth == MEADOW) | (tone < 0.11) & (village > 0)
    hedge = (uniform(land.border, 13) < 0.28) & (land.border_distance < 5.5) & (village < 0)
    bank = (river > 2.5) & (river < 13) & (brushes.mottle.on(patch, 509) > 0.5)
    single = crown & (lone | hedge | bank) & (canvas.truth != ROAD)
    wooded = forest | single
    shade = _shadow(wooded, 11.0, patch.resolution) & ~wooded
    canvas.colour *= np.where(shade, np.float32(0.5), np.float32(1))
    needles = smoothstep(brushes.broad.on(patch) + 0.8 * (tone - 0.5), 0.0, 0.9) * forest
    bright = np.where(crown, 0.95 + 0.52 * light + 0.42 * (tone - 0.5), 0.34)
    bright *= 1 + 0.10 * brushes.grain.on(patch, 71)
    for plane, leaf, needle in zip(canvas.colour, LEAVES, NEEDLES, strict=True):
        np.copyto(plane, (leaf + (needle - leaf) * needles) * bright, where=wooded)
    canvas.truth[wooded] = FOREST


def _forest(plan: Plan, brushes: Brushes, land: Parcels, patch: Patch, village: Floats) -> Mask:
    """Where the woods' field is high, more so on hills; whole parcels near the limit go either way."""
    likes = plan.woods.on(patch) + 0.012 * (plan.relief.on(patch) - 45)
    likes += 0.07 * brushes.mottle.on(patch, 613) + 0.7 * (uniform(land.parcel, 17) - 0.5)
    return np.asarray((likes > 0.72) & (village < -25) & (land.border_distance > 2.5))


def _shadow(mask: Mask, height: float, resolution: float) -> Mask:
    """Pixels that things of that height (metres) shade."""
    out: Mask = mask.copy()
    steps = max(round(height * _SHADOW / resolution / 2), 1)
    for step in range(1, steps + 1):
        down, right = (round(-2 * step * float(SUN[axis])) for axis in (1, 0))
        moved = np.roll(mask, (down, right), (0, 1))
        out |= moved
    return out


# -- water ---------------------------------------------------------------------


def _basins(plan: Plan, patch: Patch) -> list[tuple[Basin, int, tuple[slice, slice], Floats]]:
    """Lakes and ponds that touch the patch: class, window and distance to the shore."""
    found = []
    xs, ys = patch.xs, patch.ys
    for kind, basins in ((LAKE, plan.lakes), (POND, plan.ponds)):
        for basin in basins:
            rows, cols = basin.window(patch, 30)
            if rows.start < rows.stop and cols.start < cols.stop:
                found.append((basin, kind, (rows, cols), basin.shore_distance(xs[cols], ys[rows])))
    return found


def waters(
    canvas: Canvas, brushes: Brushes, river: Floats, basins: list[tuple[Basin, int, tuple[slice, slice], Floats]]
) -> None:
    """Rivers, then lakes and ponds over them; sand and reed at their edges."""
    patch = canvas.patch
    mottle, broad, grain = brushes.mottle.on(patch, 733), brushes.broad.on(patch), brushes.grain.on(patch, 43)
    swell = brushes.swell.on(patch, 149)
    sand = (river > 0) & (river < 9 * smoothstep(broad, 1.1, 2.6))
    canvas.put(sand, SAND, MEADOW)
    surface = _surface(RIVER_WATER, 0.1 + 0.1 * broad, -river, mottle, grain)
    canvas.put(river < 0, surface, RIVER)
    for basin, kind, window, distance in basins:
        distance = distance + (0.03 * basin.radius + 0.6) * swell[window]
        base = LAKE_WATER if kind == LAKE else POND_WATER
        surface = _surface(base, basin.tint + 0.15 * broad[window], -distance, mottle[window], grain[window])
        part = Canvas(patch, canvas.colour[:, window[0], window[1]], canvas.truth[window])
        part.put((distance > 0) & (distance < 2.2) & (part.truth != RIVER), np.array(DRY) * 0.7, MEADOW)
        part.put(distance < 0, surface, kind)


def _surface(base: tuple[float, float, float], algae: Floats, depth: Floats, mottle: Floats, grain: Floats) -> Floats:
    """Water darkens with the distance from the shore (``depth``, metres) and keeps little texture."""
    shallow = np.exp(-np.maximum(depth, 0) / 5)
    green = np.clip(algae + 0.03 * mottle, 0, 1)
    ripple = 1 + 0.015 * grain + 0.012 * mottle
    planes = zip(base, ALGAE, SHALLOW, strict=True)
    return np.stack([(deep + a * green + s * shallow) * ripple for deep, a, s in planes])


# -- built ---------------------------------------------------------------------


def roads(canvas: Canvas, plan: Plan, brushes: Brushes) -> None:
    """Streets and roads; a road over water is a bridge and stays a road."""
    patch = canvas.patch
    tone = 1 + 0.06 * brushes.mottle.on(patch, 853) + 0.04 * brushes.grain.on(patch, 5)
    asphalt = np.array(ASPHALT, np.float32)[:, None, None] * tone
    street, road = _nearest(patch, plan.streets, 6.0), _nearest(patch, plan.roads, 8.0)
    dry = canvas.truth > POND
    canvas.put((street < 1.5) & dry, np.array(PAVEMENT, np.float32)[:, None, None] * tone)
    canvas.put((street < 0) & dry, asphalt * np.float32(1.08), ROAD)
    canvas.put((road > 0) & (road < 2.5) & dry, np.array(DRY) * 0.8, MEADOW)
    canvas.put(road < 0, asphalt, ROAD)
    canvas.put((road < 0) & ~dry, np.array(PAVEMENT) * 1.25)
    canvas.put((road > -0.5 - 0.5 * patch.resolution) & (road < 0) & dry, np.array(ASPHALT) * 1.5)


def houses(canvas: Canvas, plan: Plan) -> None:
    """Shadows of all houses first, then the roofs."""
    patch = canvas.patch
    top, bottom = patch.ys[0] - 60, patch.ys[-1] + 60
    near = [house for house in plan.houses if top < house.y < bottom]
    for house in near:
        for step in np.arange(1.0, house.height * _SHADOW, 1.5):
            _roof(canvas, house, -SUN * step, shadow=True)
    for house in near:
        _roof(canvas, house, np.zeros(2), shadow=False)


def _roof(canvas: Canvas, house: House, moved: NDArray[np.float64], *, shadow: bool) -> None:
    """One roof, or its shadow moved by some metres."""
    patch, around = canvas.patch, float(np.hypot(house.length, house.width)) / 2 + 1
    x, y = house.x + moved[0], house.y + moved[1]
    rows = slice(*np.searchsorted(patch.ys, (y - around, y + around)))
    cols = slice(*np.searchsorted(patch.xs, (x - around, x + around)))
    dx, dy = patch.xs[None, cols] - np.float32(x), patch.ys[rows, None] - np.float32(y)
    cos, sin = np.float32(np.cos(house.angle)), np.float32(np.sin(house.angle))
    u, v = dx * cos + dy * sin, dy * cos - dx * sin
    inside = (np.abs(u) < house.length / 2) & (np.abs(v) < house.width / 2)
    part = Canvas(patch, canvas.colour[:, rows, cols], canvas.truth[rows, cols])
    if shadow:
        part.put(inside, np.minimum(part.colour, np.array((0.035, 0.036, 0.042), np.float32)[:, None, None]))
        return
    facing = float(-sin * SUN[0] + cos * SUN[1]) if house.gable else 0.0
    slopes = 1 + 0.32 * facing * np.sign(v) + 0.03 * np.sin(2.5 * u)
    part.put(inside, ROOFS[house.roof][:, None, None] * slopes, BUILDING)
