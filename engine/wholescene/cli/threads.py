"""How the threads of the computation wait for each other."""

from __future__ import annotations

import os


def wait_asleep() -> None:
    """Let waiting threads sleep instead of spinning; call it before torch is imported.

    Spinning saves microseconds on an idle machine, but where another program wants the
    processors too (QGIS drawing the map, say) it makes the computation several times slower.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
