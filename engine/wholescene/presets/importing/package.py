"""A preset made elsewhere, as its folder or a ZIP of that: looked at with distrust before a byte of it is written."""

from __future__ import annotations

import json
import os
import re
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ...wire.errors import PresetPackageTooLarge, PresetPackageUnreadable, PresetPackageUnsafe
from ...wire.sizes import size_words
from ..reading import PRESET_FILE

LARGEST = 32 << 30  # bytes of all entries of a package together
LARGEST_TEXT = 1 << 20  # bytes of preset.json, and of a licence
SMALL, SWELLING = 64 << 20, 100  # a ZIP grows to at most so many bytes, or to so many times its own size
MOST_ENTRIES = 1000
TERMS = re.compile(r"(licen[cs]e|notice|copying)(\.(md|txt|rst))?", re.IGNORECASE)
CARD = "card.md"
LITTER = ("__MACOSX", ".DS_Store", "Thumbs.db")  # what file managers leave in archives
# what names a device on Windows, whatever its suffix
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def is_package(path: Path) -> bool:
    """Whether a path is a preset made elsewhere, by its looks: a folder, the preset.json in it, or a .zip file."""
    return path.is_dir() or path.suffix.lower() == ".zip" or path.name == PRESET_FILE


class Package:
    """The files of a preset by their names within its folder; ``item`` is its preset.json.

    Raises:
        PresetPackageUnreadable: no preset in it, or damaged.
        PresetPackageUnsafe: a path that leads out of it, a link, a device, the same name twice, a password.
        PresetPackageTooLarge: far larger unpacked than it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path = path.parent if path.name == PRESET_FILE and not path.is_dir() else path
        self._zip = None if path.is_dir() else _opened(path)
        sizes = _folder_sizes(path) if self._zip is None else _zip_sizes(path, self._zip)
        self._root = _root(path, sizes)
        self.sizes = {name[len(self._root) :]: size for name, size in sizes.items() if name.startswith(self._root)}
        self.item = self._item()

    def needed(self) -> list[str]:
        """What is taken over: the preset's own file, the files that it names, its card and its licence."""
        assets = [PurePosixPath(asset["href"]).as_posix() for asset in self._assets() if "://" not in asset["href"]]
        terms = [name for name in self.sizes if TERMS.fullmatch(name)]
        return list(dict.fromkeys(name for name in (*assets, CARD, *terms) if name in self.sizes))

    def terms(self) -> str:
        """The text of the licence that lies in it, "" if there is none."""
        names = sorted(name for name in self.sizes if TERMS.fullmatch(name) and not name.lower().startswith("notice"))
        return self._text(names[0]) if names else ""

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file of it to read; raises PresetPackageUnreadable where it is damaged."""
        try:
            with self._stream(name) as stream:
                yield stream
        except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError) as problem:
            raise self._unreadable(f"{name}: {problem}") from problem
        except Exception as problem:  # zlib.error and lzma.LZMAError have no base of their own
            if type(problem).__module__ in ("zlib", "lzma", "_lzma", "_bz2", "bz2"):
                raise self._unreadable(f"{name}: {problem}") from problem
            raise

    def _stream(self, name: str) -> IO[bytes]:
        if self._zip is not None:
            return self._zip.open(self._root + name)
        # O_NOFOLLOW: a link that took the file's place since it was looked at is not followed
        return os.fdopen(os.open(self.path / self._root / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")

    def _text(self, name: str) -> str:
        with self.open(name) as stream:
            return stream.read(LARGEST_TEXT).decode("utf-8", "replace")

    def _item(self) -> dict[str, Any]:
        if self.sizes[PRESET_FILE] > LARGEST_TEXT:
            raise self._unreadable(f"its {PRESET_FILE} has more than {size_words(LARGEST_TEXT)}")
        try:
            item = json.loads(self._text(PRESET_FILE))
        except OSError as problem:
            raise self._unreadable(problem.strerror or str(problem)) from problem
        except (ValueError, RecursionError) as problem:
            raise self._unreadable(f"its {PRESET_FILE} is not JSON ({problem})") from problem
        if not (isinstance(item, dict) and isinstance(item.get("properties"), dict)):
            raise self._unreadable(f"its {PRESET_FILE} is not a STAC Item")
        return item

    def _assets(self) -> list[Mapping[str, Any]]:
        assets = self.item.get("assets")
        entries = assets.values() if isinstance(assets, dict) else []
        return [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("href"), str)]

    def _unreadable(self, detail: str) -> PresetPackageUnreadable:
        return PresetPackageUnreadable(path=str(self.path), detail=detail)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, ValueError) as problem:
        detail = getattr(problem, "strerror", None) or str(problem)
        raise PresetPackageUnreadable(path=str(path), detail=detail) from problem


def _zip_sizes(path: Path, archive: zipfile.ZipFile) -> dict[str, int]:
    """The files of an archive with their sizes; folders and litter are left out."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise PresetPackageUnreadable(path=str(path), detail=f"it has {len(entries)} entries; a preset has a few")
    for entry in entries:
        _check_entry(path, entry)
    total, limit = sum(entry.file_size for entry in entries), max(SMALL, SWELLING * path.stat().st_size)
    if total > min(LARGEST, limit):
        raise PresetPackageTooLarge(path=str(path), size=size_words(total), limit=size_words(min(LARGEST, limit)))
    files = [entry for entry in entries if not entry.is_dir() and not _litter(entry.filename)]
    _check_twins(path, [entry.filename for entry in files])
    return {entry.filename: entry.file_size for entry in files}


def _check_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    detail = _strange(entry.orig_filename)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if stat.S_ISLNK(kind):
        detail = "it is a symbolic link"
    elif kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        detail = "it is not a regular file"
    elif entry.flag_bits & 0x1:
        detail = "it has a password"
    if detail:
        raise PresetPackageUnsafe(path=str(path), entry=repr(entry.orig_filename), detail=detail)


def _strange(name: str) -> str:
    """What is wrong with a name that would leave the folder somewhere, or mean something else there; "" if nothing."""
    parts = name.replace("\\", "/").rstrip("/").split("/")
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        return "its path is absolute"
    if ".." in parts:
        return "its path leads out of the folder"
    if "\\" in name or ":" in name or any(ord(letter) < 32 for letter in name):
        return "its name has characters that mean something else on other systems"
    if any(DEVICES.fullmatch(part) or not part.strip(". ") for part in parts):
        return "its name means something else on other systems"
    return ""


def _check_twins(path: Path, names: list[str]) -> None:
    """No file twice, also not for systems to which large and small letters are one."""
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise PresetPackageUnsafe(path=str(path), entry=repr(name), detail="there are two of that name")
        seen.add(name.casefold())


def _litter(name: str) -> bool:
    return any(part in LITTER for part in name.split("/"))


def _folder_sizes(folder: Path) -> dict[str, int]:
    """The files right in a folder, and one level below, that are no links."""
    found = {}
    for file in [*folder.glob("*"), *folder.glob("*/*")]:
        status = file.lstat()
        if stat.S_ISREG(status.st_mode) and not file.parent.is_symlink():
            found[file.relative_to(folder).as_posix()] = status.st_size
    return found


def _root(path: Path, sizes: Mapping[str, int]) -> str:
    """Where in a package the preset lies: at its top, or in its only folder; "" or a name that ends in "/"."""
    if PRESET_FILE in sizes:
        return ""
    found = [name for name in sizes if PurePosixPath(name).name == PRESET_FILE]
    if len(found) != 1 or found[0].count("/") != 1:
        told = "there is no preset.json at its top or in a folder there"
        if len(found) > 1:
            told = f"there are {len(found)} files preset.json; a package holds one preset"
        raise PresetPackageUnreadable(path=str(path), detail=told)
    return found[0][: -len(PRESET_FILE)]
