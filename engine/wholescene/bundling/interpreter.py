"""The standalone Python of a bundle: downloaded by the table, or given as an archive."""

from __future__ import annotations

import re
import shutil
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from ..wire.bundle import PIECE, sha256_of
from ..wire.errors import BundlingPython
from ..wire.pythons import STANDALONE, StandalonePython

CONNECT_SECONDS = 60
_LIBRARY = re.compile(r"python/(?:lib/python(3)\.(\d+)/os\.py|python(3)(\d+)\.dll)")
_HEADER = re.compile(r"python/(?:include/python3\.\d+|include)/patchlevel\.h")
_VERSION = re.compile(rb'#define\s+PY_VERSION\s+"(\d+\.\d+\.\d+)"')

Tell = Callable[[int, int], None]


def downloaded(platform: str, folder: Path, tell: Tell = lambda done, total: None) -> Path:
    """Get the table's Python for ``platform`` into ``folder``; ``tell`` gets bytes. Raises BundlingPython."""
    build = STANDALONE[platform]
    target = folder / unquote(build.url.rsplit("/", 1)[1])
    part = target.with_name(target.name + ".part")
    try:
        # the address is a constant of ours and https
        with urllib.request.urlopen(build.url, timeout=CONNECT_SECONDS) as source, part.open("wb") as written:
            _copy(source, written, build, tell)
    except (OSError, urllib.error.URLError) as problem:
        raise BundlingPython(path=build.url, detail=f"it cannot be downloaded ({problem})") from None
    check_hash(part, build.sha256, build.url)
    return part.rename(target)


def check_hash(path: Path, expected: str, name: str = "") -> None:
    """Raise BundlingPython if the file has another SHA-256."""
    actual = sha256_of(path)
    if actual != expected.lower():
        raise BundlingPython(path=name or str(path), detail=f"its SHA-256 is {actual}, expected was {expected}")


def version_of(path: Path, platform: str) -> str:
    """The version of the Python in an archive, such as ``3.12.14``, or ``3.12`` where it does not tell more.

    Raises BundlingPython for what is no such archive, or was made for another system.
    """
    minor, full = None, None
    try:
        with tarfile.open(path, "r:gz") as archive:
            for entry in archive:
                found = _LIBRARY.fullmatch(entry.name.removeprefix("./"))
                if found:
                    _check_system(path, platform, windows=found[3] is not None)
                    minor = f"3.{found[2] or found[4]}"
                elif _HEADER.fullmatch(entry.name.removeprefix("./")) and entry.isfile():
                    header = archive.extractfile(entry)
                    told = _VERSION.search(header.read(PIECE)) if header else None
                    full = told[1].decode("ascii") if told else full
    except (OSError, EOFError, tarfile.TarError) as problem:
        raise BundlingPython(path=str(path), detail=f"it cannot be read as .tar.gz ({problem})") from None
    if minor is None:
        raise BundlingPython(path=str(path), detail="there is no Python in a folder 'python' in it")
    return full if full is not None and full.startswith(minor + ".") else minor


def _check_system(path: Path, platform: str, windows: bool) -> None:
    if windows != platform.startswith("windows"):
        system = "Windows" if windows else "Linux or macOS"
        raise BundlingPython(path=str(path), detail=f"it is a Python for {system}, and the bundle is for {platform}")


def _copy(source: IO[bytes], target: IO[bytes], build: StandalonePython, tell: Tell) -> None:
    headers = getattr(source, "headers", {})
    total = build.size or int(headers.get("Content-Length") or 0)
    done = 0
    while piece := source.read(PIECE):
        target.write(piece)
        done += len(piece)
        tell(done, max(total, done))


def given(path: Path, sha256: str | None, folder: Path) -> Path:
    """A copy of an archive that the user has, under a name that every system takes; raises BundlingPython."""
    target = folder / re.sub(r"[^A-Za-z0-9_+.-]", "-", path.name)
    try:
        shutil.copyfile(path, target)
    except OSError as problem:
        raise BundlingPython(path=str(path), detail=problem.strerror or str(problem)) from None
    if sha256 is not None:
        check_hash(target, sha256, str(path))
    return target
