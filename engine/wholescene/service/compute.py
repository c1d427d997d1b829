"""What the worker computes with: the heart, and memory settings that have to come before it works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..holistic import Sink
from ..holistic import estimate as estimates
from ..holistic import segment as compute
from ..holistic.allocator import keep_memory
from ..holistic.attention_map import heat_map
from ..holistic.devices import choose
from ..holistic.planner import Limits
from ..holistic.ranks import Alone, Ranks
from ..holistic.segmentation import Report
from ..holistic.survey import survey as machine_survey
from ..wire.attention import AttentionRequest
from ..wire.errors import Cancelled
from ..wire.estimate import EstimateRequest
from ..wire.request import SegmentRequest
from .outputs import with_output
from .sinks import PipeSink

__all__ = ["attention", "estimate", "segment", "survey"]

keep_memory()


def segment(request: SegmentRequest, sink: Sink, ranks: Ranks | None = None, limits: Limits | None = None) -> Report:
    """See `wholescene.holistic.segment`; alone and not told where, on the best device there is."""
    return compute(request, sink, ranks=ranks or Alone(choose()), limits=limits)


@dataclass(frozen=True)
class Answer:
    """The answer to a question that is no job, as plain values, with what the machine has now."""

    estimate: dict[str, Any]
    machine: dict[str, Any]


def estimate(
    question: EstimateRequest, sink: PipeSink, ranks: Ranks | None = None, limits: Limits | None = None
) -> Answer:
    """See `wholescene.holistic.estimate`; the place of the output is looked at as well."""
    here = None if ranks is None else str(ranks.device)
    kind = question.device or choose(here).partition(":")[0]
    found = estimates.estimate(question, kind, limits)
    return Answer(with_output(question.request, found, question.as_scene).to_dict(), machine_survey(here))


def survey(
    question: dict[str, Any], sink: PipeSink, ranks: Ranks | None = None, limits: Limits | None = None
) -> Answer:
    """See `wholescene.holistic.survey`."""
    return Answer({}, machine_survey(None if ranks is None else str(ranks.device)))


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
