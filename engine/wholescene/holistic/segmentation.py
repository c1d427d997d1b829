"""Segment one scene: from a request to blocks of a class map, on one rank or many."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from typing import TypeVar

import msgspec
import torch
import torch.nn.functional as F

from .. import __version__
from ..nn.logits import Logits
from ..nn.patch import Patch
from ..nn.segmenter import STRIDE, Segmenter
from ..nn.steps import Program
from ..presets import licence
from ..presets.zoo import Zoo
from ..raster.bands import match_bands
from ..raster.scaling import LinearScaling, scaling_from
from ..raster.scene import Scene
from ..raster.view import ModelView
from ..wire import errors
from ..wire.identity import identity
from ..wire.plan import Plan, Window
from ..wire.request import SegmentRequest
from . import ablation, crop, models, modes, onnx_network, precision
from .crop import Cutting, WindowProgress, slide
from .crop_cost import Cost, cost, tried_cost
from .delivery import Delivery, classify, windows_inside
from .executor import Executor
from .feature_map import Store
from .lanes import Lanes
from .onnx_network import OnnxNetwork
from .planner import Limits, Room, Schedule, Workload, schedule
from .programs import program_of
from .progress import Progress
from .ranks import Alone, Ranks
from .regions import divide
from .sink import Pixels, Sink
from .tiles import SIDE

Decision = TypeVar("Decision")


@dataclass(frozen=True)
class Report:
    """What a finished job tells about itself: bytes that this rank sent to others, by kind, and how long that took."""

    traffic: dict[str, int] = field(default_factory=dict)
    exchange_seconds: float = 0.0


@dataclass(frozen=True)
class Resolution:
    """What rank 0 decides for all ranks: nothing that a machine could see differently is left to each."""

    precision: str
    offset: tuple[float, ...]
    divisor: tuple[float, ...]
    clip: bool


def segment(
    request: SegmentRequest,
    sink: Sink,
    zoo: Zoo | None = None,
    ranks: Ranks | None = None,
    limits: Limits | None = None,
) -> Report:
    """Compute the class map that ``request`` asks for and hand its blocks to ``sink``.

    Every rank calls this with the same request and hands over the blocks that it has computed; rank
    0 alone tells plan and progress. Nothing is written here: whoever owns the sink writes. ``limits``
    are what the job may take of memory; they do not change the answer.

    Raises:
        WholeSceneError: what is wrong with the input.
        Cancelled: the sink asked for it; or, on a rank that did not, another rank cannot go on.
    """
    ranks = ranks or Alone()
    if ranks.rank == 0:
        sink.progress("planning", 0.0, None)
    with contextlib.ExitStack() as stack, memory_errors():
        job = _together(ranks, lambda: Job(request, zoo or Zoo(), sink, ranks, stack, limits))
        job.settle(_told(ranks, job.resolve, Resolution))
        job.run()
    return Report(dict(ranks.traffic.sent), ranks.traffic.seconds)


def _together(ranks: Ranks, prepare: Callable[[], Job]) -> Job:
    """What ``prepare`` gives, if it succeeds on all ranks."""
    job: Job | None = None
    problem: Exception | None = None
    try:
        job = prepare()
    except Exception as found:  # of whatever kind: the others wait
        problem = found
    if ranks.any(problem is not None):
        raise problem or errors.Cancelled()
    assert job is not None
    return job


def _told(ranks: Ranks, decide: Callable[[], Decision], kind: type[Decision]) -> Decision:
    """What rank 0 decides, on all ranks; `Cancelled` on the others if it failed."""
    message: bytes | None = None
    try:
        if ranks.rank == 0:
            message = msgspec.json.encode(decide())
    finally:
        message = ranks.tell(message)
    if not message:
        raise errors.Cancelled()
    return msgspec.json.decode(message, type=kind)


@contextlib.contextmanager
def memory_errors() -> Iterator[None]:
    """Allocations that failed, as what they mean to a person."""
    try:
        yield
    except MemoryError as problem:
        raise errors.OutOfMemory(detail=str(problem) or "allocation failed") from problem
    except RuntimeError as problem:
        if "allocate memory" in str(problem) or "out of memory" in str(problem):
            raise errors.OutOfMemory(detail=str(problem).splitlines()[0]) from problem
        raise


class Job:
    """One job on one rank: the request against preset and scene. `settle` comes before `run`."""

    view: ModelView
    delivery: Delivery
    precision: str

    def __init__(
        self,
        request: SegmentRequest,
        zoo: Zoo,
        sink: Sink,
        ranks: Ranks,
        stack: contextlib.ExitStack,
        limits: Limits | None = None,
    ) -> None:
        self.sink, self.ranks, self.limits = sink, ranks, limits
        self.preset = zoo.load(request.preset)
        self.request = request = modes.suited(request, self.preset)
        self.preset.weights_path()
        self.scene = stack.enter_context(Scene.open(request.sources, nodata=request.nodata))
        self.bands = match_bands(self.scene.bands, self.preset.bands, request.bands, self.preset.name)
        self.tile = int(self.preset.tile.get("side", SIDE))
        self.values = torch.tensor([entry.value for entry in self.preset.classes], dtype=torch.uint8)
        self.architecture = ablation.ablate(self.preset, request, self.tile)

    def resolve(self) -> Resolution:
        """Decide what may depend on the machine, and look at the scene as far as its scaling needs."""
        chosen = precision.choose(
            self.request.precision, self.preset.precisions, self.preset.name, self.ranks.device.type
        )
        self.scene.check_not_empty(self.bands)
        scaling = scaling_from(self.preset.scaling).fit(self.scene, self.bands, self._reading)
        return Resolution(chosen, scaling.offset, scaling.divisor, scaling.clip)

    def settle(self, resolution: Resolution) -> None:
        """Take what was decided."""
        self.precision = resolution.precision
        scaling = LinearScaling(resolution.offset, resolution.divisor, resolution.clip)
        self.view = ModelView(self.scene, self.bands, scaling, self.preset.ground_resolution)
        self.delivery = Delivery(self.scene, self.bands, self.view, on_model_grid=self.request.grid == "model")
        if self.request.extent is not None:
            self.delivery.extent = self.delivery.grid.window_of(self.request.extent)
        if self.request.mask is not None:
            self.delivery.limit(self.request.mask)

    def network(self) -> Segmenter:
        """The preset's network, with the attention that the request leaves it."""
        return models.load(self.preset, self.precision, self.ranks.device, self.architecture)

    def program(self, network: Segmenter) -> Program:
        """The network as steps over the whole scene; raises NoExactForm, or PresetInvalid if they fit no tiles."""
        return program_of(self.preset, network, self.tile)

    @torch.inference_mode()
    def run(self) -> None:
        """Plan, then segment the scene as a whole or window by window."""
        if self.preset.onnx is not None:
            model = onnx_network.load(self.preset)
            self._slide(model, partial(self._tried_cost, model))
            return
        network = self.network()
        if self.request.mode == "crop":
            self._slide(network, partial(self._window_cost, network))
            return
        program, room = self.program(network), self.room()
        plan = _told(self.ranks, lambda: self.schedule(network, program, room), Schedule)
        if self.ranks.rank == 0:
            self.sink.planned(self._plan(plan.seconds.total, plan.main_bytes, plan.seconds.to_first_block))
        with self.executor(program, plan) as (executor, progress):
            executor.encode()
            tiles = executor.head_tiles(self.delivery.wanted)
            for window, layers in executor.decide(tiles, self._judge):
                self._hand_over(window, layers)
            progress.report("decoding")

    def room(self) -> Room:
        """The memory that every rank has; all of them ask their own host and device."""
        return Room.here(str(self.ranks.device), self.limits or Limits()).of_all(self.ranks)

    def schedule(self, network: Segmenter, program: Program, room: Room | None = None) -> Schedule:
        """How the scene will be divided and where feature maps will live; without ``room`` all ranks have to ask."""
        room = room or self.room()
        weights, device = models.parameter_bytes(network), self.ranks.device.type
        size, count = _padded(self.view), self.ranks.size
        return schedule(program, size, self.tile, self.precision, count, device, self.limits, weights, room=room)

    @contextlib.contextmanager
    def executor(self, program: Program, plan: Schedule) -> Iterator[tuple[Executor, Progress]]:
        """An executor of the network's program over the scene, and its progress."""
        device = self.ranks.device
        division = divide(plan.size, self.tile, self.ranks.size, plan.region, program.grid)
        progress = Progress(self.sink, Workload(program, plan.size, self.precision), division, self.ranks)
        source, dtype = _ViewSource(self.view), precision.DTYPES[self.precision]
        store = Store(plan.memory_budget, None, device, plan.device_budget, plan.places)
        lanes = Lanes.for_device(device, plan.lanes)
        try:
            executor = Executor(program, division, source, store, dtype, self.ranks, progress, lanes, plan.cache_bytes)
            with lanes:
                yield executor, progress
        finally:
            store.close()

    def _slide(self, network: torch.nn.Module, estimate: Callable[[Cutting, Room], Cost]) -> None:
        """Crop mode: plan, then window by window."""
        cutting = Cutting.of(self.request, self.view.grid.height, self.view.grid.width)
        room = self.room()
        planned = _told(self.ranks, lambda: estimate(cutting, room), Cost)
        if self.ranks.rank == 0:
            wanted = self.delivery.wanted
            rows = cutting.rows.touching(wanted.row, wanted.row + wanted.height)
            self.sink.planned(self._plan(planned.seconds, planned.main_bytes, planned.seconds / len(rows)))
        share = cutting.share(self.delivery.wanted, self.ranks.rank, self.ranks.size)
        done = WindowProgress(self.sink, self.ranks, cutting.rounds(self.delivery.wanted, self.ranks.size))
        if share is not None:
            for logits in slide(network, self.view, cutting, share, done, self.ranks.device):
                self._hand_over(*self._judge(logits.window, Logits(logits, 1, logits.window)))
        done.wait()

    def _window_cost(self, network: Segmenter, cutting: Cutting, room: Room) -> Cost:
        window = Workload(program_of(self.preset, network), cutting.padded, self.precision)
        classes, weights = len(self.preset.classes), models.parameter_bytes(network)
        count, device = self.ranks.size, self.ranks.device.type
        return cost(window, cutting, self.delivery.wanted, classes, weights, count, device, room=room)

    def _tried_cost(self, model: OnnxNetwork, cutting: Cutting, room: Room) -> Cost:
        classes, count = len(self.preset.classes), self.ranks.size
        return tried_cost(model, cutting, self.delivery.wanted, classes, room, count)

    def _judge(self, tile: Window, logits: Logits) -> tuple[Window, list[Pixels]]:
        """What the logits of a tile say, and where inside the scene."""
        ((_, inside),) = windows_inside([tile], self.view.grid.height, self.view.grid.width)
        layers = classify(tile, logits, self.values, confidence=self.request.confidence)
        return inside, [layer[: inside.height, : inside.width] for layer in layers]

    def _hand_over(self, window: Window, layers: Sequence[Pixels]) -> None:
        """Give a finished window to the sink."""
        delivered = self.delivery.deliver(window, layers)
        if delivered is not None:
            block, (classes, *rest) = delivered
            self.sink.block(block, classes, rest[0] if rest else None)

    def _plan(self, seconds: float, peak: int, to_first_block: float) -> Plan:
        grid = self.delivery.grid.cut(self.delivery.extent)
        on_own_grid = self.request.grid in ("scene", "model")
        return Plan(
            grid=grid.to_wire(),
            classes=self.preset.classes,
            preset=self.preset.name,
            precision=self.precision,
            confidence=self.request.confidence,
            target=None if on_own_grid else self.request.grid,
            model_width=self.view.grid.width,
            model_height=self.view.grid.height,
            peak_bytes=peak,
            seconds=seconds,
            seconds_to_first_block=to_first_block,
            provenance=self.provenance(),
        )

    def provenance(self) -> dict[str, str]:
        """What the result says about how it was made."""
        weights = self.preset.weights
        assert weights is not None  # weights_path() has found them
        rows = {
            "engine": f"wholescene {__version__}",
            "preset": self.preset.name,
            "weights_sha256": weights.sha256 or "",
            "weights_licence": weights.licence,
            **licence.terms(weights.licence),
            "precision": self.precision,
            "scene": " + ".join(self.scene.sources),
            "bands": ",".join(map(str, self.bands)),
            "network_pixels": f"{self.view.grid.width} x {self.view.grid.height}",
            "grid": self.request.grid,
            "request": identity(self.request),
            "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        }
        if self.request.extent is not None:
            rows["extent"] = str(self.request.extent)
        if self.request.mask is not None:
            rows["mask"] = str(self.request.mask)
        rows |= crop.provenance(self.request) | ablation.provenance(self.request)
        return rows | modes.provenance(self.request, self.preset)

    def _reading(self, fraction: float) -> None:
        if self.sink.cancelled():
            raise errors.Cancelled()
        self.sink.progress("planning", 0.0, None)


class _ViewSource:
    """The scene padded with scaled zeros to a multiple of the network's stride, as an executor reads it."""

    def __init__(self, view: ModelView) -> None:
        self.view = view
        self.size = _padded(view)

    def read(self, windows: Iterable[Window]) -> Generator[Patch, None, None]:
        """A patch for each window; the reading runs ahead in a thread, until this is closed."""
        grid = self.view.grid
        padded = list(windows)
        inside = [window for _, window in windows_inside(padded, grid.height, grid.width)]
        with contextlib.closing(self.view.prefetch(inside)) as parts:
            for window, (part, values) in zip(padded, parts, strict=True):
                data = torch.from_numpy(values)[None]
                margins = (0, window.width - part.width, 0, window.height - part.height)
                yield Patch(F.pad(data, margins) if any(margins) else data, window, self.size)


def _padded(view: ModelView) -> tuple[int, int]:
    height, width = (-(-side // STRIDE) * STRIDE for side in (view.grid.height, view.grid.width))
    return height, width
