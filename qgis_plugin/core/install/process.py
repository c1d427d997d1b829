"""Programs that an installation runs: waited for in a background thread, ended with all their children."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from typing import Callable, List, Optional, Sequence

from qgis.PyQt.QtCore import QProcess, QProcessEnvironment

from ...translation import tr
from ...wire.errors import Cancelled
from ..installation import clean_environment

LOOK_MS = 100  # between two looks whether it is still wanted
LEAVE_MS = 2_000
MOST = 1 << 20  # characters that are kept of what a program says
TOO_LATE, NOT_STARTED = -1, -2  # in the place of an exit code

# a Python that first becomes the head of a group of its own, which is then ended as a whole
LEAD = "import os, sys; os.setsid(); os.execv(sys.argv[1], sys.argv[1:])"

GoingOn = Callable[[], bool]


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it said."""

    code: int
    said: str
    complained: str

    @property
    def well(self) -> bool:
        """Whether it did what it was asked to."""
        return self.code == 0

    def last_words(self) -> str:
        """The last line of its complaint, or of what else it said."""
        lines = [line.strip() for line in (self.complained or self.said).splitlines() if line.strip()]
        return lines[-1].rstrip(".") if lines else tr("exit code {n}").format(n=self.code)


def run_python(
    python: str,
    arguments: Sequence[str],
    going_on: GoingOn,
    environment: Optional[QProcessEnvironment] = None,
    seconds: Optional[float] = None,
    look: Optional[Callable[[], None]] = None,
) -> Ended:
    """Run a Python, isolated from ours, in a group of its own; as :func:`run`."""
    ours = ["-I", "-X", "utf8", *arguments]
    if os.name == "posix":
        return run(python, ["-I", "-S", "-c", LEAD, python, *ours], going_on, environment, seconds, look)
    return run(python, ours, going_on, environment, seconds, look)


def run(
    program: str,
    arguments: Sequence[str],
    going_on: GoingOn,
    environment: Optional[QProcessEnvironment] = None,
    seconds: Optional[float] = None,
    look: Optional[Callable[[], None]] = None,
) -> Ended:
    """Run a program to its end, at most so many seconds; ``look`` is called while it runs.

    Never in the GUI thread. Raises Cancelled, with the program and its children ended.
    """
    process = _start(program, arguments, environment)
    said: List[str] = []
    complained: List[str] = []
    began, late = time.monotonic(), False
    try:
        while process.state() != QProcess.ProcessState.NotRunning and not late:
            process.waitForReadyRead(LOOK_MS)
            _listen(process, said, complained)
            if not going_on():
                raise Cancelled()
            if look is not None:
                look()
            late = seconds is not None and time.monotonic() - began > seconds
    finally:
        end(process)
    _listen(process, said, complained)
    return Ended(_code(process, late), "".join(said)[-MOST:], "".join(complained)[-MOST:])


def _start(program: str, arguments: Sequence[str], environment: Optional[QProcessEnvironment]) -> QProcess:
    process = QProcess()
    process.setProgram(program)
    process.setArguments(list(arguments))
    process.setProcessEnvironment(environment or clean_environment())
    process.setStandardInputFile(QProcess.nullDevice())
    process.start()
    process.waitForStarted()
    return process


def _listen(process: QProcess, said: List[str], complained: List[str]) -> None:
    said.append(bytes(process.readAllStandardOutput()).decode("utf-8", "replace"))
    complained.append(bytes(process.readAllStandardError()).decode("utf-8", "replace"))


def _code(process: QProcess, late: bool) -> int:
    if late:
        return TOO_LATE
    if process.error() == QProcess.ProcessError.FailedToStart:
        return NOT_STARTED
    # one that was ended by a signal has the code 0 with Qt
    return process.exitCode() if process.exitStatus() == QProcess.ExitStatus.NormalExit else 1


def end(process: QProcess) -> None:
    """End a program that still runs, and its children: asked first, then made to."""
    pid = int(process.processId() or 0)
    if process.state() == QProcess.ProcessState.NotRunning or pid <= 0:
        return
    if os.name == "posix":
        _signal_group(pid, signal.SIGTERM, process)
        process.waitForFinished(LEAVE_MS)
        _signal_group(pid, signal.SIGKILL, process)
    else:
        QProcess.execute("taskkill", ["/PID", str(pid), "/T", "/F"])
    process.waitForFinished(LEAVE_MS)


def _signal_group(pid: int, what: int, process: QProcess) -> None:
    """To the group that the program heads; to it alone while it does not head one yet."""
    try:
        os.killpg(pid, what)
    except (ProcessLookupError, PermissionError):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if process.state() != QProcess.ProcessState.NotRunning:
                os.kill(pid, what)
