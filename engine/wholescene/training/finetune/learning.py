"""The steps: windows of finished feature maps in, a better head out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from ...holistic.lanes import begin_vector_math
from ...nn import Segmenter
from ...wire.errors import TrainingDiverged
from ...wire.plan import Window
from ..config import Loss, Optimiser, Schedule
from ..data.coding import IGNORE
from ..losses import Criterion, class_weights
from ..optimiser import make_optimiser, set_rate
from ..schedule import rate
from .classes import Classes
from .features import Encoded, Maps
from .network import let_learn
from .polygons import Labelled
from .request import Finetuning
from .sampling import Windows

BATCH = 4  # windows
TIMED = 3  # steps whose time tells how many fit
FEWEST, MOST = 50, 1500  # steps that time may choose
HEAD = 10.0  # the head's rate over the encoder's
LARGEST_GRADIENT = 1.0  # norm of all gradients together


Place = tuple[int, Window]  # a scene and a window of it
Told = Callable[[int, int, float], None]  # step, steps, loss


@dataclass(frozen=True)
class Found:
    """A loss and its gradients, in the order of the weights that learn."""

    loss: float
    gradients: Sequence[Tensor]


@dataclass
class Learner:
    """A network that learns from windows of encoded scenes. ``base`` and its classes give weak labels."""

    wish: Finetuning
    classes: Classes
    network: Segmenter
    scenes: Sequence[Encoded]
    labels: Sequence[Labelled]
    windows: Windows
    learning: list[nn.Parameter] = field(init=False)

    def __post_init__(self) -> None:
        self.programs = [self.network.program(len(scene.job.bands)) for scene in self.scenes]
        self.learning = let_learn(self.network, self._used(), unfreeze=self.wish.unfreeze)
        balance = class_weights([max(1, int(count)) for count in self.windows.totals], "root")
        self.criterion = Criterion(Loss(balance="root"), balance)
        self.weak = Criterion(Loss(), torch.ones(len(balance)))
        settings = Optimiser(weight_decay=0.01, head=HEAD)
        self.optimiser = make_optimiser(self.network, nn.Module(), settings)

    @property
    def device(self) -> torch.device:
        """What computes."""
        return self.scenes[0].device

    def _used(self) -> list[nn.Parameter]:
        """The weights that the head uses, found by asking for their gradients."""
        self.network.requires_grad_(True)
        scene, window = self.windows.places[0]
        logits = self.scenes[scene].logits(self.programs[scene].head, window)
        every = list(self.network.parameters())
        found = torch.autograd.grad(logits.sum(), every, allow_unused=True)
        return [weight for weight, gradient in zip(every, found, strict=True) if gradient is not None]

    def logits(self, scene: int, window: Window, maps: Maps | None = None) -> Tensor:
        """The network's answer in a window."""
        return self.scenes[scene].logits(self.programs[scene].head, window, maps)

    def maps(self, scene: int) -> Maps | None:
        """The maps that the learning network makes itself; None where it takes all as they are."""
        return self.scenes[scene].relearn(self.network) if self.wish.unfreeze else None

    def run(self, told: Told) -> int:
        """Learn; returns the number of steps. ``told`` hears (step, steps, loss) and may raise to stop.

        Raises TrainingDiverged.
        """
        with _workers(self.device) as pool:
            steps = self.wish.steps or self._affordable(pool, told)
            schedule = self._schedule(steps)
            for step in range(steps):
                loss = self._gradients(step, pool)
                if not math.isfinite(loss):
                    raise TrainingDiverged(loss=loss, step=step, stage="fine-tuning", scenes=self._names())
                nn.utils.clip_grad_norm_(self.learning, LARGEST_GRADIENT)
                set_rate(self.optimiser, rate(schedule, step, steps))
                self.optimiser.step()
                told(step + 1, steps, loss)
        return steps

    def _schedule(self, steps: int) -> Schedule:
        """Up in a few steps, then down in half a wave; the optimiser multiplies the head's rate."""
        warmup = max(1, min(20, steps // 5))
        return Schedule(rate=self.wish.rate / HEAD, shape="cosine", warmup=warmup, last=0.01)

    def _affordable(self, pool: ThreadPoolExecutor, told: Told) -> int:
        """How many steps fit into the minutes: some are timed, without learning from them."""
        seconds = []
        for step in range(TIMED):
            begun = time.monotonic()
            told(0, 0, self._gradients(step, pool))
            seconds.append(time.monotonic() - begun)
        return max(FEWEST, min(MOST, int(self.wish.minutes * 60 / min(seconds))))

    def _gradients(self, step: int, pool: ThreadPoolExecutor) -> float:
        """The loss of a batch; its gradients are left in the weights."""
        rng = np.random.default_rng([self.wish.seed, step])
        first, window = self.windows.draw(rng)
        one_scene = first if self.wish.unfreeze else None  # whose last stage is computed once for all windows
        places = [(first, window), *(self.windows.draw(rng, one_scene) for _ in range(BATCH - 1))]
        anywhere = self._anywhere(first, rng) if self.wish.weak else None
        found = self._together(places, anywhere) if self.wish.unfreeze else self._apart(places, anywhere, pool)
        for weight, gradient in zip(self.learning, found.gradients, strict=True):
            weight.grad = gradient
        return found.loss

    def _apart(self, places: Sequence[Place], anywhere: Window | None, pool: ThreadPoolExecutor) -> Found:
        """Window by window, side by side in all threads, added up in their order: no bit depends on the threads."""
        labels = [self._labels_at(place) for place in places]
        total = max(1.0, sum(float(weights.sum()) for _, weights in labels))

        def one(number: int) -> Found:
            if number < len(places):
                return self._found(self._loss(places[number], labels[number], None) / total)
            assert anywhere is not None
            return self._found(self.wish.weak * self._weak_loss(places[0][0], anywhere, None))

        every = list(pool.map(one, range(len(places) + (anywhere is not None))))
        gradients = [torch.stack(parts).sum(0) for parts in zip(*(one.gradients for one in every), strict=True)]
        return Found(sum(one.loss for one in every), gradients)

    def _together(self, places: Sequence[Place], anywhere: Window | None) -> Found:
        """All windows of one scene behind one pass over its last stage."""
        scene, maps = places[0][0], self.maps(places[0][0])
        labels = [self._labels_at(place) for place in places]
        total = max(1.0, sum(float(weights.sum()) for _, weights in labels))
        losses = [self._loss(place, known, maps) / total for place, known in zip(places, labels, strict=True)]
        if anywhere is not None:
            losses.append(self.wish.weak * self._weak_loss(scene, anywhere, maps))
        return self._found(torch.stack(losses).sum())

    def _found(self, loss: Tensor) -> Found:
        gradients = torch.autograd.grad(loss, self.learning, allow_unused=True)
        filled = [torch.zeros_like(w) if g is None else g for w, g in zip(self.learning, gradients, strict=True)]
        return Found(float(loss.detach()), filled)

    def _labels_at(self, place: Place) -> tuple[Tensor, Tensor]:
        """Train ids and weights ``[1, h, w]`` of a window."""
        scene, window = place
        labels = torch.from_numpy(self.labels[scene].read(window)[0])[None].to(self.device)
        return labels, self.criterion.weights(labels)

    def _loss(self, place: Place, known: tuple[Tensor, Tensor], maps: Maps | None) -> Tensor:
        """Sum of the cross-entropy over labelled pixels."""
        return self.criterion.measure(self.logits(*place, maps), *known)[0]

    def _anywhere(self, scene: int, rng: np.random.Generator) -> Window:
        encoded = self.scenes[scene]
        rows, cols = (-(-side // encoded.side) for side in encoded.division.size)
        return encoded.window(int(rng.integers(rows)), int(rng.integers(cols)))

    def _weak_loss(self, scene: int, window: Window, maps: Maps | None) -> Tensor:
        """Mean cross-entropy to the base's own answers, where nobody labelled and nothing is held out."""
        encoded, labelled = self.scenes[scene], self.labels[scene]
        with torch.no_grad():
            said = encoded.logits(encoded.program.head, window)[0].argmax(0).cpu()
        table = torch.tensor(self.classes.of_base(len(encoded.job.preset.classes)), dtype=torch.uint8)
        answers = table[said]
        learn, held = labelled.read(window)
        silent = torch.from_numpy((learn != IGNORE) | (held != IGNORE) | labelled.forbidden(window))
        silent |= ~torch.from_numpy(_valid(encoded, window))
        answers = answers.masked_fill(silent, IGNORE)[None].to(self.device)
        pixels = max(1, int((answers != IGNORE).sum()))
        weights = self.weak.weights(answers)
        return self.weak.measure(self.logits(scene, window, maps), answers, weights)[0] / pixels

    def _names(self) -> str:
        return ", ".join(scene.job.scene.name for scene in self.scenes)


@contextmanager
def _workers(device: torch.device) -> Iterator[ThreadPoolExecutor]:
    """As many threads as torch may use, each with kernels of one thread; one to feed an accelerator."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    begin_vector_math()
    _prepare_thread()
    try:
        with ThreadPoolExecutor(threads if device.type == "cpu" else 1, "finetune", _prepare_thread) as pool:
            yield pool
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(threads)


def _prepare_thread() -> None:
    """Take numbers below 1e-38 for zero: GELU's derivative far from zero gives so many of them that a backward pass
    took twelve times as long."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def _valid(scene: Encoded, window: Window) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Where a window of the padded scene holds data."""
    found = np.zeros((window.height, window.width), bool)
    inside = window.intersection(Window(0, 0, scene.view.grid.height, scene.view.grid.width))
    if inside is not None:
        found[: inside.height, : inside.width] = scene.view.valid(inside)
    return found
