"""The engine's pinned packages: ``requirements/engine.txt``, which the wheel carries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from ..wire.errors import BundlingFile
from .target import Target
from .wheels import Wheel


def pins_file() -> Path:
    """The list as package data, or of the repository when installed from there in place."""
    package = Path(__file__).resolve().parents[1]
    carried = package / "requirements.txt"
    return carried if carried.is_file() else package.parents[1] / "requirements" / "engine.txt"


def pins_for(target: Target, path: Path | None = None) -> list[Requirement]:
    """What of the list is wanted on ``target``, without markers; raises BundlingFile."""
    path = path or pins_file()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        texts = [text for line in lines if (text := re.sub(r"(^|\s)#.*", "", line).strip())]
        found = [Requirement(text) for text in texts]
    except (OSError, ValueError, InvalidRequirement) as problem:
        raise BundlingFile(path=str(path), detail=str(problem)) from None
    wanted = [requirement for requirement in found if target.needs(requirement.marker)]
    for requirement in wanted:
        requirement.marker = None
    return wanted


def pinned(wheels: Iterable[Wheel]) -> str:
    """A list that pins exactly these wheels, for ``pip install -r``."""
    lines = sorted(f"{wheel.name}=={wheel.version}" for wheel in wheels)
    return "# All packages of this bundle: pip install --no-index --find-links wheels -r requirements.txt\n" + "".join(
        f"{line}\n" for line in lines
    )
