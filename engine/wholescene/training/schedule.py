"""The learning rate over the steps of a stage: warm-up, then down."""

from __future__ import annotations

import math

from .config import Schedule


def rate(schedule: Schedule, step: int, steps: int) -> float:
    """The learning rate at a step (from 0) of a stage of ``steps``.

    While warming up it grows linearly from ``warmup_start`` of the rate; afterwards ``poly`` follows
    (1 - t) ** power and ``cosine`` half a wave, both down to ``last`` of the rate.
    """
    if step < schedule.warmup:
        share = (step + 1) / schedule.warmup
        return schedule.rate * (schedule.warmup_start + (1 - schedule.warmup_start) * share)
    done = (step - schedule.warmup) / max(1, steps - schedule.warmup)
    return schedule.rate * (schedule.last + (1 - schedule.last) * _left(schedule, done))


def _left(schedule: Schedule, done: float) -> float:
    if schedule.shape == "constant":
        return 1.0
    if schedule.shape == "cosine":
        return (1 + math.cos(math.pi * done)) / 2
    return float((1 - done) ** schedule.power)
