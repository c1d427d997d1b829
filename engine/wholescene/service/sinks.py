"""The worker's sink: what a job produces, sent to the engine."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from ..wire.plan import Plan, Window
from . import pipe

if TYPE_CHECKING:
    import numpy as np

    from ..raster.heatmap import HeatMap

MAX_BLOCK_PIXELS = 1 << 24


class PipeSink:
    """What a job produces, sent to the engine. See ``holistic.Sink`` for the calls."""

    def __init__(self, job: str, out: pipe.PipeWriter, cancelled: threading.Event) -> None:
        self._job = job
        self._out = out
        self._cancelled = cancelled

    def planned(self, plan: Plan) -> None:
        """Announce grid, classes and cost before the first block."""
        self._send("planned", plan=plan.to_dict())

    def progress(self, stage: str, fraction: float, seconds_left: float | None) -> None:
        """Report the stage and the share of the whole job that is done (0 to 1)."""
        left = None if seconds_left is None else float(seconds_left)
        self._send("progress", stage=stage, fraction=float(fraction), seconds_left=left)

    def block(self, window: Window, classes: np.ndarray, confidence: np.ndarray | None) -> None:
        """Send finished class values (uint8, height × width) in strips that fit into one message."""
        rows = max(1, MAX_BLOCK_PIXELS // window.width)
        for first in range(0, window.height, rows):
            last = min(first + rows, window.height)
            self._send(
                "block",
                row=int(window.row + first),
                col=int(window.col),
                height=int(last - first),
                width=int(window.width),
                classes=_bytes(classes[first:last]),
                confidence=None if confidence is None else _bytes(confidence[first:last]),
            )

    def heatmap(self, heat: HeatMap) -> None:
        """Send the answer of an attention job."""
        self._send("heatmap", heat=heat.to_wire())

    def cancelled(self) -> bool:
        """Whether the engine asked to stop."""
        return self._cancelled.is_set()

    def _send(self, event: str, **values: Any) -> None:
        self._out.send({"event": event, "job": self._job, **values})


def _bytes(values: np.ndarray) -> bytes:
    if values.dtype.str != "|u1":
        raise TypeError(f"block values are {values.dtype}, not uint8")
    return values.tobytes()
