"""The question that an attention job answers: what one pixel of a scene attends to."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Dict, Mapping, Optional, Union

from .errors import BadRequest
from .request import SegmentRequest

ALL_HEADS = "all"
FIELDS = ("request", "x", "y", "crs", "stage", "head", "output")


@dataclass(frozen=True)
class AttentionRequest:
    """What the pixel at ``x``, ``y`` takes from where in the scene, after REST's Figure 7.

    Of ``request`` count the scene, the preset, its bands, nodata and precision, what it says about SPIM, and
    the file that the heat map goes to. ``crs`` None means the scene's own, "pixel" columns and rows (as in
    `Extent`). ``stage`` counts from 0, None means the last one that has SPIM; ``head`` is None for
    the mean of the heads, a number from 1, or "all" for a band each.
    """

    request: SegmentRequest
    x: float
    y: float
    crs: Optional[str] = None
    stage: Optional[int] = None
    head: Union[int, str, None] = None

    def __post_init__(self) -> None:
        if not all(_number(value) for value in (self.x, self.y)):
            raise BadRequest(detail="'x' and 'y' have to be finite numbers")
        if not isinstance(self.crs, (str, type(None))):
            raise BadRequest(detail="'crs' has to be a string")
        if self.stage is not None and not _count(self.stage, 0):
            raise BadRequest(detail="'stage' has to be a number from 0")
        if self.head is not None and self.head != ALL_HEADS and not _count(self.head, 1):
            raise BadRequest(detail="'head' has to be a number from 1, or 'all'")

    def to_dict(self) -> Dict[str, Any]:
        """Plain values, as in the message ``attention``."""
        return {
            "request": self.request.to_dict(),
            "x": self.x,
            "y": self.y,
            "crs": self.crs,
            "stage": self.stage,
            "head": self.head,
            "output": self.request.output,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "AttentionRequest":
        """The question from plain values; raises BadRequest on anything unexpected.

        ``output`` may stand beside the request or in it.
        """
        unknown = set(data) - set(FIELDS)
        if unknown:
            raise BadRequest(detail=f"unknown field(s) {', '.join(sorted(map(str, unknown)))}")
        values = data.get("request")
        if not isinstance(values, Mapping):
            raise BadRequest(detail="'request' is missing")
        request = SegmentRequest.from_dict(values)
        output = data.get("output")
        if not isinstance(output, (str, type(None))):
            raise BadRequest(detail="'output' has to be a path")
        if output is not None:
            request = replace(request, output=output)
        x, y = (data.get(key) for key in ("x", "y"))
        return cls(request, x, y, data.get("crs"), data.get("stage"), data.get("head"))  # type: ignore[arg-type]


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
