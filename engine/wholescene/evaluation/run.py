"""One evaluation from settings to results: scene by scene and mode by mode, each kept when it is finished."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

from .. import __version__
from ..holistic import segment as segment_here
from ..holistic.sink import Sink
from ..presets.preset import Preset
from ..presets.zoo import Zoo
from ..training.data import Dataset, LabelledScene, ModelInput, Pair, load_dataset
from ..wire.errors import NothingToScore, OutputUnwritable
from ..wire.request import SegmentRequest
from . import log
from .baseline import Baseline, read_baseline
from .cells import Cell, Cells, Keys
from .classes import Classes, match
from .counting import tally
from .maps import Listener, MapSink, Silent
from .modes import Mode, modes, tilings
from .results import Evaluation, Row, SceneResult, SceneRow, known
from .seams import Tiling, edges_of
from .settings import Settings
from .thumbnails import image_of, labels_of, step_of

UNSCALED = {"type": "min-max", "minimum": 0, "maximum": 1}  # labels are read here, not what the network sees
Segment = Callable[[SegmentRequest, Sink], object]


@dataclass(frozen=True)
class Case:
    """What is evaluated, all of it found and checked."""

    settings: Settings
    preset: Preset
    dataset: Dataset
    pairs: tuple[Pair, ...]
    modes: tuple[Mode, ...]
    shown: Mapping[str, Tiling]
    held_against: Mapping[str, Tiling]
    classes: Classes
    baseline: Baseline | None

    def open(self, pair: Pair) -> LabelledScene:
        """A scene with its labels, whole: a part of a scene is scored in the map of all of it."""
        wants = ModelInput(self.preset.name, self.preset.bands, UNSCALED, self.preset.ground_resolution)
        return self.dataset.open(pair, wants, whole=True)

    def request(self, pair: Pair, scene: LabelledScene, mode: Mode) -> SegmentRequest:
        """What makes a map of this scene in this mode."""
        return SegmentRequest(
            sources=pair.sources,
            preset=self.settings.preset,
            bands=tuple(map(str, scene.view.bands)),
            precision=self.settings.precision,
            nodata=self.dataset.nodata,
            **mode.fields,
        )


def evaluate(
    settings: Settings,
    output: Path,
    *,
    config: Path | None = None,
    zoo: Zoo | None = None,
    segment: Segment | None = None,
    listener: Listener | None = None,
) -> Evaluation:
    """Score a preset on the scenes of a split; what is finished is kept in ``output`` and not computed again.

    Everything is looked at before the first map is made, so that a missing label does not end a long run. A look at
    test scenes is logged in ``output``. ``segment`` makes the maps (None: this process); ``config`` is the file that
    the settings come from.

    Raises:
        NothingToScore, EvaluationInvalid, EvaluationClasses, EvaluationClass, BaselineInvalid: the settings do not fit.
        WholeSceneError: preset, data or a scene cannot be used.
        Cancelled: the listener asked for it; finished cells stay.
    """
    zoo = zoo or Zoo()
    case = prepare(settings, zoo)
    _make_folder(output)
    facts = _facts(case, config)
    earlier = log.note(output / log.FILE, facts) if settings.split == "test" else None
    cells, keys = Cells(output), Keys(case.preset, case.dataset)
    making, watching = segment or partial(segment_here, zoo=zoo), listener or Silent()
    scenes = tuple(_scene(case, pair, cells, keys, making, watching) for pair in case.pairs)
    if not any(row.row.scores.pixels for scene in scenes for row in scene.rows):
        raise NothingToScore(detail=f"no pixel of the split '{settings.split}' has a label that counts")
    labels, maps = case.dataset.classes, case.preset.classes
    found = Evaluation(facts, case.classes, labels, maps, case.shown, scenes, case.baseline, earlier)
    if earlier is not None:
        log.note_end(output / log.FILE, facts["when"], _outcome(found))
    return found


def prepare(settings: Settings, zoo: Zoo) -> Case:
    """Find everything and check that it fits together; no pixel is read. Raises as `evaluate`."""
    preset = zoo.load(settings.preset)
    preset.weights_path()
    split_file = None if settings.split_file is None else Path(settings.split_file)
    dataset = load_dataset(Path(settings.data), settings.format, split_file)
    classes = match(dataset.classes, preset.classes, settings.classes.wishes(), dataset.name, preset.name)
    chosen = modes(settings, preset)
    shown, held_against = tilings(settings, chosen)
    case = Case(
        settings=settings,
        preset=preset,
        dataset=dataset,
        pairs=_pairs(dataset, settings),
        modes=chosen,
        shown=shown,
        held_against=held_against,
        classes=classes,
        baseline=None if settings.baseline is None else read_baseline(Path(settings.baseline), classes.names),
    )
    for pair in case.pairs:
        case.open(pair).close()  # labels, bands and sizes
    return case


def _pairs(dataset: Dataset, settings: Settings) -> tuple[Pair, ...]:
    pairs = dataset.splits.get(settings.split, ())
    if not pairs:
        known = ", ".join(dataset.splits) or "none"
        raise NothingToScore(detail=f"'{dataset.name}' has no split '{settings.split}' here, it has: {known}")
    chosen = [pair for pair in pairs if _wanted(pair, settings.scenes)]
    for pattern in settings.scenes:
        if not any(_wanted(pair, [pattern]) for pair in pairs):
            names = ", ".join(pair.name for pair in pairs)
            raise NothingToScore(detail=f"no scene of the split '{settings.split}' is named {pattern} ({names})")
    return tuple(chosen)


def _wanted(pair: Pair, patterns: Sequence[str]) -> bool:
    return not patterns or any(pair.name == pattern or fnmatchcase(pair.name, pattern) for pattern in patterns)


def _scene(case: Case, pair: Pair, cells: Cells, keys: Keys, segment: Segment, listener: Listener) -> SceneResult:
    """All modes over one scene."""
    with case.open(pair) as scene:
        rows = []
        for mode in case.modes:
            request = case.request(pair, scene, mode)
            key = keys.key(request, pair)
            cell = cells.find(key, case.held_against)
            kept = cell is not None
            if cell is None:
                cell = _cell(case, scene, mode, request, key, segment, listener)
                cells.add(cell)
            row = Row.of(mode.name, cell.tally, case.classes, case.shown)
            rows.append(SceneRow(row, cell.tally, cell.precision, cell.seconds, kept, cell.picture))
        grid = scene.scene.grid
        image, labels = image_of(scene, case.preset.bands), labels_of(scene)
    return SceneResult(pair.name, grid.height, grid.width, str(pair.part), tuple(rows), image, labels)


def _cell(
    case: Case,
    scene: LabelledScene,
    mode: Mode,
    request: SegmentRequest,
    key: str,
    segment: Segment,
    listener: Listener,
) -> Cell:
    """Make a map and count it."""
    began = time.monotonic()
    listener.started(f"{scene.name}, {mode.name}")
    try:
        with MapSink(listener) as sink:
            segment(request, sink)
            edges = {name: edges_of(tiling, scene.view) for name, tiling in case.held_against.items()}
            counts = tally(sink.classes, scene, len(case.dataset.classes), case.preset.classes, edges)
            step = step_of(*sink.classes.shape)
            picture = sink.classes[::step, ::step].copy()
            seconds = time.monotonic() - began
            return Cell(key, scene.name, mode.name, sink.precision, seconds, counts, picture)
    finally:
        listener.ended()


def _facts(case: Case, config: Path | None) -> dict[str, Any]:
    """What was evaluated, for the log and the report."""
    weights, settings = case.preset.weights, case.settings
    assert weights is not None  # found by prepare
    folder = weights.path.parent
    recipes = sorted(folder.glob("*.toml"))
    return {
        "when": log.now(),
        "engine": f"wholescene {__version__}",
        "preset": case.preset.name,
        "weights_sha256": weights.sha256,
        "dataset": case.dataset.name,
        "data": settings.data,
        "split": settings.split,
        "scenes_evaluated": [pair.name for pair in case.pairs],
        "modes": [mode.name for mode in case.modes],
        "settings_sha256": settings.sha256,
        "config": None if config is None else str(config),
        "config_sha256": log.file_sha256(config),
        "recipe_sha256": log.file_sha256(recipes[0]) if len(recipes) == 1 else None,
        "revision": log.revision(config.resolve().parent if config is not None else folder),
    }


def _outcome(found: Evaluation) -> dict[str, Any]:
    """What the log says of the end."""
    kept = [row.kept for scene in found.scenes for row in scene.rows]
    miou = {row.mode: known(row.scores.miou) for row in found.pooled}
    return {"miou": miou, "maps_made": kept.count(False), "maps_kept": kept.count(True)}


def _make_folder(output: Path) -> None:
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputUnwritable(path=str(output), detail=problem.strerror or str(problem)) from None
