"""The request: what to segment and how. Terminal, engine and QGIS send the same one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Dict, Mapping, Optional, Tuple

from .errors import BadRequest, ExtentEmpty

PRECISIONS = ("auto", "float32", "bf16")


@dataclass(frozen=True)
class Extent:
    """A rectangle in ``crs`` units; ``crs`` None means the scene's own, "pixel" means columns and rows.

    In pixels y counts down from the upper left corner.
    """

    xmin: float
    ymin: float
    xmax: float
    ymax: float
    crs: Optional[str] = None

    def __post_init__(self) -> None:
        # written so that NaN is refused too
        if not (self.xmin < self.xmax and self.ymin < self.ymax):
            raise ExtentEmpty(extent=str(self))

    def __str__(self) -> str:
        where = f" ({self.crs})" if self.crs else ""
        # all digits, so that the text tells extents apart and stands for this one in provenance
        edges = (repr(float(edge)).removesuffix(".0") for edge in (self.xmin, self.ymin, self.xmax, self.ymax))
        return ",".join(edges) + where


@dataclass(frozen=True)
class SegmentRequest:
    """Segment one scene with one preset.

    ``sources`` are GDAL names; several are single-band (or few-band) files of one
    scene, in order. ``bands`` names, for each band of the preset, a band of the scene by
    name or by number from 1 (counted over all sources); None lets the engine guess.
    ``grid`` is "scene", "model" or the path of a raster whose grid the class map takes.
    ``extent`` limits the output, never the answer.
    """

    sources: Tuple[str, ...]
    preset: str
    output: Optional[str] = None
    extent: Optional[Extent] = None
    bands: Optional[Tuple[str, ...]] = None
    grid: str = "scene"
    precision: str = "auto"
    confidence: bool = False
    nodata: Optional[float] = None
    overwrite: bool = False

    def __post_init__(self) -> None:
        if not self.sources or not all(isinstance(source, str) and source for source in self.sources):
            raise BadRequest(detail="'sources' has to name at least one raster")
        if not isinstance(self.preset, str) or not self.preset:
            raise BadRequest(detail="'preset' has to be a name")
        if self.precision not in PRECISIONS:
            raise BadRequest(detail=f"'precision' has to be one of {', '.join(PRECISIONS)}")
        if not isinstance(self.grid, str) or not self.grid:
            raise BadRequest(detail="'grid' has to be 'scene', 'model' or a raster")

    def to_dict(self) -> Dict[str, Any]:
        """Plain values for msgpack and JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "SegmentRequest":
        """The request from plain values; raises BadRequest on anything unexpected."""
        unknown = set(data) - set(cls.__dataclass_fields__)
        if unknown:
            raise BadRequest(detail=f"unknown field(s) {', '.join(sorted(map(str, unknown)))}")
        values = dict(data)
        try:
            values["sources"] = _strings(values["sources"])
            if values.get("bands") is not None:
                values["bands"] = _strings(values["bands"])
            if values.get("extent") is not None:
                values["extent"] = _extent(values["extent"])
            _check_types(values)
            return cls(**values)
        except (TypeError, KeyError, ValueError, AttributeError) as problem:
            raise BadRequest(detail=str(problem)) from None


def _strings(values: Any) -> Tuple[str, ...]:
    if isinstance(values, (str, bytes)) or not all(isinstance(value, str) for value in values):
        raise TypeError("'sources' and 'bands' have to be lists of strings")
    return tuple(values)


def _extent(values: Mapping[str, Any]) -> Extent:
    xmin, ymin, xmax, ymax = (float(values[key]) for key in ("xmin", "ymin", "xmax", "ymax"))
    crs = values.get("crs")
    if crs is not None and not isinstance(crs, str):
        raise TypeError("'extent.crs' has to be a string")
    return Extent(xmin, ymin, xmax, ymax, crs)


def _check_types(values: Mapping[str, Any]) -> None:
    for key in ("confidence", "overwrite"):
        if not isinstance(values.get(key, False), bool):
            raise TypeError(f"'{key}' has to be true or false")
    if not isinstance(values.get("output"), (str, type(None))):
        raise TypeError("'output' has to be a path")
    nodata = values.get("nodata")
    if isinstance(nodata, bool) or not isinstance(nodata, (int, float, type(None))):
        raise TypeError("'nodata' has to be a number")
