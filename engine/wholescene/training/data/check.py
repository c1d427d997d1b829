"""Looking a data set through before anything is trained on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...raster.gdal import windows
from ...wire.errors import LabelsMissing, WholeSceneError
from ...wire.plan import ClassEntry, Window
from .coding import IGNORE, listed
from .labelled import LabelledScene, open_stored
from .pair import Dataset, Pair

BLOCK = 512  # pixels to a side of what is read at once
SAMPLE = 24  # blocks of a scene that are looked at, if it has more
MOST_SCENES = 40  # scenes of a split that are looked into, if it has more
THREADS = 4
SEQUENTIAL = (".jpg", ".jpeg", ".png")  # a window of these costs all rows above it
LARGE = 16 << 20  # pixels from which that hurts
GOLDEN = 0.6180339887

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Finding:
    """Something to say about a scene, or about the whole if ``scene`` is ""; ``wrong`` if it has to be put right."""

    topic: str
    scene: str
    detail: str
    wrong: bool = True


@dataclass
class SceneReport:
    """What was found in one pair.

    ``counts`` are labelled pixels by train id, estimated for the whole scene from ``seen`` pixels of it;
    ``ignored`` likewise. ``low``, ``high`` and ``mean`` are of the stored values of each band.
    """

    name: str
    split: str
    part: str
    height: int = 0
    width: int = 0
    dtype: str = ""
    crs: str = ""
    pixel_metres: tuple[float, float] | None = None
    seen: float = 0.0
    counts: list[int] = field(default_factory=list)
    ignored: int = 0
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    mean: list[float] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """What :func:`check` found."""

    dataset: str
    title: str
    classes: tuple[ClassEntry, ...]
    bands: tuple[str, ...]
    scenes: tuple[SceneReport, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """What has to be put right."""
        return tuple(finding for finding in self.findings if finding.wrong)

    @property
    def complete(self) -> bool:
        """Whether every pixel of every scene was looked at."""
        return all(scene.seen == 1 for scene in self.scenes)

    def splits(self) -> dict[str, list[SceneReport]]:
        """The scenes by split."""
        names = dict.fromkeys(scene.split for scene in self.scenes)
        return {name: [scene for scene in self.scenes if scene.split == name] for name in names}

    def counts(self, split: str) -> list[int]:
        """Labelled pixels of each class in a split."""
        found = [scene.counts for scene in self.scenes if scene.split == split and scene.counts]
        return [sum(column) for column in zip(*found, strict=True)] if found else [0] * len(self.classes)

    def shares(self, split: str) -> list[float]:
        """The part of the labelled pixels of a split that each class has."""
        counts = self.counts(split)
        return [count / max(sum(counts), 1) for count in counts]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``--json``."""
        return {
            "dataset": self.dataset,
            "title": self.title,
            "ok": not self.wrong,
            "complete": self.complete,
            "classes": [
                {
                    "train_id": i,
                    "value": entry.value,
                    "name": entry.name,
                    "colour": entry.colour,
                    "shares": {split: self.shares(split)[i] for split in self.splits()},
                }
                for i, entry in enumerate(self.classes)
            ],
            "scenes": [
                {name: value for name, value in vars(scene).items() if name != "findings"} for scene in self.scenes
            ],
            "findings": [vars(finding) for finding in self.findings],
            "notes": list(self.notes),
        }


def check(dataset: Dataset, *, full: bool = False, progress: Progress | None = None) -> Report:
    """Look at every scene's files, and into as many of its pixels as time allows; into all with ``full``."""
    tasks = [(split, pair, into) for split, pairs in dataset.splits.items() for pair, into in _chosen(pairs, full)]
    scenes: list[SceneReport] = []
    with ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as pool:
        looks = pool.map(lambda task: _look(dataset, task[0], task[1], into=task[2], full=full), tasks)
        for scene in looks:
            scenes.append(scene)
            if progress is not None:
                progress(len(scenes) / len(tasks))
    findings = [*(finding for scene in scenes for finding in scene.findings), *_of_all(dataset, scenes)]
    return Report(
        dataset=dataset.name,
        title=dataset.title,
        classes=dataset.classes,
        bands=tuple(band.name for band in dataset.bands),
        scenes=tuple(scenes),
        findings=tuple(findings),
        notes=(*dataset.notes, *_notes(dataset, scenes)),
    )


def _chosen(pairs: Sequence[Pair], full: bool) -> Iterator[tuple[Pair, bool]]:
    """Each pair, and whether to look at its pixels: evenly spread, if there are many."""
    step = 1 if full else max(1.0, len(pairs) / MOST_SCENES)
    into = {int(i * step) for i in range(int(len(pairs) / step))}
    for i, pair in enumerate(pairs):
        yield pair, i in into


# -- one scene ------------------------------------------------------------------


def _look(dataset: Dataset, split: str, pair: Pair, *, into: bool, full: bool) -> SceneReport:
    report = SceneReport(pair.name, split, str(pair.part))
    try:
        with open_stored(dataset, pair) as scene:
            _look_at_files(report, scene)
            if into:
                _look_at_pixels(report, scene, len(dataset.classes), full)
    except LabelsMissing as missing:
        report.findings.append(Finding("missing labels", pair.name, f"expected {missing.params['path']}"))
    except WholeSceneError as error:
        report.findings.append(Finding(error.code, pair.name, error.message))
    return report


def _look_at_files(report: SceneReport, scene: LabelledScene) -> None:
    grid = scene.scene.grid
    report.height, report.width = scene.size
    report.dtype = scene.scene.dtype
    report.crs = grid.crs.to_string()[:60] if grid.crs is not None else ""
    report.pixel_metres = grid.pixel_size_metres if grid.georeferenced else None
    if not report.height or not report.width:
        report.findings.append(Finding("empty part", report.name, f"{report.part} lies outside of the scene"))


def _look_at_pixels(report: SceneReport, scene: LabelledScene, classes: int, full: bool) -> None:
    chosen = sample(*scene.size, full)
    area = report.height * report.width
    tally = _Tally(classes, len(scene.view.bands))
    for window in chosen:
        labels, unknown = scene.found(window)
        stored = scene.image(window)
        tally.add(stored[0], stored[1], labels, unknown)
    looked = sum(window.height * window.width for window in chosen)
    scale = area / max(looked, 1)
    report.seen = looked / max(area, 1)
    report.counts = [round(count * scale) for count in tally.counts[:classes]]
    report.ignored = area - sum(report.counts)
    report.low, report.high, report.mean = tally.ranges()
    report.findings += _of_scene(report, tally, scene)


class _Tally:
    """Pixels of each class and the range of each band, window by window."""

    def __init__(self, classes: int, bands: int) -> None:
        self.counts: npt.NDArray[np.int64] = np.zeros(IGNORE + 1, np.int64)
        self.classes = classes
        self.unknown: dict[str, int] = {}
        self.low, self.high = np.full(bands, np.inf), np.full(bands, -np.inf)
        self.total, self.valid = np.zeros(bands), 0

    def add(
        self,
        values: npt.NDArray[np.float32],
        valid: npt.NDArray[np.bool_],
        labels: npt.NDArray[np.uint8],
        unknown: dict[str, int],
    ) -> None:
        self.counts += np.bincount(labels[valid], minlength=IGNORE + 1)
        for value, count in unknown.items():
            self.unknown[value] = self.unknown.get(value, 0) + count
        if not valid.any():
            return
        chosen = values[:, valid]
        self.low, self.high = np.minimum(self.low, chosen.min(1)), np.maximum(self.high, chosen.max(1))
        self.total += chosen.sum(1, dtype=np.float64)
        self.valid += chosen.shape[1]

    def ranges(self) -> tuple[list[float], list[float], list[float]]:
        """Smallest, largest and mean value of each band; nothing if no pixel is valid."""
        if not self.valid:
            return [], [], []
        return self.low.tolist(), self.high.tolist(), (self.total / self.valid).tolist()


def _of_scene(report: SceneReport, tally: _Tally, scene: LabelledScene) -> Iterator[Finding]:
    name = report.name
    if tally.unknown:
        told = listed([f"{value or 'nothing'} ({count})" for value, count in sorted(tally.unknown.items())])
        yield Finding("unknown values", name, f"no class has {told}; classes have {scene.labels.known}")
    if not tally.valid:
        yield Finding("no data", name, "no valid pixel was found in the image")
        return
    if not sum(report.counts) and not tally.unknown:
        yield Finding("no labels", name, "no labelled pixel was found", wrong=report.seen == 1)
    still = [str(band + 1) for band in range(len(report.low)) if report.low[band] == report.high[band]]
    if still:
        yield Finding("flat bands", name, f"band {listed(still)} is {report.low[int(still[0]) - 1]:g} everywhere")
    if _is_slow(scene.pair) and report.height * report.width > LARGE:
        detail = "a window of a JPEG or PNG costs all rows above it; training is faster from tiled GeoTIFFs"
        yield Finding("slow files", "", detail, wrong=False)


def _is_slow(pair: Pair) -> bool:
    return any(Path(source).suffix.lower() in SEQUENTIAL for source in pair.sources)


def sample(height: int, width: int, full: bool) -> list[Window]:
    """Blocks to look at, row by row: all, or some that are spread over the scene and never lie in columns."""
    blocks = windows(height, width, BLOCK)
    if full or len(blocks) <= SAMPLE:
        return blocks
    step = len(blocks) / SAMPLE
    return [blocks[int((i + (i * GOLDEN) % 1) * step)] for i in range(SAMPLE)]


# -- all scenes -----------------------------------------------------------------


def _of_all(dataset: Dataset, scenes: Sequence[SceneReport]) -> Iterator[Finding]:
    for stray in dataset.strays:
        yield Finding("labels without scene", "", stray)
    if not scenes:
        yield Finding("no scenes", "", "no split holds a scene")
        return
    if "train" not in dataset.splits:
        yield Finding("no training", "", "no scene is for training", wrong=False)
    yield from _differences(scenes)
    yield from _empty_classes(dataset, scenes)


def _differences(scenes: Sequence[SceneReport]) -> Iterator[Finding]:
    types = sorted({scene.dtype for scene in scenes if scene.dtype})
    if len(types) > 1:
        yield Finding("mixed types", "", f"the images hold {', '.join(types)}: one scaling cannot suit all")
    sizes = [side for scene in scenes if scene.pixel_metres for side in scene.pixel_metres]
    if sizes and max(sizes) > 1.5 * min(sizes):
        detail = f"pixels measure from {min(sizes):.3g} to {max(sizes):.3g} m"
        yield Finding("mixed resolutions", "", detail, wrong=False)


def _empty_classes(dataset: Dataset, scenes: Sequence[SceneReport]) -> Iterator[Finding]:
    """Classes that nothing can be learnt of; wrong only where nothing was left out."""
    looked = [scene for scene in scenes if scene.counts]
    sure = all(scene.seen == 1 for scene in scenes)
    teaching = any(scene.split == "train" for scene in looked)
    hint = "" if sure else " in the pixels that were looked at"
    for i, entry in enumerate(dataset.classes):
        within = {scene.split for scene in looked if scene.counts[i]}
        if looked and not within:
            yield Finding("empty class", "", f"no pixel is {entry.name}{hint}", wrong=sure)
        elif teaching and "train" not in within:
            yield Finding("empty class", "", f"{entry.name} is nowhere in train{hint}", wrong=sure)


def _notes(dataset: Dataset, scenes: Sequence[SceneReport]) -> Iterator[str]:
    if dataset.unlabelled:
        yield f"without labels, as known: {listed([pair.name for pair in dataset.unlabelled])}"
    looked = [scene for scene in scenes if scene.seen]
    if len(looked) < len([scene for scene in scenes if scene.height]):
        yield f"looked into {len(looked)} of {len(scenes)} scenes; --full looks into all"
    partly = [scene.seen for scene in looked if scene.seen < 1]
    if partly:
        yield f"looked at {min(partly):.0%} or more of the pixels of large scenes; --full looks at all"
