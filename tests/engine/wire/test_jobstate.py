"""The job's life: every state with every event, against a table written by hand."""

import pytest

from wholescene.wire import jobstate

# For each state: the state after each event, or None where the event cannot happen.
# Events: start, planning, reading, encoding, interacting, decoding, writing, finish, fail, cancel.
EVENTS = ["start", "planning", "reading", "encoding", "interacting", "decoding", "writing", "finish", "fail", "cancel"]
AFTER = {
    "queued": "planning - - - - - - - failed cancelled",
    "planning": "- planning reading encoding interacting decoding writing - failed cancelled",
    "reading": "- reading reading encoding interacting decoding writing - failed cancelled",
    "encoding": "- encoding encoding encoding interacting decoding writing - failed cancelled",
    "interacting": "- interacting interacting interacting interacting decoding writing - failed cancelled",
    "decoding": "- decoding decoding decoding decoding decoding writing - failed cancelled",
    "writing": "- writing writing writing writing writing writing done failed cancelled",
    "done": " ".join(["done"] * 10),
    "failed": " ".join(["failed"] * 10),
    "cancelled": " ".join(["cancelled"] * 10),
}
CASES = [
    (state, event, after) for state, row in AFTER.items() for event, after in zip(EVENTS, row.split(), strict=True)
]


def test_the_table_is_complete():
    assert set(AFTER) == set(jobstate.STATES)
    assert set(EVENTS) == set(jobstate.EVENTS)


@pytest.mark.parametrize(("state", "event", "after"), CASES)
def test_every_state_with_every_event(state, event, after):
    if after == "-":
        with pytest.raises(jobstate.IllegalEvent):
            jobstate.advance(state, event)
    else:
        assert jobstate.advance(state, event) == after


@pytest.mark.parametrize(("state", "event"), [("queued", "nonsense"), ("nonsense", "start"), ("done", "nonsense")])
def test_unknown_words_are_refused(state, event):
    with pytest.raises(jobstate.IllegalEvent):
        jobstate.advance(state, event)


def test_running_and_ended_divide_the_states():
    running = {state for state in jobstate.STATES if jobstate.is_running(state)}
    ended = {state for state in jobstate.STATES if jobstate.has_ended(state)}
    assert running == {"planning", "reading", "encoding", "interacting", "decoding", "writing"}
    assert ended == {"done", "failed", "cancelled"}
