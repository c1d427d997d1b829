"""Polygons of a Shapefile (ESRI's technical description of July 1998) with their dBASE table."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from ....wire.errors import VectorField
from .layer import Layer, Polygon, Ring, text

MAGIC, HEADER = 9994, 100
NOTHING, POLYGONS = 0, (5, 15, 25)  # plain, with heights, with measures
NAMES = {1: "points", 3: "lines", 8: "points", 11: "points", 13: "lines", 18: "points", 21: "points", 23: "lines"}


def read(path: Path, name: str | None, field: str) -> Layer:
    """The polygons of the file; raises VectorField, or ValueError for a broken file."""
    table = Table(path)
    if field.casefold() not in (column.casefold() for column in table.columns):
        raise VectorField(path=str(path), field=field, offered=", ".join(table.columns))
    try:
        shapes = list(_shapes(path.read_bytes()))
    except struct.error:
        raise ValueError("the file is cut off") from None
    pairs = zip(table.values(field), shapes, strict=True)
    return Layer(tuple(Polygon(value, rings) for value, rings in pairs if value is not None and rings), _crs(path))


def fields(path: Path, name: str | None) -> list[str]:
    """The columns of the table."""
    return list(Table(path).columns)


def _shapes(data: bytes) -> Iterator[tuple[Ring, ...]]:
    if len(data) < HEADER or struct.unpack_from(">i", data)[0] != MAGIC:
        raise ValueError("it is not a Shapefile")
    place = HEADER
    while place < len(data):
        words = struct.unpack_from(">i", data, place + 4)[0]
        yield _rings(data[place + 8 : place + 8 + 2 * words])
        place += 8 + 2 * words


def _rings(record: bytes) -> tuple[Ring, ...]:
    kind = struct.unpack_from("<i", record)[0]
    if kind == NOTHING:
        return ()
    if kind not in POLYGONS:
        raise ValueError(f"it holds {NAMES.get(kind, f'shapes of type {kind}')}, not polygons")
    parts, points = struct.unpack_from("<2i", record, 36)
    starts = [*struct.unpack_from(f"<{parts}i", record, 44), points]
    if len(record) < 44 + 4 * parts + 16 * points:
        raise ValueError("the file is cut off")
    vertices = np.frombuffer(record, "<f8", 2 * points, 44 + 4 * parts).reshape(points, 2).astype(np.float64)
    return tuple(vertices[first:last] for first, last in pairwise(starts))


class Table:
    """The ``.dbf`` beside a ``.shp``: ``columns`` name their place and size in a row."""

    def __init__(self, path: Path) -> None:
        beside = _beside(path, ".dbf")
        if beside is None:
            raise ValueError("its .dbf, which has the class field, is missing")
        self.data = beside.read_bytes()
        self.rows, self.header, self.size = struct.unpack_from("<IHH", self.data, 4)
        self.encoding = _encoding(path)
        self.columns: dict[str, tuple[int, int]] = {}
        place = 1  # behind the mark of deleted rows
        for start in range(32, self.header - 1, 32):
            if self.data[start] == 0x0D:
                break
            name = self.data[start : start + 11].split(b"\0")[0].decode(self.encoding, "replace")
            self.columns[name] = (place, self.data[start + 16])
            place += self.data[start + 16]

    def values(self, field: str) -> Iterator[str | None]:
        """What a column holds, row by row; None for deleted rows."""
        place, size = next(where for name, where in self.columns.items() if name.casefold() == field.casefold())
        for row in range(self.rows):
            start = self.header + row * self.size
            cell = self.data[start + place : start + place + size].decode(self.encoding, "replace").strip("\0 ")
            yield None if self.data[start : start + 1] == b"*" else _value(cell)


def _value(cell: str) -> str:
    try:
        return text(float(cell)) if "." in cell else text(cell)
    except ValueError:
        return cell


def _encoding(path: Path) -> str:
    beside = _beside(path, ".cpg")
    named = beside.read_text("ascii", "replace").strip() if beside else "latin-1"
    try:
        "".encode(named)
    except LookupError:
        return "latin-1"
    return named


def _crs(path: Path) -> str | None:
    beside = _beside(path, ".prj")
    return beside.read_text("utf-8", "replace").strip() or None if beside else None


def _beside(path: Path, suffix: str) -> Path | None:
    candidates = (path.with_suffix(suffix), path.with_suffix(suffix.upper()))
    return next((candidate for candidate in candidates if candidate.is_file()), None)
