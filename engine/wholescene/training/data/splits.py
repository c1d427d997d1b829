"""Splits: which scenes teach, which choose, which test; always by scene, never by window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import combinations
from pathlib import Path

from ...wire.errors import SplitInvalid, SplitLeak
from .coding import listed
from .description import Entry, PartOf, Split, read_toml
from .pair import SPLITS, Pair, Part

Splits = dict[str, tuple[Pair, ...]]


@dataclass(frozen=True)
class Divided:
    """The pairs by split, and what there is to say about it."""

    splits: Splits
    notes: tuple[str, ...] = ()


def read_split(path: Path) -> Split:
    """A split file; raises SplitInvalid."""
    try:
        split: Split = read_toml(path, Split)
    except (OSError, ValueError) as problem:
        raise SplitInvalid(path=str(path), detail=str(problem)) from None
    return split


def divide(pairs: Sequence[Pair], split: Split, path: str, *, complete: bool) -> Divided:
    """The pairs by split, checked for leaks.

    ``complete``: every scene that the split names has to be there; else those that are not become a
    note, as for a published split of which somebody has a part. Raises SplitInvalid or SplitLeak.
    """
    if split.rest is not None and split.rest not in SPLITS:
        raise SplitInvalid(path=path, detail=f"'rest' has to be one of {', '.join(SPLITS)}")
    grouped = _grouped(pairs, split.groups)
    divided: Splits = {}
    missing: list[str] = []
    for name in SPLITS:
        entries: list[Entry] = getattr(split, name)
        chosen = [(entry, _chosen(grouped, entry)) for entry in entries]
        missing += [_pattern(entry) for entry, found in chosen if not found]
        divided[name] = _once([pair for _, found in chosen for pair in found], name, path)
    if missing and complete:
        raise SplitInvalid(path=path, detail=f"there is no labelled scene {listed(missing)}")
    if split.rest is not None:
        named = {pair.name for chosen in divided.values() for pair in chosen}
        divided[split.rest] += tuple(pair for pair in grouped if pair.name not in named)
    notes = [f"not here: {len(missing)} of the scenes that the split names ({listed(missing)})"] if missing else []
    return Divided(_filled(divided), tuple(notes + check_leaks(divided, split.may_share, path)))


def by_folder(pairs: Sequence[tuple[str | None, Pair]], split: Split, path: str) -> Divided:
    """The pairs by the split that their folders tell; what lies in none is for training. Raises SplitLeak."""
    grouped = _grouped([pair for _, pair in pairs], split.groups)
    divided: Splits = dict.fromkeys(SPLITS, ())
    for (name, _), pair in zip(pairs, grouped, strict=True):
        divided[name or "train"] += (pair,)
    return Divided(_filled(divided), tuple(check_leaks(divided, split.may_share, path)))


def check_leaks(splits: Mapping[str, Sequence[Pair]], may_share: Sequence[tuple[str, str]], path: str) -> list[str]:
    """What shared ground there is that the split allows; raises SplitLeak for what it does not."""
    notes = []
    for one, other in combinations(splits, 2):
        shared = list(_shared(splits[one], splits[other]))
        if shared and not {(one, other), (other, one)} & set(may_share):
            raise SplitLeak(path=path, detail=f"{one} and {other} share {listed(shared)}")
        if shared:
            more = f" and {len(shared) - 1} more" if len(shared) > 1 else ""
            notes.append(f"{one} and {other} share ground, as the split allows: {shared[0]}{more}")
    return notes


def _shared(one: Sequence[Pair], other: Sequence[Pair]) -> Iterator[str]:
    by_group: dict[str, list[Pair]] = {}
    for pair in other:
        by_group.setdefault(pair.group, []).append(pair)
    for pair in one:
        for match in by_group.get(pair.group, []):
            if pair.part.overlaps(match.part):
                names = pair.name if pair.name == match.name else f"{pair.name} and {match.name}"
                yield f"{names} (group {pair.group})" if pair.group not in (pair.name, match.name) else names
                break


def _grouped(pairs: Sequence[Pair], groups: Sequence[Sequence[str]]) -> list[Pair]:
    """The pairs with the groups that the split file tells."""
    group_of = {name: "+".join(group) for group in groups for name in group}
    return [replace(pair, group=group_of.get(pair.name, pair.group)) for pair in pairs]


def _chosen(pairs: Sequence[Pair], entry: Entry) -> list[Pair]:
    pattern = _pattern(entry)
    chosen = [pair for pair in pairs if pair.name == pattern or fnmatchcase(pair.name, pattern)]
    if isinstance(entry, PartOf):
        part = Part(_span(entry.rows), _span(entry.columns))
        return [replace(pair, part=part) for pair in chosen]
    return chosen


def _pattern(entry: Entry) -> str:
    return entry.scenes if isinstance(entry, PartOf) else entry


def _span(numbers: Sequence[int]) -> tuple[int, int | None]:
    return numbers[0], numbers[1] if len(numbers) > 1 else None


def _once(pairs: Sequence[Pair], split: str, path: str) -> tuple[Pair, ...]:
    """The pairs, each once; two overlapping parts of one scene would count twice."""
    unique = list({(pair.name, pair.part): pair for pair in pairs}.values())
    for one, other in combinations(unique, 2):
        if one.name == other.name and one.part.overlaps(other.part):
            raise SplitInvalid(path=path, detail=f"{split} names {one.name} twice, with parts that overlap")
    return tuple(unique)


def _filled(splits: Splits) -> Splits:
    return {name: pairs for name, pairs in splits.items() if pairs}
