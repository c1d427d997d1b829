"""A small job for the engine's worker process: known stripes, block by block. Runs there, not in pytest.

The preset's name chooses the pace; the scene is not looked into.
"""

import time

import numpy as np

from wholescene.wire.errors import Cancelled, SceneNotFound
from wholescene.wire.plan import ClassEntry, OutputGrid, Plan, Window

HEIGHT, WIDTH, BLOCK = 1200, 1500, 128
CLASSES = (ClassEntry(0, "even", "#112233"), ClassEntry(1, "odd", "#445566"), ClassEntry(2, "third", "#778899"))


def segment(request, sink):
    if request.preset == "fails":
        raise SceneNotFound(path=request.sources[0])
    rows, cols = np.mgrid[:HEIGHT, :WIDTH]
    classes = ((rows // 5 + cols // 7) % 3).astype(np.uint8)
    grid = OutputGrid(WIDTH, HEIGHT, (0.5, 0.0, 1000.0, 0.0, -0.5, 2000.0), "")
    sink.planned(Plan(grid, CLASSES, request.preset, "float32"))
    for row in range(0, HEIGHT, BLOCK):
        for col in range(0, WIDTH, BLOCK):
            _pause(request.preset, sink)
            block = classes[row : row + BLOCK, col : col + BLOCK]
            sink.block(Window(row, col, *block.shape), np.ascontiguousarray(block), None)
        sink.progress("decoding", min(1.0, (row + BLOCK) / HEIGHT), None)


def _pause(pace, sink):
    time.sleep({"slow": 0.2, "steady": 0.01}.get(pace, 0))
    if sink.cancelled():
        raise Cancelled()


def estimate(question, sink, **given):
    """The true one: what the plugin shows of it is tested."""
    from wholescene.service import compute

    return compute.estimate(question, sink, **given)


def survey(question, sink, **given):
    """The true one."""
    from wholescene.service import compute

    return compute.survey(question, sink, **given)
