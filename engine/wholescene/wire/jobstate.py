"""The life of a job as a pure function of (state, event): no clock, no file, no socket.

``queued → planning → reading → encoding → interacting → decoding → writing → done``, or
``failed``, or ``cancelled``. Computing streams over the scene, so a worker may report
"reading" again after "decoding"; the state only moves forward.
"""

from __future__ import annotations

from typing import Dict, Tuple

QUEUED = "queued"
PLANNING = "planning"
READING = "reading"
ENCODING = "encoding"
INTERACTING = "interacting"
DECODING = "decoding"
WRITING = "writing"
DONE = "done"
FAILED = "failed"
CANCELLED = "cancelled"

STAGES: Tuple[str, ...] = (PLANNING, READING, ENCODING, INTERACTING, DECODING, WRITING)
ENDED: Tuple[str, ...] = (DONE, FAILED, CANCELLED)
STATES: Tuple[str, ...] = (QUEUED, *STAGES, *ENDED)

# The events are the stages (the worker reports them) and these:
START = "start"
FINISH = "finish"
FAIL = "fail"
CANCEL = "cancel"
EVENTS: Tuple[str, ...] = (START, *STAGES, FINISH, FAIL, CANCEL)

_ENDINGS: Dict[str, str] = {FAIL: FAILED, CANCEL: CANCELLED}


class IllegalEvent(ValueError):
    """An event that cannot happen in this state: a fault of the engine, never of a user."""


def advance(state: str, event: str) -> str:
    """The state after ``event``.

    An ended job stays as it ended, whatever comes late. A stage that lies behind leaves the
    state alone. Raises IllegalEvent for an event that cannot happen in ``state``.
    """
    if state not in STATES or event not in EVENTS:
        raise IllegalEvent(f"{event!r} in {state!r}")
    if state in ENDED:
        return state
    if event in _ENDINGS:
        return _ENDINGS[event]
    if state == QUEUED and event == START:
        return PLANNING
    if state in STAGES and event in STAGES:
        return max(state, event, key=STAGES.index)
    if state == WRITING and event == FINISH:
        return DONE
    raise IllegalEvent(f"{event!r} in {state!r}")


def has_ended(state: str) -> bool:
    """Whether a job in ``state`` will never change again."""
    return state in ENDED


def is_running(state: str) -> bool:
    """Whether a job in ``state`` is being worked on."""
    return state in STAGES
