"""Connection and installation files: private, whole, and never believed blindly."""

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from wholescene.wire import connection
from wholescene.wire.errors import ConnectionFileInvalid, EngineNotFound, EngineNotInstalled

INFO = connection.ConnectionInfo("tcp://127.0.0.1:5555", "ab" * 32, 4711, 1, "0.1.0")
posix = pytest.mark.skipif(os.name != "posix", reason="file modes of POSIX")


@pytest.fixture
def place(tmp_path):
    return tmp_path / "private" / "engine.json"


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_what_was_written_is_read(place):
    assert connection.write_connection(INFO, place) == place
    assert connection.read_connection(place) == INFO
    assert connection.read_connection(place).key_bytes == b"\xab" * 32
    assert list(place.parent.iterdir()) == [place]


@posix
def test_file_and_folder_are_private(place):
    before = os.umask(0)
    try:
        connection.write_connection(INFO, place)
    finally:
        os.umask(before)
    assert mode(place) == 0o600
    assert mode(place.parent) == 0o700


def test_the_key_is_not_shown():
    assert INFO.key not in repr(INFO)


@posix
def test_a_link_is_neither_written_nor_read(place, tmp_path):
    target = tmp_path / "target.json"
    connection.write_connection(INFO, target)
    place.parent.mkdir()
    place.symlink_to(target)
    with pytest.raises(ConnectionFileInvalid, match="link"):
        connection.write_connection(INFO, place)
    with pytest.raises(ConnectionFileInvalid, match="regular"):
        connection.read_connection(place)


@posix
@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620])
def test_a_file_open_to_others_is_refused(place, bits):
    connection.write_connection(INFO, place)
    place.chmod(bits)
    with pytest.raises(ConnectionFileInvalid, match="other users"):
        connection.read_connection(place)


@posix
def test_a_folder_open_to_everybody_is_refused(place):
    place.parent.mkdir()
    place.parent.chmod(0o777)
    with pytest.raises(ConnectionFileInvalid, match="everybody"):
        connection.write_connection(INFO, place)


@posix
@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user_is_refused(place):
    connection.write_connection(INFO, place)
    os.chown(place, 12345, 12345)
    with pytest.raises(ConnectionFileInvalid, match="another user"):
        connection.read_connection(place)


def test_no_file_means_no_engine(place):
    with pytest.raises(EngineNotFound, match=r"engine\.json"):
        connection.read_connection(place)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"{}",
        json.dumps({**INFO.__dict__, "key": "zz"}).encode(),
        json.dumps({**INFO.__dict__, "key": "abcd"}).encode(),
        json.dumps({**INFO.__dict__, "pid": None}).encode(),
        b'"' + b"x" * 100_000 + b'"',
    ],
)
def test_nonsense_is_refused_in_words(place, content):
    connection.write_connection(INFO, place)
    place.write_bytes(content)
    with pytest.raises(ConnectionFileInvalid):
        connection.read_connection(place)


def test_only_the_own_file_is_removed(place):
    connection.write_connection(INFO, place)
    connection.remove_connection(place, key="cd" * 32)
    assert place.exists()
    connection.remove_connection(place, key=INFO.key)
    assert not place.exists()
    connection.remove_connection(place)


@posix
def test_places_follow_the_environment(tmp_path, monkeypatch):
    for name in ("WHOLESCENE_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert connection.state_dir() == tmp_path / ".local/state/wholescene"
    assert connection.data_dir() == tmp_path / ".local/share/wholescene"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "missing"))
    assert connection.state_dir() == tmp_path / ".local/state/wholescene"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert connection.state_dir() == tmp_path / "wholescene"
    monkeypatch.setenv("WHOLESCENE_HOME", str(tmp_path / "Höhe 1"))
    assert connection.connection_file() == tmp_path / "Höhe 1" / "engine.json"
    assert connection.installation_file() == tmp_path / "Höhe 1" / "data" / "installation.json"


def test_the_installation_is_found_again(tmp_path):
    place = connection.write_installation(sys.executable, "0.1.0", tmp_path / "a" / "installation.json")
    assert connection.read_installation(place) == connection.Installation(sys.executable, "0.1.0")


@pytest.mark.parametrize("content", [None, "{", "{}", json.dumps({"python": "/no/such/python", "version": "1"})])
def test_an_installation_that_is_not_there_is_told(tmp_path, content):
    place = Path(tmp_path / "installation.json")
    if content is not None:
        place.write_text(content)
    with pytest.raises(EngineNotInstalled):
        connection.read_installation(place)


def test_windows_keeps_all_in_the_application_folder(monkeypatch, tmp_path):
    """Which belongs to the user alone, as file modes have it elsewhere."""
    monkeypatch.setattr(connection, "_POSIX", False)
    monkeypatch.setattr(connection.windows_access, "owner_only", lambda _path: None)
    monkeypatch.delenv("WHOLESCENE_HOME", raising=False)
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    assert connection.state_dir() == connection.data_dir() == tmp_path / "Local" / "wholescene"
    connection.write_connection(INFO)
    assert connection.read_connection() == INFO
    monkeypatch.delenv("LOCALAPPDATA")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert connection.data_dir() == tmp_path / "AppData" / "Local" / "wholescene"
