"""What the worker computes with: the heart, and memory settings that have to come before it works."""

from __future__ import annotations

from ..holistic import Sink
from ..holistic import segment as compute
from ..holistic.allocator import keep_memory
from ..holistic.attention_map import heat_map
from ..holistic.devices import choose
from ..holistic.planner import Limits
from ..holistic.ranks import Alone, Ranks
from ..holistic.segmentation import Report
from ..wire.attention import AttentionRequest
from ..wire.errors import Cancelled
from ..wire.request import SegmentRequest
from .sinks import PipeSink

__all__ = ["attention", "segment"]

keep_memory()


def segment(request: SegmentRequest, sink: Sink, ranks: Ranks | None = None, limits: Limits | None = None) -> Report:
    """See `wholescene.holistic.segment`; alone and not told where, on the best device there is."""
    return compute(request, sink, ranks=ranks or Alone(choose()), limits=limits)


def attention(
    question: AttentionRequest, sink: PipeSink, ranks: Ranks | None = None, limits: Limits | None = None
) -> Report:
    """See `wholescene.holistic.attention_map`. Of several ranks the first computes, the others wait for it."""
    ranks = ranks or Alone(choose())
    outcome: bytes | None = None
    try:
        if ranks.rank == 0:
            sink.heatmap(heat_map(question, sink, ranks=Alone(ranks.device), limits=limits))
            outcome = b"done"
    finally:
        outcome = ranks.tell(outcome)
    if not outcome:
        raise Cancelled()
    return Report()
