"""Where the packages of an engine come from: a choice of the user."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Dict, Optional, Tuple
from urllib.parse import urlparse, urlsplit

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
        return ()

    def pip_environment(self) -> Dict[str, str]:
        """What pip is told of it where other users of this computer cannot read it, as they can its arguments."""
        return {"PIP_INDEX_URL": self.place} if self.kind is Kind.INDEX else {}

    def with_login(self, url: str) -> str:
        """The address of a file with the index's credentials, which pip does not report, if it is on its server."""
        login, at, _host = urlsplit(self.place).netloc.rpartition("@")
        if self.kind is not Kind.INDEX or not at or _server(url) != _server(self.place):
            return url
        parts = urlsplit(without_login(url))
        return parts._replace(netloc=f"{login}@{parts.netloc}").geturl()

    def name(self) -> str:
        """What it is called where it does not answer: the server of an index, without credentials."""
        if self.kind is Kind.INDEX:
            return urlparse(self.place).hostname or self.place
        return "pypi.org / pytorch.org" if self.kind is Kind.INTERNET else tr("the source of packages")

    def to_dict(self) -> Dict[str, str]:
        """For the record; without credentials."""
        return {"kind": self.kind.value, "place": self.place if self.kind is Kind.BUNDLE else without_login(self.place)}

    @classmethod
    def from_dict(cls, told: Dict[str, str]) -> "Source":
        """What the record says; the internet if it cannot be understood."""
        try:
            return cls(Kind(told.get("kind")), str(told.get("place", "")))
        except ValueError:
            return cls(Kind.INTERNET)


def without_login(address: str) -> str:
    """An address without the name and the password that may stand before its server."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if "@" in parts.netloc else address


def _server(url: str) -> Tuple[str, str, Optional[int]]:
    """Scheme, host and port: credentials for one are for no other, and never go from https to http."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname or "", port or {"http": 80, "https": 443}.get(parts.scheme)
