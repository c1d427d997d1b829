"""Presets: a model plus its data contract, read from folders; weights are checked, never loaded here."""

from .preset import Preset, PresetBand, WeightsAsset
from .zoo import Zoo

__all__ = ["Preset", "PresetBand", "WeightsAsset", "Zoo"]
