"""Presets made elsewhere, as folders and ZIPs: taken over whole, or refused with nothing left behind."""

import json
import shutil
import stat
import struct
import zipfile

import pytest

from wholescene.cli.main import main
from wholescene.presets import Zoo
from wholescene.presets.importing.package import Package
from wholescene.presets.zoo import shipped_folder
from wholescene.wire.errors import PresetPackageTooLarge, PresetPackageUnreadable, PresetPackageUnsafe

SHIPPED = shipped_folder() / "water-lite"


@pytest.fixture
def presets(engine_home):
    """The folder of the user's own presets."""
    return engine_home / "data" / "presets"


@pytest.fixture
def folder(tmp_path):
    """A preset that somebody sent: the shipped one under another licence, with its text."""
    made = tmp_path / "sent" / "water-lite"
    shutil.copytree(SHIPPED, made)
    change(made, lambda item: item["assets"]["model"].update(license="CC-BY-NC-4.0"))
    (made / "LICENSE").write_text("You may look, not sell.")
    (made / "notes.xlsx").write_bytes(b"nothing that a preset needs")
    return made


def change(folder, how):
    file = folder / "preset.json"
    item = json.loads(file.read_text())
    how(item)
    file.write_text(json.dumps(item))


def zipped(folder, inside="water/", packing=zipfile.ZIP_STORED):
    path = folder.parent / "sent.zip"
    with zipfile.ZipFile(path, "w", packing) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, inside + file.name)
    return path


def with_entry(folder, name, data=b"boo", mode=stat.S_IFREG | 0o644, flags=0):
    """The ZIP of a folder with one more entry, which zipfile itself would not make."""
    path = zipfile.ZipFile(zipped(folder), "a")
    with path as archive:
        entry = zipfile.ZipInfo("placeholder")
        entry.filename = name
        entry.external_attr = mode << 16
        archive.writestr(entry, data)
        entry.flag_bits |= flags
    return folder.parent / "sent.zip"


def run(file, *more):
    return main(["import", str(file), "--as", "friend", "--json", *more])


def told(capsys):
    return json.loads(capsys.readouterr().out)


def refused(file, capsys, presets):
    """The code with which it is refused; nothing may be left."""
    assert run(file, "--accept-licence") == 1
    assert not list(presets.glob("*")), "something was left behind"
    assert not list(presets.glob(".*")), "something was left behind"
    return told(capsys)["error"]["code"]


@pytest.fixture
def outer(folder, tmp_path):
    """A folder whose only folder is the preset's."""
    shutil.copytree(folder, tmp_path / "outer" / "water")
    return tmp_path / "outer"


@pytest.mark.parametrize("kind", ["top of a ZIP", "folder in a ZIP", "folder", "folder in a folder"])
def test_a_preset_is_taken_over_under_a_name_of_ones_own(folder, outer, kind, presets, capsys):
    file = {"folder": folder, "folder in a folder": outer}.get(kind) or zipped(
        folder, "" if "top" in kind else "water/"
    )
    assert run(file, "--accept-licence") == 0
    assert told(capsys)["licence"] == "CC-BY-NC-4.0"
    # what it names and nothing else
    kept = {file.name for file in (presets / "friend").iterdir()}
    assert kept == {"preset.json", "weights.safetensors", "card.md", "picture.jpg", "LICENSE"}
    mine, theirs = Zoo().load("friend"), Zoo().load("water-lite")
    assert mine.weights_path().read_bytes() == theirs.weights_path().read_bytes()
    assert mine.classes == theirs.classes
    described = mine.to_dict()
    assert described["non_commercial"]
    accepted = json.loads((presets / "friend" / "preset.json").read_text())["properties"]["wholescene:licence_accepted"]
    assert (accepted["licence"], accepted["how"]) == ("CC-BY-NC-4.0", "option")
    assert described["licence_accepted"] == accepted["date"]


def test_without_the_licence_nothing_is_written(folder, presets, capsys):
    assert run(zipped(folder)) == 1
    assert told(capsys)["error"]["code"] == "checkpoint.licence"
    assert not presets.exists()


def test_an_acceptance_of_somebody_else_is_not_ones_own(folder, presets, capsys):
    foreign = {"licence": "MIT", "date": "1999-01-01", "how": "terminal"}
    change(folder, lambda item: item["properties"].update({"wholescene:licence_accepted": foreign}))
    assert run(folder) == 1
    assert run(folder, "--accept-licence") == 0
    assert Zoo().load("friend").accepted != "1999-01-01"


def test_a_look_tells_the_licence_in_words_and_writes_nothing(folder, presets, capsys):
    assert main(["import", str(zipped(folder)), "--look", "--json"]) == 0
    found = told(capsys)
    assert (found["kind"], found["name"], found["needs"]) == ("preset", "water-lite", [])
    assert found["licence"]["title"] == "Creative Commons Attribution-NonCommercial 4.0 International"
    assert found["licence"]["text"] == "You may look, not sell."
    assert not presets.exists()


# -- hostile ones --------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "water/../../evil",
        "/etc/evil",
        "C:/evil",
        "C:evil",
        "..\\evil",
        "\\\\server\\share\\evil",
        "water/a:b",
        "water/nul",
        "water/COM1.txt",
        "water/.. /evil",
        "water/evil\x01",
        "water/WEIGHTS.safetensors",
    ],
)
def test_names_that_lead_elsewhere_are_refused(folder, name, presets, capsys, tmp_path):
    before = {path for path in tmp_path.rglob("*") if "sent" not in path.parts and "home" not in path.parts}
    assert refused(with_entry(folder, name), capsys, presets) == "preset.archive_unsafe"
    assert {path for path in tmp_path.rglob("*") if "sent" not in path.parts and "home" not in path.parts} == before


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(folder, kind, presets, capsys):
    hostile = with_entry(folder, "water/card.txt", b"/etc/passwd", mode=kind | 0o777)
    assert refused(hostile, capsys, presets) == "preset.archive_unsafe"


def test_a_link_in_a_folder_is_not_followed(folder, tmp_path, presets, capsys):
    secret = tmp_path / "secret.safetensors"
    shutil.copyfile(folder / "weights.safetensors", secret)
    (folder / "weights.safetensors").unlink()
    (folder / "weights.safetensors").symlink_to(secret)
    assert refused(folder, capsys, presets) == "preset.weights_missing"


def test_a_bomb_is_not_unpacked(folder, presets, capsys):
    (folder / "zeros.bin").write_bytes(b"\0" * (3 << 30 >> 4))  # 192 MiB that take 200 kB
    (folder / "weights.safetensors").write_bytes(b"")
    path = zipped(folder, packing=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(PresetPackageTooLarge):
        Package(path)
    assert refused(path, capsys, presets) == "preset.archive_size"


def test_an_entry_that_lies_about_its_size_is_damaged(folder, presets, capsys):
    """The directory says 3 bytes: no more are read, and the sum does not hold."""
    path = zipped(folder)
    data = bytearray(path.read_bytes())
    name = b"water/weights.safetensors"
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(name))
    struct.pack_into("<L", data, place + 24, 3)
    path.write_bytes(data)
    assert refused(path, capsys, presets) == "preset.archive"


@pytest.mark.parametrize("cut", [10, 2000, -2000, -10])
def test_a_damaged_archive_is_told(folder, cut, presets, capsys):
    path = zipped(folder)
    data = path.read_bytes()
    path.write_bytes(data[:cut])
    assert refused(path, capsys, presets) == "preset.archive"


def test_flipped_bits_in_the_weights_are_found(folder, presets, capsys):
    path = zipped(folder)
    data = bytearray(path.read_bytes())
    data[data.index(b"weights.safetensors") + 1_000_000] ^= 1
    path.write_bytes(data)
    assert refused(path, capsys, presets) == "preset.archive"  # by the archive's own sum


def test_a_password_is_refused(folder):
    with pytest.raises(PresetPackageUnsafe, match="password"):
        Package(with_entry(folder, "water/more.txt", flags=0x1))


def test_many_presets_in_one_are_refused(folder, presets, capsys):
    assert refused(with_entry(folder, "other/preset.json", b"{}"), capsys, presets) == "preset.archive"


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (lambda item: item["assets"]["model"].update({"file:checksum": "1220" + "0" * 64}), "preset.weights_corrupt"),
        (lambda item: item["assets"]["model"].pop("file:checksum"), "preset.weights_missing"),
        (lambda item: item["assets"]["model"].update(href="../../weights.safetensors"), "preset.invalid"),
        (lambda item: item["assets"]["model"].update(href="/etc/passwd"), "preset.invalid"),
        (lambda item: item["assets"]["model"].update(href="https://example.org/w"), "preset.invalid"),
        (lambda item: item.update(stac_extensions=["https://example.org/other/v1.0.0/schema.json"]), "preset.invalid"),
        (lambda item: item["properties"]["mlm:output"][0]["classification:classes"].pop(), "preset.invalid"),
        (lambda item: item["properties"]["wholescene:architecture"]["decoder"].update(channels=7), "preset.invalid"),
        (lambda item: item["properties"].update({"wholescene:weights_of": "nobody"}), "preset.weights_missing"),
        (lambda item: item["properties"].update({"wholescene:weights_of": "../water-lite"}), "preset.weights_missing"),
        (lambda item: item.pop("properties"), "preset.archive"),
    ],
)
def test_what_is_no_preset_that_runs_gets_no_name(folder, how, code, presets, capsys):
    change(folder, how)
    assert refused(zipped(folder), capsys, presets) == code


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"properties": 3}', "\xff"])
def test_a_preset_json_that_is_none(folder, text, presets, capsys):
    (folder / "preset.json").write_text(text, encoding="latin-1")
    assert refused(zipped(folder), capsys, presets) == "preset.archive"


def test_what_is_not_there_is_told(tmp_path, presets, capsys):
    assert refused(tmp_path / "none.zip", capsys, presets) == "preset.archive"
    (tmp_path / "empty").mkdir()
    with pytest.raises(PresetPackageUnreadable, match="there is no preset"):
        Package(tmp_path / "empty")
