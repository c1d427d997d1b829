"""One job as the plugin sees it, from the click to its end; no widget, no socket, no file."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Deque, Dict, Mapping, Optional, Tuple

from ..wire.message import new_id

NOTED = ("scene_name", "preset_title", "scene_id", "layer_name", "project", "id", "output", "working", "host")
PACE_SECONDS = 20.0  # over which throughput is measured


class Phase(Enum):
    """Where a job is; the engine's own stages lie within RUNNING."""

    WAITING = "waiting"  # for an engine
    SENDING = "sending"  # its scene is on its way to an engine on another machine
    SENT = "sent"  # the engine has not answered yet
    QUEUED = "queued"  # other jobs come first
    RUNNING = "running"
    FETCHING = "fetching"  # its map is on its way home
    CANCELLING = "cancelling"
    SEARCHING = "searching"  # found in the settings, or the connection was lost: the engine may still have it
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = (Phase.DONE, Phase.FAILED, Phase.CANCELLED)


class Pace:
    """Throughput from how far a job was at which time (seconds of any clock)."""

    def __init__(self) -> None:
        self._seen: Deque[Tuple[float, float]] = deque()

    def see(self, fraction: float, now: float) -> None:
        """The job is ``fraction`` done at ``now``."""
        self._seen.append((now, fraction))
        while len(self._seen) > 2 and now - self._seen[1][0] >= PACE_SECONDS:
            self._seen.popleft()

    def per_second(self) -> Optional[float]:
        """Share of the job per second, lately; None while it cannot be told."""
        if len(self._seen) < 2:
            return None
        (began, first), (now, last) = self._seen[0], self._seen[-1]
        return (last - first) / (now - began) if now - began >= 1.0 and last > first else None


@dataclass
class Job:
    """A request on its way to a layer. ``ticket`` is our name for it, ``id`` the engine's, once there is one."""

    request: Dict[str, Any]
    scene_name: str
    preset_title: str
    scene_id: str = ""  # of the layer, which may be gone
    layer_name: str = ""
    area: Dict[str, Any] = field(default_factory=dict)  # of an AreaScene, if a part is treated as the scene
    beside: Tuple[str, ...] = ()  # of SIDE_OUTPUTS: what is to be made of the finished map
    project: str = ""  # file name; "" for a project that was never saved
    ticket: str = field(default_factory=new_id)
    id: str = ""
    host: str = ""  # the machine whose engine has it; "" for this one
    freight: Dict[str, Any] = field(default_factory=dict)  # how far scene or map are on their way, as the courier tells
    phase: Phase = Phase.WAITING
    stage: str = ""
    fraction: float = 0.0
    seconds_left: Optional[float] = None
    ahead: int = 0  # jobs that come before
    plan: Dict[str, Any] = field(default_factory=dict)
    output: str = ""
    working: str = ""  # path of the raster that grows
    shown: float = 0.0  # share of the map that the working raster holds
    wish_to_cancel: bool = False  # to be said again to an engine that may not have heard it
    times_sent: int = 0
    pace: Pace = field(default_factory=Pace)

    @property
    def title(self) -> str:
        """``scene – preset``."""
        return self.layer_name or f"{self.scene_name} \N{EN DASH} {self.preset_title}"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.phase in ENDED

    @property
    def keepable(self) -> bool:
        """Whether it ended early with blocks that can be kept as a partial map."""
        return self.phase in (Phase.FAILED, Phase.CANCELLED) and bool(self.working) and self.shown > 0

    def asks_for(self, other: "Job") -> bool:
        """Whether both ask for the same map; names of files that we chose ourselves do not count."""
        if not self.area and not other.area:
            return self.request == other.request
        nameless = {"path": "", "output": "", "sources": ""}
        mine, theirs = ({**job.area, **job.request, **nameless} for job in (self, other))
        return mine == theirs

    @property
    def waits_there(self) -> bool:
        """Whether its map is finished and could not be brought here."""
        return self.phase is Phase.FETCHING and bool(self.freight.get("stuck"))

    @property
    def asks_consent(self) -> bool:
        """Whether its scene is sent only once somebody agrees."""
        return self.phase is Phase.SENDING and self.freight.get("stage") == "asking"

    def progressed(self, progress: Mapping[str, Any], now: float) -> None:
        """Take in a ``progress`` message; the bar never runs backwards, a cancel is not forgotten."""
        stage = str(progress.get("stage") or "")
        if self.phase in (Phase.SENT, Phase.QUEUED, Phase.SEARCHING):
            self.phase = Phase.QUEUED if stage == "queued" else Phase.RUNNING
        self.stage = stage
        self.fraction = max(self.fraction, min(float(progress.get("fraction") or 0.0), 1.0))
        self.seconds_left = progress.get("seconds_left")
        self.pace.see(self.fraction, now)

    def pixels_per_second(self) -> Optional[float]:
        """Throughput in pixels of the network's grid."""
        pace = self.pace.per_second()
        pixels = int(self.plan.get("model_width") or 0) * int(self.plan.get("model_height") or 0)
        return pace * pixels if pace and pixels else None

    def to_record(self) -> Dict[str, Any]:
        """What has to be known to find the job again, as plain values."""
        what = {"request": self.request, "area": self.area, "beside": list(self.beside)}
        return {**what, **{name: getattr(self, name) for name in NOTED}}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Job":
        """The job of a record, still to be searched for; raises KeyError or TypeError if it is not one."""
        job = cls(dict(record["request"]), str(record["scene_name"]), str(record["preset_title"]))
        for name in NOTED[2:]:
            setattr(job, name, str(record.get(name) or ""))
        job.area = dict(record.get("area") or {})
        job.beside = tuple(map(str, record.get("beside") or ()))
        if not job.id:
            raise KeyError("id")
        job.phase = Phase.SEARCHING
        return job
