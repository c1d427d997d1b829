"""The tables of an evaluation in the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

    from ..evaluation.baseline import Figures
    from ..evaluation.metrics import Scores
    from ..evaluation.results import Evaluation, SceneResult

FEW_CLASSES = 6  # so many have columns of their own
SHOWN_SCENES = 20


def show(found: Evaluation, console: Console) -> None:
    """Scenes, all of them together, seams; where the rest is, the caller says."""
    facts = found.facts
    console.print(f"{facts['preset']} on {facts['dataset']}, split {facts['split']}\n", style="bold", markup=False)
    for scene in found.scenes[:SHOWN_SCENES]:
        part = "" if scene.part == "all" else f", {scene.part}"
        _print(console, f"{scene.name} ({scene.height} x {scene.width}{part})", _scene(found, scene))
    if len(found.scenes) > SHOWN_SCENES:
        console.print(f"and {len(found.scenes) - SHOWN_SCENES} more scenes\n", style="dim")
    if len(found.scenes) > 1:
        _print(console, f"all {len(found.scenes)} scenes", _together(found))
    if len(found.classes.names) > FEW_CLASSES:
        _print(console, "IoU by class, all pixels", _classes(found))
    for key, tiling in found.tilings.items():
        _print(console, f"seams along edges of {tiling.title} (1: no trace)", _seams(found, key))
    if found.earlier:
        note = f"Test scenes: {found.earlier} earlier evaluation(s) of this split are in this folder's log.\n"
        console.print(note, style="yellow")


def _print(console: Console, title: str, table: Table) -> None:
    console.print(title, style="bold", markup=False, soft_wrap=True)
    console.print(table)


def _columns(found: Evaluation) -> tuple[str, ...]:
    names = found.classes.names
    return names if len(names) <= FEW_CLASSES else ()


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(columns[0])
    for column in columns[1:]:
        table.add_column(column, justify="right")
    return table


def _scores_table(found: Evaluation) -> Table:
    return _table("mode", "OA", "mIoU", "mAcc", "F1", *(f"IoU {name}" for name in _columns(found)), "")


def _scene(found: Evaluation, scene: SceneResult) -> Table:
    table = _scores_table(found)
    for row in scene.rows:
        table.add_row(
            Text(row.row.mode), *_cells(row.row.scores, found), "kept" if row.kept else f"{row.seconds:.0f} s"
        )
    baseline = found.baseline
    if baseline is not None and scene.name in baseline.scenes:
        table.add_row(*_baseline(baseline.title, baseline.scenes[scene.name], found), style="dim")
    table.add_row()
    return table


def _together(found: Evaluation) -> Table:
    table = _scores_table(found)
    for row in found.pooled:
        table.add_row(Text(f"{row.mode}, all pixels"), *_cells(row.scores, found))
    for mode, mean in zip(found.modes, found.means, strict=True):
        table.add_row(Text(f"{mode}, mean of scenes"), *_cells(mean, found))
    if found.baseline is not None and found.baseline.all is not None:
        table.add_row(*_baseline(found.baseline.title, found.baseline.all, found), style="dim")
    table.add_row()
    return table


def _classes(found: Evaluation) -> Table:
    table = _table("class", *found.modes)
    for i, name in enumerate(found.classes.names):
        table.add_row(Text(name), *(share(row.scores.classes[i].iou) for row in found.pooled))
    table.add_row()
    return table


def _seams(found: Evaluation, key: str) -> Table:
    table = _table("mode", "wrong there", "elsewhere", "errors", "changes", "by chance")
    for row in found.pooled:
        seam = row.seams[key]
        rates = (share(seam.near, 4), share(seam.elsewhere, 4), share(seam.errors, 2), share(seam.changes, 2))
        table.add_row(Text(row.mode), *rates, f"{share(seam.chance_low, 2)} to {share(seam.chance_high, 2)}")
    table.add_row()
    return table


def _cells(scores: Scores, found: Evaluation) -> list[str]:
    ious = [entry.iou for entry in scores.classes] if _columns(found) else []
    return [share(value) for value in (scores.oa, scores.miou, scores.macc, scores.f1, *ious)]


def _baseline(title: str, figures: Figures, found: Evaluation) -> list[Text]:
    ious = [figures.of_class(name) for name in _columns(found)]
    values = (figures.oa, figures.miou, figures.macc, figures.f1, *ious)
    return [Text(title), *(Text(share(value)) for value in values)]


def share(value: float | None, digits: int = 3) -> str:
    """A figure, or a dash where there is none."""
    return "-" if value is None or math.isnan(value) else f"{value:.{digits}f}"
