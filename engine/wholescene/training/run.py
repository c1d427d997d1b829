"""A whole training run: from a TOML file to a preset folder, on one rank or several."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal, cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from .. import nn
from ..holistic.devices import choose as choose_device
from ..holistic.executor import check
from ..holistic.precision import check as check_precision
from ..holistic.precision import choose
from ..holistic.ranks import Alone, Ranks, exact, join, leave
from ..holistic.segmentation import memory_errors
from ..nn.ehsnet import EHSHead
from ..presets.reading import read_preset
from ..presets.zoo import Zoo
from ..wire.errors import (
    DeviceMissing,
    OutputUnwritable,
    PresetInvalid,
    RanksUneven,
    RunExists,
    TrainingConfigInvalid,
    TrainingRankFailed,
    WholeSceneError,
    from_dict,
)
from . import checkpoint
from .auxiliary import STAGE
from .config import Config, read_config
from .journal import BOARD
from .journal import FILE as LOG
from .losses import Criterion, class_weights
from .making import make_preset
from .passes import padded
from .samples import zoomed_size
from .spatial import share
from .stock import Sources, Stock, check_classes, load_sources, open_stock
from .team import Team, make_team
from .trainer import BEST, Listener, Trainer
from .validation import Scores

LOOPBACK = {"darwin": "lo0", "linux": "lo"}.get(sys.platform)
EXCHANGE = 1800.0  # seconds that a rank waits for another, which may be reading or validating a large scene
PATIENCE = 10.0  # seconds that other ranks have to end by themselves


class Silent:
    """A listener that nobody reads."""

    def stepped(self, step: int, steps: int, stage: str, loss: float) -> None:
        """Nothing to say."""

    def validated(self, step: int, scores: Scores) -> None:
        """Nothing to say."""

    def cancelled(self) -> bool:
        """Rank 0 knows."""
        return False


def train(
    path: Path, *, resume: bool = False, ranks: int = 1, threads: int | None = None, listener: Listener | None = None
) -> Path:
    """Train as ``path`` says and write a preset; returns its folder.

    With ``ranks`` other processes are started on this machine, which share ``threads``; under torchrun every process
    calls this. Raises every coded error of configuration, data and training.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    config = read_config(path)
    _prepare(config, resume=resume)
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        return _under_torchrun(path, config, listener or Silent(), resume=resume)
    if ranks == 1:
        return train_rank(path, config, Alone(_device(config, 0, 1)), listener or Silent(), resume=resume)
    return _with_others(path, config, ranks, listener or Silent(), resume=resume)


def train_rank(path: Path, config: Config, ranks: Ranks, listener: Listener, *, resume: bool) -> Path:
    """One rank's part of a run; collective."""
    config.precision = _precision(config, ranks, resume=resume)
    team = make_team(ranks, config.parallel.spatial)
    _check_batches(config, team)
    sources = load_sources(config.data, config.preset.name, config.preset.ground_resolution)
    learn_from = open_stock(sources, "train")
    check_classes(learn_from, sources.classes)
    judge_by = open_stock(sources, "val") if config.every.validation else None
    _check_tiles(config, team, learn_from, judge_by)
    network = _network(path, config, sources)
    criterion = Criterion(config.loss, class_weights(learn_from.counts, config.loss.balance))
    trainer = Trainer(config, network, criterion, (learn_from, judge_by), team)
    try:
        if resume:
            trainer.resume()
        with memory_errors():
            trainer.run(listener)
    finally:
        trainer.close()
        _close(learn_from, judge_by)
    return _finish(path, config, sources, trainer)


def _precision(config: Config, ranks: Ranks, *, resume: bool) -> Literal["float32", "bf16", "fp16"]:
    """The precision asked for; "auto" is bf16 where that pays, or what the run was started with. Collective."""
    chosen = config.precision
    if chosen == "auto":
        saved = checkpoint.load(Path(config.output), torch.device("cpu")) if resume else None
        if ranks.rank > 0:
            told = None
        elif saved is not None:
            told = json.loads(saved["config"])["precision"].encode()
        else:
            told = choose("auto", ("float32", "bf16"), config.preset.name, ranks.device.type).encode()
        chosen = cast(Literal["float32", "bf16"], ranks.tell(told).decode())
    check_precision(chosen, ranks.device.type)
    return chosen


def _prepare(config: Config, *, resume: bool) -> None:
    """Make the run's folder, without what a run that left no checkpoint left. Raises RunExists or OutputUnwritable."""
    folder = Path(config.output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if resume or int(os.environ.get("RANK", "0")) > 0:
            return
        if (folder / checkpoint.FILE).exists():
            raise RunExists(path=str(folder))
        for left in (LOG, BEST):
            (folder / left).unlink(missing_ok=True)
        shutil.rmtree(folder / BOARD, ignore_errors=True)
    except OSError as problem:
        raise OutputUnwritable(path=str(folder), detail=problem.strerror or str(problem)) from problem


def _network(path: Path, config: Config, sources: Sources) -> nn.Segmenter:
    torch.manual_seed(config.seed)
    architecture = config.architecture(len(sources.classes), len(sources.wants.bands))
    try:
        with nn.fetching():
            network = nn.build(architecture)
    except (ValueError, TypeError, KeyError) as problem:
        raise TrainingConfigInvalid(path=str(path), detail=f"{problem} - at `$.network`") from problem
    misfit = next(_misfits(config, network, len(sources.wants.bands)), None)
    if misfit is not None:
        raise TrainingConfigInvalid(path=str(path), detail=misfit)
    if not all(stage.spim for stage in config.stages):
        _quiet(network)
    if config.network.start is not None:
        leave = tuple(f"{name}." for name in config.network.anew)
        for name in leave:
            if not any(own.startswith(name) for own in network.state_dict()):
                raise TrainingConfigInvalid(path=str(path), detail=f"there is no {name[:-1]} - at `$.network.anew`")
        _begin_with(network, Path(config.network.start), leave if config.stages[0].spim else (*leave, "spim."))
    return network


def _misfits(config: Config, network: nn.Segmenter, bands: int) -> Iterator[str]:
    """What is asked of the network that it does not have. Raises NoExactForm."""
    try:
        check(network.program(bands), config.network.tile)
    except ValueError as problem:
        yield f"{problem} - at `$.network.tile`"
    name, encoder = config.network.encoder["name"], network.encoder
    by_stage = config.optimiser.layer_decay != 1 or any(stage.frozen for stage in config.stages)
    if by_stage and not encoder.by_stage:
        yield f"weights of {name} are not told apart by stage: none can freeze or slow down - at `$.network.encoder`"
    if config.loss.auxiliary and not isinstance(network.decoder, EHSHead) and len(encoder.dims) <= STAGE:
        yield f"{name} gives {len(encoder.dims)} map, too few for an auxiliary head - at `$.loss.auxiliary`"


def _quiet(network: nn.Segmenter) -> None:
    """Let SPIM blocks that come in later begin as the identity, so that nothing learnt before is lost."""
    for block in network.spim.values():
        assert isinstance(block, nn.SPIM)
        for layer in (block.attn.out_proj, block.linear2):
            torch.nn.init.zeros_(layer.weight)
            torch.nn.init.zeros_(layer.bias)


def _begin_with(network: nn.Segmenter, folder: Path, leave: tuple[str, ...]) -> None:
    """Load the weights of a preset or file, but for names that begin with one of ``leave``; raises PresetInvalid.

    SPIM may be missing there, and the layer that gives the classes begins anew if there are others.
    """
    found = _weights_of(folder)
    weights = {name: value for name, value in found.items() if not name.startswith(leave)}
    own = network.state_dict()
    anew = {name for name in weights if name in own and _of_other_classes(name, own[name], weights[name])}
    wrong = [name for name in weights if name not in anew and getattr(own.get(name), "shape", 0) != weights[name].shape]
    missing = [name for name in own if name not in weights and not name.startswith(("spim.", *leave))]
    if wrong or missing:
        detail = f"its weights do not fit the network ({', '.join((wrong + missing)[:3])}, …)"
        raise PresetInvalid(path=str(folder), detail=detail)
    network.load_state_dict({name: value for name, value in weights.items() if name not in anew}, strict=False)


def _weights_of(start: Path) -> dict[str, Tensor]:
    """Those of a preset's folder, or of a ``.safetensors`` file, as a pretrained encoder is imported to."""
    file = start
    if start.suffix != ".safetensors":
        preset = read_preset(start, Zoo().named)
        if preset.onnx is not None:
            raise PresetInvalid(path=str(start), detail="it is an ONNX model, with whose weights no training can begin")
        file = preset.weights_path()
    try:
        return load_file(file)
    except (OSError, SafetensorError) as problem:
        raise PresetInvalid(path=str(start), detail=str(problem)) from problem


def _of_other_classes(name: str, own: Tensor, theirs: Tensor) -> bool:
    """Whether these are weights of the last layer of a decoder for another number of classes."""
    last = name.split(".")[-2] in ("classifier", "conv_seg")
    return last and own.shape[0] != theirs.shape[0] and own.shape[1:] == theirs.shape[1:]


def _check_batches(config: Config, team: Team) -> None:
    for stage in config.stages:
        groups = team.groups if stage.kind == "scene" else team.world.size
        if stage.batch % groups:
            raise RanksUneven(ranks=team.world.size, spatial=config.parallel.spatial, batch=stage.batch)


def _finish(path: Path, config: Config, sources: Sources, trainer: Trainer) -> Path:
    """Rank 0 writes the preset, of the best weights if some were chosen."""
    if trainer.team.first:
        weights, result = trainer.average.state_dict(), f"The weights after {trainer.step} steps, not validated."
        best = checkpoint.load(Path(config.output), trainer.team.device, BEST) if trainer.judge_by is not None else None
        if best is not None:
            weights = best["network"]
            result = _result(best)
        made = make_preset(config, sources, weights, path, result)
    trainer.team.world.any(False)  # nobody leaves before the preset is there
    return made if trainer.team.first else Path(config.output) / config.preset.name


def _result(best: dict[str, Any]) -> str:
    """What the card says of the best validation."""
    scenes = "\n".join(f"| {name} | {value:.4f} |" for name, value in best["scenes"].items())
    classes = "\n".join(f"| {name} | {value:.4f} |" for name, value in best["classes"].items())
    return (
        f"The weights of step {best['step']} of the run, which were best on the validation scenes. These chose them "
        f"and say nothing about other scenes.\n\n| validation scene | mean IoU |\n|---|---|\n{scenes}\n\n"
        f"| class, all validation scenes | IoU |\n|---|---|\n{classes}"
    )


def _check_tiles(config: Config, team: Team, learn_from: Stock, judge_by: Stock | None) -> None:
    """Raise RanksWithoutTile now and not when a scene that is too small has its turn."""
    sizes = {scene.size for scene in judge_by.scenes} if judge_by is not None else set()
    for stage in config.stages:
        if stage.kind == "scene":
            cut = [zoomed_size(stage, scene.size, stage.augmentation.zoom[0]) for scene in learn_from.scenes]
            sizes |= {size for rows, cols in cut for size in ((rows, cols), (cols, rows))}
    for size in sorted(sizes):
        share(padded(size), config.network.tile, team.spatial.size, None)


def _close(*stocks: Stock | None) -> None:
    for stock in stocks:
        for scene in stock.scenes if stock is not None else ():
            scene.close()


def _device(config: Config, rank: int, ranks: int) -> torch.device:
    """Of one of ``ranks`` ranks of this machine; "cuda" gives each its own. Raises DeviceMissing."""
    if config.device.startswith("cuda:") and ranks > 1:
        raise DeviceMissing(device=config.device, detail=f"{ranks} ranks cannot share it; 'cuda' gives each its own")
    names = {"auto": None, "cuda": f"cuda:{rank}"}
    return exact(choose_device(names.get(config.device, config.device), rank, ranks))


# -- several ranks -------------------------------------------------------------------


def _under_torchrun(path: Path, config: Config, listener: Listener, *, resume: bool) -> Path:
    rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    here, beside = int(os.environ.get("LOCAL_RANK", "0")), int(os.environ.get("LOCAL_WORLD_SIZE", size))
    group = join(rank, size, "env://", _device(config, here, beside), timeout=EXCHANGE)
    try:
        return train_rank(path, config, group, listener if rank == 0 else Silent(), resume=resume)
    finally:
        leave()


def _with_others(path: Path, config: Config, ranks: int, listener: Listener, *, resume: bool) -> Path:
    """Be rank 0 beside processes for the others; what one of them says goes before our losing it."""
    with tempfile.TemporaryDirectory(prefix="wholescene-train-") as folder:
        meeting = Path(folder) / "meeting"
        spawn = multiprocessing.get_context("spawn")
        others: list[BaseProcess] = []
        threads = torch.get_num_threads()
        share = max(1, threads // ranks)
        for rank in range(1, ranks):
            process = spawn.Process(target=_other, args=(path, rank, ranks, meeting, share, resume), daemon=True)
            process.start()
            others.append(process)
        torch.set_num_threads(share)
        try:
            group = join(0, ranks, meeting, _device(config, 0, ranks), LOOPBACK, EXCHANGE)
            return train_rank(path, config, group, listener, resume=resume)
        except WholeSceneError:
            raise
        except RuntimeError as problem:
            _raise_theirs(Path(folder), others)
            detail = (str(problem) or type(problem).__name__).splitlines()[0]
            raise TrainingRankFailed(rank="1 or above", detail=detail) from problem
        finally:
            torch.set_num_threads(threads)
            leave()
            _end(others)


def _other(path: Path, rank: int, ranks: int, meeting: Path, threads: int, resume: bool) -> None:
    """The life of another rank; its error waits beside the meeting place."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is rank 0's, who asks the others to stop
    config = read_config(path)
    torch.set_num_threads(threads)
    try:
        group = join(rank, ranks, meeting, _device(config, rank, ranks), LOOPBACK, EXCHANGE)
        train_rank(path, config, group, Silent(), resume=resume)
    except WholeSceneError as error:
        _leave_word(meeting.parent / f"error-{rank}.json", error.to_dict())
        raise SystemExit(1) from None
    finally:
        leave()


def _leave_word(path: Path, error: dict[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(error), encoding="utf-8")
    part.replace(path)


def _raise_theirs(folder: Path, others: list[BaseProcess]) -> None:
    """Raise the first error that another rank left."""
    for process in others:
        process.join(PATIENCE)
    for rank, process in enumerate(others, 1):
        word = folder / f"error-{rank}.json"
        if word.exists():
            raise from_dict(json.loads(word.read_text(encoding="utf-8")))
        if process.exitcode not in (None, 0):
            raise TrainingRankFailed(rank=rank, detail=f"exit code {process.exitcode}")


def _end(others: list[BaseProcess]) -> None:
    for process in others:
        process.join(0.5)
        if process.is_alive():
            process.kill()
            process.join()
