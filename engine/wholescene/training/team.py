"""The team: all ranks of a run, and the groups of them that share one scene.

Rank ``r`` belongs to group ``r // spatial``. Groups work on different scenes (data parallel), the
ranks of a group on one (spatially parallel).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn

from ..holistic.ranks import Alone, Group, Ranks
from ..wire.errors import RanksUneven

BUCKET = 1 << 24  # elements summed at once


@dataclass(frozen=True)
class Team:
    """One rank's view: everybody, and those who share its scene."""

    world: Ranks
    spatial: Ranks
    group: int
    groups: int

    @property
    def device(self) -> torch.device:
        """Where this rank computes."""
        return self.world.device

    @property
    def first(self) -> bool:
        """Whether this rank speaks for all."""
        return self.world.rank == 0


def make_team(world: Ranks, spatial: int) -> Team:
    """Divide the ranks into groups; collective. Raises RanksUneven."""
    if world.size % spatial:
        raise RanksUneven(ranks=world.size, spatial=spatial, batch="all")
    groups, own = world.size // spatial, world.rank // spatial
    if spatial == world.size:
        return Team(world, world, 0, 1)
    if spatial == 1:
        return Team(world, Alone(world.device), own, groups)
    members = [dist.new_group(list(range(group * spatial, (group + 1) * spatial))) for group in range(groups)]
    return Team(world, Group(world.device, members[own]), own, groups)


def sum_gradients(weights: Iterable[nn.Parameter], ranks: Ranks) -> None:
    """Add up all ranks' gradients; a weight that a rank had no use for counts as zero there."""
    learning = list(weights)
    for weight in learning:
        if weight.grad is None:
            weight.grad = torch.zeros_like(weight)
    if ranks.size == 1:
        return
    for bucket in _buckets([weight.grad for weight in learning if weight.grad is not None]):
        flat = ranks.total(torch.cat([gradient.reshape(-1) for gradient in bucket]))
        for gradient, summed in zip(bucket, torch.split(flat, [g.numel() for g in bucket]), strict=True):
            gradient.copy_(summed.view_as(gradient))


def _buckets(gradients: list[Tensor]) -> Iterable[list[Tensor]]:
    bucket: list[Tensor] = []
    for gradient in gradients:
        bucket.append(gradient)
        if sum(g.numel() for g in bucket) >= BUCKET:
            yield bucket
            bucket = []
    if bucket:
        yield bucket
