"""Make docs/images/three-steps.svg: local, global and attention steps on the demo's landscape.

What is drawn is computed: the mean of 5 x 5 pixels in the local panel, shares of water and their
sum in the global one, a softmax over likeness in the last. The picture is vectors and text alone, on
a ground of its own, so that it reads the same on light and dark pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wholescene.raster.landscape import WATER, Landscape, draw
from wholescene.raster.landscape_paint import FIELD, FOREST, MEADOW

TARGET = Path(__file__).resolve().parents[1] / "docs" / "images" / "three-steps.svg"

ROWS, COLS, TILE, HALO, POOL = 32, 48, 8, 2, 4  # pixels of the drawn scene
BLOCK, TOP = 85, 5  # metres a pixel, and its first row in the landscape
SIDE, GAP = 5, 40  # units a pixel, and between the ranks
HALF = COLS // 2
WIDTH, HEIGHT, PANEL = 960, 492, 304
LEFT, SCENE = 12, 84  # of the scene in its panel
INK, PALE, LINE = "#1f2328", "#57606a", "#d0d7de"
RANKS = ("#7b2cbf", "#c2410c")
TINTS = ("#d9c2f0", "#f8cfae")
QUERY = (7, 11)  # a pixel in the middle of a lake
SHOWN = (1, 2)  # the tile of the local panel: row and column of tiles

Pixels = NDArray[np.float64]


# -- the scene ---------------------------------------------------------------------


def blocks(values: NDArray[np.generic]) -> Pixels:
    """Means over the drawn pixels, ``[ROWS, COLS]``."""
    part = np.asarray(values, float)[TOP * BLOCK : (TOP + ROWS) * BLOCK, : COLS * BLOCK]
    return np.asarray(part.reshape(ROWS, BLOCK, COLS, BLOCK).mean((1, 3)))


def colours(landscape: Landscape, water: Pixels) -> Pixels:
    """A map's colours ``[ROWS, COLS, 3]``, a little lighter or darker as the ground is."""
    truth = landscape.truth
    meadow = (truth == MEADOW) | (truth == 0)
    built = ~np.isin(truth, (*WATER, FOREST, FIELD, MEADOW, 0))
    shares = [blocks(truth == FOREST), blocks(truth == FIELD), blocks(meadow), 2.2 * blocks(built)]
    palette = np.array([(90, 140, 96), (226, 211, 160), (176, 204, 138), (160, 155, 163)], float)
    light = blocks(landscape.rgb.mean(0))
    shade = np.round(np.clip((light - light.mean()) / light.std(), -1, 1))  # few colours, a small file
    picture = palette[np.argmax(shares, 0)] * (1 + 0.05 * shade)[..., None]
    picture[water > 0.28] = (62, 130, 196)
    return np.asarray(picture.clip(0, 255))


# -- shapes ------------------------------------------------------------------------


def mosaic(picture: Pixels, x: float, y: float, side: float) -> str:
    """Pixels as squares: one path for each colour, neighbours of a row joined."""
    paths: dict[str, list[str]] = {}
    for row, line in enumerate(picture.round().astype(int)):
        for first, last in runs(line):
            colour = "#{:02x}{:02x}{:02x}".format(*line[first])
            place = f"M{x + first * side:g} {y + row * side:g}h{(last - first) * side:g}v{side:g}"
            paths.setdefault(colour, []).append(f"{place}h{(first - last) * side:g}z")
    drawn = "".join(f'<path fill="{colour}" d="{"".join(parts)}"/>' for colour, parts in paths.items())
    rows, cols = picture.shape[:2]
    ground = "#{:02x}{:02x}{:02x}".format(*picture.mean((0, 1)).astype(int))  # shows between pixels when scaled
    return f'<g shape-rendering="crispEdges">{box(x, y, cols * side, rows * side, fill=ground)}{drawn}</g>'


def runs(line: NDArray[np.int_]) -> Iterator[tuple[int, int]]:
    """First and one-past-last pixel of each run of one colour."""
    changes = [0, *(np.flatnonzero((line[1:] != line[:-1]).any(1)) + 1), len(line)]
    yield from pairwise(changes)


def box(x: float, y: float, width: float, height: float, stroke: str = "none", fill: str = "none", **more: str) -> str:
    """A rectangle; further attributes with _ for -."""
    rest = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" stroke="{stroke}" fill="{fill}"{rest}/>'


def text(
    x: float, y: float, words: str, size: float = 12, fill: str = INK, anchor: str = "start", bold: bool = False
) -> str:
    """A line of text."""
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{fill}" text-anchor="{anchor}"{weight}>{words}</text>'


def arrow(points: Sequence[tuple[float, float]], colour: str = INK, width: float = 2) -> str:
    """A line through points with a head at the last, on a white casing."""
    (x0, y0), (x1, y1) = points[-2:]
    along = np.array([x1 - x0, y1 - y0]) / np.hypot(x1 - x0, y1 - y0)
    tip, across = np.array([x1, y1]), np.array([-along[1], along[0]])
    neck = tip - 7 * along
    line = " ".join(f"{x:g},{y:g}" for x, y in [*points[:-1], tuple(neck)])
    head = " ".join(f"{x:.1f},{y:.1f}" for x, y in (tip, neck + 4.5 * across, neck - 4.5 * across))
    return (
        f'<polyline points="{line}" fill="none" stroke="#ffffff" stroke-width="{width + 3:g}"/>'
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'
        f'<polygon points="{head}" fill="{colour}" stroke="#ffffff" stroke-width="1"/>'
    )


# -- the scene on two ranks --------------------------------------------------------


def across(col: float) -> float:
    """Where a column of pixels begins."""
    return LEFT + col * SIDE + (GAP if col >= HALF else 0)


def down(row: float) -> float:
    """Where a row of pixels begins."""
    return SCENE + row * SIDE


def divided(picture: Pixels, *, faded: float = 0) -> str:
    """Both halves with their tiles, regions and ranks."""
    parts = []
    for rank, first in enumerate((0, HALF)):
        x, width, height = across(first), HALF * SIDE, ROWS * SIDE
        parts.append(mosaic(picture[:, first : first + HALF], x, SCENE, SIDE))
        parts.append(box(x, SCENE, width, height, fill="#ffffff", fill_opacity=f"{faded:g}") if faded else "")
        lines = [f"M{x + TILE * SIDE * i:g} {SCENE}v{height}" for i in (1, 2)]
        lines += [f"M{x:g} {SCENE + TILE * SIDE * i:g}h{width}" for i in (1, 3)]
        parts.append(f'<path d="{"".join(lines)}" stroke="{INK}" stroke-opacity="0.45" fill="none"/>')
        middle = f"M{x:g} {SCENE + height / 2:g}h{width}"
        parts.append(f'<path d="{middle}" stroke="{INK}" stroke-width="2" stroke-dasharray="5 3"/>')
        parts.append(box(x, SCENE, width, height, RANKS[rank], stroke_width="3"))
        parts.append(text(x + width / 2, SCENE - 8, f"rank {rank}", 12, RANKS[rank], "middle", bold=True))
    return "".join(parts)


# -- the panels --------------------------------------------------------------------


def local_panel(picture: Pixels) -> str:
    """A tile reads its halo; beyond the rank's edge that is the margin, which the exchange has filled."""
    height, strip = ROWS * SIDE, HALO * SIDE
    margins = ((across(HALF - 1) + SIDE, HALF, RANKS[0]), (across(HALF) - strip, HALF - HALO, RANKS[1]))
    parts = [divided(picture)]
    for x, col, colour in margins:
        parts.append(mosaic(picture[:, col : col + HALO], x, SCENE, SIDE))
        parts.append(box(x, SCENE, strip, height, colour, "#ffffff", fill_opacity="0.3", stroke_dasharray="3 2"))
    row, col = SHOWN[0] * TILE, SHOWN[1] * TILE
    around, tile = (TILE + 2 * HALO) * SIDE, TILE * SIDE
    x, y = across(col), down(row)
    left, top = x - strip, y - strip
    parts.append(box(left, top, around, around, "#ffffff", stroke_width="4"))
    parts.append(box(left, top, around, around, INK, stroke_width="2", stroke_dasharray="4 2"))
    parts.append(box(x, y, tile, tile, "#ffffff", stroke_width="4") + box(x, y, tile, tile, INK, stroke_width="2.5"))
    for at, start, end, colour in ((26, HALF + 1, 0, RANKS[1]), (29.5, HALF - 1, 1, RANKS[0])):
        target = margins[end][0] + strip / 2
        parts.append(arrow([(across(start), down(at)), (target + (3 if end == 0 else -3), down(at))], colour))
    parts.append(text(across(HALF) - GAP / 2 + 10, SCENE + height + 15, "margins", 12, PALE, "middle"))
    return "".join(parts) + zoom(picture, left, top + around, around)


def zoom(picture: Pixels, left: float, bottom: float, width: float) -> str:
    """The tile with its halo, larger, and what a mean of 5 x 5 makes of it."""
    side, x, y = 8, LEFT + 4, 274
    row, col, count = SHOWN[0] * TILE - HALO, SHOWN[1] * TILE - HALO, TILE + 2 * HALO
    seen = picture[row : row + count, col : col + count]
    mean = np.stack([seen[i : i + TILE, j : j + TILE] for i in range(5) for j in range(5)]).mean(0)
    full, ring, inner = count * side, HALO * side, TILE * side
    foreign = x + full - ring
    result = x + full + 76
    lines = f"M{left:g} {bottom:g}L{x:g} {y:g}M{left + width:g} {bottom:g}L{x + full:g} {y:g}"
    return "".join(
        [
            f'<path d="{lines}" stroke="{INK}" stroke-width="1" stroke-dasharray="2 2" fill="none"/>',
            mosaic(seen, x, y, side),
            box(x, y, full, full, INK, stroke_width="2", stroke_dasharray="4 2"),
            box(foreign, y, ring, full, RANKS[1], RANKS[1], fill_opacity="0.25", stroke_width="2"),
            box(x + ring, y + ring, inner, inner, "#ffffff", stroke_width="4"),
            box(x + ring, y + ring, inner, inner, INK, stroke_width="2.5"),
            text(x + full / 2 - 4, y + full / 2 + 2, "tile", 12, INK, "middle", bold=True),
            text(foreign + ring + 6, y + 14, "halo", 12, bold=True),
            text(foreign + ring + 6, y + 88, "of rank 1", 12, RANKS[1], bold=True),
            arrow([(x + full + 8, y + full / 2), (result - 8, y + full / 2)]),
            mosaic(mean, result, y + ring, side),
            box(result, y + ring, inner, inner, INK, stroke_width="2.5"),
            text(result + inner / 2, y + ring - 6, "new tile", 12, INK, "middle", bold=True),
        ]
    )


def global_panel(picture: Pixels, water: Pixels) -> str:
    """Each tile measures; the numbers are added; all tiles go on with the sum."""
    tenths = np.round(10 * water.reshape(ROWS // TILE, TILE, COLS // TILE, TILE).sum((1, 3))).astype(int)
    parts = [divided(picture, faded=0.55)]
    for row, line in enumerate(tenths):
        for col, number in enumerate(line):
            x, y = across(col * TILE) + TILE * SIDE / 2, down(row * TILE) + TILE * SIDE / 2 + 4.5
            parts.append(text(x, y, f"{number / 10:.1f}", 13, INK, "middle", bold=True))
    bottom, middle = SCENE + ROWS * SIDE, across(HALF) - GAP / 2
    total = f"{tenths.sum() / 10:.1f}"
    for rank, first in enumerate((0, HALF)):
        x, part = across(first) + HALF * SIDE / 2, tenths[:, 3 * rank : 3 * rank + 3].sum() / 10
        parts.append(arrow([(x, bottom + 4), (x, bottom + 26)], RANKS[rank]))
        parts.append(box(x - 44, bottom + 28, 88, 28, RANKS[rank], "#ffffff", rx="5", stroke_width="2"))
        parts.append(text(x, bottom + 47, f"{part:.1f}", 15, RANKS[rank], "middle", bold=True))
        parts.append(arrow([(x, bottom + 58), (x, bottom + 88), (middle + (-48, 48)[rank], bottom + 88)], RANKS[rank]))
        parts.append(
            arrow([(middle, bottom + 70), (middle, SCENE + 60), (middle + (-19, 19)[rank], SCENE + 60)], INK, 3)
        )
    parts.append(box(middle - 46, bottom + 72, 92, 32, INK, "#ffffff", rx="5", stroke_width="2.5"))
    parts.append(text(middle, bottom + 94, f"Σ {total}", 17, INK, "middle", bold=True))
    parts.append(text(middle, bottom + 122, "here: pixels of water", 12, PALE, "middle"))
    return "".join(parts)


def attention_panel(picture: Pixels) -> str:
    """A pixel's weights over the pooled keys of the whole scene, and how heads are exchanged."""
    keys = picture.reshape(ROWS // POOL, POOL, COLS // POOL, POOL, 3).mean((1, 3))
    distance = ((keys - picture[QUERY]) ** 2).sum(-1)
    weights = np.exp(-distance / 3000)
    parts, lines = [divided(picture, faded=0.35)], []
    here = across(QUERY[1]) + SIDE / 2, down(QUERY[0]) + SIDE / 2
    for (row, col), weight in sorted(np.ndenumerate(weights), key=lambda item: item[1]):
        x, y = across(col * POOL) + POOL * SIDE / 2, down(row * POOL) + POOL * SIDE / 2
        radius = 1.2 + 5.5 * weight
        parts.append(f'<circle cx="{x:g}" cy="{y:g}" r="{radius:.1f}" fill="{INK}" stroke="#ffffff"/>')
        if weight > 0.12:
            lines.append(f'<path d="M{here[0]:g} {here[1]:g}L{x:g} {y:g}" stroke-width="{0.6 + 2 * weight:.1f}"/>')
    parts.append(f'<g stroke="{INK}" stroke-opacity="0.75">{"".join(lines)}</g>')
    parts.append(f'<circle cx="{here[0]:g}" cy="{here[1]:g}" r="7" fill="#ffd33d" stroke="{INK}" stroke-width="2.5"/>')
    words = text(
        LEFT + COLS * SIDE / 2 + GAP / 2,
        SCENE + ROWS * SIDE + 18,
        "larger dot: more alike, counts more",
        12,
        PALE,
        "middle",
    )
    return "".join(parts) + words + heads()


def heads() -> str:
    """Tokens by heads on two ranks: rows before the exchange, columns after."""
    cell, top, left, right, count = 13, 296, 52, 189, 3
    wide, tall = 4 * cell, count * cell
    parts = [text(left + wide / 2, top - 8, "own tokens, all heads", 11.5, PALE, "middle")]
    for rank in (0, 1):
        y = top + rank * (tall + 10)
        parts.append(cells(left, y, 4, [rank] * count, cell) + box(left, y, wide, tall, RANKS[rank], stroke_width="3"))
        x = right + rank * (2 * cell + 14)
        parts.append(cells(x, top + 5, 2, [0] * count + [1] * count, cell))
        parts.append(box(x, top + 5, 2 * cell, 2 * tall, RANKS[rank], stroke_width="3"))
    parts.append(text(right + 2 * cell + 7, top - 8, "all tokens, own heads", 11.5, PALE, "middle"))
    for y, (start, end) in ((top + 33, (left + wide + 12, right - 12)), (top + 55, (right - 12, left + wide + 12))):
        parts.append(arrow([(start, y), (end, y)]))
    return "".join(parts)


def cells(x: float, y: float, columns: int, origins: Sequence[int], side: float) -> str:
    """Squares in the tint of the rank that they come from, one row for each of ``origins``."""
    return "".join(
        box(x + col * side, y + row * side, side, side, "#ffffff", TINTS[origin])
        for row, origin in enumerate(origins)
        for col in range(columns)
    )


# -- the whole ---------------------------------------------------------------------

WORDS = (
    (
        "1  Local",
        "A tile needs a border of neighbours.",
        "What lies on the other rank was",
        "copied into the margin before.",
    ),
    (
        "2  Global",
        "Each tile measures; all need the sum.",
        "Added as whole numbers (fixed point):",
        "in any order, the same sum.",
    ),
    (
        "3  Attention",
        "A pixel asks the whole scene.",
        "Few keys (pooled): all ranks get all.",
        "Many: ranks exchange heads, and back.",
    ),
)


def legend() -> str:
    """What lines mean."""
    x, y = 16, 12
    tile = box(x + 566, y + 2, 8, 8, PALE) + box(x + 574, y + 2, 8, 8, PALE)
    tile += box(x + 566, y + 10, 8, 8, PALE) + box(x + 574, y + 10, 8, 8, PALE)
    return "".join(
        [
            box(x, y + 2, 11, 16, RANKS[0], stroke_width="3") + box(x + 17, y + 2, 11, 16, RANKS[1], stroke_width="3"),
            text(x + 38, y + 15, "rank: a process, its device", 13),
            f'<path d="M{x + 250} {y + 10}h26" stroke="{INK}" stroke-width="2" stroke-dasharray="5 3"/>',
            text(x + 284, y + 15, "regions: one at a time on the device", 13),
            tile,
            text(x + 592, y + 15, "compute tiles: their size is the preset's", 13),
        ]
    )


def panel(index: int, content: str) -> str:
    """A card with its title, a line below it, and two at its foot."""
    title, line, *foot = WORDS[index]
    x, y, height = 12 + index * (PANEL + 12), 40, HEIGHT - 52
    words = text(LEFT, 26, title, 18, bold=True) + text(LEFT, 48, line, 13)
    words += "".join(text(LEFT, height - 28 + 17 * i, part, 13) for i, part in enumerate(foot))
    card = box(0, 0, PANEL, height, LINE, "#ffffff", rx="8")
    return f'<g transform="translate({x} {y})">{card}{words}{content}</g>'


def figure(landscape: Landscape) -> str:
    """The whole picture."""
    water = blocks(landscape.water)
    picture = colours(landscape, water)
    panels = (local_panel(picture), global_panel(picture, water), attention_panel(picture))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif" role="img">\n'
        "<title>Local, global and attention steps on one scene that two ranks share</title>\n"
    )
    ground = box(0.5, 0.5, WIDTH - 1, HEIGHT - 1, LINE, "#f6f8fa", rx="10")
    cards = "\n".join(panel(index, content) for index, content in enumerate(panels))
    return f"{head}{ground}\n{legend()}\n{cards}\n</svg>\n"


def main() -> None:
    """Draw the landscape and write the figure."""
    TARGET.write_text(figure(draw(4096, 0)), encoding="utf-8")
    print(TARGET)


if __name__ == "__main__":
    main()
