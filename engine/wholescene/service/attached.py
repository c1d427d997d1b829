"""Worker groups that were started elsewhere and have attached themselves to this engine.

An agent on each host keeps the process of its rank (see ``agent.py``). Here each rank is a member of
a `WorkerGroup` like a local process. Agents are clients: signed, numbered, forgotten when silent.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..wire.errors import WorkerRefused
from ..wire.message import new_id
from .events import ToWorker
from .worker_group import MEETING_SECONDS, WorkerGroup
from .worker_process import ENDED

log = logging.getLogger(__name__)

CREDIT = 8  # blocks of one rank that may be under way
MAX_GROUPS = 64

Post = Callable[[ToWorker], None]
Hear = Callable[[Any, dict[str, Any]], None]


@dataclass
class Agent:
    """One agent: its client session, its rank, and a port on its host where the ranks may meet."""

    session: str
    rank: int
    host: str
    device: str
    port: int


class RemoteMember:
    """One rank elsewhere, from its start to its end. ``hear`` is called from a thread of its own."""

    def __init__(self, life: str, hear: Hear, post: Post) -> None:
        self.life = life
        self.pid = 0
        self._waiting: tuple[str, Mapping[str, Any]] | None = None
        self._session: str | None = None
        self._hear = hear
        self._post = post
        self._ahead = 0
        self._over = False
        self._lock = threading.Lock()
        self._events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        threading.Thread(target=self._deliver, name="remote-events", daemon=True).start()

    @property
    def started(self) -> bool:
        """Whether an agent was asked to start it."""
        return self._session is not None

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._over

    @property
    def awaited(self) -> bool:
        """Whether an agent that comes now should start it."""
        return not self.started and not self.over

    def is_of(self, session: str) -> bool:
        """Whether this agent was asked to start it, and it has not ended."""
        return self._session == session and not self.over

    def start(self, session: str, port: int) -> None:
        """Ask the agent behind ``session`` for a process that meets the others at ``port`` of rank 0's host."""
        self._session = session
        self._say("worker.start", port=port)
        if self._waiting is not None:
            self.run(*self._waiting)

    def run(self, job: str, request: Mapping[str, Any]) -> None:
        """Start a job; one that comes before its agent waits for it."""
        if not self.started:
            self._waiting = job, request
        self._say("worker.run", job=job, request=dict(request))

    def cancel(self, job: str) -> None:
        """Ask to stop a job."""
        self._say("worker.cancel", job=job)

    def kill(self) -> None:
        """Have the process ended now."""
        self._say("worker.kill")
        self._give_up()

    def close(self) -> None:
        """Have an idle process let go."""
        self._say("worker.rest")
        self._give_up()

    def wait(self, seconds: float) -> bool:
        """Nothing to wait for here: its agent sees to it."""
        return True

    def take(self, event: dict[str, Any]) -> None:
        """An event of the process; raises WorkerRefused for more blocks than were granted."""
        if event["event"] == "block":
            with self._lock:
                if self._ahead >= CREDIT:
                    raise WorkerRefused(detail="it sends more blocks than were granted")
                self._ahead += 1
        if event["event"] == "here":
            self.pid = int(event["pid"])
        if not self._over:
            self._events.put(event)
        self._over = self._over or event["event"] == ENDED

    def _give_up(self) -> None:
        """One that no agent has started has nobody to say that it ended."""
        if self.awaited:
            self.take({"event": ENDED, "detail": "its agent did not come"})

    def _deliver(self) -> None:
        kind = ""
        while kind != ENDED:
            event = self._events.get()
            kind = event["event"]
            try:
                self._hear(self, event)
            except Exception as problem:
                self._over, kind = True, ENDED
                self.kill()
                self._hear(self, {"event": ENDED, "detail": f"it sent something that is no event: {problem!r}"})
            if kind == "block":
                with self._lock:
                    self._ahead -= 1
                self._say("worker.credit", blocks=1)

    def _say(self, kind: str, **body: Any) -> None:
        if self._session is not None:
            self._post(ToWorker(self._session, kind, {"life": self.life, **body}))


@dataclass
class AttachedGroup:
    """The agents of one group, and the ranks they keep at the moment."""

    name: str
    size: int
    post: Post
    agents: dict[int, Agent] = field(default_factory=dict)
    members: list[RemoteMember] = field(default_factory=list)
    life: str = ""
    job: str | None = None

    @property
    def complete(self) -> bool:
        """Whether all ranks are there."""
        return len(self.agents) == self.size

    @property
    def at_work(self) -> bool:
        """Whether there are ranks of it already, or some that are waited for."""
        return any(not member.over for member in self.members)

    def launch(self, hear: Callable[[Any, dict[str, Any]], None]) -> WorkerGroup:
        """Start a process for each rank; ranks whose agents are missing may still come."""
        self.life, self.members, self.job = new_id(), [], None
        group = _JobNoting(hear, self._start_member, self.size, MEETING_SECONDS)
        group.attached = self
        self.start_present()
        return group

    def start_present(self) -> None:
        """Start the ranks whose agents have come; rank 0's host is where they meet."""
        if 0 not in self.agents:
            return
        for rank, agent in self.agents.items():
            if rank < len(self.members) and self.members[rank].awaited:
                self.members[rank].start(agent.session, self.agents[0].port)

    def _start_member(self, rank: int, hear: Hear) -> RemoteMember:
        self.members.append(RemoteMember(self.life, hear, self.post))
        return self.members[-1]


class _JobNoting(WorkerGroup):
    """A group whose attached ranks may only speak about the job that was given to it."""

    attached: AttachedGroup

    def run(self, job: str, request: Mapping[str, Any]) -> None:
        self.attached.job = job
        super().run(job, request)


class Attached:
    """All groups that are attached. Only the engine's loop changes it."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._groups: dict[str, AttachedGroup] = {}
        self._sessions: dict[str, tuple[AttachedGroup, Agent]] = {}

    def attach(self, name: str, size: int, agent: Agent) -> AttachedGroup:
        """An agent has come, or shows that it is still there; raises WorkerRefused."""
        group = self._groups.get(name) or AttachedGroup(name, size, self._post)
        if agent.session in self._sessions:
            if self._sessions[agent.session] != (group, replace(agent, port=self._sessions[agent.session][1].port)):
                raise WorkerRefused(detail="it has attached as another rank")
            return group
        if group.size != size:
            raise WorkerRefused(detail=f"its group '{name}' has {group.size} ranks, not {size}")
        if agent.rank in group.agents:
            holder = group.agents[agent.rank].host
            raise WorkerRefused(detail=f"rank {agent.rank} of '{name}' is held by {holder}", held=True)
        if name not in self._groups and len(self._groups) >= MAX_GROUPS:
            raise WorkerRefused(detail=f"there are {MAX_GROUPS} groups already")
        self._groups[name] = group
        group.agents[agent.rank] = agent
        self._sessions[agent.session] = group, agent
        log.info("rank %s of %s attaches to group %s from %s", agent.rank, size, name, agent.host)
        group.start_present()
        return group

    def knows(self, session: str) -> bool:
        """Whether an agent speaks through ``session``."""
        return session in self._sessions

    def member(self, session: str) -> tuple[AttachedGroup, Agent, RemoteMember | None]:
        """Who speaks: group, agent, and the rank it keeps, if any; raises WorkerRefused."""
        if session not in self._sessions:
            raise WorkerRefused(detail="it has not attached")
        group, agent = self._sessions[session]
        return group, agent, group.members[agent.rank] if agent.rank < len(group.members) else None

    def life(self, session: str) -> str:
        """The life of the process that the agent should keep now, or ""."""
        _, _, member = self.member(session)
        return member.life if member is not None and member.is_of(session) else ""

    def forget(self, session: str) -> None:
        """An agent has gone, and the rank that it kept with it."""
        if session not in self._sessions:
            return
        group, agent, member = self.member(session)
        del self._sessions[session], group.agents[agent.rank]
        if member is not None and member.started:
            member.take({"event": ENDED, "detail": f"its agent on {agent.host} has gone"})
        if not group.agents:
            del self._groups[group.name]

    def chosen(self, incomplete: bool) -> AttachedGroup | None:
        """The group to compute with, the first that is complete; else, if wanted, one whose ranks still come."""
        groups = list(self._groups.values())
        complete = [group for group in groups if group.complete]
        return next(iter([*complete, *(groups if incomplete else [])]), None)

    def describe(self) -> list[dict[str, Any]]:
        """The groups' lines in ``status``."""
        return [
            {
                "name": group.name,
                "size": group.size,
                "ranks": [
                    {"rank": rank, "host": agent.host, "device": agent.device}
                    for rank, agent in sorted(group.agents.items())
                ],
            }
            for group in self._groups.values()
        ]
