"""What a grid consists of: variants of one training run, the tests of each, and seeds.

All variants of a table learn for the same number of steps from the same number of pixels in each, so the budget
of a cell is stated in steps and does not depend on the machine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .recipe import Recipe

BUDGET_S = 300.0  # CPU seconds that a cell may take on the machine of docs/experiments.md


@dataclass(frozen=True)
class Evaluation:
    """How a trained network is tested: on whole scenes (``size`` 0) or in windows of ``size`` pixels.

    ``heads`` replaces the number of attention heads. The attention of the stages ``apart`` stays within the
    parts of ``grid`` (height, width in pixels) that the scene is cut into.
    """

    name: str
    size: int = 0
    heads: int | None = None
    apart: tuple[int, ...] = ()
    grid: tuple[int, int] | None = None


@dataclass(frozen=True)
class Variant:
    """One row of a table, or several: a configuration of `wholescene train` without seed and folders, and its tests."""

    name: str
    table: str
    config: dict[str, Any]
    tests: tuple[Evaluation, ...]
    data: Recipe | None = None  # of drawn scenes; else the configuration names its sources
    split: str = "test"

    @property
    def fingerprint(self) -> str:
        """What a result depends on, but for seed and code; results of another one do not count."""
        told = [self.config, [vars(test) for test in self.tests], vars(self.data) if self.data else None, self.split]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Cell:
    """A variant and a seed."""

    grid: str
    variant: Variant
    seed: int

    @property
    def key(self) -> str:
        """Its name, also of its folder."""
        return f"{self.grid}/{self.variant.table}/{self.variant.name}/{self.seed}".replace(" ", "-")


def cells(grid: str, variants: list[Variant], seeds: int) -> Iterator[Cell]:
    """All cells, seed by seed: where a grid is stopped, what is there can be compared."""
    for seed in range(seeds):
        for variant in variants:
            yield Cell(grid, variant, seed)


ENCODER = "narrow convnext"  # registered in `cell`: no published size is small enough for the budget
# tiles as large as drawn scenes: there are no halos to be computed twice, and results do not depend on it
NETWORK = {"encoder": {"name": ENCODER}, "decoder": {"name": "fpn", "channels": 32}, "tile": 1024}


def drawn_config(
    *,
    steps: int,
    size: int,
    pixels: int,
    scene: int,
    spim: dict[str, Any] | None = None,
    network: dict[str, Any] | None = None,
    loss: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A run on drawn scenes: crops of ``size`` pixels a side, or whole scenes of ``scene`` pixels if that is 0.

    Each step sees ``pixels`` pixels.
    """
    stage: dict[str, Any] = {
        "name": "crops" if size else "scenes",
        "kind": "crop" if size else "scene",
        "steps": steps,
        "batch": pixels // (size * size if size else scene),
        "size": size,
        "spim": spim is not None,
        "schedule": {"rate": 3e-3, "warmup": 20, "warmup_start": 0.05},
    }
    return {
        "preset": {"name": "experiment"},
        "network": {**NETWORK, **(network or {}), "spim": spim},
        "stages": [stage],
        "optimiser": {"weight_decay": 0.05, "largest_gradient": 1.0},
        "loss": {"balance": "root", **(loss or {})},
        "memory": {"checkpointing": False},
        "every": {"validation": 0, "checkpoint": 25, "log": 10},
    }
