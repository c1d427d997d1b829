"""Blocks under credit: who follows a job, what each has got, what may be sent next.

A client grants credit for a number of blocks and gives one back for each block it has
dealt with. A job never waits for a client: what could not be sent at once stays in the
part file and is read again when credit comes.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

MAX_CREDIT = 1024
# Bytes on their way to one client. Small, so that "cancelled" never waits long behind blocks.
MAX_IN_FLIGHT = 8 << 20


@dataclass
class Follower:
    """One client that follows one job. ``next`` is the number of the next block it gets."""

    session: str
    credit: int = 0
    next: int = 0
    reading: bool = False
    in_flight: deque[int] = field(default_factory=deque)

    def grant(self, blocks: int) -> None:
        """The client has dealt with ``blocks`` blocks (or can take that many more)."""
        self.credit = min(self.credit + blocks, MAX_CREDIT)
        for _ in range(min(blocks, len(self.in_flight))):
            self.in_flight.popleft()

    def may_take(self, number: int) -> bool:
        """Whether block ``number`` is the next one and may be sent now."""
        fits = not self.in_flight or sum(self.in_flight) < MAX_IN_FLIGHT
        return number == self.next and self.credit > 0 and fits

    def sent(self, size: int) -> None:
        """Block ``next`` of ``size`` bytes was handed to the socket."""
        self.credit -= 1
        self.next += 1
        self.in_flight.append(size)
