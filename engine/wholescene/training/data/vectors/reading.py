"""From a file's name to its reader."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from ....wire.errors import SceneNotFound, VectorUnreadable
from . import geojson, geopackage, shapefile
from .layer import Layer, Polygon

READERS: dict[str, ModuleType] = {
    ".gpkg": geopackage,
    ".geojson": geojson,
    ".json": geojson,
    ".shp": shapefile,
}
VECTOR_SUFFIXES = set(READERS)
__all__ = ["VECTOR_SUFFIXES", "Layer", "Polygon", "field_names", "read_layer"]


def read_layer(path: Path, name: str | None, field: str) -> Layer:
    """All polygons of a layer with their class field.

    Raises SceneNotFound, VectorUnreadable (which names what is wrong) or VectorField.
    """
    reader = _reader(path)
    try:
        layer: Layer = reader.read(path, name, field)
    except (ValueError, OSError, LookupError, TypeError) as problem:
        raise VectorUnreadable(path=str(path), detail=str(problem).rstrip(".")) from None
    return layer


def field_names(path: Path, name: str | None) -> list[str]:
    """The fields of a layer. Raises SceneNotFound or VectorUnreadable."""
    reader = _reader(path)
    try:
        found: list[str] = reader.fields(path, name)
    except (ValueError, OSError, LookupError, TypeError) as problem:
        raise VectorUnreadable(path=str(path), detail=str(problem).rstrip(".")) from None
    return found


def _reader(path: Path) -> ModuleType:
    if not path.is_file():
        raise SceneNotFound(path=str(path))
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise VectorUnreadable(path=str(path), detail=f"files of type '{path.suffix}' are not read")
    return reader
