"""Presets that come from elsewhere, and colours of one's own."""

from __future__ import annotations

from .base import WholeSceneError

__all__ = [
    "ColoursUnusable",
    "PresetPackageTooLarge",
    "PresetPackageUnreadable",
    "PresetPackageUnsafe",
]


class PresetPackageUnreadable(WholeSceneError):
    code = "preset.archive"
    problem = "{path} cannot be read as a preset: {detail}."
    remedy = "Choose the folder that has a preset.json in it, or a ZIP of that folder."


class PresetPackageUnsafe(WholeSceneError):
    code = "preset.archive_unsafe"
    problem = "{path} holds the entry {entry}, which a preset never needs: {detail}. Nothing of it was written."
    remedy = "Do not unpack this file with other software either; get the preset from whoever made it."


class PresetPackageTooLarge(WholeSceneError):
    code = "preset.archive_size"
    problem = "{path} would take {size} unpacked; expected are at most {limit}. Nothing of it was written."
    remedy = "Unpack it yourself if you trust it, look at it, and choose the folder with its preset.json."


class ColoursUnusable(WholeSceneError):
    code = "preset.colours"
    problem = "These colours cannot be given to the preset '{preset}': {detail}."
    remedy = "Name its classes with colours such as water=#0000ff."
