"""Sends the pieces of a scene; goes on where an earlier connection was cut."""

from __future__ import annotations

import hashlib
import io
from typing import Any, BinaryIO, Callable, List, Tuple

from ...translation import tr
from ...wire.errors import (
    Cancelled,
    EngineLost,
    RemoteAnswer,
    RemoteChanged,
    RemoteCorrupt,
    RemoteOffset,
    RemoteSource,
    WholeSceneError,
)
from ...wire.transfer import CHUNK_BYTES, WINDOW
from .freight import Freight, Piece, mark_of
from .line import Line

CHUNK = min(CHUNK_BYTES, 256 << 10)  # what is on its way at once fits into a moment, also of a slow line
SEAL_S = 3600.0  # the engine reads the whole file once more
ATTEMPTS = 3  # at one piece, within one connection

Told = Callable[[int], None]  # bytes of the set that are there


def there_already(line: Line, freight: Freight, host: str) -> int:
    """Bytes of the pieces that an earlier connection has sent."""
    return sum(_have(line, piece, host)[0] for piece in freight.pieces)


def send(line: Line, freight: Freight, host: str, told: Told) -> None:
    """Send what is not there yet.

    Raises RemoteChanged, RemoteSource (a file that cannot be read), RemoteAnswer, what the engine answers, and what the
    line raises.
    """
    done = 0
    for piece in freight.pieces:
        path = _Sending(line, piece, host, lambda have, done=done: told(done + have)).run()
        if path != piece.there:
            raise RemoteAnswer(host=host, detail=tr("it keeps {name} in another place").format(name=piece.name))
        done += piece.size


def _have(line: Line, piece: Piece, host: str) -> Tuple[int, str]:
    """How much of a piece is there, and its path if it is complete."""
    body = line.ask("store", {"set": piece.set, "name": piece.name, "size": piece.size}).body
    have, path = body.get("have"), body.get("path")
    if not isinstance(have, int) or not 0 <= have <= piece.size or not isinstance(path, (str, type(None))):
        raise RemoteAnswer(host=host, detail=tr("the size of what is there makes no sense"))
    return have, path or ""


class _Sending:
    """One piece on its way."""

    def __init__(self, line: Line, piece: Piece, host: str, told: Told) -> None:
        self._line, self._piece, self._host, self._told = line, piece, host, told
        self._place = {"set": piece.set, "name": piece.name}

    def run(self) -> str:
        """The path there."""
        for attempt in range(ATTEMPTS):
            have, path = _have(self._line, self._piece, self._host)
            if path:
                return path
            try:
                return self._seal(self._send_from(have))
            except (RemoteOffset, RemoteCorrupt):
                # of an earlier connection something still arrived, or the beginning was another file's
                if attempt + 1 == ATTEMPTS:
                    raise
        raise EngineLost(detail=tr("it does not answer"))

    def _send_from(self, have: int) -> str:
        """Send all but the first ``have`` bytes; the SHA-256 of the whole."""
        try:
            with self._open() as stream:
                digest = _digest_of(stream, have, self._line.check)
                self._stream(stream, have, digest)
                if stream.read(1) or self._is_changed():
                    raise RemoteChanged(path=self._piece.path)
        except OSError as problem:
            told = problem.strerror or str(problem)
            raise RemoteSource(source=self._piece.path, host=self._host, detail=told) from None
        return digest.hexdigest()

    def _open(self) -> BinaryIO:
        return open(self._piece.path, "rb") if self._piece.path else io.BytesIO(self._piece.content)

    def _is_changed(self) -> bool:
        return bool(self._piece.path) and mark_of(self._piece.path) != self._piece.mark

    def _stream(self, stream: BinaryIO, have: int, digest: Any) -> None:
        """A window of chunks on their way: as many questions as answers in the end, also after an error."""
        waiting: List[int] = []  # where the file ends there once each is dealt with
        offset, size = have, self._piece.size
        self._told(have)
        while offset < size or waiting:
            while offset < size and len(waiting) < WINDOW:
                data = stream.read(min(CHUNK, size - offset))
                if not data:
                    self._drain(waiting)
                    raise RemoteChanged(path=self._piece.path)
                digest.update(data)
                self._line.send("chunk", {**self._place, "offset": offset}, (data,))
                offset += len(data)
                waiting.append(offset)
            self._hear(waiting)

    def _hear(self, waiting: List[int]) -> None:
        expected = waiting.pop(0)
        try:
            have = self._line.receive().body.get("have")
        except (EngineLost, Cancelled):
            raise
        except WholeSceneError:
            self._drain(waiting)
            raise
        if have != expected:
            raise RemoteAnswer(host=self._host, detail=tr("the size of what is there makes no sense"))
        self._told(expected)

    def _drain(self, waiting: List[int]) -> None:
        """Hear the answers that still come, before anything else is asked."""
        while waiting:
            waiting.pop()
            try:
                self._line.receive()
            except (EngineLost, Cancelled):
                raise
            except WholeSceneError:
                continue  # they follow from the first

    def _seal(self, sha256: str) -> str:
        path = self._line.ask("seal", {**self._place, "sha256": sha256}, patience=SEAL_S).body.get("path")
        if not isinstance(path, str) or not path:
            raise RemoteAnswer(host=self._host, detail=tr("it names no file"))
        return path


def _digest_of(stream: BinaryIO, have: int, check: Callable[[], None]) -> Any:
    """SHA-256 of the first ``have`` bytes, which are there already."""
    digest = hashlib.sha256()
    while have > 0:
        check()
        data = stream.read(min(CHUNK, have))
        if not data:
            break
        digest.update(data)
        have -= len(data)
    return digest
