"""Halos: fills the margins of regions with what their neighbours hold, wherever these are.

Regions of one rank copy from each other; what other ranks hold comes in one swap. Each pixel that
a step needs is sent once to each region that needs it, and no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from ..nn.steps import Read
from ..wire.plan import Window
from .feature_map import FeatureMap
from .ranks import Ranks
from .regions import Division, Region
from .tiles import moved, rescale


@dataclass(frozen=True)
class Piece:
    """Pixels of the region ``source`` that the region ``target`` needs; ``window`` counts in the map's pixels."""

    source: Region
    target: Region
    window: Window


def pieces(division: Division, read: Read, stride: int, *, confined: bool) -> Iterator[Piece]:
    """All that regions need of each other before a step, in the same order on every rank."""
    if len(division.regions) == 1 or not (read.halo or read.reach):
        return
    own = {region.index: rescale(region.window, 1, stride) for region in division.regions}
    for target in division.regions:
        for frame in division.frames(stride, confined=confined):
            needed = _needed(read, own[target.index], frame)
            if needed is None:
                continue
            for source in division.regions:
                window = needed.intersection(own[source.index])
                if window is not None and source is not target:
                    yield Piece(source, target, window)


def _needed(read: Read, own: Window, frame: Window) -> Window | None:
    """What a step reads of ``frame`` for the part of a region that lies in it."""
    inside = own.intersection(frame)
    if inside is None:
        return None
    around = read.around(moved(inside, -frame.row, -frame.col), (frame.height, frame.width))
    return moved(around, frame.row, frame.col)


def refresh(feature: FeatureMap, read: Read, division: Division, ranks: Ranks, *, confined: bool) -> None:
    """Bring the margins of this rank's regions up to date with all others."""
    found = list(pieces(division, read, feature.stride, confined=confined))
    for piece in found:
        if piece.source.rank == piece.target.rank == ranks.rank:
            source, target = feature.chunks[piece.source.index], feature.chunks[piece.target.index]
            target.at(piece.window).copy_(source.at(piece.window))
    if any(piece.source.rank != piece.target.rank for piece in found):  # all ranks see the same list
        _exchange(feature, found, ranks)


def _exchange(feature: FeatureMap, found: list[Piece], ranks: Ranks) -> None:
    sent = [_between(found, ranks.rank, rank) for rank in range(ranks.size)]
    received = [_between(found, rank, ranks.rank) for rank in range(ranks.size)]
    empty = torch.empty(0, dtype=feature.dtype, device=ranks.device)
    outgoing = [
        torch.cat([empty, *(feature.chunks[p.source.index].at(p.window).reshape(-1).to(ranks.device) for p in part)])
        for part in sent
    ]
    lengths = [sum(_area(p.window) for p in part) * feature.channels for part in received]
    for data, part in zip(ranks.swap(outgoing, lengths, "halo"), received, strict=True):
        values = torch.split(data, [_area(p.window) * feature.channels for p in part])
        for piece, value in zip(part, values, strict=True):
            place = feature.chunks[piece.target.index].at(piece.window)
            place.copy_(value.view(place.shape))


def _between(found: list[Piece], source: int, target: int) -> list[Piece]:
    """What one rank sends to another, itself left out."""
    if source == target:
        return []
    return [piece for piece in found if (piece.source.rank, piece.target.rank) == (source, target)]


def _area(window: Window) -> int:
    return window.height * window.width
