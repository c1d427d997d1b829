"""A Python of the engine's own: an archive of a standalone build, checked, and unpacked so that nothing gets out."""

from __future__ import annotations

import os
import posixpath
import tarfile
import zlib
from pathlib import Path
from typing import Callable, Optional

from ...translation import tr
from ...wire.errors import Cancelled, NoPython, PythonUnusable
from ...wire.pythons import STANDALONE, StandalonePython, this_platform
from . import files
from .download import fetch, file_name
from .interpreters import NEWEST, OLDEST
from .process import GoingOn
from .record import Wheel

FOLDER = "python"  # in the engine's folder, as in the archives
MOST_BYTES = 2 << 30  # unpacked: a Python has a tenth of it


def offered() -> Optional[StandalonePython]:
    """The Python for this machine that can be downloaded; None if there is none."""
    return STANDALONE.get(this_platform())


def download(folder: Path, going_on: GoingOn, told: Callable[[int], None]) -> Path:
    """The archive for this machine in ``folder``, checked; raises NoPython and what :func:`download.fetch` raises."""
    table = offered()
    if table is None:
        detail = tr("there is no ready-made one for {platform}").format(platform=this_platform())
        raise NoPython(oldest=_dotted(OLDEST), newest=_dotted(NEWEST), detail=detail)
    name = file_name(table.url)
    return fetch(Wheel("python", table.version, name, table.url, table.sha256, table.size or 0), folder, going_on, told)


def python_in(folder: Path) -> Path:
    """Its interpreter, once it is unpacked in the engine's folder."""
    home = folder / FOLDER
    return home / "python.exe" if os.name == "nt" else home / "bin" / "python3"


def unpack(archive: Path, folder: Path, going_on: GoingOn) -> Path:
    """Unpack it into ``folder``, whole or not at all; its interpreter. Raises PythonUnusable and errors of the disk."""
    final, partial = folder / FOLDER, folder / f"{FOLDER}.part"
    with files.faults_of(folder):
        files.remove_folder(partial)
        partial.mkdir(parents=True)
        try:
            with tarfile.open(str(archive), "r:gz") as opened:
                _extract(opened, partial, going_on)
        except (tarfile.TarError, EOFError, ValueError, zlib.error) as problem:
            files.remove_folder(partial)
            raise PythonUnusable(path=str(archive), detail=str(problem)) from None
        except BaseException:
            files.remove_folder(partial)
            raise
        files.remove_folder(final)
        files.patiently(lambda: os.replace(str(partial / FOLDER), str(final)), final)
        files.remove_folder(partial)
    return python_in(folder)


def _extract(opened: tarfile.TarFile, target: Path, going_on: GoingOn) -> None:
    """All members; raises ValueError at the first that leads out of the folder, or is neither file, folder nor link."""
    size, links = 0, []
    for member in opened:
        if not going_on():
            raise Cancelled()
        check_member(member)
        _require_inside(target / posixpath.dirname(member.name), target, member.name)  # not through a link
        size += member.size
        if size > MOST_BYTES:
            raise ValueError(tr("it is larger than any Python"))
        member.mode = (member.mode or 0o644) & 0o755  # nobody else may write, nothing takes another's rights
        member.uid, member.gid, member.uname, member.gname = os.getuid() if hasattr(os, "getuid") else 0, 0, "", ""
        opened.extract(member, str(target), set_attrs=not member.issym(), **_filter())
        if member.issym():
            links.append(member.name)
    for name in links:  # a way through other links may end elsewhere than its words say
        _require_inside(target / name, target, name)
    if not (target / FOLDER).is_dir():
        raise ValueError(tr("there is no folder '{name}' in it").format(name=FOLDER))


def _require_inside(path: Path, folder: Path, name: str) -> None:
    real, home = os.path.realpath(str(path)), os.path.realpath(str(folder))
    if real != home and not real.startswith(home + os.sep):
        raise ValueError(tr("it holds {name}, which leads out of the folder").format(name=name))


def _filter() -> dict:
    """Later Pythons want to be told how they are to look at members; those of ours were looked at."""
    return {"filter": "tar"} if hasattr(tarfile, "tar_filter") else {}


def check_member(member: tarfile.TarInfo) -> None:
    """Raises ValueError if a member of an archive leads out of the folder that it is unpacked into."""
    name = member.name.replace("\\", "/")
    if _leads_out(name):
        raise ValueError(tr("it holds {name}, which leads out of the folder").format(name=member.name))
    if not (member.isfile() or member.isdir() or member.issym() or member.islnk()):
        raise ValueError(tr("it holds {name}, which is neither a file nor a folder").format(name=member.name))
    if member.issym() or member.islnk():
        link = member.linkname.replace("\\", "/")
        # a hard link names its target from the top of the archive, a symbolic one from where it lies
        if _leads_out(link, posixpath.dirname(name) if member.issym() else ""):
            raise ValueError(tr("it holds {name}, which leads out of the folder").format(name=member.name))


def _leads_out(path: str, inside: str = "") -> bool:
    if path.startswith("/") or ":" in path.split("/")[0]:
        return True
    if not inside and ".." in path.split("/"):
        return True
    return posixpath.normpath(posixpath.join(inside, path)).split("/")[0] == ".."


def _dotted(version: tuple) -> str:
    return ".".join(str(part) for part in version)
