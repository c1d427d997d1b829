"""Staging: regions pass through the device one after another, the next one on its way beside the work.

Where maps live on the device itself, as on CPUs, nothing is copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

import torch

from .feature_map import Chunk, FeatureMap
from .regions import Region

Resident = dict[str, Chunk]  # the chunks of one region on the device, by feature


class Staging:
    """Brings chunks of feature maps to ``device`` and back; with CUDA on a stream of its own."""

    def __init__(self, maps: Mapping[str, FeatureMap], device: torch.device) -> None:
        self.maps, self.device = maps, device
        self._stream = _stream(device) if device.type == "cuda" else None

    def visit(
        self, regions: Sequence[Region], reads: Sequence[str], writes: str | None = None
    ) -> Iterator[tuple[Region, Resident]]:
        """Each region with the chunks that a step reads and writes; what was written is stored behind it."""
        names = [*dict.fromkeys([*reads, *([writes] if writes else [])])]
        following = self._load(regions[0], names, reads) if regions else {}
        for index, region in enumerate(regions):
            resident = following
            self._await()
            following = self._load(regions[index + 1], names, reads) if index + 1 < len(regions) else {}
            yield region, resident
            if writes is not None:
                self._store(region, writes, resident[writes])
        self._finish()

    def _load(self, region: Region, names: Sequence[str], reads: Sequence[str]) -> Resident:
        chunks = {name: self.maps[name].chunks[region.index] for name in names}
        with self._beside():
            resident = {name: self._brought(chunk, filled=name in reads) for name, chunk in chunks.items()}
        if self._stream is not None:
            for chunk in resident.values():  # made on one stream, used on another: not free before both are done
                chunk.data.record_stream(torch.cuda.current_stream(self.device))
        return resident

    def _brought(self, chunk: Chunk, *, filled: bool) -> Chunk:
        if chunk.data.device == self.device:
            return chunk
        data = torch.empty_like(chunk.data, device=self.device)
        return Chunk(data.copy_(chunk.data, non_blocking=True) if filled else data, chunk.window, chunk.inner)

    def _store(self, region: Region, name: str, resident: Chunk) -> None:
        """Copy a region's own pixels home; its margin is the neighbours' to fill."""
        chunk = self.maps[name].chunks[region.index]
        if chunk.data is resident.data:
            return
        if self._stream is not None:
            self._stream.wait_stream(torch.cuda.current_stream(self.device))
        with self._beside():
            chunk.at(chunk.inner).copy_(resident.at(chunk.inner), non_blocking=True)
            if self._stream is not None:
                resident.data.record_stream(self._stream)

    def _beside(self) -> AbstractContextManager[object]:
        return nullcontext() if self._stream is None else torch.cuda.stream(self._stream)

    def _await(self) -> None:
        """The work that follows needs what is on its way."""
        if self._stream is not None:
            torch.cuda.current_stream(self.device).wait_stream(self._stream)

    def _finish(self) -> None:
        """All is stored: whoever reads the maps next may be the CPU."""
        if self._stream is not None:
            self._stream.synchronize()


def _stream(device: torch.device) -> torch.cuda.Stream:
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
