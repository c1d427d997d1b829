"""What a class map on disk says of itself: for a job that was finished while nobody looked."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Mapping, Optional, Tuple

from osgeo import gdal

from ..wire.errors import WholeSceneError
from ..wire.identity import identity
from ..wire.request import SegmentRequest

# tags of the engine's class maps
IDENTITY = "WHOLESCENE_REQUEST"
WEIGHTS = "WHOLESCENE_WEIGHTS_SHA256"


def finished_result(path: str, request: Mapping[str, Any]) -> Optional[Tuple[Dict[str, Any], Dict[str, Any]]]:
    """Result and classes (as a plan has them) of the class map at ``path`` if it answers ``request``, else None.

    The engine gives a map its name only once it is complete.
    """
    dataset = _open(path)
    if dataset is None:
        return None
    try:
        wanted = identity(SegmentRequest.from_dict(request))
    except WholeSceneError:
        return None
    if dataset.GetMetadataItem(IDENTITY) != wanted:
        return None
    areas = read_areas(dataset)
    return {"path": path, "areas": areas}, {"classes": areas, "preset": str(request.get("preset"))}


def result_of(path: str) -> Dict[str, Any]:
    """Result of the class map at ``path``, whatever it answers."""
    dataset = _open(path)
    return {"path": path, "areas": read_areas(dataset) if dataset is not None else []}


def is_up_to_date(path: str, request: Mapping[str, Any], weights: str) -> bool:
    """Whether nothing has changed since ``request`` made the class map at ``path``: neither weights nor scene.

    ``weights``: the SHA-256 of those that the preset has now.
    """
    dataset = _open(path)
    if dataset is None or not weights or dataset.GetMetadataItem(WEIGHTS) != weights:
        return False
    try:
        made = os.path.getmtime(path)
        files = [file for source in request.get("sources", []) for file in _files_of(str(source))]
        return bool(files) and all(os.path.getmtime(file) <= made for file in files)
    except OSError:  # one has gone meanwhile
        return False


def _files_of(source: str) -> List[str]:
    """The files that hold the pixels of a source; what QGIS writes beside them changes none."""
    dataset = _open(source)
    files = (dataset.GetFileList() if dataset is not None else None) or []
    return [file for file in files if os.path.isfile(file) and not file.endswith((".aux.xml", ".ovr"))]


def read_areas(dataset: Any) -> List[Dict[str, Any]]:
    """value, name, colour, pixels, hectares and share of each class, from the attribute table."""
    table = dataset.GetRasterBand(1).GetDefaultRAT()
    if table is None:
        return []
    columns = {table.GetNameOfCol(number): number for number in range(table.GetColumnCount())}
    if not {"Value", "Class", "Count", "Red", "Green", "Blue"} <= set(columns):
        return []
    rows = [_area(table, row, columns) for row in range(table.GetRowCount())]
    total = sum(row["pixels"] for row in rows) or 1
    return [{**row, "share": row["pixels"] / total} for row in rows]


def _area(table: Any, row: int, columns: Mapping[str, int]) -> Dict[str, Any]:
    def number(name: str) -> int:
        return int(table.GetValueAsInt(row, columns[name]))

    hectares = table.GetValueAsDouble(row, columns["Hectares"]) if "Hectares" in columns else None
    return {
        "value": number("Value"),
        "name": table.GetValueAsString(row, columns["Class"]),
        "colour": "#{:02x}{:02x}{:02x}".format(*(number(name) for name in ("Red", "Green", "Blue"))),
        "pixels": number("Count"),
        "hectares": hectares,
    }


def _open(path: str) -> Any:
    try:
        return gdal.OpenEx(path, gdal.OF_RASTER)
    except RuntimeError:  # GDAL's exceptions are a switch of the whole process
        return None
