"""The other way: a running engine computes and writes; this process only shows the progress."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..wire.request import SegmentRequest
from .progress import View

if TYPE_CHECKING:
    from ..service.client import EngineClient


class EngineDoor:
    """Sends requests to the engine behind a connection file (None: the user's own), over one connection."""

    def __init__(self, connection: Path | None) -> None:
        self._connection = connection
        self._engine: EngineClient | None = None
        self._open = ExitStack()

    def __enter__(self) -> EngineDoor:
        from ..service.client import EngineClient

        self._engine = self._open.enter_context(EngineClient.connect(self._connection))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def segment(self, request: SegmentRequest, view: View) -> dict[str, Any]:
        """Have one scene segmented; the result as plain values."""
        assert self._engine is not None, "use this as a context manager"
        return self._engine.segment(request, view)
