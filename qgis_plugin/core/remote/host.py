"""Another machine as its user describes it. Nothing secret is in it: keys stay with ssh."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Mapping, Optional, Tuple

from qgis.core import QgsSettings

from ...wire.errors import RemoteDestination

SETTING = "wholescene/remote_host"  # JSON: stays when the engine of this machine is used again
USED = "wholescene/remote_used"
MAX_PORT = 65535

PathMap = Tuple[Tuple[str, str], ...]  # (prefix of paths here, prefix of the same files there)


@dataclass(frozen=True)
class RemoteHost:
    """Where an engine runs. Empty fields leave the matter to ssh's own configuration.

    ``destination`` is ``user@host`` or a name of the ssh configuration, ``port`` 0 the usual one, ``identity`` the
    file of a private key, ``command`` what runs ``wholescene`` there (empty: it is looked for).
    """

    destination: str
    port: int = 0
    identity: str = ""
    command: str = ""
    path_map: PathMap = ()

    def __post_init__(self) -> None:
        """Raises RemoteDestination for what ssh would take for an option, or for several words."""
        if not re.fullmatch(r"[^\s\-@/][^\s/]*", self.destination) or not 0 <= self.port <= MAX_PORT:
            raise RemoteDestination(destination=self.destination)

    @property
    def name(self) -> str:
        """The machine, without the user."""
        return self.destination.rpartition("@")[2]

    def to_dict(self) -> "dict[str, Any]":
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "RemoteHost":
        """The host of :meth:`to_dict`; raises RemoteDestination, KeyError, TypeError or ValueError."""
        pairs = tuple((str(here), str(there)) for here, there in values.get("path_map") or ())
        texts = {name: str(values.get(name) or "") for name in ("identity", "command")}
        return cls(str(values["destination"]), int(values.get("port") or 0), path_map=pairs, **texts)


def remembered_host() -> Optional[RemoteHost]:
    """The machine that was described last, used or not."""
    try:
        return RemoteHost.from_dict(json.loads(QgsSettings().value(SETTING, "", str)))
    except (RemoteDestination, KeyError, TypeError, ValueError, AttributeError):
        return None


def chosen_host() -> Optional[RemoteHost]:
    """The machine whose engine is to be used; None for this one."""
    return remembered_host() if QgsSettings().value(USED, False, bool) else None


def choose_host(host: Optional[RemoteHost]) -> None:
    """Use the engine of ``host`` from now on, or (None) that of this machine."""
    settings = QgsSettings()
    settings.setValue(USED, host is not None)
    if host is not None:
        settings.setValue(SETTING, json.dumps(host.to_dict()))
