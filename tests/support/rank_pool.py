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
from collections.abc import Callable, Iterable
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
SETTLING = 2.0  # seconds that the other ranks have to tell what is wrong


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

    def _collect(self, timeout: float) -> list[Any]:
        """One answer of each rank."""
        answers, failures = self._heard(range(len(self._pipes)), timeout)
        if failures:  # what went wrong first may be told last
            missing = [rank for rank in range(len(self._pipes)) if rank not in answers and rank not in failures]
            failures |= self._heard(missing, SETTLING)[1]
            raise RankFailed("\n".join(failures.values()))
        if len(answers) < len(self._pipes):
            missing = [rank for rank in range(len(self._pipes)) if rank not in answers]
            raise RankFailed(f"ranks {missing} of {len(self._pipes)} said nothing for {timeout:g} s")
        return [answers[rank] for rank in range(len(self._pipes))]

    def _heard(self, ranks: Iterable[int], timeout: float) -> tuple[dict[int, Any], dict[int, str]]:
        """Answers and failures by rank, until there is one failure, or all have answered, or time is up."""
        waiting = {self._pipes[rank]: rank for rank in ranks}
        deadline = time.monotonic() + timeout
        answers: dict[int, Any] = {}
        failures: dict[int, str] = {}
        while waiting and not failures:
            ready = wait(list(waiting), max(0.0, deadline - time.monotonic()))
            if not ready:
                break
            for pipe in ready:
                rank = waiting.pop(pipe)
                fine, answer = self._answer(rank, pipe)
                if fine:
                    answers[rank] = answer
                else:
                    failures[rank] = f"rank {rank} of {len(self._pipes)}: {answer}"
        return answers, failures

    def _answer(self, rank: int, pipe: Connection) -> tuple[bool, Any]:
        try:
            fine, answer = _unpacked(pipe.recv_bytes())
        except (EOFError, OSError):
            self._processes[rank].join(5)
            return False, f"ended with exit code {self._processes[rank].exitcode}"
        return fine, answer


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
