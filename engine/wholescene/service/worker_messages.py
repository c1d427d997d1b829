"""What the engine does with each message of an agent; nothing in it is believed before it was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..wire.errors import BadMessage, WorkerRefused
from ..wire.message import Message
from .attached import Agent
from .worker_process import ENDED

if TYPE_CHECKING:
    from .engine import Engine

MAX_SIZE = 1024  # ranks of a group
MAX_SIDE = 1 << 31

# each event with what it has to carry besides
EVENTS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "here": {"device": str, "host": str, "pid": int},
    "joined": {},
    "planned": {"plan": dict},
    "progress": {"stage": str, "fraction": float, "seconds_left": (float, type(None))},
    "heatmap": {"heat": dict},
    "finished": {"report": dict},
    "failed": {"error": dict},
    "cancelled": {},
    ENDED: {"detail": str},
}
OF_A_JOB = ("planned", "progress", "heatmap", "finished", "cancelled")


def attach(engine: Engine, message: Message) -> None:
    """An agent offers its rank; again and again, as its sign of life."""
    name, host, device = (_text(message.body, key) for key in ("group", "host", "device"))
    size = _count(message.body, "size", 1, MAX_SIZE)
    rank = _count(message.body, "rank", 0, size - 1)
    agent = Agent(message.session, rank, host, device, _count(message.body, "port", 1, (1 << 16) - 1))
    known = engine.attached.knows(message.session)
    group = engine.attached.attach(name, size, agent)
    engine.reply(message, "worker.attached", {"life": engine.attached.life(message.session)})
    if group.complete and not known and not group.at_work:
        engine.conductor.retire_worker()


def event(engine: Engine, message: Message) -> None:
    """An event of a rank's process."""
    group, agent, member = engine.attached.member(message.session)
    values = _event(message.body.get("event"))
    kind = values["event"]
    if kind == ENDED and agent.rank == 0 and "port" in values:
        agent.port = _count(values, "port", 1, (1 << 16) - 1)
    if member is None or message.body.get("life") != member.life:
        return  # of a process that has been replaced meanwhile
    if kind in OF_A_JOB and values.get("job") != group.job:
        raise WorkerRefused(detail="it speaks of a job that is not this group's")
    member.take(values)


def block(engine: Engine, message: Message) -> None:
    """Finished class values."""
    group, _, member = engine.attached.member(message.session)
    body, buffers = message.body, message.buffers
    of_this_job = group.job is not None and body.get("job") == group.job
    if member is None or body.get("life") != member.life or not of_this_job:
        raise WorkerRefused(detail="the block is of a job that is not this group's")
    place = {name: _count(body, name, 0, MAX_SIDE) for name in ("row", "col", "height", "width")}
    pixels = place["height"] * place["width"]
    if len(buffers) not in (1, 2) or not pixels or any(len(buffer) != pixels for buffer in buffers):
        raise BadMessage(detail="the block's buffers do not fit its size")
    layers = [bytes(buffer) for buffer in buffers]
    confidence = layers[1] if len(layers) > 1 else None
    member.take({"event": "block", "job": group.job, **place, "classes": layers[0], "confidence": confidence})


def _event(values: Any) -> dict[str, Any]:
    """``values`` if they are an event of a worker; raises BadMessage."""
    if not isinstance(values, Mapping) or values.get("event") not in EVENTS:
        raise BadMessage(detail="it holds no event of a worker")
    for name, kind in EVENTS[str(values["event"])].items():
        if name not in values or isinstance(values[name], bool) or not isinstance(values[name], kind):
            raise BadMessage(detail=f"the event '{values['event']}' lacks '{name}'")
    if values["event"] == "here":  # these stand in every status
        for name in ("device", "host"):
            _text(values, name)
    if not isinstance(values.get("job"), (str, type(None))):
        raise BadMessage(detail="'job' has to be the id of a job")
    return dict(values)


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 256:
        raise BadMessage(detail=f"'{name}' has to be a short text")
    return value


def _count(body: Mapping[str, Any], name: str, smallest: int, largest: int) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not smallest <= value <= largest:
        raise BadMessage(detail=f"'{name}' has to be a whole number from {smallest} to {largest}")
    return value
