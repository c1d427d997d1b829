"""The log: JSON lines always, TensorBoard where it is."""

import json
import sys
from types import ModuleType

import numpy as np

from wholescene.training.journal import Journal


class Writer:
    """What TensorBoard would be told."""

    def __init__(self, folder):
        self.folder, self.scalars, self.images, self.closed = folder, [], [], False
        Writer.last = self

    def add_scalar(self, name, value, step):
        self.scalars.append((name, value, step))

    def add_image(self, name, picture, step, dataformats):
        self.images.append((name, picture.shape, step, dataformats))

    def close(self):
        self.closed = True


def with_tensorboard(monkeypatch, writer):
    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = writer
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)


def test_numbers_reach_tensorboard_by_their_path(monkeypatch, tmp_path):
    with_tensorboard(monkeypatch, Writer)
    journal = Journal(tmp_path)
    journal.note(3, stage="crops", loss=0.5, resumed=True)
    journal.note(4, validation={"mean": 0.7, "t2": 0.8})
    journal.picture(4, "map", np.zeros((5, 6, 3), np.uint8))
    journal.close()
    assert Writer.last.folder == str(tmp_path / "tensorboard")
    assert Writer.last.scalars == [("loss", 0.5, 3), ("validation/mean", 0.7, 4), ("validation/t2", 0.8, 4)]
    assert Writer.last.images == [("map", (5, 6, 3), 4, "HWC")]
    assert Writer.last.closed


def test_without_it_there_are_json_lines(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)  # importing it fails
    journal = Journal(tmp_path)
    journal.note(3, stage="crops", loss=0.5)
    journal.picture(3, "map", np.zeros((5, 6, 3), np.uint8))
    journal.close()
    (line,) = (tmp_path / "log.jsonl").read_text().splitlines()
    record = json.loads(line)
    assert record.pop("time") > 0
    assert record == {"step": 3, "stage": "crops", "loss": 0.5}


def test_other_ranks_write_nothing(monkeypatch, tmp_path):
    with_tensorboard(monkeypatch, Writer)
    journal = Journal(tmp_path, silent=True)
    journal.note(1, loss=1.0)
    journal.close()
    assert not list(tmp_path.iterdir())
