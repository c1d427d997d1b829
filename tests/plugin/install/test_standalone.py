"""Unpacking a Python of the engine's own: archives come from elsewhere, and nothing of them gets out."""

import io
import os
import subprocess
import sys
import tarfile

import pytest
from wholescene_qgis.core.install import standalone
from wholescene_qgis.wire.errors import Cancelled, PythonUnusable
from wholescene_qgis.wire.pythons import STANDALONE, this_platform


@pytest.fixture
def pack(tmp_path):
    """Writes an archive of (name, content or TarInfo fields)."""

    def write(*members):
        path = tmp_path / "python.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for name, content in members:
                entry = tarfile.TarInfo(name)
                if isinstance(content, dict):
                    for field, value in content.items():
                        setattr(entry, field, value)
                    archive.addfile(entry)
                else:
                    entry.size, entry.mode = len(content), 0o6777
                    archive.addfile(entry, io.BytesIO(content))
        return path

    return write


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "deep" / "engine"
    path.mkdir(parents=True)
    return path


PROGRAM = ("python/bin/python3.12", f'#!/bin/sh\nexec {sys.executable} "$@"\n'.encode())
LINK = ("python/bin/python3", {"type": tarfile.SYMTYPE, "linkname": "python3.12"})


def test_a_python_is_unpacked_and_runs(pack, folder):
    library = ("python/lib/site.py", b"pass")
    up = ("python/share/lib", {"type": tarfile.SYMTYPE, "linkname": "../lib"})
    python = standalone.unpack(pack(PROGRAM, LINK, library, up), folder, lambda: True)
    told = subprocess.run([python, "-c", "print(6 * 7)"], capture_output=True, text=True)
    assert told.stdout == "42\n"
    assert os.listdir(folder) == ["python"]
    mode = (folder / "python" / "lib" / "site.py").stat().st_mode
    assert mode & 0o7022 == 0  # no other rights than the owner's


def links(*pairs):
    return [(name, {"type": tarfile.SYMTYPE, "linkname": target}) for name, target in pairs]


HOSTILE = {
    "absolute": [("/tmp/wholescene-escaped", b"x")],
    "dots": [("python/../../escaped", b"x")],
    "dots of Windows": [("python\\..\\..\\escaped", b"x")],
    "drive": [("C:/escaped", b"x")],
    "link out": links(("python/lib", "../../..")),
    "absolute link": links(("python/lib", "/etc")),
    "through a link": [*links(("python/lib", "/tmp")), ("python/lib/escaped", b"x")],
    # each stays inside by its words, and together they climb
    "climbing links": [
        *links(("python/a", "."), ("python/b", "a/.."), ("python/c", "b/..")),
        ("python/c/escaped", b"x"),
    ],
    "hard link out": [("python/passwd", {"type": tarfile.LNKTYPE, "linkname": "../../../etc/passwd"})],
    "hard link by root": [("python/passwd", {"type": tarfile.LNKTYPE, "linkname": "/etc/passwd"})],
    "device": [("python/null", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3})],
    "pipe": [("python/pipe", {"type": tarfile.FIFOTYPE})],
    "no Python": [("elsewhere/file", b"x")],
}


@pytest.mark.parametrize("members", HOSTILE.values(), ids=HOSTILE)
def test_what_leads_out_of_the_folder_is_refused(pack, folder, tmp_path, members):
    archive = pack(PROGRAM, LINK, *members) if members != HOSTILE["no Python"] else pack(*members)
    with pytest.raises(PythonUnusable):
        standalone.unpack(archive, folder, lambda: True)
    assert os.listdir(folder) == []
    assert sorted(os.listdir(tmp_path)) == ["deep", "python.tar.gz"]
    assert os.listdir(tmp_path / "deep") == ["engine"]


@pytest.mark.parametrize("keep", [0, 10, 0.5, 0.98])
def test_an_archive_that_is_cut_short_leaves_the_old_python(pack, folder, keep):
    (folder / "python").mkdir()
    (folder / "python" / "old").touch()
    archive = pack(PROGRAM, LINK, ("python/large", os.urandom(100_000)))
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(keep * len(whole)) if isinstance(keep, float) else keep])
    with pytest.raises(PythonUnusable):
        standalone.unpack(archive, folder, lambda: True)
    assert os.listdir(folder) == ["python"]
    assert os.listdir(folder / "python") == ["old"]


def test_unpacking_can_be_cancelled(pack, folder):
    with pytest.raises(Cancelled):
        standalone.unpack(pack(PROGRAM, LINK), folder, lambda: False)
    assert os.listdir(folder) == []


def test_one_is_offered_for_this_machine():
    assert standalone.offered() is STANDALONE[this_platform()]
