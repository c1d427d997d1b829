"""Small real jobs for several ranks: each emits its share of the pattern and speaks to the others.

The preset's name chooses what happens on the way. Runs in the workers, not in pytest.
"""

import time
from dataclasses import dataclass

import patterns
import torch

from wholescene.wire.errors import Cancelled, SceneNotFound
from wholescene.wire.plan import OutputGrid, Plan


@dataclass(frozen=True)
class Report:
    traffic: dict
    exchange_seconds: float


def segment(request, sink, ranks=None, limits=None):
    kind = request.preset
    if ranks.any(kind == "unmet" and ranks.rank == 0):
        raise SceneNotFound(path=request.sources[0]) if ranks.rank == 0 else Cancelled()
    if ranks.rank == 0:
        print("rank 0 greets", flush=True)
        grid = OutputGrid(patterns.WIDTH, patterns.HEIGHT, (0.5, 0.0, 1000.0, 0.0, -0.5, 2000.0), "")
        provenance = {"threads": str(torch.get_num_threads()), "limits": str(limits), "device": str(ranks.device)}
        sink.planned(Plan(grid, patterns.CLASSES, kind, "float32", provenance=provenance))
        sink.progress("reading", 0.1, None)
    _speak(ranks)
    if ranks.rank == ranks.size - 1:
        if kind == "breaks":
            raise ZeroDivisionError("a fault of ours")
        if kind == "lost":
            time.sleep(60)
    _speak(ranks)
    _emit(request, sink, ranks, slow=kind == "slow")
    return Report({"halo": 100 * (ranks.rank + 1), "sum": 8}, 0.0)


def _speak(ranks):
    """One swap and one sum, with answers that are known."""
    received = ranks.swap([torch.tensor([ranks.rank * 10 + to]) for to in range(ranks.size)], [1] * ranks.size, "halo")
    assert [int(part) for part in received] == [sender * 10 + ranks.rank for sender in range(ranks.size)]
    assert ranks.total(torch.tensor([ranks.rank + 1])).item() == ranks.size * (ranks.size + 1) // 2


def _emit(request, sink, ranks, slow):
    classes = patterns.pattern()
    everything = list(patterns.windows())
    for number, window in enumerate(everything):
        for _ in range(20 if slow else 1):
            if ranks.any(sink.cancelled()):
                raise Cancelled()
            if slow:
                time.sleep(0.05)
        if number % ranks.size == ranks.rank:
            rows = slice(window.row, window.row + window.height)
            cols = slice(window.col, window.col + window.width)
            sink.block(window, classes[rows, cols], None)
        if ranks.rank == 0:
            sink.progress("decoding", (number + 1) / len(everything), 1.0)
