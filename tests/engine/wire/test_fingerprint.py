"""Fingerprints of files, computed anew from the rule that docs/protocol.md gives."""

import hashlib
import os

import pytest

from wholescene.wire.fingerprint import Fingerprint, fingerprint

SAMPLE = 65_536
EDGES = [0, 1, SAMPLE, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_001]


def by_the_rule(content):
    digest = hashlib.sha256(len(content).to_bytes(8, "big"))
    if len(content) < 1_048_576:
        digest.update(content)
    else:
        for number in range(16):
            begins = number * (len(content) - SAMPLE) // 15
            digest.update(content[begins : begins + SAMPLE])
    return Fingerprint(len(content), digest.hexdigest())


@pytest.mark.parametrize("size", EDGES)
def test_it_follows_the_rule(tmp_path, size):
    content = os.urandom(size)
    path = tmp_path / "scene.tif"
    path.write_bytes(content)
    assert fingerprint(path) == by_the_rule(content)


def test_the_first_and_the_last_byte_count(tmp_path):
    content = bytearray(os.urandom(5_000_000))
    path = tmp_path / "scene.tif"
    told = set()
    for changed in (None, 0, len(content) - 1):
        if changed is not None:
            content[changed] ^= 1
        path.write_bytes(content)
        told.add(fingerprint(str(path)))
    assert len(told) == 3


def test_a_file_far_beyond_the_memory_is_looked_at_in_a_moment(tmp_path):
    size = 1 << 40
    path = tmp_path / "scene.tif"
    with path.open("wb") as file:
        file.truncate(size)  # a hole
    zeros = hashlib.sha256(size.to_bytes(8, "big") + bytes(16 * SAMPLE)).hexdigest()
    assert fingerprint(path) == Fingerprint(size, zeros)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of POSIX")
def test_a_pipe_is_no_file_and_nobody_waits_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        fingerprint(tmp_path / "pipe")


@pytest.mark.parametrize("name", ["gone.tif", "."])
def test_what_is_no_file_is_an_error_that_leaves_nothing_open(tmp_path, name):
    before = os.open(tmp_path / "free", os.O_CREAT)
    os.close(before)
    with pytest.raises(OSError, match=r"not a regular file|No such file"):
        fingerprint(tmp_path / name)
    after = os.open(tmp_path / "free", os.O_RDONLY)
    os.close(after)
    assert after == before  # the lowest number that is free
