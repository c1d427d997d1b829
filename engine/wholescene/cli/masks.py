"""``--mask FILE``: polygons of a vector file as the mask of a request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..wire.errors import SceneNotFound, VectorUnreadable, WholeSceneError
from ..wire.mask import Mask

DEFAULT_CRS = "OGC:CRS84"  # of GeoJSON


def read_mask(path: Path) -> Mask:
    """All polygons of a file.

    Raises:
        SceneNotFound, VectorUnreadable: there is no such file, or it holds no polygons.
    """
    if not path.is_file():
        raise SceneNotFound(path=str(path))
    try:
        mask = _geojson(path) if path.suffix.lower() in (".json", ".geojson") else _layer(path)
    except (ValueError, TypeError, AttributeError, KeyError) as problem:
        raise VectorUnreadable(path=str(path), detail=str(problem).rstrip(".")) from None
    except WholeSceneError as problem:
        if isinstance(problem, (SceneNotFound, VectorUnreadable)):
            raise
        raise VectorUnreadable(path=str(path), detail=problem.message.rstrip(".")) from None
    return mask


def _geojson(path: Path) -> Mask:
    values = json.loads(path.read_bytes())
    polygons = [polygon for geometry in _geometries(values) for polygon in _polygons(geometry)]
    named = (values.get("crs") or {}).get("properties", {}).get("name")
    return Mask.from_dict({"polygons": polygons, "crs": str(named or DEFAULT_CRS)})


def _geometries(values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if values["type"] == "FeatureCollection":
        yield from (feature["geometry"] for feature in values["features"] if feature.get("geometry"))
    else:
        yield values["geometry"] if values["type"] == "Feature" else values


def _polygons(geometry: dict[str, Any]) -> list[Any]:
    kind = geometry.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"it holds a {kind}, not polygons")
    coordinates: list[Any] = geometry["coordinates"]
    return [coordinates] if kind == "Polygon" else coordinates


def _layer(path: Path) -> Mask:
    from ..training.data.vectors.reading import field_names, read_layer

    names = field_names(path, None)
    layer = read_layer(path, None, names[0] if names else "")
    polygons = [[ring.tolist() for ring in polygon.rings] for polygon in layer.polygons if polygon.rings]
    return Mask.from_dict({"polygons": polygons, "crs": layer.crs})
