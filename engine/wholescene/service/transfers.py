"""Transfers of the Python client: a scene to the engine's machine, what a job has written back from there.

Both go on where they were interrupted, also over another connection, and nothing has its final name before its hash
has been compared. Some parts are always on their way, so that the line stays full.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from ..wire import message as wire
from ..wire.errors import EngineLost, RemoteCorrupt, RemoteNoFiles, RemoteOffset, WholeSceneError
from ..wire.fingerprint import fingerprint
from ..wire.transfer import CHUNK_BYTES, PART, WINDOW, check_name
from .hashing import sha256_of, update

PART_SECONDS = 30.0  # after which a part counts as lost, with the connection
ATTEMPTS = 3  # at one file, within one connection
SEALING = 7200.0  # seconds that the engine may take to hash a large file; it shows meanwhile that it lives

Progress = Callable[[int, int], None]  # bytes that are there, bytes of the whole file


class Line(Protocol):
    """What carries the messages: an `EngineClient`."""

    def say(self, kind: str, body: Mapping[str, Any] | None = None, buffers: Sequence[bytes] = ()) -> str:
        """Send a message; its id."""

    def answer(self, asked: str, timeout: float = 30.0) -> wire.Message:
        """Wait for the answer to a message; raises the engine's error."""


class Sending:
    """One file on its way to the engine's machine."""

    def __init__(self, line: Line, path: Path, set_: str, name: str, progress: Progress) -> None:
        self._line, self._path, self._progress = line, path, progress
        self._file = {"set": set_, "name": check_name(name)}
        self._window = _Window(line)
        self._digest = hashlib.sha256()  # of what was sent, not of what the file may have become

    def run(self) -> str:
        """Send what is missing; the path of the whole file there. Raises OSError and the engine's errors."""
        for _ in range(ATTEMPTS - 1):
            with contextlib.suppress(RemoteOffset):  # of an earlier connection something still arrived
                return self._run()
        return self._run()

    def _run(self) -> str:
        self._digest = hashlib.sha256()
        with self._path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            begun = self._ask("store", {"size": size})
            self._progress(begun["have"], size)
            update(self._digest, file, begun["have"])
            self._send(file, begun["have"], size)
        sealed = self._ask("seal", {"sha256": self._digest.hexdigest()}, SEALING)
        return str(sealed["path"])

    def _send(self, file: BinaryIO, have: int, size: int) -> None:
        for offset in range(have, size, CHUNK_BYTES):
            data = file.read(min(CHUNK_BYTES, size - offset))
            if not data:
                raise OSError(f"{self._path} has become shorter while it was sent")
            self._digest.update(data)
            self._window.ask("chunk", {**self._file, "offset": offset}, (data,))
            while self._window.full:
                self._progress(self._window.next().body["have"], size)
        while self._window:
            self._progress(self._window.next().body["have"], size)

    def _ask(self, kind: str, body: Mapping[str, Any], timeout: float = 30.0) -> dict[str, Any]:
        return self._line.answer(self._line.say(kind, {**self._file, **body}), timeout).body


class Fetching:
    """One file of a job on its way to ``target``; what has arrived of it lies beside that."""

    def __init__(self, line: Line, job: str, name: str, target: Path, progress: Progress) -> None:
        self._line, self._target, self._progress = line, target, progress
        self._file = {"job": job, "name": name}

    def run(self) -> Path:
        """Fetch what is missing and give it its name, in place of what has that name.

        Raises OSError, RemoteCorrupt (nothing is kept) and the engine's errors.
        """
        wanted = self._wanted()
        size, sha256 = int(wanted["size"]), str(wanted["sha256"])
        # named by the content: what is left of another file is not gone on with
        part = self._target.with_name(f".{self._target.name}.{sha256[:16]}{PART}")
        self._fetch(part, size)
        found = sha256_of(part)
        if found != sha256:
            part.unlink()
            raise RemoteCorrupt(name=self._target.name, expected=sha256, found=found)
        os.replace(part, self._target)
        return self._target

    def _wanted(self) -> dict[str, Any]:
        job, name = self._file["job"], self._file["name"]
        listed = self._line.answer(self._line.say("files", {"job": job}), SEALING).body["files"]
        for entry in listed:
            if entry["name"] == name:
                return dict(entry)
        raise RemoteNoFiles(job=job, detail=f"it has written no file of the name {name!r}")

    def _fetch(self, part: Path, size: int) -> None:
        with part.open("ab", buffering=0) as file:
            if file.seek(0, os.SEEK_END) > size:
                file.truncate(0)
            have = asked = file.seek(0, os.SEEK_END)
            self._progress(have, size)
            window = _Window(self._line)
            while have < size:
                while asked < size and not window.full:
                    window.ask("fetch", {**self._file, "offset": asked, "length": CHUNK_BYTES})
                    asked += CHUNK_BYTES
                have += self._keep(file, window.next(), have)
                self._progress(have, size)

    def _keep(self, file: RawIOBase | BinaryIO, piece: wire.Message, have: int) -> int:
        if piece.body.get("offset") != have or len(piece.buffers) != 1 or not len(piece.buffers[0]):
            raise RemoteOffset(set="", name=self._target.name, offset=piece.body.get("offset"), have=have)
        data = memoryview(piece.buffers[0])
        while data:
            data = data[file.write(data) or 0 :]
        return len(piece.buffers[0])


class _Window:
    """Questions that are on their way, answered in the order they were asked."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._asked: deque[str] = deque()

    def __len__(self) -> int:
        return len(self._asked)

    @property
    def full(self) -> bool:
        """Whether an answer should be waited for before the next question."""
        return len(self) >= WINDOW

    def ask(self, kind: str, body: Mapping[str, Any], buffers: Sequence[bytes] = ()) -> None:
        """Send a question."""
        self._asked.append(self._line.say(kind, body, buffers))

    def next(self) -> wire.Message:
        """The next answer; raises the engine's error when those that were on their way are in, too."""
        try:
            return self._line.answer(self._asked.popleft(), PART_SECONDS)
        except EngineLost:
            raise
        except WholeSceneError:
            while self._asked:  # they fail for the same reason
                with contextlib.suppress(WholeSceneError):
                    self._line.answer(self._asked.popleft(), PART_SECONDS)
            raise


def set_of(path: Path) -> str:
    """A name for the set of a single file: the same as long as the file is where it is and stays as it is."""
    found, changed = fingerprint(path), path.stat().st_mtime_ns
    told = f"{os.path.abspath(path)}\0{found.size}\0{changed}\0{found.sample}"
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:32]
