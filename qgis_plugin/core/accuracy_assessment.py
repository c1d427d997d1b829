"""An accuracy assessment: a cross table read through a class mapping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from ..wire.errors import NothingMapped
from .accuracy_classes import Beyond, ClassMapping, MapClass, target_of
from .accuracy_estimate import StratifiedEstimate, estimate
from .accuracy_matrix import ORIENTATION, Figures, figures_of
from .accuracy_reference import Kind
from .accuracy_table import CrossTable

OTHER = "other"  # name of the column of reference classes that the map does not have


@dataclass(frozen=True)
class Assessment:
    """How right a class map is.

    ``matrix`` ``[R, C]`` counts pixels or points: R classes of the map down, the same across, and one
    more column if classes of the reference that the map does not have are counted. For points,
    ``sample`` holds the stratified estimates and ``figures`` are those of the estimated shares of
    the area; else ``figures`` are those of the counts.
    """

    table: CrossTable
    classes: Tuple[MapClass, ...]
    matrix: np.ndarray
    mapping: Mapping[str, Any]
    ignored: Mapping[str, int]
    figures: Figures
    sample: Optional[StratifiedEstimate]

    @property
    def columns(self) -> List[str]:
        """Names of the columns."""
        names = [each.name for each in self.classes]
        return names if self.matrix.shape[1] == len(names) else [*names, OTHER]

    @property
    def count(self) -> int:
        """Pixels or points that were compared."""
        return int(self.matrix.sum())

    @property
    def counts_figures(self) -> Figures:
        """The figures of the bare counts: for points they tell of the sample, not of the map."""
        return figures_of(self.matrix)

    @property
    def area_unit(self) -> str:
        """Of the areas of a sample."""
        return "ha" if self.table.hectares is not None else "pixels"

    def sizes(self) -> List[float]:
        """Area of each class in the whole map, in ``area_unit``."""
        sizes: Mapping[int, float] = self.table.pixels if self.table.hectares is None else self.table.hectares
        return [float(sizes.get(each.value, 0)) for each in self.classes]

    def to_dict(self) -> Dict[str, Any]:
        """Everything as plain values, for JSON."""
        plain: Dict[str, Any] = {
            "orientation": ORIENTATION,
            "reference": self.table.kind.value,
            "compared": self.count,
            "unit": "points" if self.table.kind is Kind.POINTS else "pixels",
            "columns": self.columns,
            "matrix": self.matrix.tolist(),
            "overall_accuracy": self.figures.overall,
            "mean_iou": self.figures.mean_iou,
            "mean_f1": self.figures.mean_f1,
            "classes": [self._class(row) for row in range(len(self.classes))],
            "mapping": {key: _target_name(target) for key, target in self.mapping.items()},
            "ignored": dict(self.ignored),
            "reference_only": self.table.reference_only,
            "map_only": self.table.map_only,
            "ambiguous": self.table.ambiguous,
            "notes": [note.value for note in self.table.notes],
        }
        if self.sample is not None:
            plain["sample"] = self._sample(self.sample)
        return plain

    def _class(self, row: int) -> Dict[str, Any]:
        each, figures = self.classes[row], self.figures.classes[row]
        return {
            "value": each.value,
            "name": each.name,
            "colour": each.colour,
            "users_accuracy": figures.users,
            "producers_accuracy": figures.producers,
            "iou": figures.iou,
            "f1": figures.f1,
        }

    def _sample(self, sample: StratifiedEstimate) -> Dict[str, Any]:
        areas = zip(self.columns, sample.areas)
        return {
            "method": "stratified estimators of Olofsson et al. 2014, strata = classes of the map",
            "confidence": 0.95,
            "covered": sample.covered,
            "area_unit": self.area_unit,
            "overall_accuracy": vars(sample.overall),
            "users_accuracy": [vars(value) for value in sample.users],
            "producers_accuracy": [vars(value) for value in sample.producers],
            "mapped_areas": self.sizes(),
            "areas": [{"name": name, **vars(area)} for name, area in areas],
            "shares": sample.shares.tolist(),
            "of_the_bare_counts": {
                "overall_accuracy": self.counts_figures.overall,
                "mean_iou": self.counts_figures.mean_iou,
            },
        }


def assess(
    table: CrossTable, classes: Sequence[MapClass], mapping: ClassMapping, beyond: Beyond = Beyond.IGNORE
) -> Assessment:
    """Read ``table`` through ``mapping``; ``beyond`` says what becomes of keys that it does not name.

    ``classes`` are those of the map, with every value that its pixels have. Raises NothingMapped.
    """
    rows = list(classes)
    full = {key: target_of(key, mapping, beyond) for key in table.keys}
    matrix, ignored = _matrix(table, rows, full)
    if not any(isinstance(target, int) for target in full.values()):
        found = ", ".join(table.names.get(key, key) for key in table.keys)
        raise NothingMapped(found=found, classes=", ".join(each.name for each in rows))
    sample = _sampled(table, rows, matrix) if table.kind is Kind.POINTS else None
    return Assessment(
        table=table,
        classes=tuple(rows),
        matrix=matrix,
        mapping=full,
        ignored=ignored,
        figures=figures_of(matrix if sample is None else sample.shares),
        sample=sample,
    )


def _matrix(table: CrossTable, rows: Sequence[MapClass], mapping: ClassMapping) -> Tuple[np.ndarray, Dict[str, int]]:
    """Counts ``[R, R]``, or ``[R, R + 1]`` if anything counts as other; and what was left out, by key."""
    places = {each.value: place for place, each in enumerate(rows)}
    matrix, ignored = np.zeros((len(rows), len(rows) + 1), np.int64), {}
    for (value, key), count in table.counts.items():
        target = mapping[key]
        if target is Beyond.IGNORE:
            ignored[key] = ignored.get(key, 0) + count
        else:
            matrix[places[value], len(rows) if target is Beyond.OTHER else places[target]] += count
    return (matrix if Beyond.OTHER in mapping.values() else matrix[:, :-1]), ignored


def _sampled(table: CrossTable, rows: Sequence[MapClass], matrix: np.ndarray) -> StratifiedEstimate:
    sizes = table.pixels if table.hectares is None else table.hectares
    return estimate(matrix, [float(sizes.get(each.value, 0)) for each in rows])


def _target_name(target: Any) -> Any:
    return target.value if isinstance(target, Beyond) else target
