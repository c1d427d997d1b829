"""Key tables: which weight of a published checkpoint becomes which of ours. They are data, in ``tables/``.

Names hold placeholders in braces: ``{p}`` is the rest of a name, every other letter a number, and
``{s-1}`` the number before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

FOLDER = Path(__file__).parent / "tables"
PLACEHOLDER = re.compile(r"\{([a-z])(-1)?\}")


class Rule(Struct, frozen=True):
    """Our weight ``to`` is the file's ``source``, reordered by ``apply``. The first rule that finds one counts."""

    to: str
    source: str = field(name="from")
    apply: str | None = None


class Skip(Struct, frozen=True):
    """Weights of the file that are not needed, and why."""

    source: str = field(name="from")
    why: str


class Switch(Struct, frozen=True):
    """What a file that ``has`` such a weight says of the part besides its ``spec``."""

    has: str
    spec: dict[str, Any]


class Variant(Struct, frozen=True):
    """Blocks of each stage and channels of the first: how a size of encoder is known."""

    depths: tuple[int, ...]
    width: int


class Table(Struct, frozen=True):
    """The weights of one part of a network.

    ``sign`` is a weight by which a file of this kind is known. For encoders it is the norm of a
    block ``{s}.{b}``, for SPIM one of the stage ``{s}``, for decoders a convolution whose outputs
    are the decoder's channels. ``spec`` is the part's entry in ``wholescene:architecture``, as far
    as it is fixed or told by ``switches``. Weights of ours that are ``optional`` may be absent:
    zeros mean the same.
    """

    part: str
    title: str
    sign: str
    rules: tuple[Rule, ...]
    skip: tuple[Skip, ...] = ()
    optional: tuple[str, ...] = ()
    spec: dict[str, Any] = {}
    switches: tuple[Switch, ...] = ()
    variants: dict[str, Variant] = {}
    spim_feeds_next: bool = False

    def signs(self, names: Iterable[str]) -> dict[str, dict[str, int]]:
        """The names in a file that are the table's sign, with the numbers in them."""
        found = ((name, parse(self.sign, name)) for name in names)
        return {name: {key: int(n) for key, n in numbers.items()} for name, numbers in found if numbers is not None}

    def told(self, names: Iterable[str]) -> dict[str, Any]:
        """The part's entry in ``wholescene:architecture``, as far as the names in a file tell it."""
        spec, names = dict(self.spec), list(names)
        for switch in self.switches:
            if any(parse(switch.has, name) is not None for name in names):
                spec |= switch.spec
        return spec


@cache
def tables() -> tuple[Table, ...]:
    """All tables, sorted by file name."""
    return tuple(msgspec.json.decode(file.read_bytes(), type=Table) for file in sorted(FOLDER.glob("*.json")))


def parse(pattern: str, name: str) -> Mapping[str, str] | None:
    """The placeholders' values if ``name`` is of ``pattern``, else None."""
    match = _compiled(pattern).fullmatch(name)
    return None if match is None else match.groupdict()


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """``pattern`` with its placeholders replaced."""
    return PLACEHOLDER.sub(
        lambda match: str(int(values[match[1]]) - 1) if match[2] else values[match[1]],
        pattern,
    )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_expressions(pattern)))


def _expressions(pattern: str) -> Iterator[str]:
    position = 0
    for match in PLACEHOLDER.finditer(pattern):
        yield re.escape(pattern[position : match.start()])
        yield f"(?P<{match[1]}>{'.+' if match[1] == 'p' else '[0-9]+'})"
        position = match.end()
    yield re.escape(pattern[position:])
