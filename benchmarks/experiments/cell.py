"""One cell: train, test, and leave the result in the cell's folder. Runs in a process of its own, on one thread.

A cell that is stopped goes on from its last checkpoint, to the same result: training continues bit for bit.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import torch

from wholescene import nn
from wholescene.holistic.ranks import Alone
from wholescene.training import checkpoint
from wholescene.training.config import Config
from wholescene.training.losses import Criterion, class_weights
from wholescene.training.run import Silent
from wholescene.training.stock import Sources, Stock, check_classes, load_sources, open_stock
from wholescene.training.team import make_team
from wholescene.training.trainer import Trainer

from .drawn_data import make_data
from .judging import Judged, judged
from .ledger import RESULT
from .recipe import TRAIN
from .variants import ENCODER, Cell

PARTS = ("confusion", "waters", "kinds")
DEPTHS, DIMS = (1, 1, 3, 1), (16, 32, 64, 128)


def register_encoder() -> None:
    """Let configurations name the narrow ConvNeXt. It has no GRN: without SPIM nothing in it sees the whole scene."""
    nn.ENCODERS[ENCODER] = partial(nn.ConvNeXt, depths=DEPTHS, dims=DIMS, grn=False, layer_scale=None)


class Orphan(Silent):
    """Stops the training when whoever started this process is gone; tells the steps that were done."""

    def __init__(self) -> None:
        self.parent = os.getppid()
        self.steps = 0

    def stepped(self, step: int, steps: int, stage: str, loss: float) -> None:
        """Count."""
        self.steps += 1

    def cancelled(self) -> bool:
        """Whether there is another parent."""
        return os.getppid() != self.parent


def run_cell(cell: Cell, work: Path) -> dict[str, Any]:
    """Train, test and write ``result.json``. Raises the coded errors of training; Cancelled if the parent is gone."""
    torch.set_num_threads(1)
    register_encoder()
    folder = work / "runs" / cell.key
    folder.mkdir(parents=True, exist_ok=True)
    config = cell_config(cell, work)
    sources = load_sources(config.data, cell.variant.name, None)
    began, listener = time.process_time(), Orphan()
    network, losses = train(config, sources, listener)
    trained = time.process_time()
    stock = open_stock(sources, cell.variant.split)
    drawn = make_data(cell.variant.data, work / "data") if cell.variant.data else None
    tests = {test.name: judged(network, stock, test, drawn) for test in cell.variant.tests}
    result = {
        "cell": cell.key,
        "fingerprint": cell.variant.fingerprint,
        "classes": list(stock.names),
        "steps": config.steps,
        "commit": _commit(),
        "torch": torch.__version__,
        "resumed": listener.steps < config.steps,
        "train_cpu_s": round(trained - began, 1),
        "test_cpu_s": round(time.process_time() - trained, 1),
        "losses": losses,
        "tests": {name: told(by) for name, by in tests.items()},
    }
    _leave(folder / RESULT, result)
    (folder / checkpoint.FILE).unlink(missing_ok=True)
    return result


def told(scenes: dict[str, Judged]) -> dict[str, dict[str, Any]]:
    """For a line of results."""
    return {name: {part: getattr(found, part).tolist() for part in PARTS} for name, found in scenes.items()}


def cell_config(cell: Cell, work: Path) -> Config:
    """The configuration of a cell, with its seed and folders."""
    fields = json.loads(json.dumps(cell.variant.config))  # a copy, tuples as lists
    if cell.variant.data is not None:
        fields["data"] = {"sources": [{"folder": str(make_data(cell.variant.data, work / "data"))}]}
    fields |= {"seed": cell.seed, "output": str(work / "runs" / cell.key), "device": "cpu"}
    return msgspec.convert(fields, Config)


def train(config: Config, sources: Sources, listener: Silent) -> tuple[nn.Segmenter, dict[str, float]]:
    """The network after all steps, and the losses that the log has."""
    stock = open_stock(sources, TRAIN)
    check_classes(stock, sources.classes)
    torch.manual_seed(config.seed)
    network = nn.build(config.architecture(len(sources.classes), stock.bands))
    criterion = Criterion(config.loss, class_weights(stock.counts, config.loss.balance))
    trainer = Trainer(config, network, criterion, (stock, None), make_team(Alone(torch.device("cpu")), 1))
    try:
        trainer.resume()
        trainer.run(listener)
    finally:
        trainer.close()
        _close(stock)
    torch.save(trainer.average.state_dict(), trainer.folder / "weights.pt")
    return trainer.average, _losses(trainer.folder)


def _losses(folder: Path) -> dict[str, float]:
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    return {str(line["step"]): round(line["loss"], 4) for line in lines if "loss" in line}


def _commit() -> str:
    """The commit that is checked out, with a mark if files differ from it."""
    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _close(stock: Stock) -> None:
    for scene in stock.scenes:
        scene.close()


def _leave(path: Path, result: dict[str, Any]) -> None:
    """Under its name once it is whole."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(result, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
