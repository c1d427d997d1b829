"""The mask of a request: polygons to which the output is limited, never the answer."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from typing import Any, Dict, Mapping, Optional, Tuple

from .errors import BadRequest

Point = Tuple[float, float]
Ring = Tuple[Point, ...]
Polygon = Tuple[Ring, ...]  # the outer ring, then holes


@dataclass(frozen=True)
class Mask:
    """Polygons in ``crs`` units; ``crs`` None means the scene's own, "pixel" columns and rows (as in `Extent`).

    As the coordinates of a GeoJSON MultiPolygon: each polygon a list of rings, each ring a list of points. Rings may be
    closed or not. A pixel is inside if its centre is inside of any polygon and of none of that polygon's holes.
    """

    polygons: Tuple[Polygon, ...]
    crs: Optional[str] = None

    def __post_init__(self) -> None:
        if not self.polygons or not all(self.polygons):
            raise BadRequest(detail="'mask.polygons' has to hold at least one polygon, each with at least one ring")
        for polygon in self.polygons:
            for ring in polygon:
                if len(set(ring)) < 3:
                    raise BadRequest(detail="a ring of 'mask.polygons' has to have three points or more")
                if not all(math.isfinite(number) for point in ring for number in point):
                    raise BadRequest(detail="'mask.polygons' has to hold finite numbers")

    def __str__(self) -> str:
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode("ascii")).hexdigest()[:16]
        where = f" ({self.crs if len(self.crs) < 40 else self.crs[:39] + '…'})" if self.crs else ""
        count = len(self.polygons)
        return f"{count} polygon{'' if count == 1 else 's'}{where}, SHA-256 {digest}"

    def to_dict(self) -> Dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Mask":
        """The mask from plain values; raises BadRequest on anything unexpected."""
        unknown = set(data) - {"polygons", "crs"}
        if unknown:
            raise BadRequest(detail=f"unknown field(s) of 'mask': {', '.join(sorted(map(str, unknown)))}")
        crs = data.get("crs")
        if not isinstance(crs, (str, type(None))):
            raise BadRequest(detail="'mask.crs' has to be a string")
        polygons = tuple(tuple(map(_ring, _list(polygon))) for polygon in _list(data.get("polygons")))
        return cls(polygons, crs)


def _ring(values: Any) -> Ring:
    return tuple(map(_point, _list(values)))


def _point(values: Any) -> Point:
    numbers = _list(values)
    if len(numbers) < 2 or any(isinstance(n, bool) or not isinstance(n, (int, float)) for n in numbers):
        raise BadRequest(detail="a point of 'mask.polygons' has to be two numbers")
    return float(numbers[0]), float(numbers[1])


def _list(values: Any) -> Any:
    if not isinstance(values, (list, tuple)):
        raise BadRequest(detail="'mask.polygons' has to be polygons, each a list of rings, each a list of points")
    return values
