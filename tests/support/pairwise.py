"""Pairwise choice: few cases in which every two values of any two axes meet at least once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any

Case = dict[str, Any]  # the names of values, by axis


def pairwise(axes: Mapping[str, Sequence[Any]]) -> list[Case]:
    """Cases that cover all pairs, always the same ones: greedily, the most pairs that are new each time."""
    names = list(axes)
    missing = {(one, a, other, b) for one, other in combinations(names, 2) for a, b in product(axes[one], axes[other])}
    cases = []
    while missing:
        case = _extended(dict(zip(*_pinned(min(missing, key=repr)), strict=True)), axes, missing)
        missing -= _pairs(case, names)
        cases.append({name: case[name] for name in names})
    return cases


def _pinned(pair: tuple[str, Any, str, Any]) -> tuple[tuple[str, str], tuple[Any, Any]]:
    one, a, other, b = pair
    return (one, other), (a, b)


def _extended(case: Case, axes: Mapping[str, Sequence[Any]], missing: set[tuple[str, Any, str, Any]]) -> Case:
    """The case with a value for each axis, each time the one that adds most new pairs."""
    for name in sorted(axes, key=lambda axis: -len(axes[axis])):
        if name not in case:
            gains = {v: len(_pairs({**case, name: v}, list(axes)) & missing) for v in axes[name]}
            case[name] = max(gains, key=lambda value: (gains[value], repr(value)))
    return case


def _pairs(case: Case, names: Sequence[str]) -> set[tuple[str, Any, str, Any]]:
    known = [name for name in names if name in case]
    return {(one, case[one], other, case[other]) for one, other in combinations(known, 2)}
