"""The preset: what the rest of the engine needs to know about a model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..wire.errors import WeightsMissing
from ..wire.plan import ClassEntry
from .licence import non_commercial
from .weights import verify


@dataclass(frozen=True)
class PresetBand:
    """A band that the network expects; ``common_name`` as in the STAC EO extension."""

    name: str
    common_name: str | None = None
    wavelength_nm: float | None = None


@dataclass(frozen=True)
class WeightsAsset:
    """A weights file; ``sha256`` (hexadecimal) and ``size`` (bytes) are None until it is sealed."""

    path: Path
    sha256: str | None
    size: int | None
    licence: str


@dataclass(frozen=True)
class ValidatedSize:
    """The largest scene that the weights were scored on, in pixels of the scene, and who scored them."""

    pixels: int
    by: str = ""


@dataclass(frozen=True)
class Preset:
    """One model with its data contract.

    Channel ``i`` of the network's output is ``classes[i]``; the class *values* are the published
    ids. ``scaling`` is a plain dict for :func:`wholescene.raster.scaling.scaling_from`,
    ``architecture`` one for :func:`wholescene.nn.build` (but of an ONNX model, see `onnx`), ``tile`` one for the
    planner.
    ``ground_resolution`` is (finest, coarsest) in metres per pixel, None if any will do.
    ``missing`` says why there are no weights, ``how`` where to get them. ``sensors``, ``value_range``
    (of stored values that it was trained on), ``validated`` and ``picture`` are known of some presets only.
    ``weights_of`` is the preset whose weights it uses, "" for one with its own; ``accepted`` is the day on which
    their licence was accepted at import.
    """

    name: str
    title: str
    description: str
    classes: tuple[ClassEntry, ...]
    bands: tuple[PresetBand, ...]
    scaling: dict[str, Any]
    ground_resolution: tuple[float, float] | None
    architecture: dict[str, Any]
    tile: dict[str, Any]
    precisions: tuple[str, ...]
    weights: WeightsAsset | None
    licence: str
    missing: str | None = None
    how: str = ""
    sensors: tuple[str, ...] = ()
    value_range: tuple[float, float] | None = None
    validated: ValidatedSize | None = None
    picture: Path | None = None
    weights_of: str = ""
    accepted: str = ""

    @property
    def weights_licence(self) -> str:
        """The licence of the weights, which is the preset's where they do not name their own."""
        return self.weights.licence if self.weights else self.licence

    @property
    def onnx(self) -> dict[str, Any] | None:
        """Of an ONNX model: the ``side`` of its windows, what it gives (``outputs``) and the ``threshold``, if any."""
        return self.architecture.get("onnx")

    def weights_path(self) -> Path:
        """The weights file, its SHA-256 verified; raises WeightsMissing or WeightsCorrupt."""
        if self.weights is None:
            raise WeightsMissing(name=self.name, reason=self.missing, how=self.how)
        if not self.weights.path.is_file():
            raise WeightsMissing(name=self.name, reason=f"{self.weights.path} does not exist", how=self._restore())
        if self.weights.sha256 is None:
            reason = "preset.json does not say which SHA-256 they have"
            how = f"If you trust the file, run: python -m wholescene.presets.seal {self.weights.path.parent}"
            raise WeightsMissing(name=self.name, reason=reason, how=how)
        verify(self.weights.path, self.weights.sha256)
        return self.weights.path

    def ready(self) -> bool:
        """Whether sealed weights are there (their content is checked when they are used)."""
        return self.weights is not None and self.weights.sha256 is not None and self.weights.path.is_file()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``--json`` and the wire."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "classes": [asdict(entry) for entry in self.classes],
            "bands": [asdict(band) for band in self.bands],
            "ground_resolution": list(self.ground_resolution) if self.ground_resolution else None,
            "sensors": list(self.sensors),
            "value_range": list(self.value_range) if self.value_range else None,
            "validated": asdict(self.validated) if self.validated else None,
            "precisions": list(self.precisions),
            "attention": self._attention(),
            "mode": "holistic" if self.onnx is None else "crop",
            "licence": self.licence,
            "non_commercial": non_commercial(self.weights_licence),
            "licence_accepted": self.accepted or None,
            "weights_of": self.weights_of or None,
            "ready": self.ready(),
            "weights_sha256": self.weights.sha256 if self.weights else None,
            "missing": self.missing,
            "how": self.how,
        }

    def _attention(self) -> dict[str, Any] | None:
        """Stages (from 0) and heads of the whole-scene attention; None without."""
        spim = self.architecture.get("spim") or {}
        stages = list(spim.get("stages") or ())
        return {"stages": stages, "heads": int(spim["heads"])} if stages else None

    def _restore(self) -> str:
        return self.how or "Install WholeScene again, or put the file back."
