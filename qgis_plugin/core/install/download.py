"""Files of known hash, fetched into a folder: whole under their names, or in part under another, to go on with."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Callable, Sequence
from urllib.parse import unquote, urlparse
from urllib.request import url2pathname

from qgis.PyQt.QtCore import QUrl

from ...translation import tr
from ...wire.bundle import sha256_of
from ...wire.errors import Cancelled, DownloadIntercepted, DownloadRefused, NetworkMissing
from . import files
from .process import GoingOn
from .record import Wheel
from .transfer import ConnectionCut, RangeRefused, Transfer, host_of, size_of

TRIES = 4
PAUSE_S = 1.5  # before the second try; longer before the next
PIECE = 1 << 20

Told = Callable[[int, int], None]  # bytes that are there, of all


def fetch_all(wheels: Sequence[Wheel], folder: Path, going_on: GoingOn, told: Told) -> None:
    """Have all of them in ``folder``; what is there and whole is kept.

    Raises Cancelled and the errors of :func:`fetch`.
    """
    total, done = sum(wheel.size for wheel in wheels), 0
    with files.faults_of(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for wheel in wheels:
        before = done
        path = fetch(wheel, folder, going_on, lambda size, before=before: told(before + size, total))
        done += path.stat().st_size
        told(done, max(total, done))


def fetch(wheel: Wheel, folder: Path, going_on: GoingOn, told: Callable[[int], None]) -> Path:
    """The whole file. Goes on with what an earlier try has left, and tries again while the connection is cut.

    Raises NetworkMissing, CertificateUntrusted, DownloadIntercepted, DownloadRefused, DownloadDamaged,
    InstallDiskFull, FolderUnusable, EngineFileHeld or Cancelled.
    """
    path = folder / wheel.file
    part = folder / f"{wheel.file}.part"
    with files.faults_of(folder):
        if path.is_file():
            if wheel.sha256 and sha256_of(path) == wheel.sha256:
                return path
            path.unlink()
        if _is_whole(wheel, part):  # cut off between its last byte and its name
            files.replace(part, path)
            return path
        _fetch_part(wheel, part, going_on, told)
        if not going_on():
            raise Cancelled()
        if wheel.sha256:
            files.require_sha256(part, wheel.sha256, wheel.file)
        files.replace(part, path)
    return path


def _is_whole(wheel: Wheel, part: Path) -> bool:
    """Whether nothing is missing of it: no server would send the rest of that."""
    if not wheel.sha256 or not part.is_file() or wheel.size not in (0, part.stat().st_size):
        return False
    return sha256_of(part) == wheel.sha256


def _fetch_part(wheel: Wheel, part: Path, going_on: GoingOn, told: Callable[[int], None]) -> None:
    if urlparse(wheel.url).scheme == "file":
        _copy(wheel, part, going_on, told)
        return
    for attempt in range(1, TRIES + 1):
        try:
            Transfer(wheel.url, wheel.file, part, going_on, told).run()
        except RangeRefused:
            part.unlink()  # another file than the one it began with
        except ConnectionCut as problem:
            if attempt == TRIES:
                raise NetworkMissing(host=host_of(QUrl(wheel.url)), detail=str(problem)) from None
            _pause(attempt * PAUSE_S, going_on)
        else:
            _require_no_page(wheel, part)
            return
    raise DownloadRefused(host=host_of(QUrl(wheel.url)), name=wheel.file, detail="HTTP 416")


def _require_no_page(wheel: Wheel, part: Path) -> None:
    """A page that does not say that it is one; raises DownloadIntercepted."""
    with open(part, "rb") as stream:
        begins = stream.read(512).lstrip().lower()
    if begins.startswith((b"<!doctype html", b"<html")):
        part.unlink()
        raise DownloadIntercepted(host=host_of(QUrl(wheel.url)), name=wheel.file)


def _copy(wheel: Wheel, part: Path, going_on: GoingOn, told: Callable[[int], None]) -> None:
    """From a folder of this machine or of its network."""
    source = local_path(wheel.url)
    if not source.is_file():
        missing = tr("there is no file {path}").format(path=source)
        raise DownloadRefused(host=str(source.parent), name=wheel.file, detail=missing)
    size = 0
    with open(source, "rb") as stream, open(part, "wb") as target:
        for piece in iter(lambda: stream.read(PIECE), b""):
            if not going_on():
                raise Cancelled()
            target.write(piece)
            size += len(piece)
            told(size)


def _pause(seconds: float, going_on: GoingOn) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not going_on():
            raise Cancelled()
        time.sleep(0.1)


def with_sizes(wheels: Sequence[Wheel], going_on: GoingOn) -> "list[Wheel]":
    """The same, with their sizes as far as they can be asked for; where nobody answers, no one else is asked."""
    found, answers = [], True
    for wheel in wheels:
        size = 0
        if urlparse(wheel.url).scheme == "file":
            path = local_path(wheel.url)
            size = path.stat().st_size if path.is_file() else 0
        elif answers and not wheel.size:
            try:
                size = size_of(wheel.url, going_on)
            except Cancelled:
                raise
            except Exception:  # the download will say what is wrong
                answers = False
        found.append(Wheel(wheel.name, wheel.version, wheel.file, wheel.url, wheel.sha256, size or wheel.size))
    return found


def local_path(url: str) -> Path:
    """The file behind a ``file://`` address."""
    parts = urlparse(url)
    path = url2pathname(parts.path)
    return Path(f"//{parts.netloc}{path}" if parts.netloc and os.name == "nt" else path)


def file_name(url: str) -> str:
    """The name of a file by its address: ``torch-2.13.0+cpu-….whl``."""
    return unquote(urlparse(url).path).rpartition("/")[2]
