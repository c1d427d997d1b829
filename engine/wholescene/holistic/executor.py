"""The executor: runs a network's steps over a whole scene, tile by tile, exactly.

Breadth first: each step passes over the whole scene before the next begins, and feature maps wait
in a `Store` between steps. One device does all here; the three kinds of step are where several
devices will exchange halos, sums, keys and values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from ..nn.patch import Patch
from ..nn.steps import Attention, Global, Local, Program, Read, Step
from ..wire.plan import Window
from .feature_map import FeatureMap, Store
from .tiles import rescale, surround, tile_rows, tiles


class Source(Protocol):
    """The scene as the network sees it."""

    def read(self, windows: Iterable[Window]) -> Iterator[Patch]:
        """A patch ``[1, bands, h, w]`` for each window of the padded scene, in order."""


class Ticker(Protocol):
    """Told after each tile; may raise to stop the run."""

    def tick(self, step: Step, pixels: int, macs: int) -> None:
        """``pixels`` of the step's output, which took ``macs`` multiply-adds, are done."""


@dataclass
class Executor:
    """One run of ``program`` over a scene of ``size`` (height, width: multiples of the last stride).

    ``tile`` is the side of compute tiles in pixels of the map that a step writes.
    """

    program: Program
    size: tuple[int, int]
    source: Source
    store: Store
    dtype: torch.dtype
    tile: int
    ticker: Ticker

    def __post_init__(self) -> None:
        self.maps: dict[str, FeatureMap] = {}

    def encode(self) -> None:
        """Run all steps but the head; afterwards the maps that the head reads are complete."""
        for step in self.program.steps:
            if step.writes not in self.maps:
                self.maps[step.writes] = self._allocate(step.writes)
            if isinstance(step, Local):
                self._run_local(step)
            elif isinstance(step, Global):
                self._run_global(step)
            else:
                self._run_attention(step)

    def head_tiles(self, wanted: Window | None = None) -> list[Window]:
        """The head's tiles in scene pixels that touch ``wanted`` (all by default)."""
        every = tiles(*self.size, self._head_side)
        return [tile for tile in every if wanted is None or _touch(tile, wanted)]

    def decode(self, windows: Iterable[Window]) -> Iterator[Patch]:
        """Logits ``[1, classes, h, w]`` of each of these tiles."""
        for window in windows:
            yield self._local(self.program.head, window, self._patches(self.program.head, window, 1))
            self.ticker.tick(self.program.head, window.height * window.width, self.program.head.macs)

    # -- the three kinds of step -----------------------------------------------

    def _run_local(self, step: Local) -> None:
        target, stride = self.maps[step.writes], self.program.features[step.writes].stride
        windows = tiles(*target.size, self.tile)
        for window, patches in zip(windows, self._all_patches(step, windows, stride), strict=True):
            target.write(self._local(step, window, patches))
            self.ticker.tick(step, window.height * window.width, step.macs)

    def _local(self, step: Local, window: Window, patches: list[Patch]) -> Patch:
        return step.run(patches).crop(window)

    def _run_global(self, step: Global) -> None:
        """Two passes: measure everywhere, then close everywhere. Hidden features are kept as memory allows."""
        target = self.maps[step.writes]
        kept: dict[Window, Patch] = {}
        total = self._measure(step, target, kept)
        close = step.close(total)

        def finish(window: Window) -> Patch:
            hidden, patch = kept.pop(window, None), self._read(step.reads, window)
            again = 0
            if hidden is None:
                hidden, again = step.expand(patch).crop(window), step.macs_expand
            else:
                self.store.give_back(_size(hidden))
            out = close(hidden, patch)
            self.ticker.tick(step, window.height * window.width, step.macs_close + again)
            return out

        self._rewrite(target, finish)

    def _measure(self, step: Global, target: FeatureMap, kept: dict[Window, Patch]) -> Tensor:
        sums = []
        for window in tiles(*target.size, self.tile):
            hidden = step.expand(self._read(step.reads, window)).crop(window)
            sums.append(step.measure(hidden))
            if self.store.take(_size(hidden)):
                kept[window] = hidden
            self.ticker.tick(step, window.height * window.width, step.macs_expand)
        return torch.stack(sums).sum(0)  # in tile order, whoever computed them

    def _run_attention(self, step: Attention) -> None:
        source, target = self.maps[step.reads], self.maps[step.writes]
        windows = tiles(*source.size, self.tile)
        contexts = [step.context(source.read(window)) for window in windows]
        keys, values = (torch.cat(parts, dim=2) for parts in zip(*contexts, strict=True))
        macs = step.macs + 2 * keys.shape[2] * step.channels
        for window in windows:
            target.write(step.attend(source.read(window), keys, values))
            self.ticker.tick(step, window.height * window.width, macs)

    def _rewrite(self, target: FeatureMap, compute: Callable[[Window], Patch]) -> None:
        """Replace a map by tiles that read their neighbours: a row is stored once the next has read it."""
        before: list[Patch] = []
        for row in tile_rows(*target.size, self.tile):
            after = [compute(window) for window in row]
            for patch in before:
                target.write(patch)
            before = after
        for patch in before:
            target.write(patch)

    # -- reading and memory ----------------------------------------------------

    def _all_patches(self, step: Local, windows: list[Window], stride: int) -> Iterator[list[Patch]]:
        if step.reads == (Read(self.program.image),):
            scene = self.source.read(rescale(window, stride, 1) for window in windows)
            return ([patch.like(patch.data.to(self.dtype))] for patch in scene)
        return (self._patches(step, window, stride) for window in windows)

    def _patches(self, step: Local, window: Window, stride: int) -> list[Patch]:
        features = self.program.features
        return [self._read(read, rescale(window, stride, features[read.feature].stride)) for read in step.reads]

    def _read(self, read: Read, window: Window) -> Patch:
        source = self.maps[read.feature]
        return source.read(surround(window, read.halo, *source.size))

    def _allocate(self, feature: str) -> FeatureMap:
        spec = self.program.features[feature]
        height, width = (side // spec.stride for side in self.size)
        return self.store.allocate(height, width, spec.channels, self.dtype)

    @property
    def _head_side(self) -> int:
        return self.tile * min(spec.stride for spec in self.program.features.values() if spec.stride > 1)


def _size(patch: Patch) -> int:
    return patch.data.numel() * patch.data.element_size()


def _touch(first: Window, second: Window) -> bool:
    rows = first.row < second.row + second.height and second.row < first.row + first.height
    return rows and first.col < second.col + second.width and second.col < first.col + first.width
