"""The zoo: every preset folder that this installation can see."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..wire.connection import data_dir
from ..wire.errors import PresetInvalid, UnknownPreset
from .preset import Preset
from .reading import PRESET_FILE, read_preset

PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n")  # how JPEG and PNG files begin
FOLDERS_VARIABLE = "WHOLESCENE_PRESETS"


class Zoo:
    """Presets by name. Where two folders hold the same name, the later one wins: the user's."""

    def __init__(self, folders: Iterable[Path] | None = None) -> None:
        self.folders = tuple(default_folders() if folders is None else map(Path, folders))

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._presets())

    def load(self, name: str) -> Preset:
        """The preset of that name, or in the folder of that path; raises UnknownPreset or PresetInvalid."""
        return read_preset(self.folder(name), self.named)

    def item(self, name: str) -> dict[str, Any]:
        """The whole of the preset's ``preset.json``, for a preset to be made after it."""
        item: dict[str, Any] = json.loads((self.folder(name) / PRESET_FILE).read_text(encoding="utf-8"))
        return item

    def folder(self, name: str) -> Path:
        """Where the preset of that name, or of that path, lies; raises UnknownPreset."""
        if os.sep in name and (Path(name) / PRESET_FILE).is_file():
            return Path(name)  # a folder of one's own, as training writes it
        return self.named(name)

    def named(self, name: str) -> Path:
        """Where the preset of that name lies; raises UnknownPreset."""
        found = self._presets()
        if name not in found:
            raise UnknownPreset(name=name, known=", ".join(sorted(found)) or "none")
        return found[name]

    def describe(self) -> list[dict[str, Any]]:
        """All presets as plain values; one that cannot be read is listed with its error."""
        return [self._describe(name) for name in self.names()]

    def picture(self, name: str, largest: int) -> bytes | None:
        """The picture of a preset, JPEG or PNG of at most so many bytes; None if there is none to show."""
        try:
            path = self.load(name).picture
            data = path.read_bytes() if path is not None and path.stat().st_size <= largest else b""
        except (OSError, PresetInvalid):
            return None
        return data if data.startswith(PICTURES) else None

    def _describe(self, name: str) -> dict[str, Any]:
        try:
            return self.load(name).to_dict()
        except PresetInvalid as error:
            return {"name": name, "ready": False, "error": error.to_dict()}

    def _presets(self) -> dict[str, Path]:
        files = (file for folder in self.folders for file in sorted(folder.glob(f"*/{PRESET_FILE}")))
        return {file.parent.name: file.parent for file in files}


def default_folders() -> list[Path]:
    """The shipped zoo, then the user's folders."""
    return [shipped_folder(), *user_folders()]


def shipped_folder() -> Path:
    """``models/`` as package data, or of the repository when installed from there in place."""
    package = Path(__file__).resolve().parents[1]
    return package / "models" if (package / "models").is_dir() else package.parents[1] / "models"


def user_folders() -> list[Path]:
    """The folders of WHOLESCENE_PRESETS, or ``presets`` in the data folder."""
    named = os.environ.get(FOLDERS_VARIABLE)
    if named:
        return [Path(folder).expanduser() for folder in named.split(os.pathsep) if folder]
    return [data_dir() / "presets"]
