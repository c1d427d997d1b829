"""The place of a rank: its number among how many, its device, where the ranks meet."""

from __future__ import annotations

import contextlib
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..wire.errors import SizeInvalid
from ..wire.sizes import parse_size

if TYPE_CHECKING:
    from ..holistic.planner import Limits
    from ..holistic.ranks import Ranks

EXCHANGE_SECONDS = 1800.0  # that a rank waits for the others: for a lost host, which says nothing, or a slow disk
MEET_BY_ENVIRONMENT = "env://"


@dataclass(frozen=True)
class Place:
    """Where a worker process stands. Memory in bytes, None for what the planner finds.

    ``meeting`` is a file that all ranks see, or ``env://`` (MASTER_ADDR and MASTER_PORT). ``device`` None
    leaves the choice to the computation.
    """

    rank: int = 0
    size: int = 1
    device: str | None = None
    meeting: str = ""
    interface: str | None = None
    memory: int | None = None
    device_memory: int | None = None
    exchange_seconds: float = EXCHANGE_SECONDS

    @property
    def alone(self) -> bool:
        """Whether there are no other ranks."""
        return self.size == 1

    def arguments(self) -> list[str]:
        """The command line of the worker process that stands here."""
        named = {
            "--rank": self.rank,
            "--size": self.size,
            "--device": self.device,
            "--meeting": self.meeting or None,
            "--interface": self.interface,
            "--memory": self.memory,
            "--device-memory": self.device_memory,
            "--exchange-seconds": self.exchange_seconds,
        }
        return [word for name, value in named.items() if value is not None for word in (name, str(value))]

    def forget_meeting(self) -> None:
        """Remove the meeting file and its folder: whoever made them is gone."""
        if not self.alone and self.meeting != MEET_BY_ENVIRONMENT:
            with contextlib.suppress(OSError):
                Path(self.meeting).unlink(missing_ok=True)
                Path(self.meeting).parent.rmdir()

    def settled(self) -> Place:
        """The same with the device that it is; raises DeviceMissing. This brings in torch."""
        from ..holistic.devices import choose

        return replace(self, device=choose(self.device, self.rank, self.size))

    def ranks(self) -> Ranks | None:
        """Meet the other ranks and return when all are there; None if the computation needs nothing told."""
        if self.alone and self.device is None:
            return None
        from ..holistic import ranks

        here = self.settled()
        assert here.device is not None
        if self.alone:
            return ranks.Alone(here.device)
        return ranks.join(self.rank, self.size, self.meeting, here.device, self.interface, self.exchange_seconds)

    def options(self, ranks: Ranks | None = None) -> dict[str, Any]:
        """What the computation is told about this place, as keywords; what it is not told it finds itself."""
        told = {"ranks": self.ranks() if ranks is None and self.alone else ranks, "limits": self.limits()}
        return {name: value for name, value in told.items() if value is not None}

    def limits(self) -> Limits | None:
        """What the computation may take; None: what the planner finds."""
        if self.memory is None and self.device_memory is None:
            return None
        from ..holistic.planner import Limits

        return Limits(memory=self.memory, device_memory=self.device_memory)


def add_arguments(parser: ArgumentParser) -> None:
    """What `Place.arguments` writes."""
    parser.add_argument("--rank", type=int, default=0)
    parser.add_argument("--size", type=int, default=1, help="how many ranks there are")
    parser.add_argument("--device", help="cpu or cuda:0")
    parser.add_argument("--meeting", default="", help="a file that all ranks see, or env://")
    parser.add_argument("--interface", help="the network interface that ranks speak over")
    parser.add_argument("--memory", type=size, help="main memory for all ranks of this machine, such as 8GiB")
    parser.add_argument("--device-memory", type=size, help="memory of each device")
    parser.add_argument("--exchange-seconds", type=float, default=EXCHANGE_SECONDS, help="that a rank waits for others")


def size(text: str) -> int:
    """Bytes, as an argument type."""
    try:
        return parse_size(text)
    except SizeInvalid as problem:
        raise ArgumentTypeError(problem.message) from None


def from_arguments(options: Namespace) -> Place:
    """The place that the command line names."""
    return Place(
        options.rank,
        options.size,
        options.device,
        options.meeting,
        options.interface,
        options.memory,
        options.device_memory,
        options.exchange_seconds,
    )
