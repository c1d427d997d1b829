"""The programs that `speed.py` compares, each warm in a process of its own.

    contenders.py NAME PRESET SCENE OUTPUT [OPTION ...]

makes everything ready (weights loaded, code generated, one run over a small scene), prints a line,
and then, for each line on its input, segments the scene from file to file and prints what it took
as JSON. The network, its weights, the number of threads and the files are the same for all; each
has its own defaults for everything else.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from wholescene.wire.plan import Plan

TILE = 512
Run = Callable[[Path, Path], dict[str, Any]]


class Stages:
    """A view of a job that adds up the seconds of its stages: an interval counts to the stage it ends in."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def planned(self, plan: Plan) -> None:
        """Nothing to do."""

    def progress(self, stage: str, fraction: float, seconds_left: float | None) -> None:
        """Count the time since the last report."""
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now

    def cancelled(self) -> bool:
        """Never."""
        return False


def whole_scene(preset: str, precision: str, threads: str) -> Run:
    """This program in its exact mode, in this process."""
    from wholescene.cli import direct
    from wholescene.cli.threads import set_threads
    from wholescene.wire.request import SegmentRequest

    set_threads(int(threads))

    def run(scene: Path, output: Path) -> dict[str, Any]:
        stages = Stages()
        direct.segment(SegmentRequest((str(scene),), preset, str(output), precision=precision, overwrite=True), stages)
        return {"stages": stages.seconds}

    return run


def ranks(preset: str, precision: str, count: str, threads: str) -> Run:
    """This program in its exact mode with ``count`` processes that compute and this one that writes."""
    from wholescene.cli.ranked import GroupDoor
    from wholescene.service.crew import Crew
    from wholescene.wire.request import SegmentRequest

    door = GroupDoor(Crew(("cpu",) * int(count), int(threads))).__enter__()

    def run(scene: Path, output: Path) -> dict[str, Any]:
        stages = Stages()
        request = SegmentRequest((str(scene),), preset, str(output), precision=precision, overwrite=True)
        result = door.segment(request, stages)
        return {"stages": stages.seconds, "exchange": (result["exchange"] or {}).get("share", 0.0)}

    return run


def onnx_tiles(preset: str, overlap: str, threads: str) -> Run:
    """ONNX Runtime on overlapping tiles, one after the other: read, run, take the classes, write the middle."""
    import numpy as np
    import onnxruntime
    import rasterio
    from rasterio.windows import Window

    session = onnxruntime.InferenceSession(_exported(preset), _options(int(threads)), ["CPUExecutionProvider"])
    scale = _scaling(preset)

    def run(scene: Path, output: Path) -> dict[str, Any]:
        with rasterio.open(scene) as source, _target(source, output) as target:
            margin = int(TILE * float(overlap) / 2)
            for row, inner_row in _starts(source.height, float(overlap), margin):
                for col, inner_col in _starts(source.width, float(overlap), margin):
                    pixels = scale(source.read(window=Window(col, row, TILE, TILE)))
                    (logits,) = session.run(None, {"scene": pixels})
                    classes = np.argmax(logits[0], axis=0).astype(np.uint8)
                    rows, cols = slice(*inner_row), slice(*inner_col)
                    height, width = inner_row[1] - inner_row[0], inner_col[1] - inner_col[0]
                    window = Window(col + inner_col[0], row + inner_row[0], width, height)
                    target.write(classes[rows, cols], 1, window=window)
        return {}

    return run


def monai_windows(preset: str, overlap: str, threads: str) -> Run:
    """MONAI's sliding window inference: the scene in memory, windows in batches, logits of all pixels summed."""
    import rasterio
    import torch
    from monai.inferers import sliding_window_inference

    torch.set_num_threads(int(threads))
    network, scale = _network(preset), _scaling(preset)

    @torch.inference_mode()
    def run(scene: Path, output: Path) -> dict[str, Any]:
        with rasterio.open(scene) as source:
            pixels = torch.from_numpy(scale(source.read()))
            logits = sliding_window_inference(pixels, (TILE, TILE), 4, network, overlap=float(overlap))
            classes = logits.argmax(1)[0].to(torch.uint8).numpy()
            with _target(source, output) as target:
                target.write(classes, 1)
        return {}

    return run


def matrix_product(preset: str, precision: str, threads: str) -> Run:
    """How many operations per second a large matrix product reaches: what a processor does at best."""
    import torch

    torch.set_num_threads(int(threads))
    dtype = {"bf16": torch.bfloat16, "float32": torch.float32}[precision]
    left, right, out = (torch.randn(2048, 2048).to(dtype) for _ in range(3))

    def run(scene: Path, output: Path) -> dict[str, Any]:
        best = 0.0
        for _ in range(20):
            start = time.perf_counter()
            torch.mm(left, right, out=out)
            best = max(best, 2 * 2048**3 / (time.perf_counter() - start))
        return {"peak": best}

    return run


CONTENDERS: dict[str, Callable[..., Run]] = {
    "wholescene": whole_scene,
    "ranks": ranks,
    "onnx": onnx_tiles,
    "monai": monai_windows,
    "matmul": matrix_product,
}


# -- what the others need ----------------------------------------------------------


def _network(preset: str) -> Any:
    from wholescene.holistic import models
    from wholescene.presets.zoo import Zoo

    return models.load(Zoo().load(preset), "float32")


def _exported(preset: str) -> bytes:
    import io
    import warnings

    import torch

    network, file = _network(preset), io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (torch.zeros(1, 3, TILE, TILE),), file, dynamo=False, input_names=["scene"])
    return file.getvalue()


def _options(threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return options


def _scaling(preset: str) -> Callable[[np.ndarray], np.ndarray]:
    """From digital numbers ``[bands, h, w]`` to what the network takes, ``[1, bands, h, w]`` in float32."""
    import numpy as np

    from wholescene.presets.zoo import Zoo

    entries = Zoo().item(preset)["properties"]["mlm:input"][0]["value_scaling"]
    mean = np.array([entry["mean"] for entry in entries], np.float32)[:, None, None]
    spread = np.array([entry["stddev"] for entry in entries], np.float32)[:, None, None]
    return lambda numbers: ((numbers.astype(np.float32) - mean) / spread)[None]


def _starts(size: int, overlap: float, margin: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Where tiles begin along a side, and which of their pixels are written; the last one ends with the scene."""
    step, start, done = int(TILE * (1 - overlap)), 0, 0
    while done < size:
        start = min(start, size - TILE)
        end = size if start + TILE >= size else start + TILE - margin
        yield start, (done - start, end - start)
        start, done = start + step, end


def _target(source: Any, output: Path) -> Any:
    import rasterio

    profile = {"driver": "GTiff", "dtype": "uint8", "count": 1, "crs": source.crs, "transform": source.transform}
    layout = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate"}
    return rasterio.open(output, "w", width=source.width, height=source.height, **profile, **layout)


# -- the process -------------------------------------------------------------------


def main() -> int:
    """Make ready, then run once for each line of input."""
    name, preset, scene, warm, output, *options = sys.argv[1:]
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no result
    run = CONTENDERS[name](preset, *options)
    run(Path(warm), Path(output))
    print("ready", file=results, flush=True)
    for _ in sys.stdin:
        start, busy = time.perf_counter(), time.process_time()
        told = run(Path(scene), Path(output))
        took = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - busy}
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({**took, "peak_bytes": peak, **told}), file=results, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
