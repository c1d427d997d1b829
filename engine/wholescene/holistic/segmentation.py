"""Segment one scene: from a request to blocks of a class map, through any door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timezone

import torch
import torch.nn.functional as F

from .. import __version__
from ..nn.patch import Patch
from ..nn.segmenter import STRIDE
from ..nn.steps import Program
from ..presets.preset import Preset
from ..presets.zoo import Zoo
from ..raster.bands import match_bands
from ..raster.scaling import scaling_from
from ..raster.scene import Scene
from ..raster.view import ModelView
from ..wire import errors
from ..wire.identity import identity
from ..wire.plan import Plan, Window
from ..wire.request import SegmentRequest
from . import models, precision
from .delivery import Delivery, classify, windows_inside
from .executor import Executor
from .feature_map import Store
from .planner import Workload, feature_budget, peak_bytes
from .progress import Progress
from .sink import Sink

TILE = 512  # side of a compute tile in scene pixels, where the preset does not say


def segment(request: SegmentRequest, sink: Sink, zoo: Zoo | None = None) -> None:
    """Compute the class map that ``request`` asks for and hand its blocks to ``sink``.

    Nothing is written here: whoever owns the sink writes. A `WholeSceneError` tells what is wrong
    with the input; `Cancelled` ends a job whose sink asked for it.
    """
    sink.progress("planning", 0.0, None)
    preset = (zoo or Zoo()).load(request.preset)
    preset.weights_path()
    with Scene.open(request.sources, nodata=request.nodata) as scene:
        try:
            _Segmentation(request, preset, scene, sink).run()
        except MemoryError as problem:
            raise errors.OutOfMemory(detail=str(problem) or "allocation failed") from problem
        except RuntimeError as problem:
            if "allocate memory" in str(problem) or "out of memory" in str(problem):
                raise errors.OutOfMemory(detail=str(problem).splitlines()[0]) from problem
            raise


class _Segmentation:
    """One job: the request resolved against preset and scene."""

    def __init__(self, request: SegmentRequest, preset: Preset, scene: Scene, sink: Sink) -> None:
        self.request, self.preset, self.scene, self.sink = request, preset, scene, sink
        self.precision = precision.choose(request.precision, preset.precisions, preset.name)
        self.bands = match_bands(scene.bands, preset.bands, request.bands, preset.name)
        scene.check_not_empty(self.bands)
        scaling = scaling_from(preset.scaling)
        if scaling.needs_statistics:
            scaling = scaling.fit(scene, self.bands, self._reading)
        self.view = ModelView(scene, self.bands, scaling, preset.ground_resolution)
        self.delivery = Delivery(scene, self.bands, self.view, on_model_grid=request.grid == "model")
        if request.extent is not None:
            self.delivery.extent = self.delivery.grid.window_of(request.extent)

    @torch.inference_mode()
    def run(self) -> None:
        """Plan, encode, interact, decode."""
        network = models.load(self.preset, self.precision)
        program = network.program(len(self.bands))
        workload = Workload(program, _padded(self.view), self.precision)
        budget = feature_budget()
        self.sink.planned(self._plan(workload, peak_bytes(workload, budget, models.parameter_bytes(network))))
        store = Store(budget)
        try:
            self._execute(program, workload, store)
        finally:
            store.close()

    def _execute(self, program: Program, workload: Workload, store: Store) -> None:
        progress = Progress(self.sink, workload)
        dtype = precision.DTYPES[self.precision]
        tile = int(self.preset.tile.get("side", TILE))
        source = _ViewSource(self.view)
        try:
            executor = Executor(program, workload.size, source, store, dtype, tile, progress)
        except ValueError as problem:
            raise errors.PresetInvalid(path=self.preset.name, detail=str(problem)) from problem
        executor.encode()
        self._deliver(executor)
        progress.report("decoding")

    def _deliver(self, executor: Executor) -> None:
        values = torch.tensor([entry.value for entry in self.preset.classes], dtype=torch.uint8)
        tiles = executor.head_tiles(self.delivery.wanted)
        inside = windows_inside(tiles, self.view.grid.height, self.view.grid.width)
        for logits, (_, window) in zip(executor.decode(tiles), inside, strict=True):
            layers = classify(logits.crop(window), values, confidence=self.request.confidence)
            delivered = self.delivery.deliver(window, layers)
            if delivered is not None:
                block, (classes, *rest) = delivered
                self.sink.block(block, classes, rest[0] if rest else None)

    def _plan(self, workload: Workload, peak: int) -> Plan:
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
            seconds=workload.seconds,
            provenance=self._provenance(),
        )

    def _provenance(self) -> dict[str, str]:
        weights = self.preset.weights
        assert weights is not None  # weights_path() has found them
        rows = {
            "engine": f"wholescene {__version__}",
            "preset": self.preset.name,
            "weights_sha256": weights.sha256 or "",
            "weights_licence": weights.licence,
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
        return rows

    def _reading(self, fraction: float) -> None:
        if self.sink.cancelled():
            raise errors.Cancelled()
        self.sink.progress("planning", 0.0, None)


class _ViewSource:
    """The scene padded with scaled zeros to a multiple of the network's stride, as an executor reads it."""

    def __init__(self, view: ModelView) -> None:
        self.view = view
        self.size = _padded(view)

    def read(self, windows: Iterable[Window]) -> Iterator[Patch]:
        """A patch for each window; the reading runs ahead in a thread."""
        grid = self.view.grid
        padded = list(windows)
        inside = [window for _, window in windows_inside(padded, grid.height, grid.width)]
        for window, (part, values) in zip(padded, self.view.prefetch(inside), strict=True):
            data = torch.from_numpy(values)[None]
            margins = (0, window.width - part.width, 0, window.height - part.height)
            yield Patch(F.pad(data, margins) if any(margins) else data, window, self.size)


def _padded(view: ModelView) -> tuple[int, int]:
    height, width = (-(-side // STRIDE) * STRIDE for side in (view.grid.height, view.grid.width))
    return height, width
