"""Bringing files home from an engine that may say anything."""

import hashlib
import os
import threading

import pytest
import zmq
from wholescene_qgis.core.errand import under_way
from wholescene_qgis.core.remote.delivery import Delivery
from wholescene_qgis.core.remote.fetching import Parcel, fetch
from wholescene_qgis.core.remote.host import RemoteHost
from wholescene_qgis.core.remote.line import Line
from wholescene_qgis.wire.connection import ConnectionInfo
from wholescene_qgis.wire.errors import (
    Cancelled,
    DiskFull,
    EngineLost,
    OutputUnwritable,
    RemoteAnswer,
    RemoteCorrupt,
)
from wholescene_qgis.wire.message import ENGINE, PROTOCOL, Session, new_key
from wholescene_qgis.wire.release import RELEASE

JOB = "0123456789abcdef"
MAP = os.urandom(900_000)  # several pieces
STYLE = b"<qgis/>"


class Host(threading.Thread):
    """Answers hello, files and fetch as an engine would, from ``files``; a test replaces what it tells."""

    def __init__(self):
        super().__init__(daemon=True)
        self.files = {"map.tif": MAP, "map.qml": STYLE}
        self.told = [self.entry(name) for name in self.files]
        self.asked = []  # offsets
        self.pieces_left = None  # after so many it is silent and then gone
        self.piece = lambda name, offset, data: data
        self._over = threading.Event()
        self._key = new_key()
        self._session = Session(self._key, ENGINE)
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.linger = 0
        port = self._socket.bind_to_random_port("tcp://127.0.0.1")
        self.info = ConnectionInfo(f"tcp://127.0.0.1:{port}", self._key.hex(), 1, PROTOCOL, RELEASE)

    def entry(self, name, **changes):
        content = self.files[name]
        return {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), **changes}

    def run(self):
        while not self._over.is_set():
            if self._socket.poll(10):
                client, *frames = self._socket.recv_multipart()
                self._answer(client, self._session.unpack(frames))
        self._socket.close()
        self._context.term()

    def _answer(self, client, message):
        buffers = ()
        if message.type == "hello":
            kind, body = "hello", {"protocol": PROTOCOL, "version": RELEASE, "pid": 1}
        elif message.type == "files":
            kind, body = "files", {"job": JOB, "files": self.told}
        else:
            name, offset, length = (message.body[key] for key in ("name", "offset", "length"))
            self.asked.append((name, offset))
            if self.pieces_left == 0:
                self._over.set()
                return
            if self.pieces_left is not None:
                self.pieces_left -= 1
            content = self.files.get(name, b"")
            kind, body = "piece", {"job": JOB, "name": name, "offset": offset, "size": len(content)}
            buffers = (self.piece(name, offset, content[offset : offset + length]),)
        self._socket.send_multipart([client, *self._session.pack(kind, body, buffers, message.id)])

    def stop(self):
        self._over.set()
        self.join()


@pytest.fixture
def host():
    hosts = []

    def start():
        hosts.append(Host())
        hosts[-1].start()
        return hosts[-1]

    yield start
    for each in hosts:
        each.stop()


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "maps"
    folder.mkdir()
    return folder


def bring(host, parcel, told=lambda _share: None):
    with Line(host.info, lambda: True) as line:
        return fetch(line, parcel, "there", told)


def test_map_and_style_come_home_under_their_names(host, home):
    shares = []
    bring(host(), Parcel(JOB, str(home / "map.tif")), shares.append)
    assert {path.name: path.read_bytes() for path in home.iterdir()} == {"map.tif": MAP, "map.qml": STYLE}
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_name_that_only_this_machine_knows_is_kept_here(host, home):
    server = host()
    server.files = {"a_b.tif": MAP}
    server.told = [server.entry("a_b.tif")]
    bring(server, Parcel(JOB, str(home / "a:b.tif")))
    assert [path.name for path in home.iterdir()] == ["a:b.tif"]


def test_after_a_cut_it_goes_on_with_what_is_there(host, home):
    first, parcel = host(), Parcel(JOB, str(home / "map.tif"))
    first.pieces_left = 3  # the style, and two pieces of the map
    with pytest.raises(EngineLost):
        bring(first, parcel)
    assert not (home / "map.tif").exists()
    there = {path.stat().st_size for path in home.iterdir()} & {256 << 10, 2 * (256 << 10)}  # the end may overtake one
    second = host()
    bring(second, parcel)
    offsets = [offset for name, offset in second.asked if name == "map.tif"]
    assert {offsets[0]} == there
    assert (home / "map.tif").read_bytes() == MAP
    assert sorted(path.name for path in home.iterdir()) == ["map.qml", "map.tif"]


def test_a_wrong_hash_leaves_nothing_and_the_next_attempt_begins_anew(host, home):
    server, parcel = host(), Parcel(JOB, str(home / "map.tif"))
    server.piece = lambda name, offset, data: data[:-1] + b"\0" if name == "map.tif" and offset == 0 else data
    with pytest.raises(RemoteCorrupt):
        bring(server, parcel)
    assert not [path for path in home.iterdir() if path.name.startswith("map.tif")]
    bring(host(), parcel)
    assert (home / "map.tif").read_bytes() == MAP


@pytest.mark.parametrize("piece", [lambda data: data + b"more", lambda data: data[:-1], lambda data: b""])
def test_a_piece_longer_or_shorter_than_it_was_said_to_be(host, home, piece):
    server = host()
    server.piece = lambda _name, _offset, data: piece(data)
    with pytest.raises(RemoteAnswer):
        bring(server, Parcel(JOB, str(home / "map.tif")))
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["../map.tif", "/etc/passwd", "..\\map.tif", "sub/map.qml", "map.tif\0.exe", "", ".", "other.tif", "C:map.tif", 7],
)
def test_a_file_that_no_job_writes_is_not_taken(host, home, name):
    server = host()
    server.told = [server.entry("map.tif"), {**server.entry("map.qml"), "name": name}]
    with pytest.raises(RemoteAnswer):
        bring(server, Parcel(JOB, str(home / "map.tif")))
    assert server.asked == []
    assert list(home.parent.rglob("*")) == [home]


@pytest.mark.parametrize(
    "changes",
    [{"size": -1}, {"size": "900000"}, {"size": True}, {"size": None}, {"sha256": "abc"}, {"sha256": None}],
)
def test_sizes_and_hashes_that_make_no_sense(host, home, changes):
    server = host()
    server.told = [server.entry("map.tif", **changes)]
    with pytest.raises(RemoteAnswer):
        bring(server, Parcel(JOB, str(home / "map.tif")))
    assert server.asked == []


@pytest.mark.parametrize("told", [None, "map.tif", [], [3], {"map.tif": 1}])
def test_a_list_without_the_map(host, home, told):
    server = host()
    server.told = told
    with pytest.raises(RemoteAnswer):
        bring(server, Parcel(JOB, str(home / "map.tif")))


def test_a_size_beyond_the_disk_is_refused_before_anything_is_fetched(host, home):
    server = host()
    server.told = [server.entry("map.tif", size=1 << 60)]
    with pytest.raises(DiskFull):
        bring(server, Parcel(JOB, str(home / "map.tif")))
    assert server.asked == []


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_style_without_a_map_is_another_layers_and_stays(host, home, overwrite):
    (home / "map.qml").write_bytes(b"by hand")
    places = bring(host(), Parcel(JOB, str(home / "map.tif"), overwrite))
    assert places == {"path": str(home / "map.tif"), "qml": None}
    assert {path.name: path.read_bytes() for path in home.iterdir()} == {"map.tif": MAP, "map.qml": b"by hand"}


def test_a_map_that_is_replaced_gets_its_new_style(host, home):
    for name in ("map.tif", "map.qml", "map.tif.ovr"):
        (home / name).write_bytes(b"old")
    places = bring(host(), Parcel(JOB, str(home / "map.tif"), overwrite=True))
    assert places == {"path": str(home / "map.tif"), "qml": str(home / "map.qml")}
    assert {path.name: path.read_bytes() for path in home.iterdir()} == {"map.tif": MAP, "map.qml": STYLE}


def test_all_files_get_their_names_or_none(host, home):
    (home / "map.qml").write_bytes(b"old style")
    (home / "map.tif").mkdir()  # cannot be replaced by a file
    with pytest.raises(OutputUnwritable):
        bring(host(), Parcel(JOB, str(home / "map.tif"), overwrite=True))
    assert (home / "map.qml").read_bytes() == b"old style"
    assert (home / "map.tif").is_dir()


def test_a_map_that_is_there_by_now_stays_and_the_new_one_gets_a_number(host, home):
    (home / "map.tif").write_bytes(b"another")
    places = bring(host(), Parcel(JOB, str(home / "map.tif")))
    assert places == {"path": str(home / "map_2.tif"), "qml": str(home / "map_2.qml")}
    written = {path.name: path.read_bytes() for path in home.iterdir()}
    assert written == {"map.tif": b"another", "map_2.tif": MAP, "map_2.qml": STYLE}
    bring(host(), Parcel(JOB, str(home / "map.tif"), overwrite=True))
    assert (home / "map.tif").read_bytes() == MAP


def test_a_folder_that_is_gone(host, home):
    with pytest.raises(OutputUnwritable):
        bring(host(), Parcel(JOB, str(home / "gone" / "map.tif")))


@pytest.mark.parametrize("at", [0.3, 1.0], ids=["under way", "just before it gets its name"])
def test_a_fetch_that_is_cancelled_while_data_flows_names_nothing(host, home, at):
    shares = [0.0]
    with Line(host().info, lambda: shares[-1] < at) as line, pytest.raises(Cancelled):
        fetch(line, Parcel(JOB, str(home / "map.tif")), "there", shares.append)
    assert {path.name.rpartition(f".{JOB}.")[2] for path in home.iterdir()} == {"part"}
    assert at <= max(shares) < at + 0.4  # of four pieces: it stops with the next one


def test_what_is_here_already_is_not_read_to_its_end_for_nothing(host, home):
    (home / f"map.tif.{JOB}.part").write_bytes(MAP)
    asked = []
    with Line(host().info, lambda: not asked.append(1) and len(asked) < 10) as line, pytest.raises(Cancelled):
        fetch(line, Parcel(JOB, str(home / "map.tif")), "there", lambda _share: None)
    assert [path.name for path in home.iterdir() if not path.name.endswith(".part")] == []


@pytest.fixture
def delivery(qapp):
    """A way home for a map, whose end is collected."""
    ends = []

    def make(path):
        made = Delivery(RemoteHost("there"), Parcel(JOB, str(path)), qapp)
        made.ready.connect(lambda *_: ends.append("ready"))
        made.failed.connect(ends.append)
        return made

    return make, ends


def test_a_delivery_that_is_dropped_while_data_flows_leaves_nothing(host, home, delivery, qtbot):
    make, ends = delivery
    server, flowing = host(), threading.Event()
    dropped = threading.Event()

    def piece(name, offset, data):
        if name == "map.tif" and offset:
            flowing.set()
            dropped.wait(5)
        return data

    server.piece = piece
    way = make(home / "map.tif")
    way.open(server.info)
    qtbot.waitUntil(flowing.is_set)
    assert list(home.iterdir())
    way.drop()
    dropped.set()
    qtbot.waitUntil(lambda: not under_way())
    assert list(home.iterdir()) == []
    assert ends == []
