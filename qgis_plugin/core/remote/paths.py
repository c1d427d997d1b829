"""Which path the other machine has for a file of this one, where both see the same folder.

``Z:\\scenes`` here may be ``/data/scenes`` there. A pair of a path map says so; whether it is true is asked of each
file (:mod:`.freight`).
"""

from __future__ import annotations

import ntpath
import posixpath
import re
from typing import List, Optional, Sequence, Tuple

WINDOWS = re.compile(r"^([A-Za-z]:|\\\\)")  # a drive letter, or a share


def counterpart(path: str, pairs: Sequence[Tuple[str, str]]) -> Optional[str]:
    """The path there of ``path``; None where no pair covers it. Of several, the pair with the longest folder counts.

    Whole folders are compared; on Windows, letters of both cases and both kinds of slashes are the same.
    """
    fitting = [(here, there) for here, there in pairs if _covers(here, path)]
    if not fitting:
        return None
    here, there = max(fitting, key=lambda pair: len(_parts(pair[0])))
    return joined(there, *_parts(path)[len(_parts(here)) :])


def joined(folder: str, *parts: str) -> str:
    """A path of the other machine, whichever system that has."""
    separator = "\\" if WINDOWS.match(folder) else "/"
    return separator.join([folder.rstrip("/\\"), *parts]) or separator


def _covers(folder: str, path: str) -> bool:
    """Whether ``path`` lies in ``folder``, or is it."""
    on_windows = bool(WINDOWS.match(path))
    if not folder.strip() or bool(WINDOWS.match(folder)) != on_windows:
        return False
    start = _parts(folder)
    parts = _parts(path)[: len(start)]
    if on_windows:
        return [part.lower() for part in parts] == [part.lower() for part in start]
    return parts == start


def _parts(path: str) -> List[str]:
    """The names on the way, without steps back."""
    whole = ntpath.normpath(path).replace("\\", "/") if WINDOWS.match(path) else posixpath.normpath(path)
    return [part for part in whole.split("/") if part]
