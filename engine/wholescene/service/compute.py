"""What the worker computes with: the heart, and memory settings that have to come before it works."""

from __future__ import annotations

from ..holistic import Sink
from ..holistic import segment as compute
from ..holistic.allocator import keep_memory
from ..holistic.devices import choose
from ..holistic.planner import Limits
from ..holistic.ranks import Alone, Ranks
from ..holistic.segmentation import Report
from ..wire.request import SegmentRequest

__all__ = ["segment"]

keep_memory()


def segment(request: SegmentRequest, sink: Sink, ranks: Ranks | None = None, limits: Limits | None = None) -> Report:
    """See `wholescene.holistic.segment`; alone and not told where, on the best device there is."""
    return compute(request, sink, ranks=ranks or Alone(choose()), limits=limits)
