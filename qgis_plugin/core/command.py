"""The engine's command line in a process of its own, for work that needs no engine that runs."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, NamedTuple, Sequence

from qgis.PyQt.QtCore import QProcess

from ..translation import tr
from ..wire.errors import Cancelled, EngineStartFailed, from_dict
from .installation import clean_environment, engine_python

COMMAND = ("-I", "-u", "-m", "wholescene.cli")
LOOK_MS = 200  # between two looks whether the caller wants to stop
LEAVE_MS = 15_000  # that the process has to clean up in
TAIL = 4096  # characters of what it said on stderr

WantsToStop = Callable[[], bool]
Heard = Callable[[bytes], None]


class Ended(NamedTuple):
    """How a command ended: its exit code, and the last of what it said on stderr."""

    code: int
    complaint: str

    def failure(self) -> EngineStartFailed:
        """What to say of a command that told neither a result nor a coded error."""
        spoken = [line.strip() for line in self.complaint.splitlines() if line.strip()]
        return EngineStartFailed(detail=spoken[-1].rstrip(".") if spoken else tr("exit code {n}").format(n=self.code))


def run(arguments: Sequence[str], wants_to_stop: WantsToStop, heard: Heard) -> Ended:
    """Run ``wholescene …`` and wait for its end in the calling thread, which needs no event loop.

    ``heard`` gets what it prints, in pieces as they come. Raises Cancelled once ``wants_to_stop``, EngineNotInstalled
    or EngineStartFailed.
    """
    process, complaint = _start([*COMMAND, *arguments]), b""
    try:
        while process.state() != QProcess.ProcessState.NotRunning:
            process.waitForReadyRead(LOOK_MS)
            complaint = _listen(process, heard, complaint)
            if wants_to_stop():
                raise Cancelled()
        complaint = _listen(process, heard, complaint)
    finally:
        _end(process)
    return Ended(process.exitCode(), complaint.decode("utf-8", "replace"))


def run_for_json(arguments: Sequence[str], wants_to_stop: WantsToStop) -> Dict[str, Any]:
    """The JSON document that a command with ``--json`` among its arguments prints; its error is raised, as in `run`."""
    said: List[bytes] = []
    ended = run(arguments, wants_to_stop, said.append)
    try:
        document = json.loads(b"".join(said).decode("utf-8"))
    except ValueError:
        raise ended.failure() from None
    if not isinstance(document, dict):
        raise ended.failure()
    if "error" in document:
        raise from_dict(document["error"])
    return document


def _start(arguments: List[str]) -> QProcess:
    python = engine_python()
    process = QProcess()
    process.setProgram(python)
    process.setArguments(arguments)
    process.setProcessEnvironment(clean_environment())
    process.setStandardInputFile(QProcess.nullDevice())
    process.start()
    if not process.waitForStarted():
        raise EngineStartFailed(detail=tr("{program} cannot be run").format(program=python))
    return process


def _listen(process: QProcess, heard: Heard, complaint: bytes) -> bytes:
    """Pass on what came; the end of all that was said on stderr."""
    said = bytes(process.readAllStandardOutput())
    if said:
        heard(said)
    return (complaint + bytes(process.readAllStandardError()))[-TAIL:]


def _end(process: QProcess) -> None:
    """Ask it to stop if it still runs, then make it; nothing half-made lies under a preset's name either way."""
    if process.state() == QProcess.ProcessState.NotRunning:
        return
    process.terminate()
    if not process.waitForFinished(LEAVE_MS):
        process.kill()
        process.waitForFinished()
