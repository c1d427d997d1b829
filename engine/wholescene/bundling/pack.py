"""Writes the file: all under a name that says that it is not done, then renamed."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..wire.bundle import FORMAT, MANIFEST, PIECE, Bundle, BundledFile, BundledPython, BundleManifest, check_name
from ..wire.errors import BundlingFile

_DATE = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Label:
    """What the manifest says besides the files."""

    release: str
    platform: str
    build: str
    python: BundledPython


def pack(
    output: Path, label: Label, files: Mapping[str, Path], tell: Callable[[int, int], None] = lambda done, total: None
) -> BundleManifest:
    """Write ``files`` (path in the bundle: file) as a bundle; what it holds then.

    ``tell`` gets the bytes that are done, of how many. Raises BundlingFile, and OSError where ``output`` cannot be
    written; nothing is left behind then.
    """
    for path, source in files.items():
        check_packable(path, source)
    part = output.with_name(output.name + ".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            manifest = _write(archive, label, files, tell)
        Bundle.open(part)  # as whoever installs it will look at it
        os.replace(part, output)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _write(
    archive: zipfile.ZipFile, label: Label, files: Mapping[str, Path], tell: Callable[[int, int], None]
) -> BundleManifest:
    total, done = sum(source.stat().st_size for source in files.values()), 0
    packed: dict[str, BundledFile] = {}
    for path, source in sorted(files.items()):
        entry = _entry(path, source.stat().st_size)
        digest = hashlib.sha256()
        size = 0
        with source.open("rb") as stream, archive.open(entry, "w") as target:
            while piece := stream.read(PIECE):
                target.write(piece)
                digest.update(piece)
                size += len(piece)
                tell(done + size, total)
        packed[path] = BundledFile(size, digest.hexdigest())
        done += size
    manifest = BundleManifest(FORMAT, label.release, label.platform, label.build, label.python, packed)
    archive.writestr(_entry(MANIFEST, 0), json.dumps(manifest.to_dict(), indent=1))
    return manifest


def _entry(path: str, size: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _DATE)
    entry.file_size = size  # so that files of more than 4 GB get the fields that they need
    entry.external_attr = 0o644 << 16
    return entry


def check_packable(path: str, source: Path) -> None:
    """Whether ``source`` may have the name ``path`` in a bundle; raises BundlingFile."""
    try:
        check_name(path)
    except ValueError:
        detail = f"a bundle cannot name it '{path}' for every system (letters, digits and -_.+ always can)"
        raise BundlingFile(path=str(source), detail=detail) from None
