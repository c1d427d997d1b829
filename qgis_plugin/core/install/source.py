"""Where the packages of an engine come from: a choice of the user."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Dict, Tuple
from urllib.parse import urlparse

from ...translation import tr
from .builds import Build


class Kind(Enum):
    """The choices."""

    INTERNET = "internet"  # as pip is configured, and PyTorch's own index for the chosen build
    CONFIGURED = "configured"  # as pip is configured on this computer, and nothing else
    INDEX = "index"  # a package index that is named
    BUNDLE = "bundle"  # a file


@dataclass(frozen=True)
class Source:
    """A kind, with the address of the index or the path of the bundle where it has one."""

    kind: Kind
    place: str = ""

    def pip_options(self, build: Build) -> Tuple[str, ...]:
        """What pip is told of it."""
        if self.kind is Kind.INTERNET and build.index:
            return ("--extra-index-url", build.index)
        return ("--index-url", self.place) if self.kind is Kind.INDEX else ()

    def name(self) -> str:
        """What it is called where it does not answer: the server of an index, without credentials."""
        if self.kind is Kind.INDEX:
            return urlparse(self.place).hostname or self.place
        return "pypi.org / pytorch.org" if self.kind is Kind.INTERNET else tr("the source of packages")

    def to_dict(self) -> Dict[str, str]:
        """For the record."""
        return {"kind": self.kind.value, "place": self.place}

    @classmethod
    def from_dict(cls, told: Dict[str, str]) -> "Source":
        """What the record says; the internet if it cannot be understood."""
        try:
            return cls(Kind(told.get("kind")), str(told.get("place", "")))
        except ValueError:
            return cls(Kind.INTERNET)
