"""Adding models, and presets in other colours: what is asked of the engine's command line, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Collection, Dict, List, Mapping, Optional

from .command import run_for_json
from .errand import GoingOn

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # of presets, on every system
STRIDE = 32  # of which the side of a cell is a multiple
KINDS = ("*.pth", "*.pt", "*.bin", "*.ckpt", "*.safetensors", "*.onnx", "*.zip", "preset.json")  # of files


@dataclass(frozen=True)
class ModelWish:
    """What the command has to know; 0 and "" leave a choice to it."""

    file: str
    name: str = ""
    base: str = ""
    licence: str = ""  # SPDX identifier of weights whose file does not say it
    spim_heads: int = 0
    cell: int = 0  # pixels
    tile: int = 0  # pixels
    outputs: str = ""

    def options(self) -> List[str]:
        """Those that looking and importing share."""
        texts = {"preset": self.base, "licence": self.licence, "outputs": self.outputs}
        numbers = {"spim-heads": self.spim_heads, "cell": self.cell, "tile": self.tile}
        given = {key: str(value) for key, value in {**texts, **numbers}.items() if value}
        return [f"--{key}={value}" for key, value in given.items()]


# files and names stand last, behind "--": they may begin with a minus
def look(wish: ModelWish, going_on: GoingOn) -> Dict[str, Any]:
    """What the file is and what its import needs; raises coded errors."""
    arguments = ["import", "--look", *replace(wish, name="").options(), "--json", "--", wish.file]
    return run_for_json(arguments, lambda: not going_on())


def add(wish: ModelWish, going_on: GoingOn) -> Dict[str, Any]:
    """Import it, its licence being accepted; raises coded errors."""
    accepted = ["--accept-licence", "--accepted-in=dialog"]
    arguments = ["import", f"--as={wish.name}", *wish.options(), *accepted, "--json", "--", wish.file]
    return run_for_json(arguments, lambda: not going_on())


def recolour(base: str, name: str, title: str, colours: Mapping[int, str], going_on: GoingOn) -> Dict[str, Any]:
    """Make the preset ``name``: ``base`` with these colours (``#RRGGBB``) by class value; raises coded errors."""
    changed = [f"--colour={value}={colour}" for value, colour in colours.items()]
    titled = [f"--title={title}"] if title else []
    arguments = ["presets", "recolour", f"--as={name}", *titled, *changed, "--json", "--", base]
    return run_for_json(arguments, lambda: not going_on())


def suggested_name(told: Mapping[str, Any], base: Optional[Mapping[str, Any]], ready: Collection[str]) -> str:
    """A name for the model: that of the base if it still waits for weights, else after the file, numbered if taken.

    ``ready`` are the presets that can be used already.
    """
    if base is not None and told.get("kind") == "weights" and base.get("preset") not in ready:
        return str(base["preset"])
    return free_name(str(told.get("name") or "model"), ready)


def free_name(stem: str, taken: Collection[str]) -> str:
    """``stem``, numbered if there is a preset of that name."""
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name


def buildable(told: Mapping[str, Any]) -> List[Mapping[str, Any]]:
    """The presets that a model may be built on: those that fit, and those that would with an option."""
    return [base for base in told.get("bases", []) if base.get("fits") or base.get("needs")]
