"""The three kinds of step that a network is described by: local, global, attention.

A network's ``forward`` is the undivided oracle; its steps are the same submodules, cut where
feature maps can wait. Whoever runs the steps (``wholescene.holistic``) decides where the maps
live and how the scene is divided; the steps only say what they read and how far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from .patch import Patch


@dataclass(frozen=True)
class FeatureSpec:
    """A feature map: its channels and how many scene pixels one of its pixels spans."""

    channels: int
    stride: int


@dataclass(frozen=True)
class Read:
    """A feature map that a step reads, with ``halo`` of its pixels around the step's tile."""

    feature: str
    halo: int = 0


@dataclass(frozen=True)
class Local:
    """Each tile from its surroundings: ``run`` maps the patches read to the tile (or more than it)."""

    name: str
    reads: tuple[Read, ...]
    writes: str
    run: Callable[[Sequence[Patch]], Patch]
    macs: int  # multiply-adds per written pixel


@dataclass(frozen=True)
class Global:
    """A reduction over the scene between two local halves.

    ``expand`` maps the patch to hidden features of the tile, ``measure`` maps these to a vector
    whose sum over all tiles ``close`` turns into the second half: (hidden, patch) to tile.
    """

    name: str
    reads: Read
    writes: str
    expand: Callable[[Patch], Patch]
    measure: Callable[[Patch], Tensor]
    close: Callable[[Tensor], Callable[[Patch, Patch], Patch]]
    hidden_channels: int  # 0 if expanding again is as cheap as keeping
    measured: int  # length of the vector
    macs_expand: int
    macs_close: int


@dataclass(frozen=True)
class Attention:
    """Every pixel attends to the whole scene.

    ``context`` maps a tile to its keys and values ``[1, heads, m, d]``; tiles' contexts joined in
    tile order are the scene's. ``attend`` maps a tile and these to the new tile. Tile edges lie
    on multiples of ``pool``.
    """

    name: str
    reads: str
    writes: str
    pool: int
    context: Callable[[Patch], tuple[Tensor, Tensor]]
    attend: Callable[[Patch, Tensor, Tensor], Patch]
    channels: int
    macs: int


Step = Local | Global | Attention


# A feature map that a decoder takes, and what is done to its patches first.
Output = tuple[str, Callable[[Patch], Patch]]


@dataclass(frozen=True)
class Program:
    """A network as steps. ``image`` is the feature map that the scene itself is; ``head`` makes logits
    of the scene's own pixels and is run last, tile by tile, its result never kept."""

    features: Mapping[str, FeatureSpec]
    steps: tuple[Step, ...]
    head: Local
    image: str = "image"


def macs(*modules: nn.Module) -> int:
    """Multiply-adds per output pixel of layers that use each weight once per pixel."""
    return sum(weight.numel() for module in modules for weight in module.parameters() if weight.ndim > 1)
