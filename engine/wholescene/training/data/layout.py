"""Layouts: which files of a folder are a scene and its label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...raster.sources import RASTER_SUFFIXES
from .vectors import VECTOR_SUFFIXES

SPLIT_NAMES = {
    **dict.fromkeys(("train", "tr", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation"), "val"),
    **dict.fromkeys(("test", "ts", "testing"), "test"),
}
PLACEHOLDER = re.compile(r"\{(\w+)\}|\*")


@dataclass(frozen=True)
class Found:
    """A scene of a folder: its files by the fields of the pattern."""

    fields: Mapping[str, str]
    images: tuple[Path, ...]

    @property
    def name(self) -> str:
        """The fields in their order, as split files name the scene."""
        return "/".join(self.fields.values())

    @property
    def split(self) -> str | None:
        """The split that its folder tells."""
        return SPLIT_NAMES.get(self.fields.get("split", ""))


@dataclass(frozen=True)
class Pattern:
    """A path below a folder with ``{fields}``, each within one folder's or file's name, and ``*``."""

    text: str

    def find(self, folder: Path, suffixes: set[str]) -> Iterator[tuple[Path, dict[str, str]]]:
        """Files of these kinds that fit, sorted, with the values of the fields."""
        for path in sorted(folder.glob(PLACEHOLDER.sub("*", self.text))):
            match = self._expression.fullmatch(path.relative_to(folder).as_posix())
            if match and path.suffix.lower() in suffixes:
                yield path, match.groupdict()

    def fill(self, fields: Mapping[str, str]) -> str:
        """The path with the fields replaced; ``*`` stays."""
        return PLACEHOLDER.sub(lambda match: fields.get(match[1], "*") if match[1] else "*", self.text)

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        parts, position, seen = [], 0, set[str]()
        for match in PLACEHOLDER.finditer(self.text):
            parts += [re.escape(self.text[position : match.start()]), _expression(match[1], seen)]
            position = match.end()
        return re.compile("".join(parts) + re.escape(self.text[position:]))


def _expression(field: str | None, seen: set[str]) -> str:
    if field is None:
        return "[^/]*?"
    if field in seen:
        return f"(?P={field})"
    seen.add(field)
    return f"(?P<{field}>{'|'.join(SPLIT_NAMES) if field == 'split' else '[^/]+?'})"


def scenes(folder: Path, pattern: str) -> list[Found]:
    """The scenes of a folder; several files with the same fields, save ``{tile}``, are one scene."""
    grouped: dict[tuple[tuple[str, str], ...], list[Path]] = {}
    for path, fields in Pattern(pattern).find(folder, RASTER_SUFFIXES):
        fields.pop("tile", None)
        grouped.setdefault(tuple(fields.items()), []).append(path)
    return [Found(dict(fields), tuple(paths)) for fields, paths in grouped.items()]


def labels(folder: Path, pattern: str, found: Found) -> list[Path]:
    """The label files of a scene: one, or a tile each."""
    return [path for path in sorted(folder.glob(Pattern(pattern).fill(found.fields))) if _is_label(path)]


def stray_labels(folder: Path, pattern: str, known: set[Path]) -> list[Path]:
    """Label files that belong to no scene."""
    return [path for path, _ in Pattern(pattern).find(folder, RASTER_SUFFIXES | VECTOR_SUFFIXES) if path not in known]


def _is_label(path: Path) -> bool:
    return path.suffix.lower() in RASTER_SUFFIXES | VECTOR_SUFFIXES
