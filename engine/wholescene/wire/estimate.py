"""The estimate: what a request would take and what speaks against it, told before any job."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Dict, Mapping, Optional, Tuple

from .errors import BadRequest
from .request import SegmentRequest

DEVICES = ("cpu", "cuda")


@dataclass(frozen=True)
class EstimateRequest:
    """A request that is only looked at. ``as_scene``: its extent is to be computed as a scene of its own.

    ``ranks`` would share the work, each with a device of the kind ``device`` (None: what the machine has);
    ``elsewhere``: they are on machines that cannot be asked.
    """

    request: SegmentRequest
    as_scene: bool = False
    ranks: int = 1
    device: Optional[str] = None
    elsewhere: bool = False

    def __post_init__(self) -> None:
        for key in ("as_scene", "elsewhere"):
            if not isinstance(getattr(self, key), bool):
                raise BadRequest(detail=f"'{key}' has to be true or false")
        if isinstance(self.ranks, bool) or not isinstance(self.ranks, int) or self.ranks < 1:
            raise BadRequest(detail="'ranks' has to be a number from 1")
        if self.device is not None and self.device not in DEVICES:
            raise BadRequest(detail=f"'device' has to be one of {', '.join(DEVICES)}")

    def to_dict(self) -> Dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "EstimateRequest":
        """The question from plain values; raises BadRequest on anything unexpected."""
        values = dict(data)
        unknown = set(values) - set(cls.__dataclass_fields__)
        if unknown:
            raise BadRequest(detail=f"unknown field(s) {', '.join(sorted(map(str, unknown)))}")
        if not isinstance(values.get("request"), Mapping):
            raise BadRequest(detail="'request' is missing")
        values["request"] = SegmentRequest.from_dict(values["request"])
        return cls(**values)


@dataclass(frozen=True)
class Estimate:
    """What is known of a request; None for what could not be found out, because of one of the ``errors``.

    Sizes are (width, height) in pixels: ``scene`` of what is computed, ``network`` of the same on the grid that
    the network sees, ``kept`` of what is written. ``kept_pixels`` of these can be classes; the others are
    nodata by a mask. Bytes are at most, seconds from the first tile on. ``values`` tells of each band
    ``{band, low, median, high}``: stored values at 2, 50 and 98 % of a sample. ``errors`` would end the
    job, ``warnings`` would not; both are coded.
    """

    preset: str
    scene: Optional[Tuple[int, int]] = None
    network: Optional[Tuple[int, int]] = None
    kept: Optional[Tuple[int, int]] = None
    kept_pixels: Optional[int] = None
    ground_size: Optional[float] = None
    precision: Optional[str] = None
    device: Optional[str] = None
    ranks: int = 1
    region: Optional[int] = None
    regions: Optional[int] = None
    peak_bytes: Optional[int] = None
    device_bytes: Optional[int] = None
    scratch_bytes: Optional[int] = None
    seconds: Optional[float] = None
    seconds_to_first_block: Optional[float] = None
    output: Optional[str] = None
    output_bytes: Optional[int] = None
    output_free: Optional[int] = None
    values: Tuple[Dict[str, Any], ...] = ()
    errors: Tuple[Dict[str, Any], ...] = ()
    warnings: Tuple[Dict[str, Any], ...] = ()

    def to_dict(self) -> Dict[str, Any]:
        """Plain values for msgpack and JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Estimate":
        """The estimate that :meth:`to_dict` described; what a later release adds is left out."""
        values = {str(key): value for key, value in dict(data).items() if key in cls.__dataclass_fields__}
        for key in ("scene", "network", "kept"):
            if values.get(key) is not None:
                width, height = values[key]
                values[key] = (int(width), int(height))
        for key in ("values", "errors", "warnings"):
            values[key] = tuple(dict(entry) for entry in values.get(key) or ())
        return cls(**values)
