"""Networks ready to run: built from a preset, with its weights, at a precision."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from .. import nn
from ..presets.preset import Preset
from ..wire import errors
from .precision import DTYPES


def load(preset: Preset, precision: str, device: torch.device | str = "cpu") -> nn.Segmenter:
    """The preset's network in evaluation mode on a device; kept, so that the next scene finds it warm.

    Raises:
        WeightsMissing, WeightsCorrupt: the preset has no weights, or other ones.
        PresetInvalid: the weights do not fit the architecture.
    """
    path = preset.weights_path()
    architecture = msgspec.json.encode(preset.architecture, order="deterministic")
    try:
        return _load(path, path.stat().st_mtime_ns, architecture, precision, str(device))
    except (SafetensorError, RuntimeError, ValueError, TypeError, KeyError) as problem:
        raise errors.PresetInvalid(path=str(path), detail=_first_line(problem)) from problem


@lru_cache(maxsize=2)
def _load(path: Path, modified: int, architecture: bytes, precision: str, device: str) -> nn.Segmenter:
    network = nn.build(msgspec.json.decode(architecture))
    network.load_state_dict(load_file(path))
    return network.eval().to(device, DTYPES[precision]).requires_grad_(False)


def parameter_bytes(network: torch.nn.Module) -> int:
    """Memory that the weights take."""
    return sum(weight.numel() * weight.element_size() for weight in network.parameters())


def _first_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]
