"""The page: an evaluation as one HTML file that needs nothing else, for light and dark screens."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources

import numpy as np

from ..training.data import IGNORE
from ..wire.plan import NODATA
from . import png
from .baseline import Figures
from .classes import Classes
from .counting import Pixels
from .metrics import Scores
from .results import Evaluation, Row, SceneResult
from .seams import WIDTH, Tiling

FEW_CLASSES = 12  # so many have columns of their own in the first tables
WRONG, RIGHT, NOTHING = (214, 39, 40, 255), (128, 136, 144, 70), (0, 0, 0, 0)
SHOWN_WIDTH = 280  # of a picture on the page
FACTS = (
    ("when", "when"),
    ("engine", "engine"),
    ("weights (SHA-256)", "weights_sha256"),
    ("data", "data"),
    ("settings (SHA-256)", "settings_sha256"),
    ("configuration (SHA-256)", "config_sha256"),
    ("training recipe (SHA-256)", "recipe_sha256"),
    ("revision", "revision"),
)


def page(found: Evaluation) -> str:
    """The whole file."""
    facts = found.facts
    title = escape(f"{facts['preset']} on {facts['dataset']}")
    style = resources.files(__package__).joinpath("page_style.css").read_text(encoding="utf-8")
    count = len(found.scenes)
    subtitle = f"split {facts['split']}, {count} {'scene' if count == 1 else 'scenes'}"
    body = [
        f"<h1>{title}</h1>",
        f'<p class="dim">{escape(subtitle)}</p>',
        _looked_before(found),
        _facts(found),
        "<h2>Scores</h2>",
        _all_scenes(found),
        "<h2>Seams</h2>",
        _seams(found),
        "<h2>Classes</h2>",
        *(_classes_of(row) for row in found.pooled),
        *(_confusion(row, found.classes.names) for row in found.pooled),
        "<h2>Scenes</h2>",
        _legend(found),
        *(_scene(found, scene) for scene in found.scenes),
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    lines = ['<!doctype html>\n<html lang="en">', f"<head>{head}<style>\n{style}</style></head>", "<body>", *body]
    return "\n".join([*lines, "</body></html>\n"])


def _facts(found: Evaluation) -> str:
    rows = [(label, found.facts[name]) for label, name in FACTS if found.facts.get(name)]
    cells = "".join(f"<tr><td>{label}</td><td>{escape(str(value))}</td></tr>" for label, value in rows)
    return f'<table class="facts">{cells}</table>'


def _looked_before(found: Evaluation) -> str:
    if found.earlier is None:
        return ""
    looks = f"after {found.earlier} earlier {'look' if found.earlier == 1 else 'looks'}"
    times = looks if found.earlier else "for the first time"
    return f'<p class="note">These are test scenes, evaluated {times} (as far as this folder\'s log knows).</p>'


# -- tables -----------------------------------------------------------------------


def share(value: float | None, digits: int = 3) -> str:
    """A figure, or a dash where there is none."""
    return "–" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def _table(header: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], caption: str = "") -> str:
    """Rows are (class of the row, cells); cells are HTML already."""
    head = "".join(f"<th>{escape(text)}</th>" for text in header)
    body = "".join(
        f'<tr class="{kind}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for kind, cells in rows
    )
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="scroll"><table>{told}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _columns(classes: Classes) -> tuple[str, ...]:
    """The classes that have columns in tables of modes."""
    return classes.names if len(classes.names) <= FEW_CLASSES else ()


def _header(classes: Classes) -> list[str]:
    return ["mode", "OA", "mIoU", "mAcc", "F1", *(f"IoU {name}" for name in _columns(classes))]


def _scores(mode: str, found: Scores, classes: Classes) -> list[str]:
    ious = [entry.iou for entry in found.classes] if _columns(classes) else []
    return [escape(mode), *map(share, (found.oa, found.miou, found.macc, found.f1, *ious))]


def _baseline(title: str, figures: Figures, classes: Classes) -> tuple[str, list[str]]:
    ious = [figures.of_class(name) for name in _columns(classes)]
    cells = map(share, (figures.oa, figures.miou, figures.macc, figures.f1, *ious))
    return "baseline", [escape(title), *cells]


def _all_scenes(found: Evaluation) -> str:
    classes, header = found.classes, _header(found.classes)
    rows = [("", _scores(row.mode, row.scores, classes)) for row in found.pooled]
    if found.baseline is not None and found.baseline.all is not None:
        rows.append(_baseline(found.baseline.title, found.baseline.all, classes))
    tables = _table(header, rows, "all pixels of all scenes")
    if len(found.scenes) > 1:
        means = [("", _scores(mode, mean, classes)) for mode, mean in zip(found.modes, found.means, strict=True)]
        tables += _table(header, means, "mean of the scenes")
    if classes.unaveraged:
        tables += f'<p class="dim">Not in the means: {escape(", ".join(sorted(classes.unaveraged)))}.</p>'
    return tables


def _seams(found: Evaluation) -> str:
    told = (
        f"Errors: the share of wrong pixels within {WIDTH} pixels of the edges of tiles over that elsewhere. Changes: "
        "how often the class changes across these edges over how often it does across other lines; it needs no labels. "
        "1 means that the edges leave no trace; a map that is not cut is held against the same lines. By chance: where "
        "nine of ten copies of the lines come to lie that are moved over the map; small scenes change in few places."
    )
    tables = [
        _table(
            ["mode", "wrong at edges", "wrong elsewhere", "errors", "changes", "by chance"],
            [_seam(row, key, tiling) for row in found.pooled],
            f"edges of {tiling.title}",
        )
        for key, tiling in found.tilings.items()
    ]
    return f'<p class="dim">{told}</p>' + "".join(tables)


def _seam(row: Row, key: str, tiling: Tiling) -> tuple[str, list[str]]:
    seam = row.seams[key]
    rates = [share(rate, 4) for rate in (seam.near, seam.elsewhere)]
    ratios = [share(ratio, 2) for ratio in (seam.errors, seam.changes)]
    ratios.append(f"{share(seam.chance_low, 2)} to {share(seam.chance_high, 2)}")
    return "own" if cuts(row.mode, tiling) else "", [escape(row.mode), *rates, *ratios]


def cuts(mode: str, tiling: Tiling) -> bool:
    """Whether a mode cuts the scene there."""
    own = f"grid {tiling.height} x {tiling.width}" if tiling.overlap is None else f"crop {tiling.height}"
    return mode == own


def _classes_of(row: Row) -> str:
    rows = [
        (
            "",
            [
                escape(entry.name),
                *map(share, (entry.iou, entry.f1, entry.precision, entry.recall)),
                f"{entry.labelled:,}",
                f"{entry.mapped:,}",
            ],
        )
        for entry in row.scores.classes
    ]
    return _table(["class", "IoU", "F1", "precision", "recall", "pixels labelled", "pixels mapped"], rows, row.mode)


def _confusion(row: Row, names: Sequence[str]) -> str:
    counts = row.confusion
    columns = [*names, "none of these"] if counts[:, -1].any() else list(names)
    totals = np.maximum(counts.sum(1, keepdims=True), 1)
    rows = "".join(
        f"<tr><td>{escape(name)}</td>{''.join(_shade(value, value / total) for value in line[: len(columns)])}</tr>"
        for name, line, total in zip(names, counts.tolist(), totals[:, 0].tolist(), strict=True)
    )
    head = "".join(f"<th>{escape(name)}</th>" for name in ["labels ↓ map →", *columns])
    table = f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    return f"<details><summary>Confusion matrix of {escape(row.mode)} (pixels)</summary>{table}</details>"


def _shade(value: int, part: float) -> str:
    return f'<td class="share" style="background: rgba(var(--heat), {0.55 * part:.3f})">{value:,}</td>'


# -- scenes -----------------------------------------------------------------------


def _legend(found: Evaluation) -> str:
    entries = [(entry.name, entry.colour) for entry in found.classes.entries] + [("wrong", "#D62728")]
    return (
        '<div class="legend">'
        + "".join(
            f'<span><span class="swatch" style="background: {colour}"></span>{escape(name)}</span>'
            for name, colour in entries
        )
        + "</div>"
    )


def _scene(found: Evaluation, scene: SceneResult) -> str:
    part = "" if scene.part == "all" else f", scored in {scene.part}"
    labelled = scene.rows[0].row.scores.pixels / max(scene.height * scene.width, 1)
    size = f"{scene.height:,} × {scene.width:,} pixels, {labelled:.1%} with a label that counts{part}"
    rows = [("", _scores(row.row.mode, row.row.scores, found.classes)) for row in scene.rows]
    baseline = found.baseline
    if baseline is not None and scene.name in baseline.scenes:
        rows.append(_baseline(baseline.title, baseline.scenes[scene.name], found.classes))
    return (
        f'<h3>{escape(scene.name)}</h3><p class="dim">{escape(size)}</p>'
        + _table(_header(found.classes), rows)
        + f'<div class="maps">{"".join(_pictures(found, scene))}</div>'
    )


def _pictures(found: Evaluation, scene: SceneResult) -> Iterable[str]:
    classes = found.classes
    none = len(classes.entries)
    colours = [png.colour_of(entry.colour) for entry in classes.entries] + [(90, 90, 90, 255), NOTHING]
    labels = _label_classes(scene.labels, classes)
    shown = np.where(labels == IGNORE, none + 1, labels).astype(np.uint8)
    yield _pair(_figure(png.rgba(scene.image), "scene", scene), _figure(png.indexed(shown, colours), "labels", scene))
    for row in scene.rows:
        mapped = _map_classes(row.picture, found)
        judged = np.where(labels == IGNORE, 2, np.where(mapped == labels, 1, 0)).astype(np.uint8)
        yield _pair(
            _figure(png.indexed(mapped, colours), row.row.mode, scene),
            _figure(png.indexed(judged, [WRONG, RIGHT, NOTHING]), f"{row.row.mode}: wrong pixels", scene),
        )


def _label_classes(labels: Pixels, classes: Classes) -> Pixels:
    """Scored classes of train ids; IGNORE where pixels do not count."""
    table = np.full(256, IGNORE, np.uint8)
    for train_id, index in enumerate(classes.of_label):
        if index is not None:
            table[train_id] = index
    return table[labels]


def _map_classes(values: Pixels, found: Evaluation) -> Pixels:
    """Scored classes of class values; then one for all others, and one for no data."""
    none = len(found.classes.entries)
    table = np.full(256, none, np.uint8)
    for entry, index in zip(found.maps, found.classes.of_map, strict=True):
        table[entry.value] = index
    table[NODATA] = none + 1
    return table[values]


def _pair(one: str, other: str) -> str:
    """Two pictures that stay beside each other."""
    return f'<div class="pair">{one}{other}</div>'


def _figure(picture: bytes, caption: str, scene: SceneResult) -> str:
    words = escape(caption)
    width = min(SHOWN_WIDTH, round(SHOWN_WIDTH * scene.width / scene.height))
    source = png.data_address(picture)
    alt = escape(f"{scene.name}: {caption}")
    return f'<figure><img src="{source}" width="{width}" alt="{alt}"><figcaption>{words}</figcaption></figure>'
