"""The planner: how much work a scene is and how much memory it may take, before it starts."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

from ..nn.steps import Global, Program, Step
from .precision import DTYPES, speed

MAXIMUM_BUDGET = 3 << 29  # 1.5 GiB: what features may take of main memory before they go to scratch files
BASE = 400 << 20  # an interpreter with torch, GDAL's cache and the tiles in flight
EFFICIENCY = 0.4  # of the matrix product's speed that whole networks reach on CPUs


@dataclass(frozen=True)
class Workload:
    """What running ``program`` over ``size`` (height, width) at ``precision`` takes."""

    program: Program
    size: tuple[int, int]
    precision: str

    def step_macs(self, step: Step) -> int:
        """Multiply-adds of one step over the scene."""
        per_pixel = step.macs_expand + step.macs_close if isinstance(step, Global) else step.macs
        stride = 1 if step is self.program.head else self.program.features[step.writes].stride
        return per_pixel * (self.size[0] // stride) * (self.size[1] // stride)

    @property
    def macs(self) -> int:
        """Multiply-adds of the whole network (whole-scene attention without its score matrix)."""
        return sum(self.step_macs(step) for step in (*self.program.steps, self.program.head))

    @property
    def seconds(self) -> float:
        """Expected time of the computation on this machine."""
        return self.macs / (speed(self.precision) * EFFICIENCY)

    @property
    def feature_bytes(self) -> int:
        """All feature maps together, wherever they live."""
        written = {step.writes for step in self.program.steps}
        specs = [self.program.features[name] for name in written]
        values = sum(spec.channels * (self.size[0] // spec.stride) * (self.size[1] // spec.stride) for spec in specs)
        return values * DTYPES[self.precision].itemsize


def feature_budget() -> int:
    """Bytes of main memory for feature maps: a third of what is free, at most `MAXIMUM_BUDGET`."""
    return min(MAXIMUM_BUDGET, int(psutil.virtual_memory().available) // 3)


def peak_bytes(workload: Workload, budget: int, parameters: int) -> int:
    """Main memory that the job is expected to need at most."""
    return BASE + parameters + min(budget, 2 * workload.feature_bytes)
