"""The standalone Python: downloaded from a server that may fail, or an archive that may be anything."""

import hashlib
import http.server
import io
import platform
import tarfile
import threading

import pytest

from standalone_python import standalone_python
from wholescene.bundling import interpreter
from wholescene.wire.errors import BundlingPython
from wholescene.wire.pythons import StandalonePython

CONTENT = b"an archive" * 100_000


@pytest.fixture
def archive(tmp_path):
    """Writes a .tar.gz of files and returns its path."""

    def write(files, name="python.tar.gz"):
        path = tmp_path / name
        with tarfile.open(path, "w:gz") as tar:
            for place, data in files.items():
                entry = tarfile.TarInfo(place)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
        return path

    return write


@pytest.fixture
def serve(monkeypatch):
    """Serves ``CONTENT`` as the Python for Linux: whole, cut off after some bytes, or not at all."""
    servers = []

    def start(sha256=None, cut=None, status=200):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Length", str(len(CONTENT)))
                self.end_headers()
                self.wfile.write(CONTENT[:cut])

            def log_message(self, *arguments):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        url = f"http://127.0.0.1:{server.server_address[1]}/cpython-3.12.14%2B20260814.tar.gz"
        build = StandalonePython("3.12.14", url, sha256 or hashlib.sha256(CONTENT).hexdigest(), None)
        monkeypatch.setitem(interpreter.STANDALONE, "linux-x86_64", build)
        monkeypatch.setenv("no_proxy", "127.0.0.1")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_it_is_downloaded_and_its_bytes_are_told(serve, tmp_path):
    serve()
    told = []
    path = interpreter.downloaded("linux-x86_64", tmp_path, lambda done, total: told.append((done, total)))
    assert path.name == "cpython-3.12.14+20260814.tar.gz"
    assert path.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))


@pytest.mark.parametrize(
    ("how", "why"), [({"sha256": "0" * 64}, "SHA-256"), ({"cut": 5000}, "SHA-256|downloaded"), ({"status": 404}, "404")]
)
def test_what_is_not_whole_or_another_file_gets_no_name(serve, tmp_path, how, why):
    serve(**how)
    with pytest.raises(BundlingPython, match=why):
        interpreter.downloaded("linux-x86_64", tmp_path)
    assert not list(tmp_path.glob("*.tar.gz"))


def test_the_python_that_runs_here_is_one(tmp_path):
    assert interpreter.version_of(standalone_python(tmp_path), "linux-x86_64") == platform.python_version()


HEADER = b'/* comment */\n#define PY_VERSION              "3.12.14"\n'


@pytest.mark.parametrize(
    ("files", "name", "expected"),
    [
        (
            {"python/lib/python3.12/os.py": b"", "python/include/python3.12/patchlevel.h": HEADER},
            "linux-x86_64",
            "3.12.14",
        ),
        (
            {"./python/include/python3.12/patchlevel.h": HEADER, "./python/lib/python3.12/os.py": b""},
            "macos-arm64",
            "3.12.14",
        ),
        ({"python/python312.dll": b"", "python/include/patchlevel.h": HEADER}, "windows-x86_64", "3.12.14"),
        ({"python/python3.dll": b"", "python/python312.dll": b""}, "windows-x86_64", "3.12"),
        ({"python/lib/python3.12/os.py": b""}, "linux-x86_64", "3.12"),
        ({"python/lib/python3.11/os.py": b"", "python/include/patchlevel.h": HEADER}, "linux-x86_64", "3.11"),
    ],
)
def test_the_version_is_read_from_the_archive(archive, files, name, expected):
    assert interpreter.version_of(archive(files), name) == expected


@pytest.mark.parametrize(
    ("files", "name", "why"),
    [
        ({"python/lib/python3.12/os.py": b""}, "windows-x86_64", "for Linux or macOS"),
        ({"python/python312.dll": b""}, "linux-x86_64", "for Windows"),
        ({"cpython/lib/python3.12/os.py": b""}, "linux-x86_64", "no Python in a folder"),
        ({"python/lib/python2.7/os.py": b""}, "linux-x86_64", "no Python in a folder"),
    ],
)
def test_another_python_is_refused(archive, files, name, why):
    with pytest.raises(BundlingPython, match=why):
        interpreter.version_of(archive(files), name)


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00half"])
def test_what_is_no_archive_is_told(tmp_path, content):
    path = tmp_path / "python.tar.gz"
    path.write_bytes(content)
    with pytest.raises(BundlingPython):
        interpreter.version_of(path, "linux-x86_64")


def test_a_given_archive_gets_a_name_for_every_system(archive, tmp_path):
    path = archive({"python/lib/python3.12/os.py": b""}, "Python für mich.tar.gz")
    (tmp_path / "out").mkdir()
    copy = interpreter.given(path, hashlib.sha256(path.read_bytes()).hexdigest(), tmp_path / "out")
    assert copy.name == "Python-f-r-mich.tar.gz"
    assert copy.read_bytes() == path.read_bytes()
    with pytest.raises(BundlingPython):
        interpreter.given(path, "0" * 64, tmp_path / "out")
