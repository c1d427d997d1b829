"""The agent: keeps the worker process of one rank for an engine that may run on another machine.

Started by torchrun, on each host once for each of its ranks, as
``torchrun … -m wholescene.service.worker --engine FILE``. It takes signed messages from the engine, starts and
ends the process as it is told, and passes on what that says. It loads no large library: while the group
rests nothing but this small process is there. Rank 0's host is where the processes meet.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket as system
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import zmq

from ..wire import message as wire
from ..wire.connection import read_connection
from ..wire.errors import BadRequest, EngineLost, WholeSceneError, WorkerRefused, from_dict
from ..wire.transfer import CHUNK_BYTES
from . import place
from .attached import CREDIT
from .crew import THREADS
from .events import Inbox
from .logs import worker_log
from .sockets import dealer
from .vigil import SILENT_SECONDS
from .worker_process import ENDED, WorkerProcess

ALIVE_EVERY = 5.0
ENGINE_SILENT = 60.0
HELD_FOR = 40.0  # seconds that a place may still be held by an agent that died without a word
MAX_STRIP_PIXELS = CHUNK_BYTES  # of a block in one message: more would not pass encrypted
LEFT, FAILED = 0, 1


@dataclass(frozen=True)
class Post:
    """Where torchrun has put this process."""

    group: str
    rank: int
    size: int
    local_rank: int
    address: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Post:
        """What torchrun says; raises BadRequest where it says nothing."""
        try:
            address = environment["MASTER_ADDR"]
            run = environment.get("TORCHELASTIC_RUN_ID", "")
            return cls(
                group=f"{run}@{address}:{environment['MASTER_PORT']}",
                rank=int(environment["RANK"]),
                size=int(environment["WORLD_SIZE"]),
                local_rank=int(environment.get("LOCAL_RANK", "0")),
                address=address,
            )
        except (KeyError, ValueError) as problem:
            raise BadRequest(
                detail=f"--engine is for worker groups that torchrun starts; {problem} is missing"
            ) from None


class Agent:
    """One rank's agent. ``run`` returns an exit status when the engine has gone or somebody stops it."""

    def __init__(
        self,
        engine: Path,
        segment: str,
        post: Post,
        place: place.Place,
        threads: int | None,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        info = read_connection(engine)
        self._segment, self._post, self._place, self._threads = segment, post, place, threads
        self._silent_seconds = silent_seconds
        self._session = wire.Session(info.key_bytes, wire.CLIENT)
        self._context: zmq.Context[Any] = zmq.Context()
        self._socket = dealer(self._context, info)
        self._inbox = Inbox()  # events of the process, each with the life it belongs to
        self._child: WorkerProcess | None = None
        self._life = ""
        self._room = threading.Semaphore(CREDIT)
        self._port = free_port()
        self._asked = ""  # id of the message that attaches
        self._began = self._heard = self._spoke = time.monotonic()  # began: to ask for the place
        self._status: int | None = None

    def run(self) -> int:
        """Serve until the engine goes or :meth:`stop`."""
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._inbox.ready.fileno(), zmq.POLLIN)
        self._attach()
        try:
            while self._status is None:
                self._turn(poller)
        finally:
            self._close()
        return self._status

    def stop(self, *_: object) -> None:
        """Leave soon; also as a signal's handler."""
        self._status = LEFT
        self._inbox.wake()

    def _turn(self, poller: zmq.Poller) -> None:
        if self._socket in dict(poller.poll(1000)):
            for _ in range(64):
                try:
                    frames = self._socket.recv_multipart(zmq.NOBLOCK)
                except zmq.Again:
                    break
                self._hear(frames)
        for event in self._inbox.drain():
            assert isinstance(event, tuple)
            self._relay(*event)
        self._stay_alive()

    # -- the engine --

    def _attach(self) -> None:
        body = {
            "group": self._post.group,
            "rank": self._post.rank,
            "size": self._post.size,
            "host": system.gethostname(),
            "device": self._place.device or "cpu",
            "port": self._port,
        }
        self._asked = self._say("worker.attach", body)

    def _say(self, kind: str, body: Mapping[str, Any], buffers: tuple[bytes, ...] = ()) -> str:
        message = self._session.message(kind, body, buffers)
        with contextlib.suppress(zmq.Again):  # the engine reads nothing: its silence will tell
            self._socket.send_multipart(self._session.encode(message), zmq.NOBLOCK)
        self._spoke = time.monotonic()
        return message.id

    def _hear(self, frames: list[bytes]) -> None:
        try:
            message = self._session.unpack(frames)
        except WholeSceneError as problem:
            return _note(f"a message was refused: {problem}")
        self._heard = time.monotonic()
        action = ACTIONS.get(message.type)
        if message.type == "error":
            self._refused(message)
        elif message.type == "bye":
            self.stop()
        elif message.type == "worker.attached":
            self._attached(str(message.body["life"]))
        elif message.type == "worker.start":
            self._start(str(message.body["life"]), int(message.body["port"]))
        elif action is not None and message.body.get("life") == self._life:
            action(self, message.body)
        return None

    def _refused(self, message: wire.Message) -> None:
        problem = from_dict(message.body["error"])
        if message.reply_to != self._asked:
            return _note(str(problem))
        held = isinstance(problem, WorkerRefused) and problem.params.get("held")
        if not held or time.monotonic() - self._began > HELD_FOR:
            raise problem
        time.sleep(1.0)
        return self._attach()

    def _stay_alive(self) -> None:
        now = time.monotonic()
        if now - self._spoke > ALIVE_EVERY:
            self._attach()
        if now - self._heard > ENGINE_SILENT:
            raise EngineLost(detail=f"it has said nothing for {ENGINE_SILENT:g} seconds")

    def _attached(self, life: str) -> None:
        """The engine may have taken this agent for lost, and its process with it."""
        self._began = time.monotonic()
        if life != self._life:
            self._kill({})

    # -- the process --

    def _start(self, life: str, port: int) -> None:
        self._kill({})
        self._life, self._room = life, threading.Semaphore(CREDIT)
        # a store of its own for each life: what the last one left would lead the ranks astray
        variables = {
            "MASTER_ADDR": self._post.address,
            "MASTER_PORT": str(port),
            "TORCHELASTIC_USE_AGENT_STORE": "False",
        }
        if self._threads is not None:
            variables[THREADS] = str(self._threads)
        hear = partial(self._overhear, life, self._room)
        self._child = WorkerProcess(hear, self._segment, variables, worker_log(), self._place, self._silent_seconds)

    def _run(self, body: Mapping[str, Any]) -> None:
        if self._child is not None:
            self._child.run(str(body["job"]), body["request"])

    def _cancel(self, body: Mapping[str, Any]) -> None:
        if self._child is not None:
            self._child.cancel(str(body["job"]))

    def _kill(self, _: Mapping[str, Any]) -> None:
        if self._child is not None:
            self._child.kill()

    def _rest(self, _: Mapping[str, Any]) -> None:
        if self._child is not None:
            self._child.close()

    def _credit(self, body: Mapping[str, Any]) -> None:
        for _ in range(min(int(body["blocks"]), CREDIT)):
            self._room.release()

    def _overhear(self, life: str, room: threading.Semaphore, _: object, event: dict[str, Any]) -> None:
        """In the thread of the process: a block waits until the engine has dealt with earlier ones."""
        for part in strips(event):
            while part["event"] == "block" and not room.acquire(timeout=1.0):
                if life != self._life:
                    return
            self._inbox.put((life, part))

    def _relay(self, life: str, event: dict[str, Any]) -> None:
        if life != self._life:
            return
        if event["event"] == "block":
            layers = (event.pop("classes"), event.pop("confidence"))
            self._say("worker.block", {"life": life, **event}, tuple(layer for layer in layers if layer is not None))
            return
        if event["event"] == ENDED:
            self._port = event["port"] = free_port()
        try:
            self._say("worker.event", {"life": life, "event": event})
        except WholeSceneError as problem:  # too large for a message
            self._kill({})
            self._say("worker.event", {"life": life, "event": {"event": ENDED, "detail": str(problem)}})

    def _close(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait(5.0)
        self._say("bye", {})
        self._socket.close(linger=500)
        self._context.term()
        self._inbox.close()


ACTIONS = {
    "worker.run": Agent._run,
    "worker.cancel": Agent._cancel,
    "worker.kill": Agent._kill,
    "worker.rest": Agent._rest,
    "worker.credit": Agent._credit,
}


def strips(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """``event``, or the strips of a block that is too large for one message."""
    if event["event"] != "block" or event["height"] * event["width"] <= MAX_STRIP_PIXELS:
        yield event
        return
    rows = max(1, MAX_STRIP_PIXELS // event["width"])
    for first in range(0, event["height"], rows):
        height = min(rows, event["height"] - first)
        part = slice(first * event["width"], (first + height) * event["width"])
        confidence = event["confidence"]
        yield {
            **event,
            "row": event["row"] + first,
            "height": height,
            "classes": event["classes"][part],
            "confidence": None if confidence is None else confidence[part],
        }


def free_port() -> int:
    """A port of this host that nobody uses at the moment."""
    with system.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def main(options: argparse.Namespace) -> int:
    """Attach to the engine and serve; an exit status."""
    try:
        post = Post.from_environment(os.environ)
        # not chosen here: all hosts of a group have to compute on the same kind
        device = f"cuda:{post.local_rank}" if options.device == "cuda" else options.device or "cpu"
        named = place.from_arguments(options)
        here = replace(named, rank=post.rank, size=post.size, device=device, meeting=place.MEET_BY_ENVIRONMENT)
        agent = Agent(Path(options.engine), options.segment, post, here, options.threads, options.silent_seconds)
        signal.signal(signal.SIGTERM, agent.stop)
        signal.signal(signal.SIGINT, agent.stop)
        return agent.run()
    except WholeSceneError as problem:
        _note(str(problem))
        return FAILED


def _note(line: str) -> None:
    print(f"[rank {os.environ.get('RANK', '?')}] {line}", file=sys.stderr, flush=True)
