"""The depot: what arrives, what is refused, what a full disk leaves, what goes by itself."""

import contextlib
import hashlib
import os
import subprocess
import time
from pathlib import Path

import pytest

from wholescene.service.depot import Depot
from wholescene.wire.errors import (
    RemoteConflict,
    RemoteCorrupt,
    RemoteDiskFull,
    RemoteIncomplete,
    RemoteNoDepot,
    RemoteNotStored,
    RemoteOffset,
)

SET, OTHER = "a" * 16, "b" * 64
CONTENT = bytes(range(256)) * 40
DAY = 86400


def sha256(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def depot(tmp_path):
    return Depot(tmp_path / "depot")


def send(depot, content=CONTENT, set_=SET, name="scene.tif"):
    begun = depot.store(set_, name, len(content))
    if begun.path is None and begun.have < len(content):
        depot.write(set_, name, begun.have, content[begun.have :])
    return depot.seal(set_, name, sha256(content))


def content_of(path):
    return Path(path).read_bytes()


def files_in(depot):
    return sorted(path.relative_to(depot.scenes).as_posix() for path in depot.scenes.rglob("*") if path.is_file())


def test_a_file_arrives_in_parts(depot):
    assert depot.store(SET, "scene.tif", len(CONTENT)).have == 0
    for offset in range(0, len(CONTENT), 3000):
        stored = depot.write(SET, "scene.tif", offset, CONTENT[offset : offset + 3000])
        assert stored.have == min(offset + 3000, len(CONTENT))
        assert stored.path is None
    sealed = depot.seal(SET, "scene.tif", sha256(CONTENT))
    assert content_of(sealed.path) == CONTENT
    assert files_in(depot) == [f"{SET}/.set.json", f"{SET}/scene.tif"]
    assert depot.store(SET, "scene.tif", len(CONTENT)).path == sealed.path


def test_an_empty_file_arrives_too(depot):
    assert os.path.getsize(send(depot, b"").path) == 0


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_nobody_else_may_look_into_it(depot):
    path = send(depot).path
    folders = [depot.scenes, depot.results, depot.scenes.parent, depot.scenes / SET]
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    assert os.stat(path).st_mode & 0o077 == 0


def test_a_part_has_to_go_on_where_the_file_ends(depot):
    depot.store(SET, "scene.tif", 100)
    depot.write(SET, "scene.tif", 0, bytes(40))
    for offset, count in ((0, 10), (39, 10), (41, 10), (40, 61), (1 << 60, 1)):
        with pytest.raises(RemoteOffset) as refused:
            depot.write(SET, "scene.tif", offset, bytes(count))
        assert refused.value.params["have"] == 40
    assert depot.store(SET, "scene.tif", 100).have == 40


def test_what_was_not_announced_is_not_taken(depot):
    with pytest.raises(RemoteNotStored):
        depot.write(SET, "scene.tif", 0, b"x")
    with pytest.raises(RemoteNotStored):
        depot.seal(SET, "scene.tif", sha256(b""))
    assert files_in(depot) == []


def test_the_next_engine_goes_on_after_it_was_told_the_size(depot, tmp_path):
    depot.store(SET, "scene.tif", len(CONTENT))
    depot.write(SET, "scene.tif", 0, CONTENT[:5000])
    later = Depot(tmp_path / "depot")
    with pytest.raises(RemoteNotStored):
        later.write(SET, "scene.tif", 5000, CONTENT[5000:])
    assert later.store(SET, "scene.tif", len(CONTENT)).have == 5000
    later.write(SET, "scene.tif", 5000, CONTENT[5000:])
    assert content_of(later.seal(SET, "scene.tif", sha256(CONTENT)).path) == CONTENT


def test_an_incomplete_file_is_not_sealed(depot):
    depot.store(SET, "scene.tif", 100)
    depot.write(SET, "scene.tif", 0, bytes(99))
    with pytest.raises(RemoteIncomplete):
        depot.seal(SET, "scene.tif", sha256(bytes(99)))
    assert depot.store(SET, "scene.tif", 100).have == 99


def test_a_damaged_file_is_removed_and_can_be_sent_again(depot):
    depot.store(SET, "scene.tif", len(CONTENT))
    depot.write(SET, "scene.tif", 0, b"\xff" + CONTENT[1:])
    with pytest.raises(RemoteCorrupt) as refused:
        depot.seal(SET, "scene.tif", sha256(CONTENT))
    assert refused.value.params["found"] == sha256(b"\xff" + CONTENT[1:])
    assert files_in(depot) == [f"{SET}/.set.json"]
    assert content_of(send(depot).path) == CONTENT


def test_what_is_left_of_a_longer_file_is_not_gone_on_with(depot):
    depot.store(SET, "scene.tif", 100)
    depot.write(SET, "scene.tif", 0, bytes(100))
    assert depot.store(SET, "scene.tif", 50).have == 0


def test_a_complete_file_is_never_replaced(depot):
    path = send(depot).path
    with pytest.raises(RemoteConflict):
        depot.store(SET, "scene.tif", len(CONTENT) + 1)
    with pytest.raises(RemoteConflict):
        depot.store(SET, "scene.tif", len(CONTENT), sha256(b"another"))
    with pytest.raises(RemoteConflict):
        depot.seal(SET, "scene.tif", sha256(b"another"))
    assert content_of(path) == CONTENT


def test_a_lost_answer_to_seal_can_be_had_again(depot, tmp_path):
    first = send(depot)
    assert depot.seal(SET, "scene.tif", sha256(CONTENT)) == first
    (depot.scenes / SET / ".set.json").write_text("{broken")
    assert Depot(tmp_path / "depot").seal(SET, "scene.tif", sha256(CONTENT)) == first


def test_a_full_disk_is_told_before_anything_is_sent(depot):
    free = os.statvfs(depot.scenes).f_bavail * os.statvfs(depot.scenes).f_frsize
    with pytest.raises(RemoteDiskFull) as refused:
        depot.store(SET, "scene.tif", free + (1 << 40))
    assert refused.value.params["needed_mb"] > (1 << 20)
    assert abs(refused.value.params["free_mb"] - (free >> 20)) < 4096  # others write, too
    with pytest.raises(RemoteNotStored):
        depot.write(SET, "scene.tif", 0, b"x")


@contextlib.contextmanager
def small_disk(folder):
    """A real disk of 80 MB for root; for others a limit on the size of files, which fails in the same place."""
    folder.mkdir()
    if os.geteuid() == 0:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", folder], check=True)


@contextlib.contextmanager
def filled(folder, leaves):
    """The disk has only ``leaves`` bytes left, or files may not grow beyond them."""
    if os.geteuid() == 0:
        room = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
        (folder / "filler").write_bytes(bytes(room - leaves))
        yield
        (folder / "filler").unlink()
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (leaves, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(os.name != "posix", reason="disks and limits of POSIX")
def test_a_disk_that_runs_full_keeps_what_was_there(tmp_path):
    with small_disk(tmp_path / "disk") as folder:
        depot = Depot(folder / "depot")
        depot.store(SET, "scene.tif", 1 << 20)
        with filled(folder, leaves=1 << 18):
            depot.write(SET, "scene.tif", 0, bytes(1 << 17))
            with pytest.raises(RemoteDiskFull):
                depot.write(SET, "scene.tif", 1 << 17, bytes((1 << 20) - (1 << 17)))
        assert depot.store(SET, "scene.tif", 1 << 20).have == 1 << 17
        depot.write(SET, "scene.tif", 1 << 17, bytes((1 << 20) - (1 << 17)))
        assert content_of(depot.seal(SET, "scene.tif", sha256(bytes(1 << 20))).path) == bytes(1 << 20)


def test_a_folder_that_cannot_be_made_is_no_depot(tmp_path):
    (tmp_path / "file").write_text("in its place")
    for depot in (Depot(tmp_path / "file" / "depot"), Depot(None)):
        assert depot.describe() is None
        depot.make_room(str(tmp_path / "file" / "depot" / "results" / SET / "map.tif"))
        depot.sweep()
        with pytest.raises(RemoteNoDepot):
            depot.store(SET, "scene.tif", 1)


def test_forgetting_removes_a_set_and_no_other(depot):
    send(depot)
    kept = send(depot, set_=OTHER)
    gone = depot.forget(SET)
    assert not (depot.scenes / SET).exists()  # at once: deleting may take its time
    depot.remove(gone)
    depot.remove(gone)
    assert depot.forget(SET) == []
    assert files_in(depot) == [f"{OTHER}/.set.json", f"{OTHER}/scene.tif"]
    assert os.path.exists(kept.path)


def test_what_was_forgotten_and_not_yet_deleted_when_the_engine_died_goes(depot):
    send(depot)
    depot.forget(SET)
    again = send(depot)
    depot.sweep()
    assert files_in(depot) == [f"{SET}/.set.json", f"{SET}/scene.tif"]
    assert os.path.exists(again.path)


def aged(folder, days):
    then = time.time() - days * DAY
    for path in (*folder.iterdir(), folder):
        os.utime(path, (then, then), follow_symlinks=False)


def test_what_nobody_used_for_30_days_goes(depot, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.tif").write_text("mine")
    old, young, used, unfinished = ("1" * 16, "2" * 16, "3" * 16, "4" * 16)
    for set_ in (old, young, used):
        send(depot, set_=set_)
    depot.store(unfinished, "scene.tif", 100)
    os.symlink(outside / "precious.tif", depot.scenes / old / "link.tif")
    os.symlink(outside, depot.scenes / ("5" * 16))
    result = depot.results / ("6" * 16)
    depot.make_room(str(result / "map.tif"))
    (result / "map.tif").write_text("map")
    (depot.scenes / "not ours").mkdir()
    for folder, days in ((old, 31), (young, 29), (used, 31), (unfinished, 31), ("not ours", 400)):
        aged(depot.scenes / folder, days)
    aged(result, 31)
    depot.used((f"/vsizip/{depot.scenes / used / 'scene.zip'}/inner.tif",))
    depot.sweep()
    assert sorted(path.name for path in depot.scenes.iterdir()) == sorted([young, used, "5" * 16, "not ours"])
    assert list(depot.results.iterdir()) == []
    assert (outside / "precious.tif").read_text() == "mine"


@pytest.mark.parametrize(
    "form", ["{}/a.tif", "/vsizip/{}/a.zip/b.tif", 'NETCDF:"{}/a.nc":water', "/vsizip/{{{}/a.zip}}/b"]
)
def test_the_sets_of_a_job_are_found_in_names_of_gdal(depot, form):
    name = form.format(depot.scenes / SET)
    assert depot.sets_in((name, "scene", f"{depot.scenes}/nothing/a.tif", "/elsewhere/a.tif")) == {SET}


@pytest.mark.parametrize(
    "output", ["{}/map.tif", "{}/../map.tif", "{}/" + SET + "/deeper/map.tif", "{}/UPPER" + SET + "/m.tif"]
)
def test_room_is_made_right_under_results_only(depot, output):
    before = sorted(depot.results.parent.rglob("*"))
    depot.make_room(output.format(depot.results))
    assert sorted(depot.results.parent.rglob("*")) == before
