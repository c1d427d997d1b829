"""What the engine does with each message of a client: one function per type, listed in HANDLERS."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import psutil

from .. import __version__
from ..wire.attention import AttentionRequest
from ..wire.errors import BadMessage, BadRequest, ProtocolMismatch, WholeSceneError
from ..wire.estimate import EstimateRequest
from ..wire.message import PROTOCOL, Message
from ..wire.request import SegmentRequest
from . import depot_messages, outputs, pipe, worker_messages
from .blocks import MAX_CREDIT, Follower
from .estimator import Question, estimate_question
from .jobs import Job, plain_error

if TYPE_CHECKING:
    from .engine import Engine

MAX_REQUEST_BYTES = 256 << 10  # a mask of about ten thousand corners; the body of a message has 1 MiB
MAX_PICTURE_BYTES = 64 << 10
MAX_PICTURES_BYTES = 512 << 10  # of all presets together; the body of a message has 1 MiB


def hello(engine: Engine, message: Message) -> None:
    """Versions of both sides; also a client's sign of life."""
    protocol = message.body.get("protocol")
    if protocol != PROTOCOL:
        raise mismatch(protocol, message.body.get("version"))
    body = {"protocol": PROTOCOL, "version": __version__, "pid": os.getpid(), "python": sys.version.split()[0]}
    body["environment"] = sys.prefix
    engine.look_at_machine()
    engine.reply(message, "hello", {**body, "machine": engine.machine or None, "depot": engine.depot.describe()})


def mismatch(protocol: object, version: object) -> ProtocolMismatch:
    """The error for a client of another protocol; names the side that is older."""
    client_is_older = isinstance(protocol, int) and protocol < PROTOCOL
    return ProtocolMismatch(
        client_protocol=protocol if isinstance(protocol, (int, str)) else "unknown",
        client_version=version if isinstance(version, str) else "version unknown",
        engine_protocol=PROTOCOL,
        engine_version=__version__,
        older="client" if client_is_older else "engine",
    )


def submit(engine: Engine, message: Message) -> None:
    """Queue a request; the sender follows the job."""
    values = message.body.get("request")
    if not isinstance(values, Mapping):
        raise BadRequest(detail="'request' is missing")
    request = SegmentRequest.from_dict(values)
    _check_length(request.to_dict())
    credit = _count(message, "credit")
    _check_output(engine, request)
    _queued(engine, message, engine.jobs.add(request), credit)


def attention(engine: Engine, message: Message) -> None:
    """Queue the question what one pixel attends to; the sender follows the job."""
    question = AttentionRequest.from_dict(message.body)
    _check_length(question.to_dict())
    if question.request.output is None:
        raise BadRequest(detail="'output' is missing")
    _check_output(engine, question.request)
    _queued(engine, message, engine.jobs.add(question.request, question), 0)


def estimate(engine: Engine, message: Message) -> None:
    """What a request would take; the answer comes when a process beside the worker has found it."""
    wanted = EstimateRequest.from_dict(
        {key: value for key, value in message.body.items() if key in ("request", "as_scene")}
    )
    _check_length(wanted.to_dict())
    output = wanted.request.output
    if output is not None and not os.path.isabs(output):
        raise BadRequest(detail="'output' has to be a whole path, since the engine works in another folder")

    engine.depot.make_room(output)

    def answer(found: dict[str, Any] | WholeSceneError) -> None:
        if isinstance(found, WholeSceneError):
            engine.reply(message, "error", {"error": plain_error(found)})
            return
        engine.machine = dict(found.get("machine") or {}) or engine.machine
        engine.reply(message, "estimate", {"estimate": found.get("estimate"), "machine": engine.machine})

    asked = {**wanted.to_dict(), **engine.ranks_wanted()}
    engine.estimator.ask(Question(message.session, estimate_question(asked), answer))


def _machine(engine: Engine) -> dict[str, Any] | None:
    """What the machine has; main memory as it is now."""
    if not engine.machine:
        return None
    return {**engine.machine, "memory_free": min(engine.machine["memory_total"], psutil.virtual_memory().available)}


def _check_length(values: Mapping[str, Any]) -> None:
    if len(pipe.pack(values)) > MAX_REQUEST_BYTES:
        raise BadRequest(detail="it is too long; combine the files in a VRT, simplify the mask")


def _check_output(engine: Engine, request: SegmentRequest) -> None:
    engine.depot.make_room(request.output)
    if request.output is not None and not os.path.isabs(request.output):
        raise BadRequest(detail="'output' has to be a whole path, since the engine works in another folder")
    outputs.check(request)


def _queued(engine: Engine, message: Message, job: Job, credit: int) -> None:
    job.followers[message.session] = Follower(message.session, credit)
    engine.depot.used((*job.request.sources, job.request.grid))
    waiting = len(engine.jobs.active()) - 1
    engine.reply(message, "submitted", {"job": job.id, "ahead": waiting})


def attach(engine: Engine, message: Message) -> None:
    """Follow a job (again): its plan, its progress or ending, and the blocks from ``number`` on."""
    job = _job(engine, message)
    engine.reply(message, "submitted", {"job": job.id, "ahead": 0})
    follower = Follower(message.session, _count(message, "credit"), _count(message, "number", 1 << 31))
    job.followers[message.session] = follower
    if job.plan is not None:
        engine.send(message.session, "planned", job.planned())
    kind, body = job.ending() if job.ended else ("progress", job.progress())
    engine.send(message.session, kind, body)
    engine.streams.resume(job, follower)


def credit(engine: Engine, message: Message) -> None:
    """The client has dealt with some blocks."""
    job = _job(engine, message)
    follower = job.followers.get(message.session)
    if follower is not None:
        follower.grant(_count(message, "blocks"))
        engine.streams.resume(job, follower)


def job(engine: Engine, message: Message) -> None:
    """What became of a job, also of one that an earlier engine left behind."""
    engine.reply(message, "job", engine.jobs.recall(_named(message)))


def cancel(engine: Engine, message: Message) -> None:
    """End a job. The answer is the message that says how it ended."""
    job = _job(engine, message)
    if job.ended and not engine.conductor.cleans_up(job):
        engine.reply(message, *job.ending())
        return
    job.followers.setdefault(message.session, Follower(message.session))
    engine.conductor.cancel(job)


def status(engine: Engine, message: Message) -> None:
    """Everything there is to know about the engine."""
    body = {
        "protocol": PROTOCOL,
        "version": __version__,
        "pid": os.getpid(),
        "uptime": time.monotonic() - engine.started,
        "clients": len(engine.clients),
        "refused": engine.refused,
        "machine": _machine(engine),
        "worker": engine.conductor.worker_status(),
        "groups": engine.attached.describe(),
        "jobs": [job.summary() for job in engine.jobs.all()],
    }
    engine.reply(message, "status", body)


def presets(engine: Engine, message: Message) -> None:
    """The zoo, with pictures as far as they fit into one message."""
    from ..presets.zoo import Zoo

    zoo, room = Zoo(), MAX_PICTURES_BYTES
    described = zoo.describe()
    for preset in described:
        picture = zoo.picture(preset["name"], min(room, MAX_PICTURE_BYTES))
        preset["picture"] = picture
        room -= len(picture or b"")
    engine.reply(message, "presets", {"presets": described})


def shutdown(engine: Engine, message: Message) -> None:
    """Stop the engine; running jobs are cancelled."""
    engine.reply(message, "bye", {})
    engine.stop()


def bye(engine: Engine, message: Message) -> None:
    """The client hangs up. There is no answer."""
    engine.forget(message.session)


Handler = Callable[["Engine", Message], None]

HANDLERS: dict[str, Handler] = {
    "hello": hello,
    "submit": submit,
    "attention": attention,
    "estimate": estimate,
    "attach": attach,
    "job": job,
    "credit": credit,
    "cancel": cancel,
    "status": status,
    "presets": presets,
    "look": depot_messages.look,
    "store": depot_messages.store,
    "chunk": depot_messages.chunk,
    "seal": depot_messages.seal,
    "files": depot_messages.files,
    "fetch": depot_messages.fetch,
    "forget": depot_messages.forget,
    "shutdown": shutdown,
    "bye": bye,
    "worker.attach": worker_messages.attach,
    "worker.event": worker_messages.event,
    "worker.block": worker_messages.block,
}
WITH_BUFFERS = ("chunk", "worker.block")
OF_ANY_PROTOCOL = ("shutdown", "bye")  # an engine that nobody can talk to any more could only be killed


def _job(engine: Engine, message: Message) -> Job:
    return engine.jobs.get(_named(message))


def _named(message: Message) -> str:
    name: Any = message.body.get("job")
    if not isinstance(name, str):
        raise BadMessage(detail=f"'{message.type}' lacks 'job'")
    return name


def _count(message: Message, name: str, largest: int = MAX_CREDIT) -> int:
    value: Any = message.body.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= largest:
        raise BadMessage(detail=f"'{name}' has to be a whole number from 0 to {largest}")
    return value
