"""Feature maps in memory and in scratch files."""

import errno
import os

import pytest
import torch

from wholescene.holistic import machine
from wholescene.holistic.feature_map import Chunk, Store, scratch_folder
from wholescene.nn.patch import Patch
from wholescene.wire import errors
from wholescene.wire.plan import Window


@pytest.mark.parametrize("budget", [0, 1 << 20])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_is_written_is_read(tmp_path, budget, dtype):
    """A chunk holds rows 10 to 30, columns 0 to 30 of its map, the first two rows being its neighbour's."""
    whole = Window(0, 0, 40, 30)
    chunk = Chunk(Store(budget, tmp_path).allocate(20, 30, 4, dtype), Window(10, 0, 20, 30), Window(12, 0, 18, 30))
    window = Window(13, 5, 7, 11)
    data = torch.randn(1, 4, 7, 11).to(dtype)
    chunk.write(window, Patch(data, window, (40, 30)))
    patch = chunk.read(window, whole)
    assert torch.equal(patch.data, data)
    assert (patch.window, patch.size) == (window, (40, 30))
    confined = chunk.read(window, Window(10, 0, 10, 30))
    assert torch.equal(confined.data, data)
    assert (confined.window, confined.size) == (Window(3, 5, 7, 11), (10, 30))


def test_memory_first_then_files(tmp_path):
    store = Store(budget=1000, scratch=tmp_path)
    store.allocate(10, 10, 4, torch.bfloat16)
    assert store.free == 200
    store.allocate(10, 10, 4, torch.bfloat16)
    assert store.free == 200


def test_full_scratch_disk_is_told_before_anything_runs(tmp_path):
    with pytest.raises(errors.ScratchFull) as caught:
        Store(0, tmp_path).allocate(1 << 20, 1 << 20, 64, torch.float32)
    assert caught.value.params["needed_mb"] == (1 << 40) * 64 * 4 >> 20


def test_a_scratch_folder_that_is_not_there_has_no_room(tmp_path, monkeypatch):
    monkeypatch.setenv("WHOLESCENE_SCRATCH", str(tmp_path / "missing"))
    assert machine.scratch_room() == 0
    with pytest.raises(errors.ScratchFull):
        Store(0).allocate(10, 10, 4, torch.float32)


def test_disk_that_fills_meanwhile(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(errors.ScratchFull):
        Store(0, tmp_path).allocate(10, 10, 4, torch.float32)


def test_scratch_folder_can_be_named(tmp_path, monkeypatch):
    monkeypatch.setenv("WHOLESCENE_SCRATCH", str(tmp_path))
    assert scratch_folder() == tmp_path
