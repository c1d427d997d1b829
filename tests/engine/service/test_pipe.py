"""Maps over a real pipe."""

import contextlib
import os
import threading
from pathlib import Path

import pytest

from wholescene.service import pipe


@pytest.fixture
def ends():
    reading, writing = os.pipe()
    yield reading, writing
    for end in (reading, writing):
        with contextlib.suppress(OSError):
            os.close(end)


def test_many_writers_do_not_mix(ends):
    reading, writing = ends
    out = pipe.PipeWriter(writing)
    sent = [{"n": n, "data": bytes([n]) * 300_000} for n in range(6)]
    threads = [threading.Thread(target=out.send, args=(values,)) for values in sent]
    for thread in threads:
        thread.start()
    got = [pipe.receive(reading) for _ in sent]
    for thread in threads:
        thread.join()
    assert sorted(got, key=lambda values: values["n"]) == sent


def test_the_end_of_the_pipe_is_none(ends):
    reading, writing = ends
    os.close(writing)
    assert pipe.receive(reading) is None


def test_a_writer_that_dies_in_a_map_ends_the_pipe(ends):
    reading, writing = ends
    os.write(writing, (100).to_bytes(8, "big") + b"abc")
    os.close(writing)
    assert pipe.receive(reading) is None


@pytest.mark.parametrize(
    "data", [(1 << 40).to_bytes(8, "big"), b"a library printed this", (1).to_bytes(8, "big") + b"\x05"]
)
def test_something_else_is_refused(ends, data):
    reading, writing = ends
    os.write(writing, data)
    with pytest.raises(ValueError, match="pipe"):
        pipe.receive(reading)


def test_what_msgpack_does_not_know_goes_as_text(ends):
    reading, writing = ends
    pipe.PipeWriter(writing).send({"path": Path("a") / "b"})
    assert pipe.receive(reading) == {"path": str(Path("a") / "b")}
