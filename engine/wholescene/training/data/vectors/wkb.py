"""Polygons in well-known binary (OGC Simple Feature Access, part 1, chapter 8)."""

from __future__ import annotations

import struct

import numpy as np

from .layer import Ring

POLYGON, MULTIPOLYGON = 3, 6
NAMES = {1: "points", 2: "lines", 4: "points", 5: "lines", 7: "collections", 10: "curve polygons", 12: "surfaces"}


def rings(data: bytes) -> tuple[Ring, ...]:
    """All rings of a polygon or of many; raises ValueError for anything else."""
    reader = _Reader(data)
    try:
        return tuple(reader.geometry())
    except struct.error:
        raise ValueError("a geometry is cut off") from None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def geometry(self) -> list[Ring]:
        order = "<" if self.number("B", "<") == 1 else ">"
        kind, dimensions = self.kind(order)
        count = self.number("I", order) if kind in (POLYGON, MULTIPOLYGON) else 0
        if kind == POLYGON:
            return [self.ring(order, dimensions) for _ in range(count)]
        if kind == MULTIPOLYGON:
            return [ring for _ in range(count) for ring in self.geometry()]
        raise ValueError(f"it holds {NAMES.get(kind, f'geometries of type {kind}')}, not polygons")

    def kind(self, order: str) -> tuple[int, int]:
        """The type, and how many numbers a vertex has."""
        code = self.number("I", order)
        return code % 1000, (2, 3, 3, 4)[code // 1000 % 4]  # plain, with heights, with measures, with both

    def ring(self, order: str, dimensions: int) -> Ring:
        count = self.number("I", order)
        size = count * dimensions * 8
        if self.place + size > len(self.data):
            raise ValueError("a geometry is cut off")
        values = np.frombuffer(self.data, f"{order}f8", count * dimensions, self.place)
        self.place += size
        return values.reshape(count, dimensions)[:, :2].astype(np.float64)

    def number(self, code: str, order: str) -> int:
        (value,) = struct.unpack_from(order + code, self.data, self.place)
        self.place += struct.calcsize(order + code)
        return int(value)
