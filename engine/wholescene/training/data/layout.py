"""Layouts: which files of a folder are a scene and its label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
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
Fields = tuple[tuple[str, str], ...]
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

    @property
    def fields(self) -> set[str]:
        """The names of its fields."""
        return {match[1] for match in PLACEHOLDER.finditer(self.text) if match[1]}

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


@dataclass(frozen=True)
class Matched:
    """The scenes of a folder with their label files (none, one, or a tile each), and labels without a scene."""

    scenes: tuple[tuple[Found, tuple[Path, ...]], ...]
    strays: tuple[Path, ...]

    @property
    def labelled(self) -> int:
        """How many scenes have labels."""
        return sum(bool(files) for _, files in self.scenes)


def match(folder: Path, images: str, labels: str) -> Matched:
    """Scenes and labels whose fields agree; several images with the same fields, save ``{tile}``, are one scene."""
    shared = (Pattern(images).fields & Pattern(labels).fields) - {"tile"}
    files: dict[Fields, list[Path]] = {}
    for path, fields in Pattern(labels).find(folder, RASTER_SUFFIXES | VECTOR_SUFFIXES):
        files.setdefault(_only(fields, shared), []).append(path)
    taken = {path for paths in files.values() for path in paths}
    found = [scene for scene in _scenes(folder, images) if not taken.intersection(scene.images)]
    matching = [(scene, files.get(_only(scene.fields, shared), [])) for scene in found]
    paired = tuple((scene, tuple(_one_of_each(paths))) for scene, paths in matching)
    used = {path for _, paths in matching for path in paths}
    return Matched(paired, tuple(sorted(taken - used)))


def _scenes(folder: Path, pattern: str) -> list[Found]:
    grouped: dict[Fields, list[Path]] = {}
    for path, fields in Pattern(pattern).find(folder, RASTER_SUFFIXES):
        fields.pop("tile", None)
        grouped.setdefault(tuple(fields.items()), []).append(path)
    return [Found(dict(fields), tuple(_one_of_each(paths))) for fields, paths in grouped.items()]


def _one_of_each(paths: list[Path]) -> list[Path]:
    """Of files that differ only in their type the GeoTIFF: somebody has converted the others for faster reading."""
    chosen: dict[Path, Path] = {}
    for path in sorted(paths, key=lambda path: not path.suffix.lower().startswith(".tif")):
        chosen.setdefault(path.with_suffix(""), path)
    return sorted(chosen.values())


def _only(fields: Mapping[str, str], names: Set[str]) -> Fields:
    return tuple(sorted((name, value) for name, value in fields.items() if name in names))
