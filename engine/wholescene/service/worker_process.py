"""The launcher: starts the worker process, speaks to it over pipes, ends it."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from . import pipe
from .logs import copy_lines
from .place import Place
from .vigil import SILENT_SECONDS, Vigil
from .worker import ALIVE, DEFAULT_SEGMENT

ENDED = "ended"  # the event a launcher adds to those of the worker: the process is gone

_FOREIGN_PREFIXES = ("PYTHON", "GDAL_", "PROJ_", "QT_", "LD_LIBRARY", "DYLD_", "OSGEO4W")


class WorkerProcess:
    """One local worker process. ``hear`` is called from a thread of its own with each event.

    The last event is always ``{"event": "ended", "detail": …}``. A process that gives no sign of life for
    ``silent_seconds`` is ended (0: never).
    """

    def __init__(
        self,
        hear: Callable[[WorkerProcess, dict[str, Any]], None],
        segment: str = DEFAULT_SEGMENT,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
        place: Place | None = None,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        self._hear = hear
        self._place = place or Place()
        variables = {**clean_environment(os.environ), **(environment or {})}
        self._process = _start(segment, self._place, variables, log)
        assert self._process.stdin is not None
        self._commands: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._closed = False
        self._silent_seconds = silent_seconds
        self._ending = threading.Lock()  # taken for good by who tells the end
        self._vigil = Vigil(silent_seconds, self._give_up)
        threading.Thread(target=self._send, name="worker-commands", daemon=True).start()
        threading.Thread(target=self._listen, name="worker-events", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def describe(self) -> list[dict[str, Any]]:
        """Its line in ``status``, as the only rank."""
        return [{"rank": 0, "device": self._place.device, "host": None, "pid": self.pid}]

    def run(self, job: str, request: Mapping[str, Any]) -> None:
        """Start a job; the worker has to be idle."""
        self._command({"do": "run", "job": job, "request": dict(request)})

    def cancel(self, job: str) -> None:
        """Ask the worker to stop a job at the next tile."""
        self._command({"do": "cancel", "job": job})

    def kill(self) -> None:
        """End the process now."""
        self._process.kill()

    def close(self) -> None:
        """Let an idle worker go: it ends when its stdin closes."""
        if not self._closed:
            self._closed = True
            self._commands.put(None)

    def wait(self, seconds: float) -> bool:
        """Whether the process is gone within ``seconds``."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _command(self, values: Mapping[str, Any]) -> None:
        if not self._closed:
            self._commands.put(dict(values))

    def _send(self) -> None:
        """In a thread: a pipe whose reader is still starting holds less than a long request."""
        assert self._process.stdin is not None
        out = pipe.PipeWriter(self._process.stdin.fileno())
        with contextlib.suppress(OSError):  # it is dead: the listening thread says so
            while (command := self._commands.get()) is not None:
                out.send(command)
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            while (event := pipe.receive(self._process.stdout.fileno())) is not None:
                with self._vigil.news():
                    if event["event"] != ALIVE["event"] and not self._ending.locked():
                        self._hear(self, event)
        except Exception as problem:
            self._process.kill()
            detail = f"it sent something that is no event: {problem!r}"
        else:
            detail = ""
        self._vigil.end()
        code = self._process.wait()
        self._commands.put(None)
        self._process.stdout.close()
        self._tell_end(detail or describe_exit(code))

    def _give_up(self) -> None:
        """It is stopped, or hangs; it may even hang so that it cannot be ended now, while a drive does not answer."""
        self._tell_end(f"it gave no sign of life for {self._silent_seconds:g} seconds and was ended")
        self.kill()

    def _tell_end(self, detail: str) -> None:
        if self._ending.acquire(blocking=False):
            self._hear(self, {"event": ENDED, "detail": detail})


def describe_exit(code: int) -> str:
    """An exit status in words: ``exit code 1`` or ``signal SIGKILL``."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for the worker.

    A process started from inside QGIS inherits paths to QGIS's own Python, GDAL, PROJ and Qt,
    which would break ours; QGIS is recognised by variables of its name.
    """
    from_qgis = any(name.startswith(("QGIS", "OSGEO4W")) for name in environment)
    if not from_qgis:
        return dict(environment)
    return {name: value for name, value in environment.items() if not name.startswith(_FOREIGN_PREFIXES)}


def import_flags() -> list[str]:
    """As isolated as this process; at least modules in the current folder must not shadow ours."""
    if sys.flags.isolated:
        return ["-I"]
    return ["-P"] if sys.version_info >= (3, 11) else []


def _start(segment: str, place: Place, environment: Mapping[str, str], log: Path | None) -> subprocess.Popen[bytes]:
    command = [sys.executable, *import_flags(), "-u", "-m", "wholescene.service.worker", "--segment", segment]
    options: dict[str, Any] = {"env": dict(environment), "bufsize": 0}
    if os.name == "nt":
        options["creationflags"] = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    else:
        options["start_new_session"] = True  # Ctrl-C in the engine's terminal is the engine's to handle
    options.update(stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    command += place.arguments()
    if log is None:
        return subprocess.Popen(command, **options)
    if place.alone:
        with log.open("ab") as errors:
            return subprocess.Popen(command, stderr=errors, **options)
    process = subprocess.Popen(command, stderr=subprocess.PIPE, **options)
    assert process.stderr is not None
    copy_lines(process.stderr, log, f"rank {place.rank}")
    return process
