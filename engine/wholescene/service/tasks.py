"""What a worker can be asked for besides class maps: each task, what its question is and what computes it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from ..wire.attention import AttentionRequest
from ..wire.estimate import EstimateRequest
from ..wire.request import SegmentRequest

TASK = "task"  # the key that tells a question of another task from a request for a class map
SEGMENT = "segment"
ATTENTION = "attention"
ESTIMATE = "estimate"
SURVEY = "survey"

QUESTIONS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    SEGMENT: SegmentRequest.from_dict,
    ATTENTION: AttentionRequest.from_dict,
    ESTIMATE: EstimateRequest.from_dict,
    SURVEY: dict,
}


def named(task: str, question: Mapping[str, Any]) -> dict[str, Any]:
    """A question as it travels to the worker. A request for a class map travels as it is."""
    return dict(question) if task == SEGMENT else {TASK: task, **question}


def understood(values: Mapping[str, Any]) -> tuple[str, Any]:
    """The task and its question, from what travelled; raises BadRequest or KeyError."""
    task = str(values.get(TASK, SEGMENT))
    return task, QUESTIONS[task]({key: value for key, value in values.items() if key != TASK})


def computation(segment: str, task: str) -> Callable[..., Any]:
    """What computes a task: ``segment`` (module:function) makes class maps, functions of its module named after
    the other tasks do these."""
    module, _, function = segment.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function if task == SEGMENT else task)
    return found
