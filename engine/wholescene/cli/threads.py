"""How many threads the computation has, and how they wait for each other."""

from __future__ import annotations

import os
import sys


def wait_asleep() -> None:
    """Let waiting threads sleep instead of spinning; call it before torch is imported.

    Spinning saves microseconds on an idle machine, but where another program wants the
    processors too (QGIS drawing the map, say) it makes the computation several times slower.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")


def set_threads(count: int) -> None:
    """Let the computation in this process use ``count`` threads; best called before torch is imported."""
    os.environ["OMP_NUM_THREADS"] = str(count)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(count)
