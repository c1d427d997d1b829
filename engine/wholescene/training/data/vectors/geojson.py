"""Polygons of a GeoJSON file (RFC 7946, and the older ``crs`` member that GDAL and QGIS write)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ....wire.errors import VectorField
from .layer import Layer, Polygon, Ring, text

DEFAULT_CRS = "OGC:CRS84"


def read(path: Path, name: str | None, field: str) -> Layer:
    """The polygons of the file; raises VectorField, or ValueError for what is no GeoJSON of polygons."""
    collection = _loaded(path)
    features = [(feature.get("properties") or {}, feature.get("geometry")) for feature in _features(collection)]
    if not any(field in properties for properties, _ in features):  # some writers leave out what is null
        offered = dict.fromkeys(name for properties, _ in features for name in properties)
        raise VectorField(path=str(path), field=field, offered=", ".join(offered) or "none")
    polygons = [
        Polygon(text(properties.get(field)), tuple(_rings(geometry))) for properties, geometry in features if geometry
    ]
    return Layer(tuple(polygons), _crs(collection))


def fields(path: Path, name: str | None) -> list[str]:
    """The fields of the first feature."""
    first = next(_features(_loaded(path)), {})
    return list(first.get("properties") or {})


def _loaded(path: Path) -> Mapping[str, Any]:
    collection = json.loads(path.read_bytes())
    if not isinstance(collection, dict) or "type" not in collection:
        raise ValueError("it is not GeoJSON")
    return collection


def _features(collection: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if collection["type"] == "FeatureCollection":
        yield from collection.get("features", [])
    elif collection["type"] == "Feature":
        yield collection
    else:
        raise ValueError(f"it holds a bare {collection['type']}, not features with a class field")


def _rings(geometry: Mapping[str, Any]) -> Iterator[Ring]:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates", [])
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"it holds a {kind}, not polygons")
    for polygon in [coordinates] if kind == "Polygon" else coordinates:
        for ring in polygon:
            yield np.array([vertex[:2] for vertex in ring], np.float64).reshape(-1, 2)


def _crs(collection: Mapping[str, Any]) -> str:
    named = (collection.get("crs") or {}).get("properties", {}).get("name")
    return str(named) if named else DEFAULT_CRS
