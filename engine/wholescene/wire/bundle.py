"""Bundles: the engine with its Python, its packages and presets in one file, to install without a network.

A bundle is a ZIP whose files are stored, not compressed (they are packed already), with ``bundle.json``, the
manifest: what it is for, and of each file its size and SHA-256. The files lie in ``python/`` (an archive of a
standalone Python, or none), ``wheels/`` and ``presets/<name>/``, and there is ``requirements.txt``, which pins what
is to be installed.

A bundle may come from anywhere, so nothing in it is believed before it was looked at: names stay inside of the
folder, on Windows too, and no file gets its name before its hash was right.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional

from .errors import BundleInvalid, BundlePlatform, BundleUnpack

FORMAT = 1
MANIFEST = "bundle.json"
REQUIREMENTS = "requirements.txt"
PYTHON_FOLDER, WHEEL_FOLDER, PRESET_FOLDER = "python", "wheels", "presets"

MAX_MANIFEST_BYTES = 4 << 20
MAX_FILES = 20_000
PIECE = 1 << 20
_PLATFORM = re.compile(r"[a-z0-9]+-[a-z0-9_]+")
# a name that Windows takes too: no drive, no device, no end that it would cut off
_NAME = re.compile(r"[A-Za-z0-9_+!@(){}\[\]&=~ ,%#.-]+")
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")

Progress = Callable[[int, int], None]


class BundledFile(NamedTuple):
    """What the manifest says of a file: bytes, and SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True)
class BundledPython:
    """The Python that the wheels are for, such as ``3.12`` or ``3.12.14``; ``archive`` is its path in the bundle.

    ``archive`` is None where the bundle brings no interpreter and expects one of that version.
    """

    version: str
    archive: Optional[str]


@dataclass(frozen=True)
class BundleManifest:
    """What a bundle is: ``build`` is that of torch (``cpu``, ``cu130``), ``files`` all but the manifest."""

    format: int
    release: str
    platform: str
    build: str
    python: BundledPython
    files: Dict[str, BundledFile]

    @property
    def total(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files.values())

    @property
    def presets(self) -> List[str]:
        """Names of the presets it brings."""
        return sorted({path.split("/")[1] for path in self.files if path.startswith(PRESET_FOLDER + "/")})

    def to_dict(self) -> Dict[str, Any]:
        """Plain values, as ``bundle.json`` holds them."""
        return {
            "format": self.format,
            "release": self.release,
            "platform": self.platform,
            "build": self.build,
            "python": {"version": self.python.version, "archive": self.python.archive},
            "files": {path: file._asdict() for path, file in sorted(self.files.items())},
        }

    @classmethod
    def from_dict(cls, values: Any) -> BundleManifest:
        """The manifest in ``values``; raises ValueError with what is wrong."""
        if not isinstance(values, dict):
            raise ValueError("its manifest is not an object")
        if values.get("format") != FORMAT:
            told = f"it has the format {values.get('format')!r}, and this release reads the format {FORMAT}"
            raise ValueError(told)
        files = _files(values.get("files"))
        platform = _text(values, "platform")
        if not _PLATFORM.fullmatch(platform):
            raise ValueError(f"its manifest names no platform ({platform!r})")
        return cls(FORMAT, _text(values, "release"), platform, _text(values, "build"), _python(values, files), files)


class Bundle:
    """One bundle file that was looked at. It is not kept open."""

    def __init__(self, path: Path, manifest: BundleManifest) -> None:
        self.path = path
        self.manifest = manifest

    @classmethod
    def open(cls, path: "os.PathLike[str] | str") -> Bundle:
        """Read the manifest and hold it against the files that are there; their hashes are checked by `extract`.

        Raises BundleInvalid.
        """
        place = Path(path)
        with _faults_of(place), zipfile.ZipFile(place) as archive:
            manifest = _manifest(archive)
            _hold_against(manifest, archive, place.stat().st_size)
        return cls(place, manifest)

    def check_for(self, platform: str) -> None:
        """Whether it was made for ``platform`` (see `pythons.this_platform`); raises BundlePlatform if not."""
        if platform != self.manifest.platform:
            raise BundlePlatform(path=str(self.path), bundle=self.manifest.platform, here=platform)

    def extract(
        self,
        folder: "os.PathLike[str] | str",
        progress: Optional[Progress] = None,
        wanted: Optional[Callable[[str], bool]] = None,
    ) -> None:
        """Write the files into ``folder``, each under its path in the bundle.

        A file gets its name when its hash was right. One that is there already and whole is kept, so what was cut off
        goes on where it was. ``progress`` is told the bytes that are done, of how many; it may raise to stop.
        ``wanted`` chooses by path. Raises BundleInvalid (a wrong hash, a broken file) or BundleUnpack.
        """
        chosen = {path: file for path, file in self.manifest.files.items() if wanted is None or wanted(path)}
        count = _Count(sum(file.size for file in chosen.values()), progress)
        root = Path(folder)
        with _faults_of(self.path):
            archive = zipfile.ZipFile(self.path)
        with archive:
            for path, file in chosen.items():
                try:
                    self._extract_one(archive, path, file, root, count)
                except OSError as problem:
                    raise BundleUnpack(name=path, folder=str(root), detail=problem.strerror or str(problem)) from None

    def _extract_one(self, archive: zipfile.ZipFile, path: str, file: BundledFile, root: Path, count: _Count) -> None:
        target = root.joinpath(*path.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        if root.resolve() not in target.resolve().parents:
            raise OSError("a link leads out of the folder")
        if _is_whole(target, file):
            count.add(file.size)
            return
        part = target.with_name(target.name + ".part")
        try:
            if self._copy(archive, path, part, count) != file.sha256:
                raise BundleInvalid(path=str(self.path), detail=f"{path} is damaged: its SHA-256 is another")
            os.replace(part, target)
        finally:
            if part.exists():
                part.unlink()

    def _copy(self, archive: zipfile.ZipFile, path: str, part: Path, count: _Count) -> str:
        """Write a file of the bundle to ``part``; its SHA-256."""
        digest = hashlib.sha256()
        if os.path.lexists(part):  # left behind by a run that was cut off, or a link: not written through
            part.unlink()
        with _faults_of(self.path):
            source = archive.open(path)
        with source, open(part, "xb") as target:
            while True:
                with _faults_of(self.path):
                    piece = source.read(PIECE)
                if not piece:
                    break
                target.write(piece)
                digest.update(piece)
                count.add(len(piece))
        return digest.hexdigest()


class _Count:
    """Tells how many bytes are done."""

    def __init__(self, total: int, tell: Optional[Progress]) -> None:
        self._done, self._total, self._tell = 0, total, tell

    def add(self, size: int) -> None:
        self._done += size
        if self._tell is not None:
            self._tell(self._done, self._total)


def _is_whole(path: Path, file: BundledFile) -> bool:
    """Whether the file is there as the manifest describes it."""
    return path.is_file() and path.stat().st_size == file.size and sha256_of(path) == file.sha256


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for piece in iter(lambda: stream.read(PIECE), b""):
            digest.update(piece)
    return digest.hexdigest()


def check_name(path: str) -> None:
    """Whether ``path`` may lie in a bundle, whatever system unpacks it; raises ValueError with what is wrong."""
    parts = path.split("/")
    for part in parts:
        if not _NAME.fullmatch(part) or part[0] == " " or part[-1] in ". ":
            raise ValueError(f"it holds a file of the name {path!r}, which may lead out of the folder")
        if _DEVICE.fullmatch(part):
            raise ValueError(f"it holds a file of the name {path!r}, which is a device on Windows")
    if path != REQUIREMENTS and (len(parts) < 2 or parts[0] not in (PYTHON_FOLDER, WHEEL_FOLDER, PRESET_FOLDER)):
        raise ValueError(f"it holds {path!r}, which has no place in a bundle")


@contextmanager
def _faults_of(path: Path) -> Iterator[None]:
    """What is wrong with the file itself, or with what is said in it, is a BundleInvalid."""
    try:
        yield
    except OSError as problem:
        raise BundleInvalid(path=str(path), detail=problem.strerror or str(problem)) from None
    except (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError) as problem:
        told = str(problem).strip("'")
        no_zip = "not a zip" in told or "magic number" in told
        detail = "it is no ZIP file, or only a part of one" if no_zip else told or type(problem).__name__
        raise BundleInvalid(path=str(path), detail=detail) from None


def _manifest(archive: zipfile.ZipFile) -> BundleManifest:
    try:
        entry = archive.getinfo(MANIFEST)
    except KeyError:
        raise ValueError(f"there is no {MANIFEST} in it") from None
    if entry.file_size > MAX_MANIFEST_BYTES or entry.compress_size > MAX_MANIFEST_BYTES:
        raise ValueError(f"its {MANIFEST} is too large")
    try:
        values = json.loads(archive.read(entry).decode("utf-8"))
    except (ValueError, RecursionError):
        raise ValueError(f"its {MANIFEST} is not JSON") from None
    return BundleManifest.from_dict(values)


def _hold_against(manifest: BundleManifest, archive: zipfile.ZipFile, size: int) -> None:
    """Whether the ZIP holds the files of the manifest and no others; raises ValueError."""
    entries = archive.infolist()
    there = {entry.filename: entry for entry in entries if entry.filename != MANIFEST}
    if len(there) + 1 != len(entries):
        raise ValueError("it holds two files of one name")
    for path in sorted(manifest.files.keys() ^ there.keys())[:1]:
        where = "its manifest does not name it" if path in there else "it is not there, though its manifest names it"
        raise ValueError(f"{path!r}: {where}")
    for path, file in manifest.files.items():
        entry = there[path]
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            raise ValueError(f"{path!r} is compressed or encrypted; files of a bundle are stored as they are")
        if entry.file_size != file.size or entry.compress_size != file.size:
            raise ValueError(f"{path!r} has {entry.file_size} bytes; its manifest says {file.size}")
    if manifest.total > size:
        raise ValueError(f"its files have {manifest.total} bytes together, and it has only {size}")


def _files(values: Any) -> Dict[str, BundledFile]:
    if not isinstance(values, dict) or not 0 < len(values) <= MAX_FILES:
        raise ValueError("its manifest names no files, or too many")
    files = {path: _file(path, value) for path, value in values.items()}
    if len({path.lower() for path in files}) != len(files):
        raise ValueError("two of its files would have one name on Windows and macOS")
    return files


def _file(path: str, value: Any) -> BundledFile:
    check_name(path)
    size, digest = (value.get("size"), value.get("sha256")) if isinstance(value, dict) else (None, None)
    sound = isinstance(size, int) and not isinstance(size, bool) and size >= 0 and isinstance(digest, str)
    if not sound or not re.fullmatch(r"[0-9a-f]{64}", str(digest)):
        raise ValueError(f"its manifest does not say size and SHA-256 of {path!r}")
    return BundledFile(int(size), str(digest))


def _python(values: Dict[str, Any], files: Dict[str, BundledFile]) -> BundledPython:
    told = values.get("python")
    if not isinstance(told, dict) or not re.fullmatch(r"3\.\d+(\.\d+)?", str(told.get("version"))):
        raise ValueError("its manifest does not say which Python its wheels are for")
    archive = told.get("archive")
    known = isinstance(archive, str) and archive in files and archive.startswith(PYTHON_FOLDER + "/")
    if archive is not None and not known:
        raise ValueError(f"its manifest names the Python {archive!r}, which is not in it")
    return BundledPython(str(told["version"]), archive)


def _text(values: Dict[str, Any], key: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_.+-]{1,64}", value):
        raise ValueError(f"its manifest has no usable '{key}'")
    return value
