"""Wheels: what their names and their metadata say."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, NormalizedName, parse_wheel_filename
from packaging.version import Version

from ..wire.errors import BundlingWheel

MAX_METADATA_BYTES = 4 << 20


@dataclass(frozen=True)
class Wheel:
    """One wheel file. ``name`` is the normalised one."""

    path: Path
    name: NormalizedName
    version: Version
    tags: frozenset[Tag]
    requires: tuple[Requirement, ...]
    requires_python: SpecifierSet

    @classmethod
    def read(cls, path: Path) -> Wheel:
        """Look at a wheel; raises BundlingWheel."""
        try:
            name, version, _, tags = parse_wheel_filename(path.name)
            with zipfile.ZipFile(path) as archive:
                told = BytesParser().parsebytes(_metadata(archive), headersonly=True)
            requires = tuple(Requirement(line) for line in told.get_all("Requires-Dist", []))
            python = SpecifierSet(told.get("Requires-Python", ""))
        except (InvalidWheelFilename, InvalidRequirement, InvalidSpecifier, ValueError) as problem:
            raise BundlingWheel(path=str(path), detail=str(problem).rstrip(".")) from None
        except (zipfile.BadZipFile, EOFError, OSError) as problem:
            raise BundlingWheel(path=str(path), detail=f"it cannot be read ({problem})") from None
        return cls(path, name, version, tags, requires, python)


def wheels_in(folder: Path) -> list[Wheel]:
    """All wheels of a folder; raises BundlingWheel."""
    return [Wheel.read(path) for path in sorted(folder.glob("*.whl"))]


def find(wheels: Iterable[Wheel], name: str) -> Wheel | None:
    """The wheel of a normalised name."""
    return next((wheel for wheel in wheels if wheel.name == name), None)


def _metadata(archive: zipfile.ZipFile) -> bytes:
    # packages that carry others have metadata of these further down
    found = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".dist-info/METADATA")]
    if len(found) != 1:
        raise ValueError("it has no metadata of its own")
    if archive.getinfo(found[0]).file_size > MAX_METADATA_BYTES:
        raise ValueError("its metadata is too large")
    return archive.read(found[0])
