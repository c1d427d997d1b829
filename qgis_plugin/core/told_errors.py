"""The last coded errors that somebody saw, for the report."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timezone
from typing import Any, Deque, List, Mapping

from ..wire.errors import from_dict

KEPT = 20
_told: Deque[str] = deque(maxlen=KEPT)


def remember(error: Mapping[str, Any]) -> None:
    """Note an error ``{code, params, message}`` with the time (UTC); in English, so that whoever helps can read it."""
    moment = f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S}"
    _told.append(f"{moment} [{error.get('code')}] {error.get('message') or from_dict(error).message}")


def last() -> List[str]:
    """The errors of this session of QGIS, the latest last."""
    return list(_told)
