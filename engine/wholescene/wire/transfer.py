"""What both sides of a transfer keep to: names, sets of files, and how much travels in one message."""

from __future__ import annotations

import re
from typing import Optional

from .errors import RemoteName

# One frame of a client has at most 1 MiB on the wire, and encryption adds some bytes to what is in it.
CHUNK_BYTES = (1 << 20) - 4096
WINDOW = 8  # chunks or pieces that a client has on their way at once
MAX_WAITING = 32  # that the engine takes from one client before it has dealt with them

MAX_NAME_BYTES = 200  # file systems allow 255; an ending has to fit
PART = ".part"  # of what has not arrived completely

_SET = re.compile(r"[0-9a-f]{16,64}")
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE | re.DOTALL)


def is_set(text: object) -> bool:
    """Whether ``text`` can name a set of files: 16 to 64 hexadecimal digits."""
    return isinstance(text, str) and _SET.fullmatch(text) is not None


def check_name(name: str) -> str:
    """``name`` if it is a plain file name on every system; raises RemoteName."""
    problem = _problem(name)
    if problem is not None:
        raise RemoteName(name=repr(name[:80]), detail=problem, most=MAX_NAME_BYTES)
    return name


def plain_name(name: str) -> str:
    """The name of a file of this machine as it can be kept on another; a plain one stays as it is."""
    if _problem(name) is None:
        return name
    name = _FORBIDDEN.sub("_", name.encode("utf-8", "replace").decode("utf-8")).strip(" .") or "scene"
    if name.lower().endswith(PART):
        name = name[: -len(PART)] + "_part"
    if _DEVICE.fullmatch(name):
        name = "_" + name
    dot = name.rfind(".")
    stem, suffix = (name[:dot], name[dot:]) if dot > 0 and len(name) - dot <= 16 else (name, "")
    room = MAX_NAME_BYTES - len(suffix.encode("utf-8"))
    return stem.encode("utf-8")[:room].decode("utf-8", "ignore").rstrip(" .") + suffix


def _problem(name: str) -> Optional[str]:
    try:
        length = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        return "it is no valid text"
    if not 0 < length <= MAX_NAME_BYTES:
        return f"it has {length} bytes"
    if _FORBIDDEN.search(name):
        return "it has a character that file names do not have on every system"
    if name.startswith((".", " ")) or name.endswith((".", " ")):
        return "it begins or ends with a dot or a space"
    if name.lower().endswith(PART):
        return f"names that end in {PART} are those of unfinished files"
    if _DEVICE.fullmatch(name):
        return "it is the name of a device on Windows"
    return None
