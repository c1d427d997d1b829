"""The training loop: what is kept between steps, one step, and what happens now and then."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec
import torch
from torch import Tensor, nn

from ..nn import Segmenter
from ..wire.errors import Cancelled, GradientsDiverged, RanksUneven, RunUnresumable, TrainingDiverged
from . import checkpoint
from .auxiliary import SecondOpinion, make_head
from .config import Config, Stage
from .data import IGNORE
from .journal import Journal
from .losses import Criterion
from .offload import offloaded
from .optimiser import make_optimiser, set_rate
from .passes import Passes, Region, read_region, without_spim
from .pictures import Thumbnail, side_by_side
from .samples import Draw, Sample, crop, draw
from .schedule import rate
from .stock import Stock
from .team import Team, sum_gradients
from .validation import Scores, validate

BEST = "best.pt"
LEAST_SCALE = 2.0**-10  # of the loss in fp16; it begins at 65536 and is halved when gradients overflow
SAME = ("network", "data", "stages", "seed", "precision", "average", "optimiser", "loss", "parallel")

Batch = list[tuple[Draw, Sample | Region]]


class Listener(Protocol):
    """Who is told how a run goes, and may stop it."""

    def stepped(self, step: int, steps: int, stage: str, loss: float) -> None:
        """``step`` of ``steps`` are done."""

    def validated(self, step: int, scores: Scores) -> None:
        """The scenes of the validation split have been segmented."""

    def cancelled(self) -> bool:
        """Whether to stop; the run can be continued."""


class Trainer:
    """A run on one rank: network, average, optimiser, and the number of steps done."""

    def __init__(
        self, config: Config, network: Segmenter, criterion: Criterion, stocks: tuple[Stock, Stock | None], team: Team
    ) -> None:
        self.config, self.team, self.criterion = config, team, criterion
        self.learn_from, self.judge_by = stocks
        self.folder = Path(config.output)
        self.network = network.to(team.device)
        self.auxiliary = self._auxiliary_head()
        self.average = copy.deepcopy(self.network) if config.average else self.network
        self.optimiser = make_optimiser(self.network, self.auxiliary, config.optimiser)
        self.scaler = torch.amp.GradScaler(team.device.type, enabled=config.precision == "fp16")
        self.step, self.best, self.norm = 0, -1.0, 0.0
        self.journal = Journal(self.folder, silent=not team.first)
        self._reader = ThreadPoolExecutor(1)
        self._ahead: tuple[int, Future[Batch]] | None = None

    def _auxiliary_head(self) -> nn.Module:
        if not self.config.loss.auxiliary:
            return nn.Module()  # which has no weights
        return make_head(self.network, self.learn_from.classes).to(self.team.device)

    def run(self, listener: Listener) -> None:
        """Go on from wherever the run stands to its end.

        Raises:
            TrainingDiverged, GradientsDiverged: the loss or its gradients are no numbers.
            Cancelled: the listener wants to stop; a checkpoint has been written.
        """
        while self.step < self.config.steps:
            loss = self.learn()
            self._log(loss)
            stage = self.stage(self.step - 1)
            listener.stepped(self.step, self.config.steps, stage.name, loss)
            last = self.step == self.config.steps
            if self.judge_by is not None and self._due(self.config.every.validation, last=last):
                listener.validated(self.step, self.validate(last=last))
            stop = self.team.world.any(listener.cancelled())
            if self._due(self.config.every.checkpoint, last=last) or stop:
                self.save()
            if stop and not last:
                raise Cancelled()

    def close(self) -> None:
        """Read no further, and finish the log."""
        self._reader.shutdown(cancel_futures=True)
        self.journal.close()

    # -- one step ------------------------------------------------------------------

    def learn(self) -> float:
        """One step; the loss of the batch. Raises TrainingDiverged or GradientsDiverged; no weight has moved then."""
        stage, (_, within) = self.stage(self.step), self.config.stage_at(self.step)
        if within == 0:
            self.best = -1.0  # what a stage of crops found best may lack what the next one brings in, such as SPIM
        if within == 0 and stage.restart:
            self.optimiser = make_optimiser(self.network, self.auxiliary, self.config.optimiser)
        learning = self._choose(stage)
        torch.manual_seed(self.config.seed * 1_000_003 + self.step * 4099 + self.team.world.rank)  # of dropout
        batch = self._batch(self.step)
        self.optimiser.zero_grad()
        loss = self._crops(batch, stage) if stage.kind == "crop" else self._scenes(batch, stage)
        sum_gradients(learning, self.team.world)
        total = float(self.team.world.total(loss.double()))
        if not math.isfinite(total):
            raise TrainingDiverged(loss=total, step=self.step, stage=stage.name, scenes=self._named())
        if not self._update(learning, rate(stage.schedule, within, stage.steps)):
            raise GradientsDiverged(loss=f"{total:.4g}", step=self.step, stage=stage.name, scenes=self._named())
        self.step += 1
        return total

    def stage(self, step: int) -> Stage:
        """The stage that a step belongs to."""
        return self.config.stages[self.config.stage_at(step)[0]]

    def _crops(self, batch: Batch, stage: Stage) -> Tensor:
        """Crops in parts of at most ``stage.together``; their gradients add up."""
        samples = [sample for _, sample in batch if isinstance(sample, Sample)]
        pixels = self._total(sum(int((sample.labels != IGNORE).sum()) for sample in samples))
        passes = self.passes(stage)
        passes.network.train()
        for module in self._frozen(stage):
            module.eval()  # their batch norms too are as they were
        together = stage.together or len(samples)
        parts = [samples[first : first + together] for first in range(0, len(samples), together)]
        losses = []
        for part in parts:
            loss = passes.crops(part, pixels, len(parts))
            self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
            losses.append(loss.detach())
        return torch.stack(losses).sum()

    def _scenes(self, batch: Batch, stage: Stage) -> Tensor:
        """Scenes one after the other; their gradients add up."""
        regions = [region for _, region in batch if isinstance(region, Region)]
        pixels = self._total(sum(region.pixels for region in regions))
        passes = self.passes(stage)
        passes.network.eval()  # batch norm has to be settled: its statistics would be those of a tile
        losses = []
        for region in regions:
            with offloaded(self.config.memory, self.team.device):
                loss = passes.scene(region, pixels, stage.batch)
                self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
            losses.append(loss.detach())
        return torch.stack(losses).sum()

    def _update(self, learning: Sequence[nn.Parameter], learning_rate: float) -> bool:
        """Move the weights; False if the gradients are no numbers and nothing was done.

        With fp16 that happens now and then: the step is left out and the loss scaled less from then on. It is an error
        once next to nothing is left of the scale.
        """
        set_rate(self.optimiser, learning_rate)
        self.scaler.unscale_(self.optimiser)
        norm = nn.utils.get_total_norm([weight.grad for weight in learning if weight.grad is not None])
        self.norm, limit = float(norm), self.config.optimiser.largest_gradient
        finite = math.isfinite(self.norm)
        if not finite and (not self.scaler.is_enabled() or self.scaler.get_scale() < LEAST_SCALE):
            return False
        if finite and limit:
            nn.utils.clip_grads_with_norm_(learning, limit, norm)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        if self.config.average:
            self._blend(min(self.config.average, (1 + self.step) / (10 + self.step)))
        return True

    @torch.no_grad()
    def _blend(self, decay: float) -> None:
        """Move the average towards the weights; at first it follows them closely."""
        for mean, weight in zip(self.average.parameters(), self.network.parameters(), strict=True):
            mean.lerp_(weight, 1 - decay)
        for kept, value in zip(self.average.buffers(), self.network.buffers(), strict=True):
            kept.copy_(value)

    def _choose(self, stage: Stage) -> list[nn.Parameter]:
        """Let the weights of a stage learn, and no others; those that do."""
        still = [*self._frozen(stage), *([] if stage.spim else [self.network.spim])]
        resting = {id(weight) for part in still for weight in part.parameters()}
        for weight in self.network.parameters():
            weight.requires_grad_(id(weight) not in resting)
        return [w for w in (*self.network.parameters(), *self.auxiliary.parameters()) if w.requires_grad]

    def _frozen(self, stage: Stage) -> list[nn.Module]:
        """The parts of the encoder that do not learn in a stage."""
        encoder, norms = self.network.encoder, list(self.network.norms)
        stages = list(cast(nn.ModuleList, encoder.stages)) if encoder.by_stage else []
        stem = [cast(nn.Module, encoder.stem)] if stage.frozen else []
        return [*stem, *stages[: stage.frozen], *norms[: stage.frozen]]

    def passes(self, stage: Stage | None = None) -> Passes:
        """Forward passes of a stage; without one of the averaged network as it will be used."""
        head = self.auxiliary if isinstance(self.auxiliary, SecondOpinion) and stage is not None else None
        network = self.average if stage is None else self.network
        network = network if stage is None or stage.spim else without_spim(network)
        return Passes(network, head, self.criterion, self.config, self.team)

    # -- samples -------------------------------------------------------------------

    def _batch(self, step: int) -> Batch:
        """This rank's share of a step's samples; those of the next step are read meanwhile."""
        reading = self._ahead[1] if self._ahead and self._ahead[0] == step else self._reader.submit(self._read, step)
        found = reading.result()
        self._ahead = None
        if step + 1 < self.config.steps:
            self._ahead = (step + 1, self._reader.submit(self._read, step + 1))
        return found

    def _read(self, step: int) -> Batch:
        stage = self.stage(step)
        read = self._crop_reader() if stage.kind == "crop" else self._region_reader()
        return [(drawn, read(drawn)) for drawn in self._draws(step, mine=True)]

    def _draws(self, step: int, *, mine: bool) -> list[Draw]:
        stage, (number, within) = self.stage(step), self.config.stage_at(step)
        groups, own = (self.team.world.size, self.team.world.rank)
        if stage.kind == "scene":
            groups, own = self.team.groups, self.team.group
        if stage.batch % groups:
            raise RanksUneven(ranks=self.team.world.size, spatial=self.config.parallel.spatial, batch=stage.batch)
        first = sum(before.steps * before.batch for before in self.config.stages[:number]) + within * stage.batch
        chosen = range(first + own, first + stage.batch, groups) if mine else range(first, first + stage.batch)
        return [draw(self.learn_from, stage, self.config.seed, index) for index in chosen]

    def _crop_reader(self) -> Callable[[Draw], Sample]:
        return lambda drawn: crop(self.learn_from, drawn)

    def _region_reader(self) -> Callable[[Draw], Region]:
        program = self.network.program(self.learn_from.bands)
        return lambda drawn: read_region(self.learn_from, drawn, program, self.team, self.config)

    def _named(self) -> str:
        scenes = {self.learn_from.scenes[drawn.scene].name for drawn in self._draws(self.step, mine=False)}
        return ", ".join(sorted(scenes))

    def _total(self, pixels: int) -> int:
        return int(self.team.world.total(torch.tensor([pixels], device=self.team.device)).item())

    # -- now and then --------------------------------------------------------------

    def _due(self, every: int, *, last: bool) -> bool:
        return bool(every) and (last or self.step % every == 0)

    def _log(self, loss: float) -> None:
        stage, (_, within) = self.stage(self.step - 1), self.config.stage_at(self.step - 1)
        if self.step % self.config.every.log == 0 or self.step == 1 or self.step == self.config.steps:
            now = rate(stage.schedule, within, stage.steps)
            self.journal.note(self.step, stage=stage.name, loss=loss, rate=now, gradient=self.norm)

    def validate(self, *, last: bool = False) -> Scores:
        """Score the averaged weights and keep the best."""
        assert self.judge_by is not None
        scores = validate(self.passes(), self.judge_by, picture=self._due(self.config.every.pictures, last=last))
        self.journal.note(
            self.step, validation={"mean": scores.mean, "scenes": scores.by_scene(), "classes": scores.by_class()}
        )
        if scores.picture is not None:
            self._picture(scores.picture)
        if scores.mean > self.best:
            self.best = scores.mean
            if self.team.first:
                found = {"step": self.step, "scenes": scores.by_scene(), "classes": scores.by_class()}
                checkpoint.save({"network": self.average.state_dict(), **found}, self.folder, BEST)
        return scores

    def _picture(self, shown: Thumbnail) -> None:
        """The first validation scene, its labels and its map."""
        assert self.judge_by is not None
        drawn = side_by_side(shown, self.judge_by.seen, self.judge_by.colours)
        self.journal.picture(self.step, "scene, labels, map", drawn)

    def save(self) -> None:
        """Write a checkpoint. Raises DiskFull or OutputUnwritable; the last one stays."""
        if self.team.first:
            checkpoint.save(self.state(), self.folder)

    def state(self) -> dict[str, Any]:
        """All that the run consists of."""
        return {
            "network": self.network.state_dict(),
            "average": self.average.state_dict() if self.config.average else {},
            "auxiliary": self.auxiliary.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "step": self.step,
            "best": self.best,
            "ranks": self.team.world.size,
            "config": msgspec.json.encode(self.config).decode(),
        }

    def resume(self) -> bool:
        """Take up the last checkpoint; whether there was one. Raises RunUnresumable."""
        state = checkpoint.load(self.folder, self.team.device)
        if state is None:
            return False
        self._check_same(state)
        self.network.load_state_dict(state["network"])
        if self.config.average:
            self.average.load_state_dict(state["average"])
        self.auxiliary.load_state_dict(state["auxiliary"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.scaler.load_state_dict(state["scaler"])
        self.step, self.best = state["step"], state["best"]
        self.journal.go_on(self.step)
        self.journal.note(self.step, resumed=True)
        return True

    def _check_same(self, state: dict[str, Any]) -> None:
        """Raise RunUnresumable if the run was another; fields that are newer than the checkpoint had their defaults."""
        if state["ranks"] != self.team.world.size:
            detail = f"it was started on {state['ranks']} ranks and cannot go on bit for bit on {self.team.world.size}"
            raise RunUnresumable(path=str(self.folder), detail=detail)
        try:
            before = msgspec.json.decode(state["config"], type=Config)
        except msgspec.DecodeError as problem:
            raise RunUnresumable(path=str(self.folder), detail=f"its configuration is of old: {problem}") from None
        changed = [key for key in SAME if getattr(before, key) != getattr(self.config, key)]
        if changed:
            raise RunUnresumable(path=str(self.folder), detail=f"{', '.join(changed)} of the configuration changed")
