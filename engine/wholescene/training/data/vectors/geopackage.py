"""Polygons of a GeoPackage: an SQLite file (OGC 12-128r19)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ....wire.errors import VectorField, VectorUnreadable
from .layer import Layer, Polygon, Ring, text
from .wkb import rings

ENVELOPE_BYTES = (0, 32, 48, 48, 64)
EMPTY = 0x10


def read(path: Path, name: str | None, field: str) -> Layer:
    """A layer of the file; raises VectorUnreadable, VectorField or ValueError."""
    try:
        with closing(_open(path)) as file:
            table, geometry, srs = _layer(file, path, name)
            _check_field(file, path, table, field)
            rows = file.execute(f"SELECT {_quoted(field)}, {_quoted(geometry)} FROM {_quoted(table)} ORDER BY rowid")
            polygons = tuple(Polygon(text(value), _rings(blob)) for value, blob in rows if blob is not None)
            return Layer(polygons, _crs(file, srs))
    except sqlite3.Error as problem:
        raise ValueError(str(problem)) from None


def layers(path: Path) -> list[str]:
    """The names of all layers with geometry."""
    with closing(_open(path)) as file:
        return [str(row[0]) for row in _tables(file)]


def fields(path: Path, name: str | None) -> list[str]:
    """The fields of a layer but its geometry."""
    try:
        with closing(_open(path)) as file:
            table, geometry, _ = _layer(file, path, name)
            return [column for column in _columns(file, table) if column != geometry]
    except sqlite3.Error as problem:
        raise ValueError(str(problem)) from None


def _open(path: Path) -> sqlite3.Connection:
    """Read only; a file that QGIS left in write-ahead mode on a medium that is read only needs ``immutable``."""
    uri = path.resolve().as_uri()
    file = sqlite3.connect(f"{uri}?mode=ro", uri=True)
    try:
        file.execute("SELECT 1 FROM sqlite_master").fetchone()
        return file
    except sqlite3.OperationalError:
        file.close()
        return sqlite3.connect(f"{uri}?immutable=1", uri=True)


def _tables(file: sqlite3.Connection) -> Iterator[tuple[str, str, int]]:
    yield from file.execute("SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns ORDER BY table_name")


def _layer(file: sqlite3.Connection, path: Path, name: str | None) -> tuple[str, str, int]:
    """Table, geometry column and spatial reference id."""
    tables = list(_tables(file))
    fitting = [table for table in tables if name in (None, table[0])]
    if len(fitting) == 1:
        return fitting[0]
    offered = ", ".join(table[0] for table in tables) or "none"
    detail = f"there is no layer '{name}' (there are: {offered})" if name else f"name one of its layers: {offered}"
    raise VectorUnreadable(path=str(path), detail=detail)


def _columns(file: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[1]) for row in file.execute(f"PRAGMA table_info({_quoted(table)})")]


def _check_field(file: sqlite3.Connection, path: Path, table: str, field: str) -> None:
    columns = _columns(file, table)
    if field.casefold() not in (column.casefold() for column in columns):
        raise VectorField(path=str(path), field=field, offered=", ".join(columns))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _rings(blob: bytes) -> tuple[Ring, ...]:
    """The rings behind GeoPackage's own header; none for an empty geometry."""
    if len(blob) < 8 or blob[:2] != b"GP":
        raise ValueError("a geometry is not a GeoPackage's")
    flags = blob[3]
    size = (flags >> 1) & 7
    if size >= len(ENVELOPE_BYTES):
        raise ValueError("a geometry has an invalid envelope")
    return () if flags & EMPTY else rings(blob[8 + ENVELOPE_BYTES[size] :])


def _crs(file: sqlite3.Connection, srs: int) -> str | None:
    query = "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?"
    row = file.execute(query, (srs,)).fetchone()
    if row is None or srs in (0, -1):  # undefined geographic, undefined cartesian
        return None
    organisation, number, definition = row
    return f"EPSG:{number}" if str(organisation).upper() == "EPSG" else str(definition)
