"""The depot: a folder for scenes that clients have sent, and for the results of jobs on them.

    scenes/<set>/<name>          a scene that is complete
    scenes/<set>/<name>.part     one that is still coming, or whose client has gone: the next `store` goes on
    scenes/<set>/.set.json       the SHA-256 of what is complete; its time is that of the last use
    results/<ticket>/            where clients have the class maps of sent scenes written
    */<set or ticket>.<n>.gone/  what is being removed

A set is named by the client, by a hash of what it sends, so that nothing is sent twice. What nobody has used for
30 days goes when an engine starts, and each day that it runs. The methods may wait for the disk: the engine's loop
calls none but the quick ones that say so.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..wire.connection import private_folder
from ..wire.errors import (
    ConnectionFileInvalid,
    RemoteConflict,
    RemoteCorrupt,
    RemoteDiskFull,
    RemoteFileUnwritable,
    RemoteIncomplete,
    RemoteNoDepot,
    RemoteNotStored,
    RemoteOffset,
)
from ..wire.transfer import PART, is_set
from .hashing import sha256_of

log = logging.getLogger(__name__)

UNUSED_SECONDS = 30 * 86400.0
MEGABYTE = 1 << 20
SPARE_BYTES = 64 * MEGABYTE  # that a scene leaves free on the disk: journal, log and others need some, too
NOTE = ".set.json"
GONE = ".gone"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Stored:
    """How much of a file is there, in bytes; ``path`` once it is complete."""

    set: str
    name: str
    have: int
    path: str | None = None


class Depot:
    """The scenes and results under ``folder``; None, or a folder that cannot be made: there is no depot.

    One thread may store and write at a time, another seal, forget and sweep.
    """

    def __init__(self, folder: Path | None) -> None:
        self._problem = "it was started without a folder for them" if folder is None else ""
        folder = folder or Path()
        self.scenes, self.results = folder / "scenes", folder / "results"
        self._expected: dict[tuple[str, str], int] = {}  # size of each file that a client is sending
        self._naming = threading.Lock()  # held while a file gets its name, and while it is looked for
        if not self._problem:
            try:
                for place in (folder, self.scenes, self.results):
                    private_folder(place)
            except ConnectionFileInvalid as problem:
                self._problem = str(problem.params["detail"])

    def describe(self) -> dict[str, Any] | None:
        """What ``hello`` tells of it; None if there is none. Quick."""
        if self._problem:
            return None
        return {"scenes": str(self.scenes), "results": str(self.results), "free": self.free()}

    def require(self) -> None:
        """Raise RemoteNoDepot if there is none. Quick."""
        if self._problem:
            raise RemoteNoDepot(detail=self._problem)

    def free(self) -> int:
        """Bytes free on its disk. Quick."""
        with suppress(OSError):
            return shutil.disk_usage(self.scenes).free
        return 0

    # -- scenes that come --

    def store(self, set_: str, name: str, size: int, sha256: str | None = None) -> Stored:
        """Begin or go on with a file of ``size`` bytes; what is there of it.

        Raises RemoteConflict (another file of this name is complete), RemoteDiskFull, RemoteFileUnwritable.
        """
        path = self._path(set_, name)
        with self._writing(path, name, 0), self._naming:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            self._touch(path.parent)
            found = self._complete(set_, name, size, sha256)
            if found is not None:
                return found
            have = _size(_part(path))
            if have > size:  # of another file: the hash would tell in the end, too
                _part(path).unlink()
                have = 0
            self._check_room(path, name, size - have)
            _part(path).touch(mode=0o600)
        self._expected[set_, name] = size
        return Stored(set_, name, have)

    def write(self, set_: str, name: str, offset: int, data: bytes | memoryview) -> Stored:
        """Append to a file that :meth:`store` has begun.

        Raises RemoteNotStored, RemoteOffset (``offset`` is not where the file ends, or it would become too long),
        RemoteDiskFull or RemoteFileUnwritable: what was there before stays.
        """
        path, size = self._path(set_, name), self._expected.get((set_, name))
        if size is None or not _part(path).exists():
            raise RemoteNotStored(set=set_, name=name)
        have = _size(_part(path))
        if offset != have or have + len(data) > size:
            raise RemoteOffset(set=set_, name=name, offset=offset, have=have)
        with self._writing(path, name, len(data)):
            append(_part(path), have, data)
        return Stored(set_, name, have + len(data))

    def seal(self, set_: str, name: str, sha256: str, stopped: Callable[[], bool] = lambda: False) -> Stored:
        """Hold the whole file against its hash and give it its name.

        Raises RemoteNotStored, RemoteIncomplete, RemoteCorrupt (the part is removed), Cancelled if ``stopped``.
        """
        path = self._path(set_, name)
        if path.exists():  # the answer to an earlier seal was lost
            return self._sealed_before(path, set_, name, sha256, stopped)
        size = self._expected.get((set_, name))
        if size is None:
            raise RemoteNotStored(set=set_, name=name)
        have = _size(_part(path))
        if have != size:
            raise RemoteIncomplete(set=set_, name=name, have=have, size=size)
        with self._writing(path, name, 0):
            found = sha256_of(_part(path), stopped)
            if found != sha256:
                _part(path).unlink()
                raise RemoteCorrupt(name=name, expected=sha256, found=found)
            flush(_part(path))
            with self._naming:
                os.replace(_part(path), path)
                self._note(path.parent, name, sha256)
        self._expected.pop((set_, name), None)
        return Stored(set_, name, size, str(path))

    def _complete(self, set_: str, name: str, size: int, sha256: str | None) -> Stored | None:
        """The file if it is complete; raises RemoteConflict if it is another one."""
        path = self._path(set_, name)
        if not path.exists():
            return None
        noted = self._notes(path.parent).get(name)
        if _size(path) != size or (sha256 is not None and noted is not None and sha256 != noted):
            raise RemoteConflict(set=set_, name=name)
        return Stored(set_, name, size, str(path))

    def _sealed_before(self, path: Path, set_: str, name: str, sha256: str, stopped: Callable[[], bool]) -> Stored:
        with self._writing(path, name, 0):
            noted = self._notes(path.parent).get(name) or sha256_of(path, stopped)
        if noted != sha256:
            raise RemoteConflict(set=set_, name=name)
        return Stored(set_, name, _size(path), str(path))

    # -- what goes --

    def forget(self, set_: str) -> list[Path]:
        """Take a set, or the results of a ticket, out of use at once; what :meth:`remove` is to delete. Quick.

        From now on no job finds it. Nothing happens if there is none. Raises RemoteFileUnwritable.
        """
        self.require()
        for key in [key for key in list(self._expected) if key[0] == set_]:
            del self._expected[key]
        return [gone for place in (self.scenes, self.results) if (gone := _set_aside(place / set_)) is not None]

    def remove(self, folders: Iterable[Path]) -> None:
        """Delete what was forgotten; what resists goes with a later sweep. Raises RemoteFileUnwritable."""
        for folder in folders:
            try:
                shutil.rmtree(folder)
            except FileNotFoundError:
                pass  # a sweep was faster
            except OSError as problem:
                raise RemoteFileUnwritable(path=str(folder), detail=problem.strerror or str(problem)) from None

    def sweep(self, now: float | None = None) -> None:
        """Remove sets and results that nobody has used for 30 days, and what is left of those that were forgotten."""
        if self._problem:
            return
        before = (time.time() if now is None else now) - UNUSED_SECONDS
        with suppress(OSError):
            for folder in [*self.scenes.iterdir(), *self.results.iterdir()]:
                if is_set(folder.name) and _last_used(folder) < before:
                    log.info("%s was not used for 30 days and goes", folder)
                    shutil.rmtree(folder, ignore_errors=True)
                elif folder.name.endswith(GONE) and is_set(folder.name.partition(".")[0]):
                    shutil.rmtree(folder, ignore_errors=True)

    # -- jobs --

    def sets_in(self, names: Iterable[str]) -> set[str]:
        """The sets and tickets that GDAL names lie in, such as ``/vsizip/…/scenes/<set>/a.zip/b.tif``. Quick."""
        if self._problem:
            return set()
        spelled = [name.replace("\\", "/") for name in names]
        places = [place.as_posix() + "/" for place in (self.scenes, self.results)]
        found = {name.split(place, 1)[1].split("/", 1)[0] for name in spelled for place in places if place in name}
        return set(filter(is_set, found))

    def used(self, names: Iterable[str]) -> None:
        """Note that a job reads these names. Quick."""
        for set_ in self.sets_in(names):
            with suppress(OSError):
                self._touch(self.scenes / set_)

    def make_room(self, output: str | None) -> None:
        """Make the folder of an output right under ``results``, if it is one. Quick."""
        if self._problem or output is None:
            return
        folder = Path(output).parent
        if folder.parent == self.results and is_set(folder.name):
            with suppress(OSError):  # then the check of the output tells what is wrong
                folder.mkdir(mode=0o700, exist_ok=True)

    # -- inside --

    def _path(self, set_: str, name: str) -> Path:
        self.require()
        return self.scenes / set_ / name

    def _touch(self, folder: Path) -> None:
        (folder / NOTE).touch(mode=0o600)

    def _notes(self, folder: Path) -> dict[str, str]:
        try:
            notes = json.loads((folder / NOTE).read_text(encoding="utf-8") or "{}")
        except (OSError, ValueError):
            return {}
        return {str(key): str(value) for key, value in notes.items()} if isinstance(notes, dict) else {}

    def _note(self, folder: Path, name: str, sha256: str) -> None:
        new = folder / (NOTE + PART)
        new.write_text(json.dumps({**self._notes(folder), name: sha256}), encoding="utf-8")
        os.replace(new, folder / NOTE)

    def _check_room(self, path: Path, name: str, needed: int) -> None:
        free = self.free()
        if needed + SPARE_BYTES > free and needed > 0:
            raise _disk_full(path, name, needed + SPARE_BYTES, free)

    @contextmanager
    def _writing(self, path: Path, name: str, needed: int) -> Iterator[None]:
        """Tells failures of the disk as coded errors."""
        try:
            yield
        except OSError as problem:
            if problem.errno in _FULL:
                raise _disk_full(path, name, needed, self.free()) from None
            raise RemoteFileUnwritable(path=str(path), detail=problem.strerror or str(problem)) from None


def append(path: Path, have: int, data: bytes | memoryview) -> None:
    """Write at the end of a file of ``have`` bytes: all or nothing, unless the process dies on the way."""
    with path.open("r+b", buffering=0) as file:
        file.seek(have)
        try:
            left = memoryview(data)
            while left:
                left = left[file.write(left) or 0 :]
        except OSError:
            file.truncate(have)
            raise


def flush(path: Path) -> None:
    """See that a file's content is on the disk before it gets its final name."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _set_aside(folder: Path) -> Path | None:
    """Rename a folder so that nobody finds it; its new name, None if there is none. Raises RemoteFileUnwritable."""
    gone = folder.with_name(f"{folder.name}.{time.time_ns()}{GONE}")
    try:
        os.rename(folder, gone)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise RemoteFileUnwritable(path=str(folder), detail=problem.strerror or str(problem)) from None
    return gone


def _part(path: Path) -> Path:
    return path.with_name(path.name + PART)


def _size(path: Path) -> int:
    """Bytes of a file; 0 if there is none."""
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0


def _last_used(folder: Path) -> float:
    """The time of the newest thing in a folder; of the folder itself if it is empty. Files and links are never old."""
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return float("inf")
        return max(path.lstat().st_mtime for path in (folder, *folder.iterdir()))
    except OSError:
        return float("inf")


def _disk_full(path: Path, name: str, needed: int, free: int) -> RemoteDiskFull:
    return RemoteDiskFull(name=name, path=str(path.parent), needed_mb=-(-needed // MEGABYTE), free_mb=free // MEGABYTE)
