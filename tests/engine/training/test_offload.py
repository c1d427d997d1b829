"""Tensors that wait elsewhere come back as they were."""

import pytest
import torch

from wholescene.training.config import Memory
from wholescene.training.offload import Waiting, offloaded

CPU = torch.device("cpu")


@pytest.mark.parametrize("place", ["host", "file"])
def test_what_comes_back_has_the_same_numbers_and_strides(place):
    waiting = Waiting(Memory(offload=place, threshold_mb=0.0), CPU)
    maps = [
        torch.randn(1, 5, 7, 3).to(memory_format=torch.channels_last),
        torch.randn(4, 6).T,
        torch.randn(3, 4, dtype=torch.bfloat16),
        torch.randn(8, 1, 2)[::2],
    ]
    packed = [waiting.pack(data) for data in maps]
    assert all(not here.numel() for here, _ in packed)
    for data, found in zip(maps, map(waiting.unpack, packed), strict=True):
        assert torch.equal(data, found)
    assert waiting.unpack(packed[0]).is_contiguous(memory_format=torch.channels_last)
    waiting.close()


def test_small_tensors_and_weights_stay():
    waiting = Waiting(Memory(offload="host", threshold_mb=0.001), CPU)
    small, weight = torch.randn(8), torch.nn.Parameter(torch.randn(4096))
    assert waiting.pack(small)[0] is small
    assert waiting.pack(weight)[0] is weight
    assert waiting.pack(torch.randn(4096))[1] is not None


def test_files_are_used_for_saved_tensors_and_gone_afterwards(monkeypatch, tmp_path):
    monkeypatch.setenv("WHOLESCENE_SCRATCH", str(tmp_path))
    weight = torch.nn.Parameter(torch.randn(64, 64, dtype=torch.float64))
    x = torch.randn(64, 64, dtype=torch.float64)

    def gradient():
        weight.grad = None
        (x @ weight).sin().square().sum().backward()
        return weight.grad

    expected, seen = gradient(), []
    pack = Waiting.pack
    monkeypatch.setattr(Waiting, "pack", lambda self, data: seen.append(pack(self, data)) or seen[-1])
    with offloaded(Memory(offload="file", threshold_mb=0.0), CPU):
        assert torch.equal(gradient(), expected)
    assert any(copy is not None for _, copy in seen)
    assert not list(tmp_path.iterdir())
