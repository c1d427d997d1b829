"""Which class of a data set answers to which class of a preset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..wire.errors import EvaluationClass, EvaluationClasses, EvaluationInvalid
from ..wire.plan import ClassEntry
from .metrics import Confusion


@dataclass(frozen=True)
class Wishes:
    """What is to be done with classes that do not have the same name on both sides.

    ``dataset`` and ``preset`` give classes another name (several may get one name, which merges them), ``ignore``
    are classes of the data set whose pixels do not count, ``unaveraged`` count as pixels, but not in means.
    """

    dataset: Mapping[str, str]
    preset: Mapping[str, str]
    ignore: Sequence[str] = ()
    unaveraged: Sequence[str] = ()


@dataclass(frozen=True)
class Classes:
    """The classes that are scored, in the preset's order and with its colours.

    ``of_label[train id]`` is the class that a label means, None if its pixels do not count; ``of_map[i]`` that of the
    preset's class ``i``, ``len(entries)`` if it is none of those scored.
    """

    entries: tuple[ClassEntry, ...]
    of_label: tuple[int | None, ...]
    of_map: tuple[int, ...]
    unaveraged: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(entry.name for entry in self.entries)

    def merged(self, counts: Confusion) -> Confusion:
        """The confusion matrix ``[n, n + 1]`` of counts by train id and by the preset's classes (and none)."""
        out = np.zeros((len(self.entries), len(self.entries) + 1), np.int64)
        for label, row in enumerate(self.of_label):
            if row is not None:
                np.add.at(out[row], [*self.of_map, len(self.entries)], counts[label])
        return out


def match(
    labels: Sequence[ClassEntry], maps: Sequence[ClassEntry], wishes: Wishes, dataset: str, preset: str
) -> Classes:
    """Match by name (in any case, ``_`` for a space), after the renaming that is wished for.

    A class of the preset that no label means stays out; to map a labelled pixel as such is an error of the map.
    Raises EvaluationClass for a name that does not exist, EvaluationClasses for labels that no class of the preset
    answers to, EvaluationInvalid if nothing is left to score.
    """
    renamed, offered = _renaming(wishes.dataset, labels, dataset), _renaming(wishes.preset, maps, preset)
    ignored = _known(wishes.ignore, labels, dataset)
    wanted = [None if key(entry.name) in ignored else renamed.get(key(entry.name), entry.name) for entry in labels]
    found = [offered.get(key(entry.name), entry.name) for entry in maps]
    _check_answered(wanted, found, labels, maps, dataset, preset)
    entries = _entries({key(name) for name in wanted if name is not None}, found, maps)
    index = {key(entry.name): i for i, entry in enumerate(entries)}
    unaveraged = _known(wishes.unaveraged, entries, "the evaluation")
    if len(unaveraged) >= len(entries):
        raise EvaluationInvalid(detail="no class is left to average over")
    return Classes(
        entries=entries,
        of_label=tuple(None if name is None else index[key(name)] for name in wanted),
        of_map=tuple(index.get(key(name), len(entries)) for name in found),
        unaveraged=frozenset(entry.name for entry in entries if key(entry.name) in unaveraged),
    )


def key(name: str) -> str:
    """What names are compared by."""
    return " ".join(name.replace("_", " ").casefold().split())


def _entries(wanted: set[str], found: Sequence[str], maps: Sequence[ClassEntry]) -> tuple[ClassEntry, ...]:
    """The scored classes: the name that the preset's classes got, and the first one's colour."""
    chosen: dict[str, ClassEntry] = {}
    for name, entry in zip(found, maps, strict=True):
        if key(name) in wanted and key(name) not in chosen:
            chosen[key(name)] = ClassEntry(len(chosen), name, entry.colour)
    return tuple(chosen.values())


def _renaming(wishes: Mapping[str, str], entries: Sequence[ClassEntry], owner: str) -> dict[str, str]:
    _known(wishes, entries, owner)
    return {key(name): target for name, target in wishes.items()}


def _known(names: Iterable[str], entries: Sequence[ClassEntry], owner: str) -> set[str]:
    """The names' keys; raises EvaluationClass for one that is no class."""
    keys = {key(entry.name) for entry in entries}
    for name in names:
        if key(name) not in keys:
            raise EvaluationClass(name=name, owner=owner, known=_listed(entry.name for entry in entries))
    return {key(name) for name in names}


def _check_answered(
    wanted: Sequence[str | None],
    found: Sequence[str],
    labels: Sequence[ClassEntry],
    maps: Sequence[ClassEntry],
    dataset: str,
    preset: str,
) -> None:
    answers = {key(name) for name in found}
    alone = [
        entry.name if key(name) == key(entry.name) else f"{entry.name} (as {name})"
        for entry, name in zip(labels, wanted, strict=True)
        if name is not None and key(name) not in answers
    ]
    if alone:
        known = _listed(entry.name for entry in maps)
        raise EvaluationClasses(dataset=dataset, classes=_listed(alone), preset=preset, known=known)
    if not any(name is not None for name in wanted):
        raise EvaluationInvalid(detail="all classes of the data set are ignored")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
