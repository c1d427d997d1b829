"""Rehearsal: a network's steps on one tile of tensors that have shapes but no memory.

So the planner knows what a tile in flight takes at most, of any network, without a table of
them, and without computing anything.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from .. import nn
from ..nn.patch import Patch
from ..nn.steps import Attention, Global, Local, Program, Read, Step, reads_of
from ..wire.plan import Window
from .tiles import rescale

_known: dict[tuple[object, ...], int] = {}


def weightless(architecture: Mapping[str, Any], dtype: torch.dtype) -> nn.Segmenter:
    """The network that an architecture describes, with weights that take no memory, for `tile_bytes`."""
    with torch.device("meta"):
        network = nn.build(architecture).eval().to(dtype)
    with _no_memory():
        return network.to_empty(device="cpu").requires_grad_(False)


def tile_bytes(
    program: Program, size: tuple[int, int], tile: int, dtype: torch.dtype, device: torch.device | str = "cpu"
) -> int:
    """The most bytes that one compute tile takes in any step: what is read, made on the way and left.

    ``size`` (height, width) and ``tile`` (side) count in scene pixels; ``device`` is where the
    weights are. What kernels take for themselves is not seen.
    """
    scene = (min(size[0], 3 * tile), min(size[1], 3 * tile))  # with neighbours all around
    distinct = {_kind(program, step): step for step in (*program.steps, program.head)}
    key = (*distinct, *program.features.items(), scene, tile, dtype)
    if key not in _known:
        with _no_memory(), torch.device(device), torch.no_grad():
            _known[key] = max(_peak(program, step, scene, tile, dtype) for step in distinct.values())
    return _known[key]


@cache
def _no_memory() -> FakeTensorMode:
    """One mode for all: tensors of two do not mix."""
    return FakeTensorMode(allow_non_fake_inputs=True)


def _kind(program: Program, step: Step) -> tuple[object, ...]:
    """Steps of one kind are taken to be equal but for their weights."""
    cost = (step.macs_expand, step.macs_close) if isinstance(step, Global) else (step.macs,)
    return type(step), *((read.feature, read.halo) for read in reads_of(step)), step.writes, *cost


def _peak(program: Program, step: Step, scene: tuple[int, int], tile: int, dtype: torch.dtype) -> int:
    run = _runner(step, _tile_on(program, step, scene, tile))
    meter = _Meter()
    with meter:
        run([_patch(program, read, step, scene, tile, dtype) for read in reads_of(step)])
    return meter.peak


def _runner(step: Step, own: Window) -> Callable[[list[Patch]], object]:
    """What the executor does with the patches of one tile."""
    if isinstance(step, Local):
        return lambda patches: step.run(patches).crop(own)
    if isinstance(step, Global):
        return lambda patches: _both_passes(step, patches[0], own)
    return lambda patches: _attend(step, patches[0])


def _both_passes(step: Global, patch: Patch, own: Window) -> Patch:
    hidden = step.expand(patch).crop(own).packed()
    step.measure(hidden)
    return step.close(torch.zeros(step.measured))(hidden, patch).crop(own)


def _attend(step: Attention, patch: Patch) -> Patch:
    step.context(patch)
    queries = step.queries(patch).contiguous()
    return step.finish(patch, torch.empty_like(queries))


def _tile_on(program: Program, step: Step, scene: tuple[int, int], tile: int) -> Window:
    """A tile in the middle of the step's map, or in the corner of a scene that is no larger."""
    row, col = (tile if side > 2 * tile else 0 for side in scene)
    window = Window(row, col, min(tile, scene[0]), min(tile, scene[1]))
    return window if step is program.head else rescale(window, 1, program.features[step.writes].stride)


def _patch(program: Program, read: Read, step: Step, scene: tuple[int, int], tile: int, dtype: torch.dtype) -> Patch:
    own_stride = 1 if step is program.head else program.features[step.writes].stride
    spec = program.features[read.feature]
    own = rescale(_tile_on(program, step, scene, tile), own_stride, spec.stride)
    size = (scene[0] // spec.stride, scene[1] // spec.stride)
    window = read.around(own, size)
    data = torch.empty(1, window.height, window.width, spec.channels, dtype=dtype)
    return Patch(data.permute(0, 3, 1, 2), window, size)


class _Meter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of all storages that live, and the most there were."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.live = self.peak = 0
        self._sizes: dict[int, int] = {}

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(out):
            if isinstance(leaf, Tensor):
                self._note(leaf.untyped_storage())
        return out

    def _note(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key not in self._sizes:
            self._sizes[key] = storage.nbytes()
            self.live += storage.nbytes()
            self.peak = max(self.peak, self.live)
            weakref.finalize(storage, self._drop, key)

    def _drop(self, key: int) -> None:
        self.live -= self._sizes.pop(key, 0)
