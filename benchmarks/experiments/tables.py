"""From results to Markdown: mean ± standard deviation over seeds, and the place of each table in the docs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wholescene.training.validation import ious

from .ledger import Line
from .variants import Variant

MISSING = "*Not yet run.*"


def iou_of(line: Line, test: str) -> npt.NDArray[np.float64]:
    """IoU by class over the pixels of all test scenes of one seed."""
    scenes = [np.array(found["confusion"], np.int64) for found in line["tests"][test].values()]
    return ious(np.sum(scenes, 0))


def named(line: Line, test: str) -> tuple[float, float] | None:
    """Of the waters of all test scenes: the share whose most frequent class is right, and that class's mean share.

    The first is the mean over classes, since there are more ponds than rivers. Pixels taken for land (class 0) do
    not count.
    """
    right: dict[int, list[bool]] = {}
    shares: list[float] = []
    for found in line["tests"][test].values():
        for counts, kind in zip(found["waters"], found["kinds"], strict=True):
            wet = np.array(counts[1:])
            if wet.sum():
                right.setdefault(kind, []).append(int(wet.argmax()) + 1 == kind)
                shares.append(float(wet.max() / wet.sum()))
    return (float(np.mean([np.mean(found) for found in right.values()])), float(np.mean(shares))) if right else None


def spread(values: Sequence[float]) -> str:
    """Mean ± standard deviation of the sample (n - 1); a single value has none."""
    if not len(values):
        return "-"
    mean = float(np.mean(values))
    return f"{mean:.3f} ± {float(np.std(values, ddof=1)):.3f}" if len(values) > 1 else f"{mean:.3f}"


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the first column to the left, the others to the right."""
    lines = [header, ["---", *(["--:"] * (len(header) - 1))], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def by_class(variants: Sequence[Variant], results: dict[str, Line]) -> str:
    """A row for each test of each variant: mean IoU, then each class; and CPU seconds."""
    classes = next((line["classes"] for line in results.values()), [])
    rows = []
    for variant in variants:
        lines = _of(variant, results)
        for test in variant.tests if lines else ():
            found = np.array([iou_of(line, test.name) for line in lines])
            name = variant.name if len(variant.tests) == 1 else f"{variant.name}; {test.name}"
            cpu = np.mean([line["train_cpu_s"] for line in lines if not line["resumed"]] or [np.nan])
            numbers = [spread(np.nanmean(found, 1)), *(spread(found[:, i]) for i in range(len(classes)))]
            numbers += _waters(lines, test.name)
            rows.append([name, *numbers, str(len(lines)), "-" if np.isnan(cpu) else f"{cpu:.0f}"])
    if not rows:
        return MISSING
    return markdown(["", "mean IoU", *classes, "waters right", "of one name", "seeds", "CPU s"], rows)


def _waters(lines: Sequence[Line], test: str) -> list[str]:
    """Over seeds, what `named` gives."""
    found = [pair for line in lines if (pair := named(line, test)) is not None]
    return [spread([pair[which] for pair in found]) for which in (0, 1)]


def crossed(variants: Sequence[Variant], results: dict[str, Line], without: Sequence[str] = ()) -> str:
    """Variants down, tests across, mean IoU of all classes but those ``without``."""
    rows = []
    for variant in variants:
        lines = _of(variant, results)
        if lines:
            means = [[_mean(line, test.name, without) for line in lines] for test in variant.tests]
            rows.append([variant.name, *(spread(values) for values in means), str(len(lines))])
    if not rows:
        return MISSING
    return markdown(["mean IoU", *(test.name for test in variants[0].tests), "seeds"], rows)


def _mean(line: Line, test: str, without: Sequence[str]) -> float:
    kept = [name not in without for name in line["classes"]]
    return float(np.nanmean(iou_of(line, test)[kept]))


def put(document: Path, name: str, table: str) -> None:
    """Replace what stands between ``<!-- table NAME -->`` and ``<!-- end -->``; ValueError if that is missing."""
    text = document.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- table {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{document.name} has no place for the table {name}")
    document.write_text(pattern.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", text), encoding="utf-8")


def _of(variant: Variant, results: dict[str, Line]) -> list[Line]:
    """A variant's results, one for each seed."""
    return [line for line in results.values() if line["fingerprint"] == variant.fingerprint and _named(line, variant)]


def _named(line: Line, variant: Variant) -> bool:
    key: str = line["cell"]
    return key.split("/")[1:-1] == [variant.table, variant.name.replace(" ", "-")]
