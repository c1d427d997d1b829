"""Finds the engine of this user or starts one that outlives who started it: what scripts and SSH need."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..raster.locks import try_lock
from ..wire.connection import ConnectionInfo, connection_file, data_dir, private_folder
from ..wire.errors import BadSignature, EngineLost, EngineNotFound, EngineRunning, EngineStartFailed
from .client import EngineClient
from .worker_process import import_flags

START_LOG = "engine-start.log"  # in the folder of what lasts, as the plugin's own start writes it
START_SECONDS = 60.0
HELLO_SECONDS = 5.0
LOOK_EVERY = 0.15
LOG_TAIL = 4096  # bytes
_PLACE_TAKEN = f"[{EngineRunning.code}]"


def found_or_started(
    options: Sequence[str] = (), connection: Path | None = None, seconds: float = START_SECONDS
) -> ConnectionInfo:
    """The connection of the engine that answers at ``connection``; one is started if none does.

    ``options`` are those of ``wholescene serve`` for an engine that has to be started. Whoever asks while another
    start is under way waits for that one, at most ``seconds``. Raises EngineStartFailed or ConnectionFileInvalid.
    """
    path = Path(connection or connection_file()).absolute()
    deadline = time.monotonic() + seconds
    found = answering(path)
    if found is not None:
        return found
    private_folder(path.parent)
    with path.with_name(path.name + ".start.lock").open("a+b") as turn:
        while not try_lock(turn):
            _wait(deadline, seconds, "another start is under way and does not end")
        return answering(path) or _started(options, path, deadline, seconds)


def _started(options: Sequence[str], path: Path, deadline: float, seconds: float) -> ConnectionInfo:
    """Start an engine and wait until it answers."""
    log = data_dir() / START_LOG
    process = _start(options, path, log)
    while True:
        _wait(deadline, seconds, f"see {log}")
        ended = process.poll() is not None
        found = answering(path)
        if found is not None:
            return found
        # where the plugin was faster with another engine, that is the one to wait for
        if ended and _PLACE_TAKEN not in _tail(log):
            raise EngineStartFailed(detail=last_words(log) or f"it ended at once, see {log}")


def _wait(deadline: float, seconds: float, told: str) -> None:
    """A moment; raises EngineStartFailed when all the time is gone."""
    if time.monotonic() > deadline:
        raise EngineStartFailed(detail=f"none has answered for {seconds:.0f} s, {told}")
    time.sleep(LOOK_EVERY)


def answering(path: Path) -> ConnectionInfo | None:
    """The connection of the engine that ``path`` names if it answers, of whatever release; else None.

    Raises ConnectionFileInvalid.
    """
    try:
        with EngineClient.connect(path, HELLO_SECONDS, any_release=True) as client:
            return client.info
    except (EngineNotFound, EngineLost, BadSignature):
        return None  # killed, and its file left behind; or just being replaced by another


def last_words(log: Path) -> str:
    """The last line of the log that says something; the command line ends its errors with the bare code."""
    spoken = [line.strip() for line in _tail(log).splitlines() if line.strip()]
    told = [line for line in spoken if not line.startswith("[")]
    return told[-1].removeprefix("error: ").rstrip(".") if told else ""


def _start(options: Sequence[str], path: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start an engine that has nothing in common with this process: no terminal, no pipe, no session."""
    private_folder(log.parent)
    command = [sys.executable, *import_flags(), "-u", "-m", "wholescene.cli", "serve", f"--connection={path}", *options]
    try:
        with log.open("wb") as written:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                cwd=log.parent,  # not a folder that somebody wants to unmount
                **_detached(),
            )
    except OSError as problem:
        raise EngineStartFailed(detail=str(problem)) from None


def _detached() -> dict[str, Any]:
    if os.name != "nt":
        return {"start_new_session": True}  # the end of the terminal or of the ssh session does not reach it
    flags = ("DETACHED_PROCESS", "CREATE_NEW_PROCESS_GROUP", "CREATE_BREAKAWAY_FROM_JOB")
    return {"creationflags": sum(getattr(subprocess, name, 0) for name in flags)}


def _tail(log: Path) -> str:
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - LOG_TAIL))
            return stream.read().decode("utf-8", "replace")
    except OSError:
        return ""
