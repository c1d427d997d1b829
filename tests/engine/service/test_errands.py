"""Errands: in order, told in the loop, bounded for each client, and never in the way of an end."""

import threading
import time

import pytest

from wholescene.service.errands import Errands
from wholescene.wire.errors import BadMessage, InternalError, RemoteCorrupt
from wholescene.wire.transfer import MAX_WAITING, WINDOW


@pytest.fixture
def errands():
    events = []
    arrived = threading.Semaphore(0)

    def notify(event):
        events.append(event)
        arrived.release()

    errands = Errands(notify)
    errands.events, errands.arrived = events, arrived
    yield errands
    errands.stop()


def loop(errands, turns):
    """What the engine's loop does with the events."""
    for _ in range(turns):
        assert errands.arrived.acquire(timeout=10)
        errands.done(errands.events.pop(0))


def test_quick_errands_are_told_in_the_order_they_came_and_pass_the_slow_ones(errands):
    told, held = [], threading.Event()
    errands.do("a", lambda: held.wait(10), lambda outcome: told.append("slow"), slow=True)
    for number in range(20):
        errands.do("a", lambda number=number: number, told.append)
    loop(errands, 20)
    assert told == list(range(20))
    held.set()
    loop(errands, 1)
    assert told[-1] == "slow"


def test_what_goes_wrong_is_told_as_an_error(errands):
    told = []

    def refuse():
        raise RemoteCorrupt(name="a.tif", expected="1", found="2")

    errands.do("a", refuse, told.append)
    errands.do("a", lambda: 1 / 0, told.append)
    errands.do("a", lambda: "after", told.append)
    loop(errands, 3)
    assert [type(outcome) for outcome in told] == [RemoteCorrupt, InternalError, str]
    assert "ZeroDivisionError" in told[1].message


def test_one_client_cannot_fill_the_memory_or_keep_others_out(errands):
    held = threading.Event()
    for _ in range(MAX_WAITING):
        errands.do("greedy", lambda: held.wait(10), lambda outcome: None)
    with pytest.raises(BadMessage):
        errands.do("greedy", lambda: None, lambda outcome: None)
    errands.do("modest", lambda: None, lambda outcome: None)
    held.set()
    loop(errands, MAX_WAITING + 1)
    errands.do("greedy", lambda: None, lambda outcome: None)
    assert WINDOW < MAX_WAITING


def test_the_end_waits_for_no_long_errand(errands):
    begun, stopped = threading.Event(), []

    def hash_something_large():
        begun.set()
        while not errands.stopped():
            time.sleep(0.001)
        stopped.append(True)

    errands.do("a", hash_something_large, lambda outcome: None, slow=True)
    assert begun.wait(10)
    errands.stop()
    assert stopped == [True]
