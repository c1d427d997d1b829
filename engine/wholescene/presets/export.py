"""A preset as a STAC Item of its own, that a catalogue or another tool can read wherever the file lies."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..wire.errors import OutputExists, OutputUnwritable
from .preset import WeightsAsset
from .reading import MODEL_ROLE


def exported(
    item: Mapping[str, Any], folder: Path, target: Path, parameters: int | None, weights: WeightsAsset | None = None
) -> dict[str, Any]:
    """The item of the preset in ``folder`` as it has to read in the file ``target``.

    Files of the preset are named as seen from there, or in full from another drive. ``parameters`` is how many the
    network has, where that is known; ``preset.json`` says it only once there are weights. ``weights`` are those that
    the preset uses, which may lie in the folder of another one. The asset of the model tells
    the bands again: MLM wants them in the properties, where STAC 1.1 allows them only if an asset has some.
    """
    own: dict[str, Any] = json.loads(json.dumps(item))
    properties = own["properties"]
    if parameters is not None:
        properties["mlm:total_parameters"] = parameters
    model = next(asset for asset in own["assets"].values() if MODEL_ROLE in asset.get("roles", []))
    if "bands" in properties:
        model.setdefault("bands", properties["bands"])
    for asset in own["assets"].values():
        if asset is model and weights is not None:
            asset["href"] = _seen_from(target.parent, weights.path)
        elif "://" not in asset["href"]:
            asset["href"] = _seen_from(target.parent, folder / asset["href"])
    return own


def write_item(item: Mapping[str, Any], target: Path, *, overwrite: bool = False) -> None:
    """Write an item to a file.

    Raises:
        OutputExists: there is such a file, and it is not to be overwritten.
        OutputUnwritable: it cannot be written.
    """
    try:
        with target.open("w" if overwrite else "x", encoding="utf-8") as file:
            file.write(json.dumps(item, indent=2, ensure_ascii=False) + "\n")
    except FileExistsError:
        raise OutputExists(path=str(target)) from None
    except OSError as problem:
        raise OutputUnwritable(path=str(target), detail=problem.strerror or str(problem)) from problem


def _seen_from(place: Path, file: Path) -> str:
    try:
        return Path(os.path.relpath(file.resolve(), place.resolve())).as_posix()
    except ValueError:  # Windows: on another drive
        return file.resolve().as_uri()
