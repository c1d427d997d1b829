"""Taking a preset made elsewhere among one's own: checked whole before it gets its name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...wire.errors import DiskFull, PresetInvalid
from ..licence import Acceptance
from ..preset import Preset
from ..reading import PRESET_FILE, Find, read_preset
from ..shelter import whole_or_not_at_all
from .folder import ACCEPTED
from .package import Package

_CHUNK = 1 << 20  # bytes


def adopt(
    package: Package,
    folder: Path,
    accepted: Acceptance,
    find: Find,
    check: Callable[[Preset], None],
) -> Preset:
    """Make ``folder`` a preset of what is in a package; its name becomes that of the folder.

    ``find`` tells where the preset lies whose weights it may use; ``check`` looks, as the last, whether its network
    can be made and filled, and raises if not.

    Raises:
        PresetExists, OutputUnwritable, DiskFull: the folder cannot be made; nothing is left behind.
        PresetPackageUnreadable: a damaged file.
        PresetInvalid, WeightsMissing, WeightsCorrupt: what is in the package is no preset that can be used.
    """
    needed = package.needed()
    _require_room(folder, sum(package.sizes[name] for name in needed))
    with whole_or_not_at_all(folder) as part:
        for name in needed:
            _copy(package, name, part / name)
        item = own_item(package.item, folder.name, accepted)
        (part / PRESET_FILE).write_text(json.dumps(item, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        _check(part, package, find, check)
    return read_preset(folder, find)


def own_item(item: dict[str, Any], name: str, accepted: Acceptance) -> dict[str, Any]:
    """The preset.json of a package under another name, with the licence that was accepted here, not elsewhere."""
    own: dict[str, Any] = json.loads(json.dumps(item))
    own["properties"][ACCEPTED] = accepted.to_dict()
    return own | {"id": name}


def _check(part: Path, package: Package, find: Find, check: Callable[[Preset], None]) -> None:
    """What is wrong is told of the file that was chosen: the folder it was copied to will be gone."""
    try:
        preset = read_preset(part, find)
    except PresetInvalid as problem:
        raise PresetInvalid(path=str(package.path), detail=problem.params["detail"]) from problem
    preset.weights_path()
    check(preset)


def _copy(package: Package, name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with package.open(name) as source, target.open("xb") as copy:
        shutil.copyfileobj(source, copy, _CHUNK)


def _require_room(folder: Path, needed: int) -> None:
    place = next(place for place in folder.parents if place.is_dir())
    free = shutil.disk_usage(place).free
    if free < needed:
        raise DiskFull(path=str(folder), free_mb=free >> 20, needed_mb=(needed >> 20) + 1)
