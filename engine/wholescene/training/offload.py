"""Where tensors wait that the backward pass will need: on the device, in main memory, in a scratch file.

EHSNet (arXiv:2211.12823) trains on whole scenes by moving what the backward pass needs to main memory. Here only
feature maps are left to move, see `wholescene.training.spatial`; on a machine without an accelerator
they can go to a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from ..holistic.feature_map import ALIGNMENT, Store
from .config import Memory

BLOCK = 256 << 20  # bytes asked of the store at a time

Packed = tuple[Tensor, Tensor | None]  # the tensor itself; or an empty one that knows its device, and the copy


class Waiting:
    """Room for what waits in one step, in blocks of a `Store` that begin anew with every step."""

    def __init__(self, memory: Memory, device: torch.device) -> None:
        self.place = "file" if memory.offload == "file" else "memory"
        self.smallest = int(memory.threshold_mb * 2**20)
        self._store = Store(0, device=device, places={"saved": self.place})
        self._blocks: list[Tensor] = []
        self._left: Tensor = torch.empty(0, dtype=torch.uint8)

    def pack(self, tensor: Tensor) -> Packed:
        """Copy a large tensor that is no weight."""
        count = tensor.numel() * tensor.element_size()
        if count < self.smallest or (tensor.is_leaf and tensor.requires_grad):
            return tensor, None
        # in the order of its memory, so that it comes back with the same strides
        order = sorted(range(tensor.ndim), key=lambda i: tensor.stride(i), reverse=True)
        room = self._room(count).view(tensor.dtype).view([tensor.shape[i] for i in order])
        copy = room.permute([order.index(i) for i in range(tensor.ndim)])
        copy.copy_(tensor)
        return tensor.new_empty(0), copy

    def unpack(self, packed: Packed) -> Tensor:
        """The tensor where it was."""
        here, copy = packed
        return here if copy is None else copy.to(here.device)

    def close(self) -> None:
        """Give back memory and files."""
        self._blocks.clear()
        self._left = torch.empty(0, dtype=torch.uint8)
        self._store.close()

    def _room(self, count: int) -> Tensor:
        wanted = -(-count // ALIGNMENT) * ALIGNMENT
        if len(self._left) < wanted:
            self._left = self._store.allocate(1, 1, max(wanted, BLOCK), torch.uint8, "saved").view(-1)
            self._blocks.append(self._left)
        room, self._left = self._left[:count], self._left[wanted:]
        return room


@contextmanager
def offloaded(memory: Memory, device: torch.device) -> Iterator[None]:
    """Around one step, forward and backward: large saved tensors wait where the configuration says.

    Raises ScratchFull.
    """
    if memory.offload == "none" or (memory.offload == "host" and device.type == "cpu"):
        yield
        return
    waiting = Waiting(memory, device)
    try:
        with torch.autograd.graph.saved_tensors_hooks(waiting.pack, waiting.unpack):
            yield
    finally:
        waiting.close()
