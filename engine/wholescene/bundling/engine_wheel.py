"""The engine's own wheel: built where its source is, or put together again from what is installed."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from ..wire.errors import BundlingWheel
from . import pip

PACKAGE = "wholescene"
_OF_THE_INSTALLATION = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json"}
_DATE = (2020, 1, 1, 0, 0, 0)  # the same files give the same bytes


def engine_wheel(folder: Path) -> Path:
    """Make the wheel of the engine that runs, in ``folder``; raises BundlingWheel or BundlingPip."""
    source = source_folder()
    return _built(source, folder) if source is not None else _from_installed(_installed(), folder)


def source_folder() -> Path | None:
    """The source that this engine runs from, if it does."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").is_file() and (root / "engine" / PACKAGE).is_dir() else None


def _built(source: Path, folder: Path) -> Path:
    isolation = ["--no-build-isolation"] if find_spec("hatchling") else []  # else pip gets it for the while
    said = pip.run(["wheel", "--no-deps", *isolation, "--wheel-dir", str(folder), str(source)])
    made = sorted(folder.glob(f"{PACKAGE}-*.whl"))
    if said is not None or not made:
        raise BundlingWheel(path=str(source), detail=pip.reason(said or ""))
    return made[-1]


def _installed() -> Distribution:
    try:
        return distribution(PACKAGE)
    except PackageNotFoundError:
        raise BundlingWheel(path=PACKAGE, detail="it is neither installed nor run from its source") from None


def _from_installed(installed: Distribution, folder: Path) -> Path:
    """Pack the installed files again; each has to be what RECORD says, so that nothing changed by hand gets out."""
    told = installed.read_text("WHEEL") or ""
    tags = [line.split(":", 1)[1].strip() for line in told.splitlines() if line.startswith("Tag:")]
    if len(tags) != 1 or not installed.files:
        raise BundlingWheel(path=str(installed.locate_file("")), detail="its RECORD or its WHEEL is missing")
    target = folder / f"{PACKAGE}-{installed.version}-{tags[0]}.whl"
    written = io.StringIO()
    record = csv.writer(written, lineterminator="\n")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(installed.files):
            if not _belongs_to_wheel(PurePosixPath(path.as_posix())):
                continue
            data = _recorded(installed, path.as_posix(), path.hash.value if path.hash else None)
            archive.writestr(zipfile.ZipInfo(path.as_posix(), _DATE), data, zipfile.ZIP_DEFLATED)
            record.writerow([path.as_posix(), f"sha256={_digest(data)}", len(data)])
        name = f"{PACKAGE}-{installed.version}.dist-info/RECORD"
        record.writerow([name, "", ""])
        archive.writestr(zipfile.ZipInfo(name, _DATE), written.getvalue(), zipfile.ZIP_DEFLATED)
    return target


def _belongs_to_wheel(path: PurePosixPath) -> bool:
    """Not scripts (pip makes them anew), caches, or notes of the installation."""
    if path.is_absolute() or ".." in path.parts or "__pycache__" in path.parts:
        return False
    return not (path.parent.name.endswith(".dist-info") and path.name in _OF_THE_INSTALLATION)


def _recorded(installed: Distribution, path: str, digest: str | None) -> bytes:
    place = Path(str(installed.locate_file(path)))
    try:
        data = place.read_bytes()
    except OSError as problem:
        raise BundlingWheel(path=str(place), detail=problem.strerror or str(problem)) from None
    if digest is not None and digest != _digest(data):
        raise BundlingWheel(path=str(place), detail="the installed file is not the one that was installed")
    return data


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode("ascii")
