"""Brings home what a job wrote: into part files beside their final names, held against their hashes, then renamed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Callable, Dict, List, Mapping, Tuple

from ...translation import tr
from ...wire.errors import DiskFull, OutputUnwritable, RemoteAnswer, RemoteCorrupt
from ...wire.replacement import remove, replace_together
from ...wire.transfer import WINDOW, plain_name
from ..destination import free_output
from .line import Line

PIECE = 256 << 10  # bytes
HASHING_S = 3600.0  # the engine reads its files once to tell their hashes
MEGABYTE = 1 << 20
SHA256 = re.compile(r"[0-9a-f]{64}")

Told = Callable[[float], None]  # share of all bytes that is here


@dataclass(frozen=True)
class Parcel:
    """What a job wrote under ``name`` is to become ``path`` here; ``lasting`` if it waits there until it can be."""

    job: str
    path: str
    overwrite: bool = False
    lasting: bool = True

    @property
    def name(self) -> str:
        """The name that the class map has there."""
        return plain_name(os.path.basename(self.path))

    def places(self) -> Dict[str, Path]:
        """Where the files go that such a job may write, by their names there."""
        path, name = Path(self.path), self.name
        style = f"{name.rpartition('.')[0]}.qml"
        return {name: path, f"{name}.aux.xml": Path(f"{path}.aux.xml"), style: path.with_suffix(".qml")}

    def may_style(self) -> bool:
        """A style that is there already may be that of another layer, unless its map is replaced too."""
        style = Path(self.path).with_suffix(".qml")
        return not os.path.lexists(str(style)) or (self.overwrite and os.path.exists(self.path))


@dataclass(frozen=True)
class Entry:
    """A file that a job wrote: ``size`` in bytes, ``sha256`` in hexadecimal, ``path`` where it goes here."""

    name: str
    size: int
    sha256: str
    path: Path

    def part(self, job: str) -> Path:
        """What it is called until it is complete; the same again after a cut."""
        return self.path.with_name(f"{self.path.name}.{job}.part")


def fetch(line: Line, parcel: Parcel, host: str, told: Told) -> Dict[str, Any]:
    """Bring all files of a job; nothing stands under its final name before all of them are here and right.

    Returns where they are, as in the job's result: ``path``, and ``qml``, which is None if no style came.

    A name that was taken meanwhile gets a number. Raises OutputUnwritable, DiskFull, RemoteAnswer, RemoteCorrupt, what
    the engine answers, and what the line raises. After a cut, or when it was cancelled, the part files stay, and the
    next call goes on with them.
    """
    body = line.ask("files", {"job": parcel.job}, patience=HASHING_S).body
    entries = _entries(body.get("files"), parcel, host)
    total, done = sum(entry.size for entry in entries) or 1, 0
    try:
        _check_room(parcel, entries)
        for entry in entries:
            _Fetching(line, parcel.job, entry, host, lambda have, done=done: told((done + have) / total)).run()
            done += entry.size
        line.check()
        return _name_all(parcel, entries)
    except OSError as problem:
        raise OutputUnwritable(path=parcel.path, detail=problem.strerror or str(problem)) from None


def discard(parcel: Parcel) -> None:
    """Remove the part files of a parcel that nobody wants any more."""
    for path in parcel.places().values():
        with contextlib.suppress(OSError):
            Entry("", 0, "", path).part(parcel.job).unlink()


def _entries(told: Any, parcel: Parcel, host: str) -> List[Entry]:
    """The files that the engine lists, the class map last; raises RemoteAnswer."""
    places, found = parcel.places(), []
    for values in told if isinstance(told, list) else ():
        found.append(_entry(values, places, host))
    if parcel.name not in [entry.name for entry in found]:
        raise RemoteAnswer(host=host, detail=tr("its class map is not among the files of the job"))
    return sorted(found, key=lambda entry: entry.name == parcel.name)


def _entry(values: Any, places: Mapping[str, Path], host: str) -> Entry:
    name, size, sha256 = (values.get(key) if isinstance(values, dict) else None for key in ("name", "size", "sha256"))
    if not isinstance(name, str) or name not in places:
        raise RemoteAnswer(host=host, detail=tr("a file that no job writes: {name}").format(name=repr(name)[:80]))
    sized = isinstance(size, int) and not isinstance(size, bool) and size >= 0
    if not sized or not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
        raise RemoteAnswer(host=host, detail=tr("size and hash of {name} are not understood").format(name=name))
    return Entry(name, size, sha256, places[name])


def _check_room(parcel: Parcel, entries: List[Entry]) -> None:
    folder = Path(parcel.path).parent
    needed = sum(entry.size for entry in entries)
    needed -= sum(entry.part(parcel.job).stat().st_size for entry in entries if entry.part(parcel.job).is_file())
    free = shutil.disk_usage(str(folder)).free
    if needed > free:
        raise DiskFull(path=parcel.path, free_mb=free // MEGABYTE, needed_mb=-(-needed // MEGABYTE))


def _name_all(parcel: Parcel, entries: List[Entry]) -> Dict[str, Any]:
    """Give the files their names together, the class map last: whoever sees it has all of it."""
    parts = {entry.path: entry.part(parcel.job) for entry in entries}
    if os.path.lexists(parcel.path) and not parcel.overwrite:  # by now: it was free when the job began
        parcel, parts = _numbered(parcel, parts)
    may_style = parcel.may_style()
    placed = {path: part for path, part in parts.items() if may_style or path.suffix != ".qml"}
    replace_together(placed)
    # a style that was left out, and what belonged to a map that was here before
    for path in (*set(parts.values()) - set(placed.values()), *(Path(parcel.path + end) for end in (".ovr", ".msk"))):
        remove(path)
    styles = [str(path) for path in placed if path.suffix == ".qml"]
    return {"path": parcel.path, "qml": styles[0] if styles else None}


def _numbered(parcel: Parcel, parts: Mapping[Path, Path]) -> "Tuple[Parcel, Dict[Path, Path]]":
    """A parcel under a free name, as the engine does it: a map is not thrown away for a name."""
    path = Path(parcel.path)
    other = replace(parcel, path=str(free_output(path.parent, path.stem, suffix=path.suffix)))
    renamed = dict(zip(parcel.places().values(), other.places().values()))
    return other, {renamed[place]: part for place, part in parts.items()}


class _Fetching:
    """One file on its way."""

    def __init__(self, line: Line, job: str, entry: Entry, host: str, told: Callable[[int], None]) -> None:
        self._line, self._job, self._entry, self._host, self._told = line, job, entry, host, told

    def run(self) -> None:
        """Fill the part file; raises RemoteAnswer or RemoteCorrupt, with nothing of it left."""
        part = self._entry.part(self._job)
        try:
            found = self._fill(part)
        except RemoteAnswer:
            part.unlink()
            raise
        if found != self._entry.sha256:
            part.unlink()
            raise RemoteCorrupt(name=self._entry.name, expected=self._entry.sha256, found=found)

    def _fill(self, part: Path) -> str:
        """The SHA-256 of the whole file."""
        with open(part, "a+b") as stream:
            have, digest = _begun(stream, self._entry.size, self._line.check)
            self._stream(stream, have, digest)
            stream.flush()
            os.fsync(stream.fileno())
        return str(digest.hexdigest())

    def _stream(self, stream: BinaryIO, have: int, digest: Any) -> None:
        asked, size = have, self._entry.size
        waiting: List[Tuple[int, int]] = []  # (offset, length) of the pieces that were asked for
        self._told(have)
        while asked < size or waiting:
            while asked < size and len(waiting) < WINDOW:
                length = min(PIECE, size - asked)
                place = {"job": self._job, "name": self._entry.name}
                self._line.send("fetch", {**place, "offset": asked, "length": length})
                waiting.append((asked, length))
                asked += length
            data = self._piece(*waiting.pop(0))
            stream.write(data)
            digest.update(data)
            self._told(stream.tell())

    def _piece(self, offset: int, length: int) -> bytes:
        """The next piece, no longer and no shorter than it was said to be."""
        message = self._line.receive()
        told = (message.type, message.body.get("offset"), message.body.get("size"))
        data = b"".join(bytes(buffer) for buffer in message.buffers)
        if told != ("piece", offset, self._entry.size) or len(data) != length:
            detail = tr("{name} is longer or shorter than it was said to be").format(name=self._entry.name)
            raise RemoteAnswer(host=self._host, detail=detail)
        return data


def _begun(stream: BinaryIO, size: int, check: Callable[[], None]) -> "Tuple[int, Any]":
    """How much an earlier connection has brought, and its SHA-256; a file that is too long is begun anew."""
    digest = hashlib.sha256()
    stream.seek(0, os.SEEK_END)
    have = stream.tell()
    if have > size:
        stream.truncate(0)
        have = 0
    stream.seek(0)
    for data in iter(lambda: stream.read(PIECE), b""):
        check()
        digest.update(data)
    return have, digest
