"""What the engine does with each message about files: scenes that come, results that go, and what lies here anyway.

Whatever touches the disk for longer is an errand in a thread of its own; here it is only checked and answered.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..wire.errors import BadMessage, RemoteInUse, RemoteNoFiles, RemoteNoSuchFile, RemoteOffset, WholeSceneError
from ..wire.fingerprint import fingerprint
from ..wire.jobstate import DONE
from ..wire.message import Message
from ..wire.transfer import check_name, is_set
from .jobs import plain_error

if TYPE_CHECKING:
    from .engine import Engine

MAX_PATH = 4096
MAX_BYTES = 1 << 62
MAX_PIECE_BYTES = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")

Answer = tuple[str, dict[str, Any], Sequence[bytes]]  # type, body and buffers


def look(engine: Engine, message: Message) -> None:
    """Size and sampled hash of a file of this machine, so that a client can tell whether it is the one it means."""
    path = _text(message, "path", MAX_PATH)
    size = None if message.body.get("size") is None else _count(message, "size")

    def find() -> Answer:
        return "looked", {"path": path, **_looked(path, size)}, ()

    _aside(engine, message, find, slow=True)


def store(engine: Engine, message: Message) -> None:
    """Begin or go on with sending a file."""
    engine.depot.require()
    (set_, name), size = _place(message), _count(message, "size")
    sha256 = None if message.body.get("sha256") is None else _sha256(message)
    _aside(engine, message, lambda: _stored(engine.depot.store(set_, name, size, sha256)))


def chunk(engine: Engine, message: Message) -> None:
    """The next bytes of a file."""
    engine.depot.require()
    (set_, name), offset = _place(message), _count(message, "offset")
    if len(message.buffers) != 1 or not len(message.buffers[0]):
        raise BadMessage(detail="'chunk' has one buffer, which is not empty")
    data = bytes(message.buffers[0])
    _aside(engine, message, lambda: _stored(engine.depot.write(set_, name, offset, data)))


def seal(engine: Engine, message: Message) -> None:
    """All of a file has been sent: hold it against its hash and give it its name."""
    engine.depot.require()
    (set_, name), sha256 = _place(message), _sha256(message)
    stopped = engine.errands.stopped
    _aside(engine, message, lambda: _stored(engine.depot.seal(set_, name, sha256, stopped)), slow=True)


def forget(engine: Engine, message: Message) -> None:
    """Remove a set that no job reads, or the results of a ticket that no job writes."""
    engine.depot.require()
    set_ = _set(message)
    for job in engine.jobs.active():
        names = (*job.request.sources, job.request.grid, job.request.output or "")
        if set_ in engine.depot.sets_in(names):
            raise RemoteInUse(job=job.id)
    gone = engine.depot.forget(set_)  # before a job can be submitted that reads it

    def remove() -> Answer:
        engine.depot.remove(gone)
        return "forgotten", {"set": set_}, ()

    _aside(engine, message, remove, slow=True)


def files(engine: Engine, message: Message) -> None:
    """What a finished job has written, with sizes and hashes."""
    job, output = _written(engine, message)

    def hashed() -> Answer:
        return "files", {"job": job, "files": [_described(engine, job, path) for path in _present(job, output)]}, ()

    _aside(engine, message, hashed, slow=True)


def fetch(engine: Engine, message: Message) -> None:
    """A piece of a file that a finished job has written."""
    job, output = _written(engine, message)
    name, offset, length = _text(message, "name"), _count(message, "offset"), _count(message, "length", MAX_PIECE_BYTES)

    def read() -> Answer:
        path = next((path for path in _present(job, output) if path.name == name), None)
        if path is None:
            raise RemoteNoFiles(job=job, detail=f"it has written no file of the name {name!r:.80}")
        size, piece = _piece(job, path, offset, length)
        return "piece", {"job": job, "name": name, "offset": offset, "size": size}, (piece,)

    _aside(engine, message, read)


def _aside(engine: Engine, message: Message, work: Callable[[], Answer], *, slow: bool = False) -> None:
    """Answer a message with what ``work`` brings, without the loop waiting for it."""

    def tell(outcome: Answer | WholeSceneError) -> None:
        if isinstance(outcome, WholeSceneError):
            engine.reply(message, "error", {"error": plain_error(outcome)})
        else:
            engine.reply(message, *outcome)

    engine.errands.do(message.session, work, tell, slow=slow)


def _stored(stored: Any) -> Answer:
    return "stored", asdict(stored), ()


def _looked(path: str, size: int | None) -> dict[str, Any]:
    """Size and sampled hash; no hash where the size is not the one that was meant."""
    if not os.path.isabs(path):
        raise RemoteNoSuchFile(path=path, detail="a whole path is expected")
    try:
        status = os.stat(path)
        if size is not None and os.path.isfile(path) and status.st_size != size:
            return {"size": status.st_size, "sample": None}
        found = fingerprint(path)
    except (OSError, ValueError) as problem:
        raise RemoteNoSuchFile(path=path, detail=getattr(problem, "strerror", None) or str(problem)) from None
    return {"size": found.size, "sample": found.sample}


def _written(engine: Engine, message: Message) -> tuple[str, Path]:
    """A job's id and its map; raises JobUnknown, RemoteNoFiles."""
    job = _text(message, "job", 64)
    found = engine.jobs.recall(job)
    if found["state"] != DONE or not found["output"]:
        raise RemoteNoFiles(job=job, detail=f"it is {found['state']}")
    return job, Path(found["output"])


def _present(job: str, output: Path) -> list[Path]:
    """A map and what was written with it: names and statistics, and its style.

    An older file of such a name belongs to something else, and was left alone when the map was written.
    """
    try:
        written = output.stat().st_mtime_ns
    except OSError as problem:
        raise RemoteNoFiles(job=job, detail=f"{output}: {problem.strerror or problem}") from None
    beside = (Path(f"{output}.aux.xml"), output.with_suffix(".qml"))
    return [output, *(path for path in beside if path.is_file() and path.stat().st_mtime_ns >= written)]


def _described(engine: Engine, job: str, path: Path) -> dict[str, Any]:
    try:
        sha256 = engine.hashes.of(path, engine.errands.stopped)
        return {"name": path.name, "size": path.stat().st_size, "sha256": sha256}
    except OSError as problem:
        raise RemoteNoFiles(job=job, detail=f"{path}: {problem.strerror or problem}") from None


def _piece(job: str, path: Path, offset: int, length: int) -> tuple[int, bytes]:
    """Size of a file, and ``length`` bytes of it or as many as there are."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if offset > size:
                raise RemoteOffset(set="", name=path.name, offset=offset, have=size)
            file.seek(offset)
            return size, file.read(length)
    except OSError as problem:
        raise RemoteNoFiles(job=job, detail=f"{path}: {problem.strerror or problem}") from None


def _place(message: Message) -> tuple[str, str]:
    return _set(message), check_name(_text(message, "name", MAX_PATH))


def _set(message: Message) -> str:
    value = message.body.get("set")
    if not is_set(value):
        raise BadMessage(detail="'set' has to be 16 to 64 hexadecimal digits")
    return str(value)


def _sha256(message: Message) -> str:
    value = message.body.get("sha256")
    if not isinstance(value, str) or _SHA256.fullmatch(value) is None:
        raise BadMessage(detail="'sha256' has to be 64 hexadecimal digits")
    return value


def _text(message: Message, name: str, longest: int = 256) -> str:
    value = message.body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise BadMessage(detail=f"'{name}' has to be a text of at most {longest} characters")
    return value


def _count(message: Message, name: str, largest: int = MAX_BYTES) -> int:
    value = message.body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= largest:
        raise BadMessage(detail=f"'{name}' has to be a whole number from 0 to {largest}")
    return value
