"""Streams of blocks from running and finished jobs to the clients that follow them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..wire.plan import Window
from .blocks import Follower
from .events import BlockRead, BlockWritten, Bytes
from .jobs import Job
from .writer import Writer

# send(session, type, body, buffers): whether the client could be reached
Send = Callable[[str, str, dict[str, Any], Sequence[Bytes]], bool]


class Streams:
    """Sends blocks under credit, straight from memory where a client keeps up, else from the part file."""

    def __init__(self, writer: Writer, send: Send) -> None:
        self._writer = writer
        self._send = send

    def written(self, job: Job, event: BlockWritten) -> None:
        """A new block, the last of ``job.blocks``: on to all clients that are that far."""
        number = len(job.blocks) - 1
        for follower in list(job.followers.values()):
            if not follower.reading and follower.may_take(number):
                self._pass_on(job, follower, event.classes, event.confidence)

    def read_again(self, job: Job, event: BlockRead) -> None:
        """A block that was read again for one client."""
        follower = job.followers.get(event.session)
        if follower is None or event.number != follower.next:
            return
        follower.reading = False
        if event.classes is not None:
            self._pass_on(job, follower, event.classes, event.confidence)
        elif event.from_result or job.result_file is None:
            return  # the file is gone: this client gets no more blocks
        # otherwise the part file became the result before its turn came
        self.resume(job, follower)

    def resume(self, job: Job, follower: Follower) -> None:
        """Fetch the next block for a client that has credit again."""
        number = follower.next
        if follower.reading or number >= len(job.blocks) or not follower.may_take(number):
            return
        if job.ended and job.result_file is None:
            return
        follower.reading = True
        self._writer.read(job.id, follower.session, number, job.blocks[number], job.result_file)

    def _pass_on(self, job: Job, follower: Follower, classes: Bytes, confidence: Bytes | None) -> None:
        window: Window = job.blocks[follower.next]
        body = {
            "job": job.id,
            "row": window.row,
            "col": window.col,
            "height": window.height,
            "width": window.width,
            "number": follower.next,
        }
        buffers = [classes] if confidence is None else [classes, confidence]
        if self._send(follower.session, "block", body, buffers):
            follower.sent(sum(map(len, buffers)))
        else:
            job.followers.pop(follower.session, None)
