"""The executor: runs a network's steps over a whole scene, tile by tile, exactly.

Breadth first: each step passes over the whole scene before the next begins, and feature maps wait
in a `Store` between steps. One device does all here; the three kinds of step are where several
devices will exchange halos, sums, keys and values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Protocol

import torch
from torch import Tensor

from ..nn.patch import Patch
from ..nn.steps import Attention, Global, Local, Program, Read, Step
from ..wire.plan import Window
from .feature_map import FeatureMap, Store, Strip
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

    ``tile`` is the side of compute tiles in scene pixels, a multiple of the last stride.
    """

    program: Program
    size: tuple[int, int]
    source: Source
    store: Store
    dtype: torch.dtype
    tile: int
    ticker: Ticker

    def __post_init__(self) -> None:
        self._check_tile()
        self.maps: dict[str, FeatureMap] = {}
        self.cache = self.store.cache(self._cache_bytes())

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
        every = tiles(*self.size, self.tile)
        return [tile for tile in every if wanted is None or tile.intersection(wanted)]

    def decode(self, windows: Iterable[Window]) -> Iterator[Patch]:
        """Logits ``[1, classes, h, w]`` of each of these tiles."""
        for window in windows:
            yield self._tile(self.program.head, window, 1)

    # -- the three kinds of step -----------------------------------------------

    def _run_local(self, step: Local) -> None:
        target, stride = self.maps[step.writes], self.program.features[step.writes].stride
        if any(read.feature == step.writes for read in step.reads):
            self._rewrite(step.writes, lambda window: self._tile(step, window, stride))
            return
        windows = tiles(*target.size, self._side(step.writes))
        for window, patches in zip(windows, self._all_patches(step, windows, stride), strict=True):
            target.write(self._run(step, window, patches))

    def _tile(self, step: Local, window: Window, stride: int) -> Patch:
        return self._run(step, window, self._patches(step, window, stride))

    def _run(self, step: Local, window: Window, patches: list[Patch]) -> Patch:
        out = step.run(patches).crop(window)
        self.ticker.tick(step, window.height * window.width, step.macs)
        return out

    def _run_global(self, step: Global) -> None:
        """Two passes: measure everywhere, then close everywhere. Hidden features are kept as memory allows."""
        target = self.maps[step.writes]
        close = step.close(self._measure(step, target))

        def finish(window: Window) -> Patch:
            patch, hidden = self._read(step.reads, window), self.cache.get(window)
            if hidden is None:
                hidden = step.expand(patch).crop(window).packed()
            out = close(hidden, patch).crop(window)
            self.ticker.tick(step, window.height * window.width, step.macs_close)
            return out

        self._rewrite(step.writes, finish)

    def _measure(self, step: Global, target: FeatureMap) -> Tensor:
        self.cache.clear()
        windows = tiles(*target.size, self._side(step.writes))
        # one tensor for all sums: small ones left between large ones would break up the heap
        sums = torch.empty(len(windows), step.measured)
        for window, into in zip(windows, sums, strict=True):
            hidden = step.expand(self._read(step.reads, window)).crop(window).packed()
            into.copy_(step.measure(hidden))
            if step.hidden_channels:
                self.cache.keep(hidden)
            self.ticker.tick(step, window.height * window.width, step.macs_expand)
        return sums.sum(0)  # in tile order, whoever computed them

    def _run_attention(self, step: Attention) -> None:
        source, target = self.maps[step.reads], self.maps[step.writes]
        windows = tiles(*source.size, self._side(step.reads))
        contexts = [step.context(source.read(window)) for window in windows]
        keys, values = (torch.cat(parts, dim=2) for parts in zip(*contexts, strict=True))
        macs = step.macs + 2 * keys.shape[2] * step.channels
        for window in windows:
            target.write(step.attend(source.read(window), keys, values))
            self.ticker.tick(step, window.height * window.width, macs)

    def _rewrite(self, feature: str, compute: Callable[[Window], Patch]) -> None:
        """Replace a map by tiles that read their neighbours: a row is stored once the next has read it."""
        target, side = self.maps[feature], self._side(feature)
        strips = cycle((target.strip(side), target.strip(side)))
        finished: Strip | None = None
        for row, strip in zip(tile_rows(*target.size, side), strips, strict=False):
            strip.begin(row[0])
            for window in row:
                strip.write(compute(window))
            if finished is not None:
                target.write_rows(finished)
            finished = strip
        if finished is not None:
            target.write_rows(finished)

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

    def _cache_bytes(self) -> int:
        """Bytes of hidden features of the largest global step, but not more than a third of the memory."""
        steps = [step for step in self.program.steps if isinstance(step, Global)]
        areas = [self.size[0] * self.size[1] // self.program.features[step.writes].stride ** 2 for step in steps]
        hidden = [area * step.hidden_channels for area, step in zip(areas, steps, strict=True)]
        return min(self.store.free // 3, max(hidden, default=0) * self.dtype.itemsize)

    def _check_tile(self) -> None:
        """Raise ValueError if tile edges do not lie on the pixels and pooling bins of every map.

        A map that is rewritten also needs tiles as large as the halo: one row of them waits.
        """
        for feature, spec in self.program.features.items():
            steps = [step for step in self.program.steps if step.writes == feature]
            pools = [step.pool for step in steps if isinstance(step, Attention)]
            halos = [read.halo for step in steps for read in _reads(step) if read.feature == feature]
            side = self.tile // spec.stride
            if self.tile % spec.stride or any(side % pool for pool in pools) or side < max([1, *halos]):
                raise ValueError(f"compute tiles of {self.tile} pixels do not fit the feature map {feature}")

    def _side(self, feature: str) -> int:
        """Side of a tile in pixels of a map: a tile is the same ground on all of them."""
        return self.tile // self.program.features[feature].stride


def _reads(step: Step) -> tuple[Read, ...]:
    if isinstance(step, Attention):
        return (Read(step.reads),)
    return step.reads if isinstance(step, Local) else (step.reads,)
