"""Blocks under credit, seen by a client that decides message by message."""

import numpy as np
import patterns
import pytest

TOTAL = len(list(patterns.windows()))


@pytest.fixture
def submit(raw, request_for):
    def ask(credit=0, **fields):
        request = request_for(**fields).to_dict()
        return raw.ask("submit", {"request": request, "credit": credit}).body["job"]

    return ask


def blocks_until(raw, *kinds):
    """Numbers of the blocks that come before a message of these types, and that message."""
    numbers = []
    while (message := raw.receive("block", *kinds)).type == "block":
        numbers.append(message.body["number"])
        check(message)
    return numbers, message


def check(message):
    body = message.body
    place = np.s_[body["row"] : body["row"] + body["height"], body["col"] : body["col"] + body["width"]]
    assert bytes(message.buffers[0]) == patterns.pattern()[place].tobytes()
    assert len(message.buffers) == 1


def test_no_block_without_credit(raw, submit):
    submit(credit=0)
    numbers, done = blocks_until(raw, "done")
    assert numbers == []
    assert done.body["blocks"] == TOTAL


def test_never_more_blocks_than_credit_and_the_job_does_not_wait(raw, submit):
    submit(credit=3)
    numbers, _ = blocks_until(raw, "done")
    assert numbers == [0, 1, 2][: len(numbers)]
    late = [raw.receive("block").body["number"] for _ in range(3 - len(numbers))]
    assert numbers + late == [0, 1, 2]
    assert raw.silent()


def test_a_late_client_gets_the_rest_from_the_result(raw, submit):
    job = submit(credit=0)
    raw.receive("done")
    raw.send("credit", {"job": job, "blocks": TOTAL})
    seen = [raw.receive("block") for _ in range(TOTAL)]
    for message in seen:
        check(message)
    assert [message.body["number"] for message in seen] == list(range(TOTAL))


def test_the_rest_ends_quietly_when_the_result_is_gone(raw, submit, tmp_path):
    job = submit(credit=0, output=str(tmp_path / "map.tif"))
    raw.receive("done")
    (tmp_path / "map.tif").unlink()
    raw.send("credit", {"job": job, "blocks": 5})
    assert raw.silent()
    assert raw.ask("status").type == "status"


def test_attaching_starts_where_the_client_wants(raw, submit):
    job = submit(credit=0)
    raw.receive("done")
    raw.send("attach", {"job": job, "credit": TOTAL, "number": TOTAL - 2})
    assert raw.receive("submitted").body == {"job": job, "ahead": 0}
    assert raw.receive("planned").body["plan"]["grid"]["height"] == patterns.HEIGHT
    assert raw.receive("done").body["job"] == job
    assert [raw.receive("block").body["number"] for _ in range(2)] == [TOTAL - 2, TOTAL - 1]
    assert raw.silent()


def test_two_clients_follow_one_job(raw, client, submit):
    job = submit(credit=TOTAL, preset="slow")
    seen = []
    client.attach(job, credit=TOTAL)

    class Watcher:
        def planned(self, plan):
            pass

        def progress(self, stage, fraction, seconds_left):
            pass

        def cancelled(self):
            return False

    client.follow(job, Watcher(), lambda window, classes, confidence: seen.append(window))
    assert seen == list(patterns.windows())
    numbers, _ = blocks_until(raw, "done")
    assert numbers == list(range(TOTAL))


def test_a_client_that_vanishes_does_not_disturb_the_job(raw, client, submit, tmp_path):
    job = submit(credit=2, preset="slow", output=str(tmp_path / "map.tif"))
    raw.receive("block")
    raw.socket.close(0)
    client.attach(job)
    from service_helpers import View

    assert client.follow(job, View())["path"] == str(tmp_path / "map.tif")
