"""Downloads over QGIS's network, from a real server that misbehaves."""

import hashlib
import threading

import numpy as np
import pytest
from wholescene_qgis.core.install import download
from wholescene_qgis.core.install.record import Wheel
from wholescene_qgis.wire.errors import (
    Cancelled,
    CertificateUntrusted,
    DownloadDamaged,
    DownloadIntercepted,
    DownloadRefused,
    InstallDiskFull,
    NetworkMissing,
)

from package_server import PackageServer, untrusted_certificate

NAME = "large-1.0-py3-none-any.whl"
SIZE = 3_000_000


@pytest.fixture
def content():
    return b"PK\x03\x04" + np.random.default_rng(7).bytes(SIZE - 4)


@pytest.fixture
def server(tmp_path, content):
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / NAME).write_bytes(content)
    with PackageServer(folder) as running:
        yield running


@pytest.fixture
def wheel(server, content):
    return Wheel("large", "1.0", NAME, f"{server.url}/files/{NAME}", hashlib.sha256(content).hexdigest(), SIZE)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(download, "PAUSE_S", 0.05)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "wheels"
    path.mkdir()
    return path


@pytest.fixture
def fetch(folder, qgis_app):
    """Fetches into the folder as an errand does: in a thread that is not QGIS's."""

    def run(wheel, going_on=lambda: True, told=lambda _size: None):
        found = {}

        def work():
            try:
                found["path"] = download.fetch(wheel, folder, going_on, told)
            except BaseException as problem:
                found["problem"] = problem

        thread = threading.Thread(target=work)
        thread.start()
        while thread.is_alive():
            qgis_app.processEvents()
            thread.join(0.01)
        if "problem" in found:
            raise found["problem"]
        return found["path"]

    return run


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_arrives_whole_and_is_not_fetched_twice(fetch, wheel, server, folder, content):
    sizes = []
    assert fetch(wheel, told=sizes.append).read_bytes() == content
    assert sizes == sorted(sizes)
    assert sizes[-1] == SIZE
    fetch(wheel)
    assert server.files_asked() == [NAME]
    assert names(folder) == [NAME]


def test_a_connection_that_is_cut_goes_on_where_it_was(fetch, wheel, server, content):
    server.cut_after, server.cuts = 1_000_000, 2
    assert fetch(wheel).read_bytes() == content
    begun = [int(asked.partition("=")[2][:-1]) if asked else 0 for _path, asked in server.asked]
    assert begun[0] == 0
    assert begun[1] > 0
    assert begun[2] > begun[1]


def test_a_download_that_was_given_up_goes_on_the_next_time(fetch, wheel, server, folder, content):
    server.cut_after, server.cuts = 700_000, 99
    with pytest.raises(NetworkMissing) as caught:
        fetch(wheel)
    assert caught.value.params["host"] == "127.0.0.1"
    assert names(folder) == [f"{NAME}.part"]  # nothing under the final name
    server.cuts = 0
    assert fetch(wheel).read_bytes() == content
    assert server.asked[-1][1] is not None


def test_a_server_without_ranges_sends_all_of_it_again(fetch, wheel, server, content):
    server.ranges, server.cut_after, server.cuts = False, 1_000_000, 1
    assert fetch(wheel).read_bytes() == content


def test_the_part_of_another_file_is_not_gone_on_with(fetch, wheel, folder, content):
    (folder / f"{NAME}.part").write_bytes(b"x" * (SIZE + 10))  # longer than the file: HTTP 416
    assert fetch(wheel).read_bytes() == content
    (folder / NAME).unlink()
    (folder / f"{NAME}.part").write_bytes(b"x" * 1000)
    with pytest.raises(DownloadDamaged):
        fetch(wheel)
    assert names(folder) == []
    assert fetch(wheel).read_bytes() == content


def test_a_part_that_lacks_nothing_is_not_fetched_again(fetch, wheel, server, folder, content):
    for size in (SIZE, 0):  # 0: nobody has told it
        (folder / f"{NAME}.part").write_bytes(content)
        whole = Wheel("large", "1.0", NAME, wheel.url, wheel.sha256, size)
        assert fetch(whole).read_bytes() == content
        assert names(folder) == [NAME]
        assert server.asked == []
        (folder / NAME).unlink()


def test_a_damaged_file_that_was_there_is_fetched_anew(fetch, wheel, folder, content):
    (folder / NAME).write_bytes(content[:-1] + b"?")
    assert fetch(wheel).read_bytes() == content


def test_another_content_than_promised_is_refused_and_deleted(fetch, wheel, server, folder):
    (server.folder / NAME).write_bytes(b"PK\x03\x04" + b"0" * (SIZE - 4))
    with pytest.raises(DownloadDamaged):
        fetch(wheel)
    assert names(folder) == []


@pytest.mark.parametrize("page", ["<html><body>Please log in</body></html>", "<!DOCTYPE html>\n<p>Blocked</p>"])
def test_a_proxys_page_is_not_taken_for_the_file(fetch, wheel, server, folder, page):
    server.page = page
    with pytest.raises(DownloadIntercepted) as caught:
        fetch(wheel)
    assert caught.value.params["name"] == NAME
    assert names(folder) == []


def test_a_page_that_calls_itself_a_file_is_known_by_its_beginning(fetch, wheel, server, folder):
    (server.folder / NAME).write_bytes(b"\n <!doctype HTML><title>Blocked</title>")
    with pytest.raises(DownloadIntercepted):
        fetch(wheel)
    assert names(folder) == []


def test_what_is_not_there_is_refused_at_once(fetch, wheel, server):
    (server.folder / NAME).unlink()
    with pytest.raises(DownloadRefused):
        fetch(wheel)
    assert len(server.asked) == 1


def test_nobody_at_that_address(fetch, wheel):
    with pytest.raises(NetworkMissing):
        fetch(Wheel("large", "1.0", NAME, f"http://127.0.0.1:9/{NAME}", wheel.sha256))


def test_a_certificate_that_nobody_trusts(fetch, wheel, tmp_path, server, folder):
    with PackageServer(server.folder, untrusted_certificate(tmp_path)) as intercepted:
        with pytest.raises(CertificateUntrusted) as caught:
            fetch(Wheel("large", "1.0", NAME, f"{intercepted.url}/files/{NAME}", wheel.sha256))
        assert caught.value.params["host"] == "localhost"
        assert intercepted.files_asked() == []  # nothing was asked of it
    assert names(folder) == []


def test_a_full_disk(fetch, wheel, folder):
    # /dev/full refuses each byte as a full disk does, for everybody and without a disk to fill
    (folder / f"{NAME}.part").symlink_to("/dev/full")
    with pytest.raises(InstallDiskFull) as caught:
        fetch(wheel)
    assert caught.value.params["folder"] == str(folder)
    assert names(folder) == [f"{NAME}.part"]


def test_cancelling_stops_a_download_that_hangs(fetch, wheel, server, folder):
    server.pause, server.cut_after = threading.Event(), 500_000
    part = folder / f"{NAME}.part"
    with pytest.raises(Cancelled):
        fetch(wheel, going_on=lambda: not (part.exists() and part.stat().st_size >= 500_000))
    assert names(folder) == [part.name]


def test_a_folder_of_this_machine(fetch, wheel, tmp_path, server, content):
    source = tmp_path / "Päckchen 100%"
    source.mkdir()
    (source / NAME).write_bytes(content)
    assert fetch(Wheel("large", "1.0", NAME, (source / NAME).as_uri(), wheel.sha256)).read_bytes() == content
    with pytest.raises(DownloadRefused):
        fetch(Wheel("gone", "1.0", "gone.whl", (source / "gone.whl").as_uri(), wheel.sha256))


def test_sizes_are_asked_for_without_fetching(wheel, server, qgis_app):
    unknown = Wheel("large", "1.0", NAME, wheel.url, wheel.sha256)
    assert [one.size for one in download.with_sizes([unknown], lambda: True)] == [SIZE]
    assert server.files_asked() == []
