"""Files that come and go, through a running engine: hostile messages, several clients, engines that die."""

import dataclasses
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from service_helpers import ENVIRONMENT, SEGMENT, RawClient, View, running_engine, wait_for

from wholescene.service import engine as engine_module
from wholescene.service import transfers
from wholescene.service.client import EngineClient
from wholescene.service.engine import Engine, Settings
from wholescene.wire.connection import read_connection
from wholescene.wire.errors import JobUnknown, RemoteCorrupt, RemoteInUse, RemoteNoFiles, RemoteNoSuchFile
from wholescene.wire.fingerprint import Fingerprint, fingerprint
from wholescene.wire.request import SegmentRequest

SET, OTHER = "c0ffee" * 4, "ad0be" * 4
EMPTY = hashlib.sha256(b"").hexdigest()
MEGABYTE = 1 << 20
PROGRAM = """
import sys
from wholescene.service.run import serve
serve(idle_exit=None, segment="patterns:segment", environment={"PYTHONPATH": sys.argv[1]})
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A file of some chunks, the last of them small."""
    path = tmp_path_factory.mktemp("sent") / "scene.tif"
    path.write_bytes(os.urandom(5 * MEGABYTE + 77))
    return path


def code_of(message):
    return message.body["error"]["code"] if message.type == "error" else message.type


def begun(raw, set_, size, name="scene.tif"):
    return raw.ask("store", {"set": set_, "name": name, "size": size}).body


def depot_of(client, folder="scenes"):
    return Path(client.engine["depot"][folder])


# -- looking --


def test_a_file_of_the_engines_machine_is_looked_at(client, large):
    assert client.look(str(large)) == fingerprint(large)
    assert client.look(str(large), large.stat().st_size) == fingerprint(large)
    assert client.look(str(large), 12345) == Fingerprint(large.stat().st_size, "")


def test_what_is_no_file_there_is_told(client, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "gone.tif", tmp_path, tmp_path / "pipe", "relative.tif", "\0", "/dev/zero"):
        with pytest.raises(RemoteNoSuchFile):
            client.look(str(path))


# -- sending --


def test_a_file_is_sent_and_sent_again_for_nothing(client, large):
    set_, seen = transfers.set_of(large), []
    remote = client.send_file(large, set_, progress=lambda have, size: seen.append((have, size)))
    assert Path(remote).read_bytes() == large.read_bytes()
    assert Path(remote).parent == depot_of(client) / set_
    size = large.stat().st_size
    assert seen[0] == (0, size)
    assert seen[-1] == (size, size)
    again = []
    assert client.send_file(large, set_, progress=lambda have, size: again.append(have)) == remote
    assert again == [size]
    client.forget_set(set_)
    assert not Path(remote).parent.exists()


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("look", {}, "wire.message"),
        ("look", {"path": 7}, "wire.message"),
        ("look", {"path": "/" + "x" * 5000}, "wire.message"),
        ("look", {"path": "/a.tif", "size": -1}, "wire.message"),
        ("store", {"set": "..", "name": "a.tif", "size": 1}, "wire.message"),
        ("store", {"set": SET, "name": "../a.tif", "size": 1}, "remote.name"),
        ("store", {"set": SET, "name": "nul.tif", "size": 1}, "remote.name"),
        ("store", {"set": SET, "name": ".set.json", "size": 1}, "remote.name"),
        ("store", {"set": SET, "name": ["a.tif"], "size": 1}, "wire.message"),
        ("store", {"set": SET, "name": "a.tif", "size": True}, "wire.message"),
        ("store", {"set": SET, "name": "a.tif", "size": 1.5}, "wire.message"),
        ("store", {"set": SET, "name": "a.tif", "size": -1}, "wire.message"),
        ("store", {"set": SET, "name": "a.tif", "size": 1 << 61}, "remote.disk_full"),
        ("store", {"set": SET, "name": "a.tif", "size": 1, "sha256": "../.."}, "wire.message"),
        ("chunk", {"set": SET, "name": "a.tif", "offset": 0}, "wire.message"),
        ("seal", {"set": SET, "name": "a.tif"}, "wire.message"),
        ("seal", {"set": SET, "name": "a.tif", "sha256": EMPTY.upper()}, "wire.message"),
        ("seal", {"set": SET, "name": "a.tif", "sha256": EMPTY}, "remote.not_stored"),
        ("forget", {}, "wire.message"),
        ("forget", {"set": "/"}, "wire.message"),
        ("files", {"job": 5}, "wire.message"),
        ("files", {"job": "0" * 16}, "job.unknown"),
        ("fetch", {"job": "0" * 16, "name": "a", "offset": 0, "length": 1}, "job.unknown"),
    ],
)
def test_hostile_questions_get_coded_errors(raw, client, kind, body, code):
    assert code_of(raw.ask(kind, body)) == code
    assert not (depot_of(client) / SET).exists() or not list((depot_of(client) / SET).glob("[!.]*"))


@pytest.mark.parametrize("buffers", [(), (b"",), (b"a", b"b")])
def test_a_chunk_has_one_buffer_with_something_in_it(raw, buffers):
    begun(raw, "1" * 16, 100)
    assert code_of(raw.ask("chunk", {"set": "1" * 16, "name": "scene.tif", "offset": 0}, buffers)) == "wire.message"
    assert begun(raw, "1" * 16, 100)["have"] == 0


def test_only_a_chunk_has_a_buffer(raw):
    assert code_of(raw.ask("store", {"set": SET, "name": "a.tif", "size": 1}, (b"x",))) == "wire.message"


def test_two_clients_that_send_one_file_do_not_mix_it_up(engine, raw):
    """Each goes on from what is there, whoever brought it."""
    other, set_, content = RawClient(read_connection(engine)), "2" * 16, os.urandom(300)
    assert begun(raw, set_, 300)["have"] == begun(other, set_, 300)["have"] == 0
    place = {"set": set_, "name": "scene.tif"}
    assert raw.ask("chunk", {**place, "offset": 0}, (content[:100],)).body["have"] == 100
    late = other.ask("chunk", {**place, "offset": 0}, (content[:100],))
    assert late.body["error"]["params"]["have"] == 100
    assert other.ask("chunk", {**place, "offset": 100}, (content[100:],)).body["have"] == 300
    sha256 = hashlib.sha256(content).hexdigest()
    sealed = [client.ask("seal", {**place, "sha256": sha256}).body["path"] for client in (raw, other)]
    assert Path(sealed[0]).read_bytes() == content
    assert sealed[0] == sealed[1]
    other.close()


def test_a_large_hash_holds_up_nobody(engine, client, raw):
    """A gigabyte takes seconds; the job of another client is cancelled and its chunk taken meanwhile."""
    set_, size = "3" * 16, 1 << 30
    begun(raw, set_, size)
    os.truncate(depot_of(client) / set_ / "scene.tif.part", size)  # zeros, as if they had been sent
    asked = raw.send("seal", {"set": set_, "name": "scene.tif", "sha256": EMPTY})
    other = RawClient(read_connection(engine))
    before = time.monotonic()
    assert other.ask("status").type == "status"
    assert begun(other, "4" * 16, 10)["have"] == 0
    assert other.ask("chunk", {"set": "4" * 16, "name": "scene.tif", "offset": 0}, (b"x",)).body["have"] == 1
    assert raw.silent(0.0), "the hash was done too soon for this test to see anything"
    assert time.monotonic() - before < 1.0
    answer = raw.receive(seconds=60)
    assert (answer.reply_to, code_of(answer)) == (asked.id, "remote.corrupt")
    other.close()


def test_a_file_that_shrinks_while_it_is_sent_is_an_error_here(client, large, tmp_path):
    path = tmp_path / "scene.tif"
    path.write_bytes(large.read_bytes())

    def shrink(have, size):
        os.truncate(path, size // 2)

    with pytest.raises(OSError, match="shorter"):
        client.send_file(path, "5" * 16, progress=shrink)
    assert client.status()["refused"] >= 0  # this connection still works


def test_a_part_that_was_damaged_on_the_way_is_told_and_sent_anew(client, large):
    set_ = "6" * 16

    def damage(have, size):
        if have == size:
            with (depot_of(client) / set_ / "scene.tif.part").open("r+b") as file:
                file.write(b"damaged")

    with pytest.raises(RemoteCorrupt):
        client.send_file(large, set_, progress=damage)
    assert Path(client.send_file(large, set_)).read_bytes() == large.read_bytes()


def test_a_part_that_still_arrives_over_an_earlier_connection_is_no_error(client, raw, large):
    set_, content, seen = "9" * 16, large.read_bytes(), []

    def arrive(have, size):
        if not seen:
            raw.ask("chunk", {"set": set_, "name": "scene.tif", "offset": 0}, (content[:1000],))
        seen.append(have)

    assert Path(client.send_file(large, set_, progress=arrive)).read_bytes() == content
    assert seen[:2] == [0, 1000]


def test_it_goes_through_encryption_too(tmp_path, large):
    """Encrypted frames are longer than what is in them; the largest still has to pass."""
    engine = Engine(Settings(tmp_path / "journal.sqlite", bind="tcp://lo:*", depot=tmp_path / "depot"))
    thread = threading.Thread(target=engine.run)
    thread.start()
    try:
        info = dataclasses.replace(engine.connection, host="another machine")
        with EngineClient(info, tmp_path) as client:
            client._hello(10.0)
            assert Path(client.send_file(large, SET)).read_bytes() == large.read_bytes()
    finally:
        engine.stop()
        thread.join(20)
        engine.close()


def test_an_engine_without_a_place_says_so(tmp_path):
    engine = Engine(Settings(tmp_path / "journal.sqlite"))
    thread = threading.Thread(target=engine.run)
    thread.start()
    raw = RawClient(engine.connection)
    try:
        assert raw.ask("hello", {"protocol": 1, "client": "test", "version": "9"}).body["depot"] is None
        for kind, body in (("store", {"size": 1}), ("chunk", {}), ("seal", {}), ("forget", {})):
            assert code_of(raw.ask(kind, {"set": SET, "name": "a.tif", **body})) == "remote.no_depot"
    finally:
        raw.close()
        engine.stop()
        thread.join(20)
        engine.close()


def test_what_nobody_uses_goes_while_the_engine_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(engine_module, "SWEEPS_EVERY", 0.1)
    engine = Engine(Settings(tmp_path / "journal.sqlite", depot=tmp_path / "depot"))
    thread = threading.Thread(target=engine.run)
    thread.start()
    raw = RawClient(engine.connection)
    try:
        begun(raw, SET, 10)
        begun(raw, OTHER, 10)
        folder = tmp_path / "depot" / "scenes" / SET
        for path in (*folder.iterdir(), folder):
            os.utime(path, (0, 0))
        wait_for(lambda: not folder.exists())
        assert folder.with_name(OTHER).exists()
    finally:
        raw.close()
        engine.stop()
        thread.join(20)
        engine.close()


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Starts engine processes of one home; kills what is left of them."""
    monkeypatch.setenv("WHOLESCENE_HOME", str(tmp_path / "home"))
    started = []

    def build():
        command = [sys.executable, "-c", PROGRAM, ENVIRONMENT["PYTHONPATH"]]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        process.stdout.readline()
        return process

    yield build
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_what_a_killed_engine_had_got_is_gone_on_with_by_the_next(start, large, tmp_path):
    class Killed(Exception):
        pass

    def kill(have, size):
        if have > size / 2:
            os.kill(first.pid, signal.SIGKILL)
            raise Killed

    first = start()
    with pytest.raises(Killed), EngineClient.connect() as client:
        client.send_file(large, SET, progress=kill)
    first.wait()
    start()
    seen = []
    with EngineClient.connect() as client:
        remote = client.send_file(large, SET, progress=lambda have, size: seen.append(have))
    assert large.stat().st_size / 2 < seen[0] < large.stat().st_size
    assert Path(remote).read_bytes() == large.read_bytes()


# -- what jobs have written --


@pytest.fixture
def done(client, scene):
    """A finished job and its map, in the folder for results."""
    output = depot_of(client, "results") / os.urandom(8).hex() / "map.tif"
    job = client.submit(SegmentRequest((str(scene),), "plain", output=str(output)))
    client.follow(job, View())
    return job, output


def test_the_files_of_a_job_are_fetched(client, done, tmp_path):
    job, output = done
    listed = client.files(job)
    assert [entry["name"] for entry in listed] == ["map.tif", "map.tif.aux.xml", "map.qml"]
    for entry in listed:
        original = (output.parent / entry["name"]).read_bytes()
        assert entry["size"] == len(original)
        assert entry["sha256"] == hashlib.sha256(original).hexdigest()
        assert client.fetch_file(job, entry["name"], tmp_path / entry["name"]).read_bytes() == original


def test_a_file_of_that_name_that_was_there_before_is_not_the_jobs(client, scene, tmp_path):
    style = tmp_path / "map.qml"
    style.write_text("another layer's")
    job = client.submit(SegmentRequest((str(scene),), "plain", output=str(tmp_path / "map.tif")))
    client.follow(job, View())
    assert [entry["name"] for entry in client.files(job)] == ["map.tif", "map.tif.aux.xml"]
    with pytest.raises(RemoteNoFiles):
        client.fetch_file(job, "map.qml", tmp_path / "fetched.qml")


@pytest.mark.parametrize("name", ["../journal.sqlite", "/etc/passwd", "engine.json", "map.tif.part"])
def test_nothing_else_is_fetched(raw, done, name):
    job, output = done
    (output.parent / "map.tif.part").write_text("a stranger's")
    answer = raw.ask("fetch", {"job": job, "name": name, "offset": 0, "length": 100})
    assert code_of(answer) == "remote.no_files"


def test_pieces_are_those_that_were_asked_for(raw, done):
    job, output = done
    content, place = output.read_bytes(), {"job": job, "name": "map.tif"}
    for offset, length in ((0, 100), (100, MEGABYTE), (len(content), 10), (len(content) - 1, 10)):
        piece = raw.ask("fetch", {**place, "offset": offset, "length": length})
        assert bytes(piece.buffers[0]) == content[offset : offset + length]
        assert piece.body == {**place, "offset": offset, "size": len(content)}
    assert code_of(raw.ask("fetch", {**place, "offset": len(content) + 1, "length": 1})) == "remote.offset"
    assert code_of(raw.ask("fetch", {**place, "offset": 0, "length": MEGABYTE + 1})) == "wire.message"


def test_jobs_without_files_say_so(client, scene, done, tmp_path):
    failed = client.submit(SegmentRequest((str(scene),), "fails"))
    wait_for(lambda: client.recall(failed)["state"] == "failed")
    with pytest.raises(RemoteNoFiles, match="failed"):
        client.files(failed)
    with pytest.raises(JobUnknown):
        client.files("f" * 16)
    job, output = done
    output.unlink()
    with pytest.raises(RemoteNoFiles):
        client.files(job)


def test_a_fetch_that_was_cut_off_goes_on(client, done, tmp_path, monkeypatch):
    job, output = done
    monkeypatch.setattr(transfers, "CHUNK_BYTES", 256)
    target = tmp_path / "fetched.tif"
    target.write_text("the map of before")

    class CutError(Exception):
        pass

    def cut(have, size):
        if have > size / 2:
            raise CutError

    with pytest.raises(CutError):
        client.fetch_file(job, "map.tif", target, progress=cut)
    assert target.read_text() == "the map of before"
    seen = []
    client.fetch_file(job, "map.tif", target, progress=lambda have, size: seen.append(have))
    assert output.stat().st_size / 2 < seen[0] < seen[-1]
    assert target.read_bytes() == output.read_bytes()
    assert list(tmp_path.glob(".*")) == []


def test_a_fetched_file_that_is_damaged_is_not_kept(client, done, tmp_path, monkeypatch):
    job, output = done
    monkeypatch.setattr(transfers, "CHUNK_BYTES", 256)
    target = tmp_path / "fetched.tif"

    def damage(have, size):
        (part,) = tmp_path.glob(".fetched.tif.*.part")
        if have:
            with part.open("r+b") as file:
                file.write(b"damaged")

    with pytest.raises(RemoteCorrupt):
        client.fetch_file(job, "map.tif", target, progress=damage)
    assert not target.exists()
    assert list(tmp_path.glob(".*")) == []
    assert client.fetch_file(job, "map.tif", target).read_bytes() == output.read_bytes()


def test_the_next_engine_still_hands_out_the_map(scene, tmp_path):
    home = tmp_path / "home"
    with running_engine(home, segment=SEGMENT, environment=ENVIRONMENT) as path, EngineClient.connect(path) as client:
        output = str(depot_of(client, "results") / ("7" * 16) / "map.tif")
        job = client.submit(SegmentRequest((str(scene),), "plain", output=output))
        client.follow(job, View())
    with running_engine(home, segment=SEGMENT, environment=ENVIRONMENT) as path, EngineClient.connect(path) as client:
        fetched = client.fetch_file(job, "map.tif", tmp_path / "fetched.tif")
        assert fetched.read_bytes() == Path(output).read_bytes()


def test_a_scene_that_a_job_reads_is_not_forgotten(client, scene):
    remote = client.send_file(scene, SET)
    job = client.submit(SegmentRequest((remote,), "stuck"))
    with pytest.raises(RemoteInUse, match=job):
        client.forget_set(SET)
    client.cancel(job)
    client.forget_set(SET)
    assert not Path(remote).exists()


def test_fetched_results_can_be_forgotten_but_not_those_of_a_running_job(client, scene, done):
    job, output = done
    client.forget_set(output.parent.name)
    assert not output.parent.exists()
    writing = depot_of(client, "results") / ("8" * 16) / "map.tif"
    job = client.submit(SegmentRequest((str(scene),), "stuck", output=str(writing)))
    with pytest.raises(RemoteInUse):
        client.forget_set("8" * 16)
    client.cancel(job)
    client.forget_set("8" * 16)
    assert not writing.parent.exists()
