"""Checkpoint files: the values torch would read, and files that are none."""

import zipfile
from collections import OrderedDict

import numpy as np
import pytest
import torch

from wholescene.presets.importing import Checkpoint
from wholescene.wire.errors import CheckpointUnreadable, CheckpointUnsafe


def rewritten(path, change, compression=zipfile.ZIP_STORED):
    """The same archive with members changed: ``change(name, data)`` gives the new data, or None to drop it."""
    with zipfile.ZipFile(path) as archive:
        members = {name: change(name, archive.read(name)) for name in archive.namelist()}
    other = path.with_suffix(".other")
    with zipfile.ZipFile(other, "w", compression) as archive:
        for name, data in members.items():
            if data is not None:
                archive.writestr(name, data)
    return other


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.pth"


@pytest.mark.parametrize(
    "dtype",
    [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.uint8, torch.bool],
)
def test_values_are_those_of_torch(path, dtype):
    values = torch.randn(7, 5, generator=torch.Generator().manual_seed(1)) * 3
    torch.save({"state_dict": {"x": values.to(dtype), "scalar": torch.tensor(3).to(dtype)}}, path)
    checkpoint = Checkpoint(path)
    expected = torch.load(path)["state_dict"]
    for name, shape in (("x", (7, 5)), ("scalar", ())):
        found = checkpoint.read(name)
        assert found.dtype == (np.float32 if dtype.is_floating_point else np.int64)
        assert checkpoint.shape(name) == found.shape == shape
        wide = torch.float32 if dtype.is_floating_point else torch.int64
        np.testing.assert_array_equal(found, expected[name].to(wide).numpy())


def test_views_that_share_a_storage(path):
    whole = torch.arange(60.0).view(5, 12)
    views = {
        "t": whole.t(),
        "part": whole[1:4, 2:11:3],
        "row": whole[2],
        "none": whole[:0],
        "wide": whole[0, :1].expand(4),
    }
    torch.save(OrderedDict(views, own=torch.nn.Parameter(whole)), path)
    checkpoint = Checkpoint(path)
    for name, view in views.items():
        np.testing.assert_array_equal(checkpoint.read(name), view.numpy())
    np.testing.assert_array_equal(checkpoint.read("own"), whole.numpy())


@pytest.mark.parametrize("key", ["state_dict", "model", None])
def test_weights_are_found_wherever_they_lie(path, key):
    state = OrderedDict({"module.a.weight": torch.ones(2), "module.b": torch.zeros(1)})
    state._metadata = OrderedDict({"": {"version": 1}})  # as Module.state_dict leaves it
    optimiser = {"state": {0: {"exp_avg": torch.ones(2)}}}
    torch.save(state if key is None else {key: state, "optimizer": optimiser}, path)
    assert set(Checkpoint(path).tensors) == {"a.weight", "b"}


def test_a_file_that_runs_programs_is_refused_with_the_name(path):
    torch.save({"state_dict": {"a": torch.ones(2)}}, path)
    hostile = rewritten(path, lambda name, data: b"cos\nsystem\n(S'true'\ntR." if name.endswith("data.pkl") else data)
    with pytest.raises(CheckpointUnsafe, match=r"os\.system"):
        Checkpoint(hostile)


def test_old_files_say_so(path):
    torch.save({"a": torch.ones(2)}, path, _use_new_zipfile_serialization=False)
    with pytest.raises(CheckpointUnreadable, match=r"before 1\.6"):
        Checkpoint(path)


def test_files_that_are_no_checkpoints(path, tmp_path):
    with pytest.raises(CheckpointUnreadable, match="No such file"):
        Checkpoint(tmp_path / "nowhere.pth")
    for content in (b"", b"<html>not found</html>"):
        path.write_bytes(content)
        with pytest.raises(CheckpointUnreadable):
            Checkpoint(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "b")
    with pytest.raises(CheckpointUnreadable, match=r"not one of torch\.save"):
        Checkpoint(path)
    torch.save({"epoch": 3}, path)
    with pytest.raises(CheckpointUnreadable, match="no weights"):
        Checkpoint(path)


def test_a_damaged_storage_is_found(path):
    torch.save({"a": torch.ones(1000)}, path)
    content = bytearray(path.read_bytes())
    place = content.index(torch.ones(1000).numpy().tobytes())
    content[place + 5] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointUnreadable, match="CRC"):
        Checkpoint(path).read("a")


def test_archives_that_torch_would_not_write(path):
    torch.save({"a": torch.arange(12.0).view(3, 4)}, path)
    with pytest.raises(CheckpointUnreadable, match="compressed"):
        Checkpoint(rewritten(path, lambda _, data: data, zipfile.ZIP_DEFLATED))
    swapped = rewritten(path, lambda name, data: b"big" if name.endswith("byteorder") else data)
    with pytest.raises(CheckpointUnreadable, match="big end"):
        Checkpoint(swapped)
    short = rewritten(path, lambda name, data: data[:-4] if "/data/" in name else data)
    with pytest.raises(CheckpointUnreadable, match="too short"):
        Checkpoint(short).read("a")
    gone = rewritten(path, lambda name, data: None if "/data/" in name else data)
    with pytest.raises(CheckpointUnreadable, match="missing"):
        Checkpoint(gone).read("a")


@pytest.mark.parametrize("wrong", [b"K\x03K\x05\x86", b"K\x03J\xff\xff\xff\xff\x86"], ids=["too many", "negative"])
def test_a_tensor_stays_inside_its_storage(path, wrong):
    torch.save({"a": torch.arange(12.0).view(3, 4)}, path)
    beyond = rewritten(path, lambda _, data: data.replace(b"K\x03K\x04\x86", wrong))
    with pytest.raises(CheckpointUnreadable, match="tensor"):
        Checkpoint(beyond)
