"""Bundles from anywhere: whole ones are unpacked, and nothing of the others lands on the disk."""

import hashlib
import json
import os
import struct
import sys
import zipfile

import pytest

from wholescene.wire import pythons
from wholescene.wire.bundle import Bundle, sha256_of
from wholescene.wire.errors import BundleInvalid, BundlePlatform, BundleUnpack

FILES = {
    "requirements.txt": b"torch==2.13.0\n",
    "python/cpython-3.12.14.tar.gz": b"an archive" * 300_000,  # several pieces
    "wheels/a-1.0-py3-none-any.whl": b"a wheel",
    "wheels/b-2.0+cpu-cp312-cp312-manylinux_2_28_x86_64.whl": b"",
    "presets/water-lite/preset.json": b"{}",
}


def described(files):
    return {path: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for path, data in files.items()}


def manifest(files=FILES, **changes):
    values = {
        "format": 1,
        "release": "0.1.0",
        "platform": "linux-x86_64",
        "build": "cpu",
        "python": {"version": "3.12.14", "archive": "python/cpython-3.12.14.tar.gz"},
        "files": described(files) if isinstance(files, dict) else files,
    }
    return {**values, **changes}


def described_as(size=14, sha256="0" * 64):
    """The manifest of a whole bundle that describes one of its files otherwise."""
    values = manifest()
    values["files"]["requirements.txt"] = {"size": size, "sha256": sha256}
    return values


@pytest.fixture
def packed(tmp_path):
    """Writes a ZIP of ``files`` with the manifest ``values`` (text as it stands) and returns its path."""

    def pack(files=FILES, values=None, name="bundle.zip", compression=zipfile.ZIP_STORED):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", compression) as archive:
            for place, data in files.items():
                archive.writestr(place, data)
            if values is not False:
                text = values if isinstance(values, (str, bytes)) else json.dumps(values or manifest(files))
                archive.writestr("bundle.json", text)
        return path

    return pack


def found_in(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_is_unpacked_as_it_was_packed(packed, tmp_path):
    told = []
    bundle = Bundle.open(packed())
    bundle.extract(tmp_path / "neu hier", lambda done, total: told.append((done, total)))
    assert found_in(tmp_path / "neu hier") == FILES
    total = sum(map(len, FILES.values()))
    assert told[-1] == (total, total)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_manifest_tells_what_it_is(packed):
    told = Bundle.open(packed()).manifest
    assert (told.release, told.platform, told.build) == ("0.1.0", "linux-x86_64", "cpu")
    assert told.python.version == "3.12.14"
    assert told.presets == ["water-lite"]
    assert told.files["wheels/a-1.0-py3-none-any.whl"].size == 7
    assert told.to_dict() == manifest()


def test_only_what_is_wanted_is_unpacked(packed, tmp_path):
    Bundle.open(packed()).extract(tmp_path / "out", wanted=lambda path: path.startswith("wheels/"))
    assert set(found_in(tmp_path / "out")) == {path for path in FILES if path.startswith("wheels/")}


def test_another_platform_is_named_beside_this_one(packed):
    bundle = Bundle.open(packed())
    bundle.check_for("linux-x86_64")
    with pytest.raises(BundlePlatform) as told:
        bundle.check_for("windows-x86_64")
    assert "linux-x86_64" in told.value.message
    assert "windows-x86_64" in told.value.message


def test_what_is_there_and_whole_is_kept_and_what_is_not_is_written_anew(packed, tmp_path):
    bundle, folder = Bundle.open(packed()), tmp_path / "out"
    bundle.extract(folder)
    kept, damaged = folder / "python/cpython-3.12.14.tar.gz", folder / "wheels/a-1.0-py3-none-any.whl"
    os.utime(kept, (1, 1))
    damaged.write_bytes(b"A wheel")
    bundle.extract(folder)
    assert kept.stat().st_mtime == 1
    assert found_in(folder) == FILES


def test_a_stop_leaves_no_file_half_written(packed, tmp_path):
    bundle, folder = Bundle.open(packed()), tmp_path / "out"

    def stop(done, total):
        if done > len(FILES["requirements.txt"]) + 1_500_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bundle.extract(folder, stop)
    assert set(found_in(folder)) < set(FILES)
    bundle.extract(folder)
    assert found_in(folder) == FILES


def test_a_damaged_file_gets_no_name(packed, tmp_path):
    path = packed()
    data = path.read_bytes()
    place = data.index(b"a wheel")
    path.write_bytes(data[:place] + b"A" + data[place + 1 :])
    with pytest.raises(BundleInvalid):
        Bundle.open(path).extract(tmp_path / "out")
    assert not list((tmp_path / "out").rglob("a-1.0*"))


def test_a_file_that_is_not_what_the_manifest_says_gets_no_name(packed, tmp_path):
    values = manifest()
    values["files"]["wheels/a-1.0-py3-none-any.whl"]["sha256"] = "0" * 64
    with pytest.raises(BundleInvalid, match=r"a-1\.0-py3-none-any\.whl is damaged"):
        Bundle.open(packed(values=values)).extract(tmp_path / "out")
    assert not list((tmp_path / "out").rglob("a-1.0*"))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.9999])
def test_a_part_of_a_bundle_is_no_bundle(packed, share):
    path = packed()
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BundleInvalid):
        Bundle.open(path)


@pytest.mark.parametrize(
    "name",
    [
        "wheels/../../evil.whl",
        "../evil.whl",
        "/etc/evil",
        "wheels//evil.whl",
        "wheels/./evil.whl",
        "wheels\\..\\evil.whl",
        "C:/evil.whl",
        "wheels/C:evil.whl",
        "wheels/evil.whl:stream",
        "wheels/evil.whl.",
        "wheels/evil.whl ",
        "wheels/NUL",
        "wheels/com1.whl",
        "wheels/a\nb.whl",
        "wheels/",
        "evil.py",
        "sitecustomize/evil.py",
        "",
    ],
)
def test_names_that_lead_elsewhere_are_refused(packed, name):
    with pytest.raises(BundleInvalid):
        Bundle.open(packed(values=manifest({**FILES, name: b"evil"})))


def test_a_name_of_the_zip_that_the_manifest_hides_is_refused(packed):
    with pytest.raises(BundleInvalid, match="evil"):
        Bundle.open(packed({**FILES, "../evil.whl": b"evil"}, manifest()))


def test_a_link_in_the_folder_leads_nothing_out(packed, tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "out"
    outside.mkdir()
    folder.mkdir()
    (folder / "wheels").symlink_to(outside)
    with pytest.raises(BundleUnpack, match="link"):
        Bundle.open(packed()).extract(folder)
    assert not list(outside.iterdir())


def test_a_link_in_the_place_of_the_part_is_not_written_through(packed, tmp_path):
    precious, folder = tmp_path / "precious", tmp_path / "out"
    precious.write_text("mine")
    (folder / "wheels").mkdir(parents=True)
    (folder / "wheels/a-1.0-py3-none-any.whl.part").symlink_to(precious)
    Bundle.open(packed()).extract(folder)
    assert precious.read_text() == "mine"
    assert found_in(folder) == FILES


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (False, "no bundle.json"),
        ("[]", "not an object"),
        ("{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (manifest(format=2), "format 2"),
        (manifest(format="1"), "format '1'"),
        (manifest(release=""), "release"),
        (manifest(platform="any"), "platform"),
        (manifest(build=None), "build"),
        (manifest(python=None), "which Python"),
        (manifest(python={"version": "3.12", "archive": "python/other.tar.gz"}), "not in it"),
        (manifest(python={"version": "3.12", "archive": ["a"]}), "not in it"),
        (manifest(python={"version": "2.7", "archive": None}), "which Python"),
        (manifest(files={}), "no files"),
        (manifest(files=["requirements.txt"]), "no files"),
        (described_as(size=-1), "size"),
        (described_as(size=True), "size"),
        (described_as(sha256="0" * 63), "SHA-256"),
        (described_as(size=1 << 70), "requirements.txt"),
        (manifest({**FILES, "wheels/A-1.0-py3-none-any.whl": b""}), "one name"),
        (manifest({**FILES, "wheels/c.whl": b""}), "c.whl"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(packed, values, told):
    with pytest.raises(BundleInvalid, match=told):
        Bundle.open(packed(values=values))


def test_compressed_files_are_refused(packed):
    with pytest.raises(BundleInvalid, match="compressed"):
        Bundle.open(packed(compression=zipfile.ZIP_DEFLATED))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(packed):
    path = packed()
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("wheels/a-1.0-py3-none-any.whl", b"a whEEl")
    with pytest.raises(BundleInvalid, match="two files"):
        Bundle.open(path)


def test_a_directory_that_points_beyond_the_file_is_refused(packed, tmp_path):
    path = packed()
    data = bytearray(path.read_bytes())
    place = data.rindex(b"PK\x05\x06") + 16
    struct.pack_into("<L", data, place, 0xFFFFFF00)
    path.write_bytes(data)
    with pytest.raises(BundleInvalid):
        Bundle.open(path)


@pytest.mark.parametrize("name", ["not there.zip", ""])
def test_what_is_no_file_is_told(tmp_path, name):
    with pytest.raises(BundleInvalid):
        Bundle.open(tmp_path / name)


def test_a_folder_that_cannot_be_written_is_told(packed, tmp_path):
    (tmp_path / "out").write_text("a file, not a folder")
    with pytest.raises(BundleUnpack, match=r"requirements\.txt"):
        Bundle.open(packed()).extract(tmp_path / "out")


# -- the table of Pythons ------------------------------------------------------------


def test_the_table_names_one_release_for_every_platform():
    assert set(pythons.STANDALONE) == {
        "linux-x86_64",
        "linux-aarch64",
        "windows-x86_64",
        "macos-arm64",
        "macos-x86_64",
    }
    for build in pythons.STANDALONE.values():
        assert build.url.startswith("https://github.com/astral-sh/python-build-standalone/releases/download/")
        assert f"/cpython-{build.version}%2B" in build.url
        assert len(bytes.fromhex(build.sha256)) == 32
        assert build.size is None or build.size > 10_000_000
    assert len({build.sha256 for build in pythons.STANDALONE.values()}) == len(pythons.STANDALONE)


@pytest.mark.parametrize(
    ("system", "machine", "kernel", "expected"),
    [
        ("linux", "x86_64", "#1 SMP", "linux-x86_64"),
        ("linux", "aarch64", "#1 SMP", "linux-aarch64"),
        ("win32", "AMD64", "10.0.19045", "windows-x86_64"),
        ("win32", "ARM64", "10.0.22631", "windows-aarch64"),
        ("darwin", "arm64", "Darwin Kernel Version 23.1.0: root:xnu/RELEASE_ARM64_T6000", "macos-arm64"),
        ("darwin", "x86_64", "Darwin Kernel Version 23.1.0: root:xnu/RELEASE_ARM64_T6000", "macos-arm64"),
        ("darwin", "x86_64", "Darwin Kernel Version 21.6.0: root:xnu/RELEASE_X86_64", "macos-x86_64"),
    ],
)
def test_machines_get_their_names(monkeypatch, system, machine, kernel, expected):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(pythons.platform, "machine", lambda: machine)
    monkeypatch.setattr(pythons.platform, "version", lambda: kernel)
    assert pythons.this_platform() == expected


def test_the_hash_is_that_of_the_file(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    assert sha256_of(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
