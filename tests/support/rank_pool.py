"""Groups of real processes that tests run functions on: one group for each number of ranks.

A group is started when it is first asked for and serves all tests after that. A function of a test
is found by its file and name, gets the group (`wholescene.holistic.ranks.Group`) and plain
arguments, and its results come back through pipes. When a rank fails or is late, the test fails with
what the rank said and the whole group is ended: the others would wait for it in an exchange.
"""

from __future__ import annotations

import importlib.util
import io
import multiprocessing
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from wholescene.holistic.ranks import join, leave

LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"
STARTING = 180.0  # seconds that a group may take to start and to meet on a busy machine
RUNNING = 300.0  # seconds that a function may take


class RankFailed(AssertionError):
    """A rank raised, ended or was late; what it said is the message."""


class RankGroup:
    """``size`` processes that have joined each other."""

    def __init__(self, size: int, threads: int = 1) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._folder = tempfile.TemporaryDirectory(prefix="wholescene-ranks-")
        self._pipes: list[Connection] = []
        self._processes = []
        for rank in range(size):
            ours, theirs = spawn.Pipe()
            arguments = (theirs, rank, size, str(Path(self._folder.name) / "meeting"), threads)
            process = spawn.Process(target=_serve, args=arguments, daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        try:
            self._collect(STARTING)
        except RankFailed:
            self.end()
            raise

    def run(self, function: Callable[..., Any], *arguments: Any, timeout: float = RUNNING, **named: Any) -> list[Any]:
        """What ``function(ranks, *arguments, **named)`` returns on each rank."""
        where = function.__code__.co_filename, function.__qualname__
        message = _packed((where, arguments, named))
        for pipe in self._pipes:
            pipe.send_bytes(message)
        return self._collect(timeout)

    def end(self) -> None:
        """Kill what still runs."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(0.2)
            if process.is_alive():
                process.kill()
                process.join()
        self._folder.cleanup()

    @property
    def pids(self) -> list[int | None]:
        return [process.pid for process in self._processes]

    def _collect(self, timeout: float) -> list[Any]:
        """One answer of each rank; the first that is none ends the waiting."""
        deadline = time.monotonic() + timeout
        answers: dict[int, Any] = {}
        while len(answers) < len(self._pipes):
            missing = {pipe: rank for rank, pipe in enumerate(self._pipes) if rank not in answers}
            ready = wait(list(missing), max(0.0, deadline - time.monotonic()))
            if not ready:
                raise RankFailed(f"ranks {sorted(missing.values())} said nothing for {timeout:.0f} s")
            for pipe in ready:
                rank = missing[pipe]
                answers[rank] = self._answer(rank, pipe)
        return [answers[rank] for rank in range(len(self._pipes))]

    def _answer(self, rank: int, pipe: Connection) -> Any:
        try:
            fine, answer = _unpacked(pipe.recv_bytes())
        except (EOFError, OSError):
            self._processes[rank].join(5)
            code = self._processes[rank].exitcode
            raise RankFailed(f"rank {rank} of {len(self._pipes)} ended with exit code {code}") from None
        if not fine:
            raise RankFailed(f"rank {rank} of {len(self._pipes)}:\n{answer}")
        return answer


class RankPool:
    """The groups of one test session, by their size."""

    def __init__(self) -> None:
        self._groups: dict[int, RankGroup] = {}

    def run(self, size: int, function: Callable[..., Any], *arguments: Any, **named: Any) -> list[Any]:
        """Run a function on ``size`` ranks; a group that fails is not used again."""
        if size not in self._groups:
            self._groups[size] = RankGroup(size)
        try:
            return self._groups[size].run(function, *arguments, **named)
        except RankFailed:
            self._groups.pop(size).end()
            raise

    def end(self) -> None:
        """End all groups."""
        for group in self._groups.values():
            group.end()
        self._groups.clear()


# -- in the rank's process ---------------------------------------------------------


def _serve(pipe: Connection, rank: int, size: int, meeting: str, threads: int) -> None:
    """Run what comes through the pipe until it closes."""
    torch.set_num_threads(threads)
    try:
        ranks = join(rank, size, meeting, interface=LOOPBACK)
        pipe.send_bytes(_packed((True, None)))
        while True:
            (path, name), arguments, named = _unpacked(pipe.recv_bytes())
            ranks.traffic = type(ranks.traffic)()
            pipe.send_bytes(_packed((True, _function(path, name)(ranks, *arguments, **named))))
    except EOFError:
        leave()
    except BaseException:
        pipe.send_bytes(_packed((False, traceback.format_exc())))


def _function(path: str, name: str) -> Callable[..., Any]:
    found: Any = _module(path)
    for part in name.split("."):
        found = getattr(found, part)
    return found


@cache
def _module(path: str) -> ModuleType:
    """A test file as a module: pytest gives it a name that other processes cannot import."""
    name = Path(path).stem
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _packed(message: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(message, buffer)
    return buffer.getvalue()


def _unpacked(data: bytes) -> Any:
    return torch.load(io.BytesIO(data), weights_only=False)
