"""The areas of a class map as a table that any program reads."""

from __future__ import annotations

import csv
from typing import Any, Mapping, Sequence

from ..wire.errors import OutputUnwritable

COLUMNS = ("value", "name", "pixels", "hectares", "share")


def write_areas(areas: Sequence[Mapping[str, Any]], path: str) -> None:
    """Write one line per class as CSV; hectares stay empty without georeference. Raises OutputUnwritable."""
    try:
        # the mark at the beginning tells spreadsheets that names are UTF-8
        with open(path, "w", encoding="utf-8-sig", newline="") as stream:
            table = csv.writer(stream)
            table.writerow(COLUMNS)
            for area in areas:
                table.writerow(["" if area.get(name) is None else area[name] for name in COLUMNS])
    except OSError as problem:
        raise OutputUnwritable(path=path, detail=str(problem)) from None
