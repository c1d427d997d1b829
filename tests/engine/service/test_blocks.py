"""Credit, without any I/O."""

from hypothesis import given
from hypothesis import strategies as st

from wholescene.service.blocks import MAX_CREDIT, MAX_IN_FLIGHT, Follower


def test_one_credit_is_one_block():
    follower = Follower("s", credit=1)
    assert follower.may_take(0)
    follower.sent(10)
    assert not follower.may_take(1)
    follower.grant(1)
    assert follower.may_take(1)


def test_blocks_go_in_order():
    follower = Follower("s", credit=5, next=3)
    assert [number for number in range(6) if follower.may_take(number)] == [3]


def test_large_blocks_go_one_at_a_time():
    follower = Follower("s", credit=5)
    follower.sent(MAX_IN_FLIGHT + 1)
    assert not follower.may_take(1)
    follower.grant(1)
    assert follower.may_take(1)


@given(st.lists(st.integers(0, 3) | st.just("send"), max_size=60), st.integers(1, 4 << 20))
def test_neither_credit_nor_bytes_are_ever_exceeded(events, size):
    follower = Follower("s")
    granted = sent = 0
    for event in events:
        if event == "send":
            if follower.may_take(follower.next):
                follower.sent(size)
                sent += 1
        else:
            follower.grant(event)
            granted += event
        assert sent <= granted
        assert sum(follower.in_flight) < MAX_IN_FLIGHT + size
    assert follower.next == sent


def test_credit_has_a_limit():
    follower = Follower("s")
    for _ in range(5):
        follower.grant(MAX_CREDIT)
    assert follower.credit == MAX_CREDIT
