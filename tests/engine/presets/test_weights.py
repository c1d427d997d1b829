"""Weights files: hashing, sealing, and what is said when they are not the right ones."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from wholescene.presets import Preset, Zoo
from wholescene.presets.seal import main, seal
from wholescene.presets.weights import sha256
from wholescene.presets.zoo import shipped_folder
from wholescene.wire.errors import WeightsCorrupt, WeightsMissing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of water-lite with small weights that are not sealed."""
    folder = tmp_path / "water-lite"
    folder.mkdir()
    shutil.copy(shipped_folder() / "water-lite" / "preset.json", folder)
    tensors = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.zeros(5, dtype=np.float16)}
    save_file(tensors, folder / "weights.safetensors", metadata={"made": "here"})
    return folder


def load(folder: Path) -> Preset:
    return Zoo([folder.parent]).load(folder.name)


def test_sealed_weights_pass(folder: Path) -> None:
    sealed = seal(folder)
    weights = folder / "weights.safetensors"
    assert sealed == {"size": weights.stat().st_size, "sha256": hashlib.sha256(weights.read_bytes()).hexdigest()}
    assert load(folder).weights_path() == weights
    assert sorted(path.name for path in folder.iterdir()) == ["preset.json", "weights.safetensors"]


def test_sealing_counts_parameters(folder: Path) -> None:
    seal(folder)
    assert '"mlm:total_parameters": 11' in (folder / "preset.json").read_text(encoding="utf-8")


def test_the_command_seals(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["seal", str(folder)])
    main()
    assert hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest() in capsys.readouterr().out


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data[:-1] + b"\x01"])
def test_truncated_or_changed_weights_are_refused(folder: Path, change: object) -> None:
    seal(folder)
    weights = folder / "weights.safetensors"
    weights.write_bytes(change(weights.read_bytes()))  # type: ignore[operator]
    actual = hashlib.sha256(weights.read_bytes()).hexdigest()
    with pytest.raises(WeightsCorrupt, match=actual):
        load(folder).weights_path()


def test_missing_weights(folder: Path) -> None:
    seal(folder)
    (folder / "weights.safetensors").unlink()
    assert not load(folder).ready()
    with pytest.raises(WeightsMissing, match="does not exist"):
        load(folder).weights_path()


def test_weights_that_nobody_sealed(folder: Path) -> None:
    file = folder / "preset.json"
    item = json.loads(file.read_text(encoding="utf-8"))
    item["assets"]["model"].pop("file:checksum", None)
    file.write_text(json.dumps(item), encoding="utf-8")
    with pytest.raises(WeightsMissing, match=r"presets\.seal"):
        load(folder).weights_path()


def test_an_unchanged_file_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "w"
    file.write_bytes(b"abc")
    first = sha256(file)
    stat = file.stat()
    file.write_bytes(b"xyz")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert sha256(file) == first  # same path, size and time: not read again
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000))
    assert sha256(file) == hashlib.sha256(b"xyz").hexdigest()
