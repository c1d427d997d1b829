"""The training loop: batches, schedule, moving average, checkpoints, validation."""

import math
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from .augment import Sample, Source, draw, scale
from .metrics import Score, loss, score
from .scenes import Level

EMA_DECAY = 0.998  # a memory of some 500 steps
WEIGHT_DECAY = 0.05
LARGEST_GRADIENT = 1.0
VALIDATE_EVERY = 200  # steps


@dataclass(frozen=True)
class Stage:
    """A part of the training with one size of crops; the rate falls along a cosine."""

    name: str
    steps: int
    batch: int
    size: int  # pixels of a crop's side
    first_rate: float
    last_rate: float
    warmup: int = 0  # steps

    def rate(self, step: int) -> float:
        """The learning rate at a step of this stage."""
        if step < self.warmup:
            return self.first_rate * (step + 1) / self.warmup
        done = (step - self.warmup) / (self.steps - self.warmup)
        return self.last_rate + (self.first_rate - self.last_rate) * (1 + math.cos(math.pi * done)) / 2


class Crops(IterableDataset[Sample]):
    """Endless random crops; each loader worker has its own stream."""

    def __init__(self, sources: Sequence[Source], size: int, seed: int) -> None:
        self.sources, self.size, self.seed = sources, size, seed
        weights = np.array([source.weight for source in sources])
        self.shares = weights / weights.sum()

    def __iter__(self) -> Iterator[Sample]:
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        while True:
            yield draw(self.sources[rng.choice(len(self.sources), p=self.shares)], self.size, rng)


class Training:
    """A network on its way: weights, their moving average, optimiser, and where it is."""

    def __init__(self, model: nn.Module, folder: Path) -> None:
        self.model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        ema = get_ema_multi_avg_fn(EMA_DECAY)  # type: ignore[no-untyped-call]
        self.average = AveragedModel(self.model, multi_avg_fn=ema).eval()
        self.optimiser = torch.optim.AdamW(parameter_groups(model), lr=0.0, betas=(0.9, 0.99))
        self.folder = folder
        self.step, self.best = 0, 0.0

    def run(self, stages: Sequence[Stage], sources: Sequence[Source], validation: dict[str, Level]) -> None:
        """Go through the stages from wherever the last checkpoint stands."""
        start = 0
        for stage in stages:
            end = start + stage.steps
            if self.step < end:
                self._run_stage(stage, start, sources, validation)
            start = end

    def _run_stage(self, stage: Stage, start: int, sources: Sequence[Source], validation: dict[str, Level]) -> None:
        batches = iter(loader(Crops(sources, stage.size, seed=self.step), stage.batch))
        losses, since = [], time.monotonic()
        while self.step < start + stage.steps:
            losses.append(self.learn(next(batches), stage.rate(self.step - start)))
            self.step += 1
            if self.step % VALIDATE_EVERY == 0 or self.step == start + stage.steps:
                seconds = (time.monotonic() - since) / len(losses)
                log(f"{stage.name} {self.step} loss {np.mean(losses):.4f} {seconds:.2f} s/step")
                self.validate(validation)
                losses, since = [], time.monotonic()

    def learn(self, batch: Sample, rate: float) -> float:
        """One step; returns the loss."""
        images, labels = batch
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.model(images.contiguous(memory_format=torch.channels_last))
        value = loss(logits, labels)
        torch.autograd.backward(value)
        nn.utils.clip_grad_norm_(self.model.parameters(), LARGEST_GRADIENT)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.average.update_parameters(self.model)
        return value.item()

    def validate(self, scenes: dict[str, Level]) -> None:
        """Score the averaged weights, write a checkpoint, and keep the best weights."""
        scores = {name: evaluate(self.average.module, level) for name, level in scenes.items()}
        log("  " + "  ".join(f"{name} {s.iou:.3f}" for name, s in scores.items()))
        mean = sum(s.iou for s in scores.values()) / len(scores)
        if mean > self.best:
            self.best = mean
            export(self.average.module, self.folder / "best.safetensors")
        self.save()

    def save(self) -> None:
        """Write the checkpoint beside its final name, so that a crash leaves a whole one."""
        part = self.folder / "checkpoint.part"
        parts = (self.model, self.average, self.optimiser)
        torch.save({"states": [p.state_dict() for p in parts], "step": self.step, "best": self.best}, part)
        part.replace(self.folder / "checkpoint.pt")

    def resume(self) -> None:
        """Continue from the folder's checkpoint, if there is one."""
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return
        saved = torch.load(path, weights_only=True)
        for part, state in zip((self.model, self.average, self.optimiser), saved["states"], strict=True):
            part.load_state_dict(state)
        self.step, self.best = saved["step"], saved["best"]


def parameter_groups(model: nn.Module) -> list[dict[str, object]]:
    """Decay matrices and kernels; leave norms, biases and GRN alone."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": WEIGHT_DECAY},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def loader(crops: Crops, batch: int) -> DataLoader[Sample]:
    """Batches made by one worker process, a few ahead of the trainer."""
    return DataLoader(crops, batch, num_workers=1, prefetch_factor=4, worker_init_fn=leave_the_core)


def leave_the_core(_worker: int) -> None:
    """Let the operating system place the worker where the trainer, perhaps pinned, is not."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
        os.nice(10)


@torch.inference_mode()
def predict(model: nn.Module, level: Level, *, mixed: bool = True) -> Tensor:
    """Classes uint8 ``[H, W]`` of a whole scene at once, in mixed bf16 or in float32.

    The model is in evaluation mode.
    """
    image = scale(level.image.float(), level.valid)[None].contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
        logits: Tensor = model(image)
    # Not argmax: over channels it is eight times slower on a CPU.
    return logits.max(1).indices[0].to(torch.uint8)


def evaluate(model: nn.Module, level: Level, *, mixed: bool = True) -> Score:
    """The score of a whole scene."""
    return score(predict(model, level, mixed=mixed), level.labels)


def export(model: nn.Module, path: Path) -> None:
    """Write the weights as float32 safetensors under the network's own key names."""
    state = {key: value.detach().float().contiguous() for key, value in model.state_dict().items()}
    save_file(state, path)


def log(line: str) -> None:
    """Print with the time, at once."""
    print(time.strftime("%H:%M:%S"), line, flush=True)
