"""The engine: one loop over the socket, the inbox of the other threads, and the clock.

The loop never waits for anything but new messages: computing happens in the worker
process, writing in the writer thread, and what cannot be sent at once is dropped or
fetched again later. So control is always answered.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import zmq

from .. import __version__
from ..raster.parts import remove_left_behind
from ..wire import message as wire
from ..wire.connection import ConnectionInfo
from ..wire.errors import BadMessage, InternalError, WholeSceneError
from ..wire.estimate import DEVICES
from .attached import Attached
from .conductor import Conductor, Worker
from .crew import Crew
from .depot import Depot
from .errands import ErrandDone, Errands
from .estimator import SURVEY, Answered, Estimator, Question, survey_question
from .events import BlockRead, BlockWritten, Bytes, Inbox, ToWorker
from .handlers import HANDLERS, OF_ANY_PROTOCOL, WITH_BUFFERS, mismatch
from .hashing import Hashes
from .jobs import Job, Registry, plain_error
from .journal import Journal
from .sockets import Listeners, Peer, Socket
from .streams import Streams
from .worker import DEFAULT_SEGMENT
from .worker_process import WorkerProcess
from .writer import Writer

log = logging.getLogger(__name__)

CLIENT_SILENT = 60.0  # seconds after which a client that says nothing counts as gone
WORKER_SILENT = 20.0  # the same for an agent, which speaks every few seconds: a job hangs on it
MESSAGES_PER_TURN = 64
FAULTS_IN_A_ROW = 20  # failed turns after which no better one is to be expected: about two seconds
AFTER_A_FAULT = 0.1  # seconds
GOODBYE_SECONDS = 0.5
SWEEPS_EVERY = 86400.0  # seconds; an engine of a whole group may run for months
WRITER_STOPS = 60.0  # the final copy of a large map can only be interrupted now and then


@dataclass(frozen=True)
class Settings:
    """How an engine runs. ``idle_exit`` in seconds, None for never; ``segment`` is what the worker computes with.

    ``crew`` are the ranks of its own worker. ``bind`` is an address for other machines.
    ``attached_only``: this machine computes nothing itself, jobs wait for a group that attaches. ``depot`` is
    the folder for scenes that clients send; None: it takes none.
    """

    journal: Path
    name: str = "engine"
    idle_exit: float | None = 900.0
    segment: str = DEFAULT_SEGMENT
    environment: Mapping[str, str] = field(default_factory=dict)
    worker_log: Path | None = None
    crew: Crew = field(default_factory=Crew)
    bind: str | None = None
    attached_only: bool = False
    depot: Path | None = None


@dataclass
class Client:
    """Where a client session can be reached, and when it was last heard."""

    peer: Peer
    heard: float


class Engine:
    """The engine on its socket. ``run`` returns when it was stopped; ``close`` has to follow."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._listeners = Listeners(settings.bind)
        self.session = wire.Session(wire.new_key(), wire.ENGINE)
        self.started = time.monotonic()
        self.refused = 0
        self.clients: dict[str, Client] = {}
        self.inbox = Inbox()
        self._stopping = False
        self._last_life = self.started
        self._journal = Journal(settings.journal, settings.name)
        self._clean_up_after_predecessor()
        self.jobs = Registry(self._journal)
        self.writer = Writer(self.inbox.put)
        self.streams = Streams(self.writer, self.send)
        self.attached = Attached(self.inbox.put)
        self.estimator = Estimator(self._launch_aside, self.inbox.put)
        self.depot = Depot(settings.depot)
        self.hashes = Hashes()
        self.errands = Errands(self.inbox.put)
        self._sweep_at = self.started
        self.machine: dict[str, Any] | None = None  # what it has to compute with, when it was last looked at
        self.conductor = Conductor(
            self.jobs, self.writer, self._launch, self.inbox.put, self._announce, self._can_compute
        )

    @property
    def connection(self) -> ConnectionInfo:
        """What a client needs to know."""
        return ConnectionInfo(
            key=self.session.key.hex(),
            pid=os.getpid(),
            protocol=wire.PROTOCOL,
            version=__version__,
            **self._listeners.places(),
        )

    def stop(self) -> None:
        """Leave the loop soon; from any thread and from signal handlers."""
        self._stopping = True
        self.inbox.wake()

    def run(self) -> None:
        """Serve until stopped or idle for too long.

        Raises InternalError, with all jobs failed, if turn after turn of the loop fails.
        """
        poller = zmq.Poller()
        for socket in self._listeners.sockets:
            poller.register(socket, zmq.POLLIN)
        poller.register(self.inbox.ready.fileno(), zmq.POLLIN)
        faults = 0
        while not self._stopping:
            try:
                self._turn(poller)
                faults = 0
            except Exception as problem:  # a fault of ours in one turn must not end the jobs of others
                log.exception("a turn of the loop failed")
                faults += 1
                if faults == FAULTS_IN_A_ROW:
                    self._give_up(problem)
                time.sleep(AFTER_A_FAULT)

    def _give_up(self, problem: Exception) -> NoReturn:
        error = InternalError(detail=f"the engine cannot go on: {type(problem).__name__}: {problem}")
        log.critical("%s turns of the loop failed in a row: the engine stops", FAULTS_IN_A_ROW)
        self.conductor.fail_all(error)
        raise error from problem

    def _turn(self, poller: zmq.Poller) -> None:
        pause = self._tick()
        readable = dict(poller.poll(int(pause * 1000) + 1))
        for socket in self._listeners.sockets:
            if socket in readable:
                self._receive(socket)
        for event in self.inbox.drain():
            self._handle(event)

    def close(self) -> None:
        """End worker, writer and jobs, tell the clients, free the socket."""
        self.estimator.stop()
        self.errands.stop()
        self.conductor.stop()
        self.writer.stop(WRITER_STOPS)
        for event in self.inbox.drain():
            self._handle(event)
        for session in list(self.clients):
            self.send(session, "bye", {})
        self._listeners.close(GOODBYE_SECONDS)
        self.inbox.close()
        self._journal.close()

    # -- sending --

    def send(self, session: str, kind: str, body: Mapping[str, Any], buffers: Sequence[Bytes] = ()) -> bool:
        """Send to one client; False if it cannot be reached (it is forgotten then)."""
        client = self.clients.get(session)
        if client is None:
            return False
        if self._send(client.peer, kind, body, buffers):
            return True
        self.forget(session)
        return False

    def reply(self, message: wire.Message, kind: str, body: Mapping[str, Any], buffers: Sequence[Bytes] = ()) -> None:
        """Answer a client's message."""
        client = self.clients.get(message.session)
        if client is not None and not self._send(client.peer, kind, body, buffers, message.id):
            self.forget(message.session)

    def _send(
        self, peer: Peer, kind: str, body: Mapping[str, Any], buffers: Sequence[Bytes] = (), reply_to: str = ""
    ) -> bool:
        """Whether the client is still there."""
        try:
            frames = self.session.pack(kind, body, buffers, reply_to)
        except WholeSceneError:
            log.exception("a message of type %s cannot be sent", kind)
            return True
        try:
            peer.socket.send_multipart([peer.identity, *frames], zmq.NOBLOCK, copy=False)
        except zmq.ZMQError:  # gone, or it reads nothing while a thousand messages wait
            return False
        return True

    def _announce(self, job: Job, kind: str, body: dict[str, Any]) -> None:
        for session in list(job.followers):
            self.send(session, kind, body)

    def forget(self, session: str) -> None:
        """A client is gone: nothing more is sent to it; its jobs go on."""
        self.clients.pop(session, None)
        self.attached.forget(session)
        self.estimator.forget(session)
        for job in self.jobs.all():
            job.followers.pop(session, None)

    # -- receiving --

    def _receive(self, socket: Socket) -> None:
        for _ in range(MESSAGES_PER_TURN):
            try:
                identity, *frames = socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            self._hear(Peer(socket, identity), frames)

    def _hear(self, peer: Peer, frames: Sequence[bytes]) -> None:
        try:
            message = self.session.unpack(frames)
        except WholeSceneError as problem:
            # The answer is signed with our key: a client with another key sees by it that its own is wrong.
            self.refused += 1
            self._send(peer, "error", {"error": plain_error(problem)}, reply_to=self.session.reply_id(frames))
            return
        self._last_life = time.monotonic()
        self.clients[message.session] = Client(peer, self._last_life)
        try:
            self._answer(message)
        except WholeSceneError as problem:
            self.reply(message, "error", {"error": plain_error(problem)})
        except Exception as problem:
            log.exception("message %s of type %s could not be handled", message.id, message.type)
            error = InternalError(detail=f"{type(problem).__name__}: {problem}")
            self.reply(message, "error", {"error": plain_error(error)})

    def _answer(self, message: wire.Message) -> None:
        if message.protocol != wire.PROTOCOL and message.type not in OF_ANY_PROTOCOL:
            raise mismatch(message.protocol, message.body.get("version"))
        if message.type not in HANDLERS:
            raise BadMessage(detail=f"there is no message type '{message.type}'")
        if message.buffers and message.type not in WITH_BUFFERS:
            raise BadMessage(detail=f"a message of type '{message.type}' has no buffers")
        HANDLERS[message.type](self, message)

    # -- other threads and the clock --

    def _handle(self, event: object) -> None:
        try:
            self.conductor.handle(event)
            if isinstance(event, Answered):
                self.estimator.handle(event)
            elif isinstance(event, ErrandDone):
                self.errands.done(event)
            elif isinstance(event, ToWorker):
                self.send(event.session, event.kind, event.body)
            elif isinstance(event, BlockWritten):
                self._block_written(event)
            elif isinstance(event, BlockRead):
                self.streams.read_again(self.jobs.get(event.job), event)
        except Exception:
            log.exception("event %s could not be handled", type(event).__name__)

    def _block_written(self, event: BlockWritten) -> None:
        try:
            job = self.jobs.get(event.job)
            if not job.ended:
                self.streams.written(job, event)
        finally:
            event.release()

    def _tick(self) -> float:
        """Whatever time brings; seconds until the next turn at the latest."""
        now = time.monotonic()
        for session in [name for name, client in self.clients.items() if now - client.heard > self._patience(name)]:
            self.forget(session)
        pause = self.conductor.tick()
        self.estimator.tick()
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEPS_EVERY
            self.errands.do("", self.depot.sweep, lambda outcome: None, slow=True)
        if self.jobs.active():
            self._last_life = now
        if self.settings.idle_exit is not None and now - self._last_life > self.settings.idle_exit:
            log.info("idle for %g seconds: the engine stops", self.settings.idle_exit)
            self._stopping = True
        return pause

    def _patience(self, session: str) -> float:
        return WORKER_SILENT if self.attached.knows(session) else CLIENT_SILENT

    def _clean_up_after_predecessor(self) -> None:
        for job, part in self._journal.fail_left_behind():
            log.warning("job %s was running when an earlier engine died", job)
            if part is not None:
                remove_left_behind(part)

    def ranks_wanted(self) -> dict[str, Any]:
        """Who would compute a job now: fields of an `EstimateRequest`."""
        settings = self.settings
        group = self.attached.chosen(incomplete=settings.attached_only)
        if group is None:
            return {"ranks": settings.crew.size, "elsewhere": settings.attached_only}
        device = group.agents[min(group.agents)].device.partition(":")[0]
        return {"ranks": group.size, "device": device if device in DEVICES else None, "elsewhere": True}

    def look_at_machine(self) -> None:
        """Find out what this machine computes with, once, aside: for ``hello`` and ``status``."""
        if self.machine is None and not self.settings.attached_only and not self.estimator.knows(SURVEY):
            self.estimator.ask(Question(SURVEY, survey_question(), self._machine_seen))

    def _machine_seen(self, answer: dict[str, Any] | WholeSceneError) -> None:
        if isinstance(answer, WholeSceneError):
            log.warning("the machine could not be looked at: %s", answer)
            self.machine = {}
        else:
            self.machine = dict(answer.get("machine") or {})

    def _can_compute(self) -> bool:
        return not self.settings.attached_only or self.attached.chosen(incomplete=True) is not None

    def _launch_aside(self, hear: Any) -> WorkerProcess:
        settings = self.settings
        return settings.crew.launch_aside(hear, settings.segment, settings.environment, settings.worker_log)

    def _launch(self, hear: Any) -> Worker:
        """A group that has attached itself, or a worker of this machine."""
        settings = self.settings
        group = self.attached.chosen(incomplete=settings.attached_only)
        if group is not None:
            return group.launch(hear)
        return settings.crew.launch(hear, settings.segment, settings.environment, settings.worker_log)
