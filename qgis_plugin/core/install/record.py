"""What an installation has done so far, in a file of its folder, so that it can go on where it stopped."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Dict, List, Optional

from ...wire.errors import FolderUnusable

NAME = "install.json"
FORMAT = 1


class Stage(Enum):
    """The stages in their order."""

    PYTHON = "python"
    ENVIRONMENT = "environment"
    RESOLVE = "resolve"
    DOWNLOAD = "download"
    INSTALL = "install"
    CHECK = "check"
    REGISTER = "register"


STAGES = tuple(Stage)


@dataclass(frozen=True)
class Wheel:
    """A file that is to be installed; ``size`` in bytes, 0 if nobody has told it; ``sha256`` "" likewise."""

    name: str
    version: str
    file: str
    url: str
    sha256: str
    size: int = 0


@dataclass
class Record:
    """The stages that hold, and what they found."""

    release: str
    build: str
    source: Dict[str, str]
    base: str = ""  # the interpreter that the environment is made with
    done: List[str] = field(default_factory=list)
    wheels: List[Wheel] = field(default_factory=list)
    touched: bool = False  # packages were being put into the environment: if that was cut off, it is made anew

    def holds(self, stage: Stage) -> bool:
        """Whether that stage is done."""
        return stage.value in self.done

    def mark(self, stage: Stage) -> None:
        """That stage is done."""
        if not self.holds(stage):
            self.done.append(stage.value)

    def forget_from(self, stage: Stage) -> None:
        """That stage and those after it have to be done again."""
        later = {one.value for one in STAGES[STAGES.index(stage) :]}
        self.done = [name for name in self.done if name not in later]

    def save(self, folder: Path) -> None:
        """Write it, whole or not at all; raises FolderUnusable."""
        partial = folder / f"{NAME}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            partial.write_text(json.dumps({"format": FORMAT, **asdict(self)}, indent=1), encoding="utf-8")
            os.replace(str(partial), str(folder / NAME))
        except OSError as problem:
            raise FolderUnusable(folder=str(folder), detail=str(problem)) from None

    @classmethod
    def read(cls, folder: Path) -> Optional["Record"]:
        """The record of ``folder``; None if there is none that can be understood."""
        try:
            told = json.loads((folder / NAME).read_text(encoding="utf-8"))
            return cls._of(told) if told["format"] == FORMAT else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    @classmethod
    def _of(cls, told: Dict[str, Any]) -> "Record":
        known = {stage.value for stage in STAGES}
        return cls(
            release=str(told["release"]),
            build=str(told["build"]),
            source={str(name): str(value) for name, value in told["source"].items()},
            base=str(told["base"]),
            done=[str(name) for name in told["done"] if name in known],
            wheels=[Wheel(**wheel) for wheel in told["wheels"]],
            touched=bool(told["touched"]),
        )
