"""How often each class of a map meets each class of a reference: counted once, before any class mapping."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Callable, Dict, Mapping, Optional, Tuple, Union

import numpy as np

from ..wire.errors import NoOverlap, NotLabelled
from ..wire.plan import Window
from .accuracy_map import Codes, MapRaster
from .accuracy_reference import AMBIGUOUS, NONE, Kind, Note, RasterReference, RasterSampler, VectorReference
from .accuracy_vector import PointSampler, PolygonSampler
from .ground_areas import SQUARE_METRES_PER_HECTARE, GroundAreas

Reference = Union[RasterReference, VectorReference]
Watch = Callable[[float], None]  # is told the fraction that is done; raises Cancelled to stop


@dataclass(frozen=True)
class CrossTable:
    """Pixels, or points, by (value in the map, key in the reference).

    ``pixels`` and ``hectares`` (None without a place on the ground) are those of the whole map by
    value. Of what was not counted: ``reference_only`` where the map has no class (for points also
    outside the map), ``map_only`` where the reference has none (for points: not labelled yet),
    ``ambiguous`` where polygons of different classes overlap.
    """

    kind: Kind
    counts: Mapping[Tuple[int, str], int]
    pixels: Mapping[int, int]
    hectares: Optional[Mapping[int, float]]
    reference_only: int = 0
    map_only: int = 0
    ambiguous: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    notes: Tuple[Note, ...] = ()

    @property
    def keys(self) -> Tuple[str, ...]:
        """The classes of the reference that meet the map, numbers in their order."""
        return tuple(sorted({key for _value, key in self.counts}, key=_natural))


class MapCount:
    """Pixels and, if asked for, square metres of each value of a map, added up strip by strip."""

    def __init__(self, raster: MapRaster, with_areas: bool = False) -> None:
        known = with_areas and raster.georeferenced
        self._areas = GroundAreas.of(raster.transform, raster.wkt) if known else None
        self.codes = Codes()
        self._pixels: Counter = Counter()
        self._square_metres: Counter = Counter()

    def add(self, window: Window, classes: np.ndarray) -> np.ndarray:
        """Count the values ``[h, w]`` of a window; their codes."""
        codes = self.codes.of(classes)
        for code, count in enumerate(np.bincount(codes[codes >= 0])):
            self._pixels[code] += int(count)
            if count and self._areas is not None:
                self._square_metres[code] += self._areas.square_metres(codes == code, window.row, window.col)
        return codes

    def pixels(self) -> Dict[int, int]:
        """By value."""
        return {int(value): self._pixels[code] for code, value in enumerate(self.codes.values)}

    def hectares(self) -> Optional[Dict[int, float]]:
        """By value; None for a map without a place on the ground."""
        if self._areas is None:
            return None
        metres = self._square_metres
        return {int(value): metres[code] / SQUARE_METRES_PER_HECTARE for code, value in enumerate(self.codes.values)}


def cross_tabulate(path: str, reference: Reference, watch: Watch) -> CrossTable:
    """Hold the class map at ``path`` against a reference; strip by strip.

    Raises RasterUnreadable, ReferenceUnplaced, ReferenceField, NotLabelled, NoOverlap, and what ``watch`` raises.
    """
    raster = MapRaster(path)
    tally = _Points(raster, reference) if reference.kind is Kind.POINTS else _Pixels(raster, reference)
    for window in raster.strips():
        tally.add(window, raster.classes(window))
        watch((window.row + window.height) / raster.height)
    tally.check()
    return tally.table()


class _Pixels:
    """Raster or polygons: every pixel counts."""

    def __init__(self, raster: MapRaster, reference: Reference) -> None:
        self._map, self._reference = raster, reference
        of_raster = isinstance(reference, RasterReference)
        self._sampler = RasterSampler(raster, reference) if of_raster else PolygonSampler(raster, reference)
        self._count = MapCount(raster)
        self._pairs: Counter = Counter()
        self._aside: Counter = Counter()

    def add(self, window: Window, classes: np.ndarray) -> None:
        """Count a strip."""
        mapped, wanted = self._count.add(window, classes), self._sampler.codes(window)
        self._pairs.update(_pairs(mapped, wanted))
        self._aside["reference_only"] += int(((mapped < 0) & (wanted >= 0)).sum())
        self._aside["map_only"] += int(((mapped >= 0) & (wanted == NONE)).sum())
        self._aside["ambiguous"] += int(((mapped >= 0) & (wanted == AMBIGUOUS)).sum())

    def check(self) -> None:
        """Raise if there is nothing to compare."""
        if self._pairs:
            return
        if isinstance(self._sampler, PolygonSampler) and self._sampler.features and not self._sampler.labelled:
            raise _not_labelled(self._map, self._reference, self._sampler.features)
        raise NoOverlap(reference=self._reference.title, map=self._map.name)

    def table(self) -> CrossTable:
        """What was counted."""
        return CrossTable(
            kind=self._reference.kind,
            counts=_named(self._pairs, self._count, self._sampler.keys),
            pixels=self._count.pixels(),
            hectares=None,
            names=self._reference.names,
            notes=self._sampler.notes,
            **self._aside,
        )


class _Points:
    """Points: each counts, and the whole map is counted for the sizes of the strata."""

    def __init__(self, raster: MapRaster, reference: VectorReference) -> None:
        self._map, self._reference = raster, reference
        self._sampler = PointSampler(raster, reference)
        self._count = MapCount(raster, with_areas=True)
        self._pairs: Counter = Counter()
        self._unclassified = 0

    def add(self, window: Window, classes: np.ndarray) -> None:
        """Count a strip and the points on it."""
        codes = self._count.add(window, classes)
        rows, cols, wanted = self._sampler.within(window)
        mapped = codes[rows, cols]
        self._pairs.update(_pairs(mapped, wanted))
        self._unclassified += int((mapped < 0).sum())

    def check(self) -> None:
        """Raise if there is nothing to compare."""
        if self._pairs:
            return
        if self._sampler.unlabelled:
            raise _not_labelled(self._map, self._reference, self._sampler.unlabelled)
        raise NoOverlap(reference=self._reference.title, map=self._map.name)

    def table(self) -> CrossTable:
        """What was counted."""
        return CrossTable(
            kind=Kind.POINTS,
            counts=_named(self._pairs, self._count, self._sampler.keys),
            pixels=self._count.pixels(),
            hectares=self._count.hectares(),
            reference_only=self._sampler.outside + self._unclassified,
            map_only=self._sampler.unlabelled,
            names=self._reference.names,
            notes=self._sampler.notes,
        )


def _pairs(mapped: np.ndarray, wanted: np.ndarray) -> Dict[Tuple[int, int], int]:
    """How often each pair of codes occurs where both are classes."""
    both = (mapped >= 0) & (wanted >= 0)
    if not both.any():
        return {}
    width = int(wanted[both].max()) + 1
    numbers = mapped[both].astype(np.int64) * width + wanted[both]
    met, counts = np.unique(numbers, return_counts=True) if width > Codes.LOOKUP else _counted(numbers)
    return {divmod(int(number), width): int(count) for number, count in zip(met, counts)}


def _counted(numbers: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    counts = np.bincount(numbers)
    met = np.flatnonzero(counts)
    return met, counts[met]


def _named(pairs: Mapping[Tuple[int, int], int], count: MapCount, keys) -> Dict[Tuple[int, str], int]:
    values = count.codes.values
    return {(int(values[mapped]), keys[wanted]): number for (mapped, wanted), number in pairs.items()}


def _not_labelled(raster: MapRaster, reference: VectorReference, count: int) -> NotLabelled:
    return NotLabelled(count=count, reference=reference.title, map=raster.name, field=reference.field_name)


def _natural(key: str) -> Tuple[int, float, str]:
    try:
        return 0, float(key), key
    except ValueError:
        return 1, 0.0, key.casefold()
