"""Several files that get their final names together."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def replace_together(files: Mapping[Path, Path]) -> None:
    """Move new files to their final names (final name -> new file of the same folder): all or none.

    The last is the one that matters: it is replaced in one step, so that at any moment the
    old or the new one is there. Old ones of the others are set aside meanwhile and come back
    if anything fails. Raises OSError, on Windows also where another program holds a file open.
    """
    *others, main = files
    aside: dict[Path, Path] = {}
    placed: list[Path] = []
    try:
        for path in others:
            if os.path.lexists(path):
                old = path.with_name(f"{path.name}.{secrets.token_hex(4)}.old")
                os.replace(path, old)
                aside[path] = old
            os.replace(files[path], path)
            placed.append(path)
        os.replace(files[main], main)
    except BaseException:
        for path in placed:
            remove(path)
        for path, old in aside.items():
            with contextlib.suppress(OSError):
                os.replace(old, path)
        raise
    for old in aside.values():
        remove(old)


def remove(path: Path) -> None:
    """Remove a file if it is there and can be removed."""
    with contextlib.suppress(OSError):
        path.unlink()
