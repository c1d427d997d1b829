"""The sink: where a job's plan, progress and finished blocks go."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..wire.plan import Plan, Window

Pixels = npt.NDArray[np.uint8]


class Sink(Protocol):
    """What `wholescene.holistic.segment` talks to: a terminal, or the engine's worker.

    Progress and whether it is cancelled come from any thread, one at a time.
    """

    def planned(self, plan: Plan) -> None:
        """The plan, once, before the first block."""

    def progress(self, stage: str, fraction: float, seconds_left: float | None) -> None:
        """The job's stage and how much of the whole job is done, from 0 to 1."""

    def block(self, window: Window, classes: Pixels, confidence: Pixels | None) -> None:
        """Finished class values ``[h, w]`` on the plan's grid; each pixel comes exactly once."""

    def cancelled(self) -> bool:
        """Asked between tiles; True ends the job with `Cancelled`."""
