"""Scaling: from stored numbers to what a network was trained on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from .scene import Array, Mask, Scene
from .statistics import percentiles

Progress = Callable[[float], None]


class Scaling(Protocol):
    """How the bands of a preset are scaled."""

    @property
    def needs_statistics(self) -> bool:
        """True if :meth:`fit` has to look at the scene before :meth:`apply` works."""

    def fit(self, scene: Scene, bands: Sequence[int], progress: Progress | None = None) -> LinearScaling:
        """The scaling for this scene."""

    def apply(self, values: Array, valid: Mask | None) -> npt.NDArray[np.float32]:
        """Scaled float32 ``[C, h, w]``; invalid pixels are 0. ``valid`` None means all."""


@dataclass(frozen=True)
class LinearScaling:
    """(value - offset) / divisor per band, cut to 0..1 if ``clip``.

    Any number of bands fits a single offset.
    """

    offset: tuple[float, ...]
    divisor: tuple[float, ...]
    clip: bool = False

    @property
    def needs_statistics(self) -> bool:
        """A fixed scaling looks at no scene."""
        return False

    def fit(self, scene: Scene, bands: Sequence[int], progress: Progress | None = None) -> LinearScaling:
        """The same scaling: nothing depends on the scene."""
        return self

    def apply(self, values: Array, valid: Mask | None) -> npt.NDArray[np.float32]:
        """Scaled float32 ``[C, h, w]``; invalid pixels are 0. ``valid`` None means all."""
        shape = (-1, 1, 1)
        offset = np.asarray(self.offset, np.float32).reshape(shape)
        factor = (1 / np.asarray(self.divisor, np.float64)).astype(np.float32).reshape(shape)
        scaled = np.empty(values.shape, np.float32)
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is invalid and set to 0 below
            np.subtract(values, offset, out=scaled, dtype=np.float32, casting="unsafe")
            np.multiply(scaled, factor, out=scaled)
        if self.clip:
            np.clip(scaled, 0, 1, out=scaled)
        if valid is not None:
            np.copyto(scaled, np.float32(0), where=~valid)
        return scaled

    def to_dict(self) -> dict[str, Any]:
        """The scaling as a preset would write it: ``min-max``."""
        maximum = [low + step for low, step in zip(self.offset, self.divisor, strict=True)]
        return {"type": "min-max", "minimum": list(self.offset), "maximum": maximum, "clip": self.clip}


@dataclass(frozen=True)
class PercentileScaling:
    """Percentiles of all valid pixels of each band become 0 and 1; what lies outside is cut."""

    lower: float
    upper: float
    clip: bool = True

    @property
    def needs_statistics(self) -> bool:
        """Percentiles are those of the scene at hand."""
        return True

    def fit(self, scene: Scene, bands: Sequence[int], progress: Progress | None = None) -> LinearScaling:
        """The exact percentiles over all valid full-resolution pixels. Raises SceneEmpty."""
        limits = percentiles(scene, bands, (self.lower, self.upper), progress)
        spans = tuple(high - low if high > low else 1.0 for low, high in limits)
        return LinearScaling(tuple(low for low, _ in limits), spans, self.clip)

    def apply(self, values: Array, valid: Mask | None) -> npt.NDArray[np.float32]:
        """Refused: the percentiles are not known before :meth:`fit`."""
        raise TypeError("percentile scaling has to be fitted to a scene first")


def scaling_from(description: Mapping[str, Any]) -> Scaling:
    """The scaling that a preset describes; raises ValueError if it cannot be understood.

    ``{"type": "z-score", "mean": […], "std": […]}``, ``{"type": "min-max", "minimum": […],
    "maximum": […], "clip": bool}`` or ``{"type": "percentile", "lower": 2, "upper": 98}``.
    """
    kind = description.get("type")
    try:
        if kind == "z-score":
            return _linear(_numbers(description["mean"]), _numbers(description["std"]), clip=False)
        if kind == "min-max":
            low, high = _numbers(description["minimum"]), _numbers(description["maximum"])
            spans = tuple(b - a for a, b in zip(low, high, strict=True))
            return _linear(low, spans, clip=bool(description.get("clip", False)))
        if kind == "percentile":
            return _percentile(float(description["lower"]), float(description["upper"]), description)
    except (KeyError, TypeError) as problem:
        raise ValueError(f"scaling of type '{kind}' lacks or garbles {problem}") from None
    raise ValueError(f"scaling has to be z-score, min-max or percentile, not {kind!r}")


def _numbers(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in (values if isinstance(values, (list, tuple)) else [values]))


def _linear(offset: tuple[float, ...], divisor: tuple[float, ...], clip: bool) -> LinearScaling:
    if len(offset) != len(divisor) or not np.isfinite([*offset, *divisor]).all() or not all(d > 0 for d in divisor):
        raise ValueError("scaling needs as many positive spans as offsets")
    return LinearScaling(offset, divisor, clip)


def _percentile(lower: float, upper: float, description: Mapping[str, Any]) -> PercentileScaling:
    if not 0 <= lower < upper <= 100:
        raise ValueError("percentiles have to be 0 ≤ lower < upper ≤ 100")
    return PercentileScaling(lower, upper, bool(description.get("clip", True)))
