"""Cells: one scene in one mode, kept in a file as soon as it is finished and not computed again.

A cell's key holds all that decides its counts: weights and contract of the preset, the request, the content of
image and labels, the classes of the data set, the release of the engine. Names and places of files do not count.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..presets.preset import Preset
from ..raster.sources import source_file
from ..training.data import Dataset, Pair
from ..wire.errors import OutputUnwritable
from ..wire.identity import identity
from ..wire.request import SegmentRequest
from .counting import Pixels, Tally

FILE = "cells.jsonl"
CHUNK = 1 << 20


@dataclass(frozen=True)
class Cell:
    """A finished map's counts, a small picture of it (class values, every so many pixels), precision and seconds."""

    key: str
    scene: str
    mode: str
    precision: str
    seconds: float
    tally: Tally
    picture: Pixels

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        packed = base64.b64encode(zlib.compress(self.picture.tobytes(), 9)).decode("ascii")
        return {
            "key": self.key,
            "scene": self.scene,
            "mode": self.mode,
            "precision": self.precision,
            "seconds": round(self.seconds, 2),
            **self.tally.to_dict(),
            "picture": {"shape": list(self.picture.shape), "zlib": packed},
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Cell:
        """What :meth:`to_dict` wrote; raises KeyError, TypeError, ValueError or zlib.error."""
        pixels = np.frombuffer(zlib.decompress(base64.b64decode(values["picture"]["zlib"])), np.uint8)
        return cls(
            key=values["key"],
            scene=values["scene"],
            mode=values["mode"],
            precision=values["precision"],
            seconds=values["seconds"],
            tally=Tally.from_dict(values),
            picture=pixels.reshape(values["picture"]["shape"]),
        )


class Cells:
    """The finished cells of an output folder. Several evaluations may add to it at once: each cell is one line."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._known = {cell.key: cell for cell in _read(self.path)}

    def find(self, key: str, tilings: Collection[str]) -> Cell | None:
        """A cell that was held against all of these tilings."""
        cell = self._known.get(key)
        return cell if cell is not None and set(tilings) <= set(cell.tally.seams) else None

    def add(self, cell: Cell) -> None:
        """Keep a finished cell; raises OutputUnwritable."""
        append_line(self.path, cell.to_dict())
        self._known[cell.key] = cell


def append_line(path: Path, values: dict[str, Any]) -> None:
    """One more line of JSON at the end of a file, in one write; raises OutputUnwritable."""
    line = json.dumps(values, separators=(",", ":"), ensure_ascii=False)
    try:
        with path.open("ab+") as file:
            # what was cut off when a machine went down must not swallow this line
            broken = file.tell() > 0 and _last_byte(path) != b"\n"
            file.write((("\n" if broken else "") + line + "\n").encode("utf-8"))
    except OSError as problem:
        raise OutputUnwritable(path=str(path), detail=problem.strerror or str(problem)) from None


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """All whole lines of a JSON lines file; none if there is no file."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                values = json.loads(line)
            except ValueError:
                continue  # cut off when the machine went down
            if isinstance(values, dict):
                yield values


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1)


def _read(path: Path) -> Iterator[Cell]:
    for values in read_lines(path):
        try:
            yield Cell.from_dict(values)
        except (KeyError, TypeError, ValueError, zlib.error):
            continue  # of another release: computed again


# -- keys ------------------------------------------------------------------------


class Keys:
    """Keys of cells; a file that many cells share is read once."""

    def __init__(self, preset: Preset, dataset: Dataset) -> None:
        self._digests: dict[str, str] = {}
        self._contract = _digest(_contract(preset))
        self._codes = [(entry.value, entry.name) for entry in dataset.classes]

    def key(self, request: SegmentRequest, pair: Pair) -> str:
        """The key of a request over a pair."""
        assert pair.label is not None
        sources = tuple(f"sha256:{self._content(source)}" for source in pair.sources)
        asked = identity(replace(request, sources=sources, preset=self._contract))
        label = {name: value for name, value in vars(pair.label).items() if name != "source"}
        parts = [__version__, asked, self._content(pair.label.source), str(label), str(pair.part), self._codes]
        return _digest(parts)[:32]

    def _content(self, source: str) -> str:
        """The SHA-256 of the file behind a GDAL name; of the name itself where there is none."""
        if source not in self._digests:
            path = source_file(source)
            named = hashlib.sha256(source.encode("utf-8")).hexdigest()
            self._digests[source] = named if path is None or not path.is_file() else _file_digest(path)
        return self._digests[source]


def _contract(preset: Preset) -> Sequence[Any]:
    """All of a preset that decides its maps."""
    weights = preset.weights.sha256 if preset.weights is not None else None
    classes = [entry.value for entry in preset.classes]
    bands = [vars(band) for band in preset.bands]
    return [weights, preset.architecture, preset.scaling, preset.ground_resolution, preset.tile, classes, bands]


def _file_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode("utf-8")).hexdigest()
