"""The Pythons of this machine that an engine could be installed on, each tried before it is offered.

Never ``sys.executable``: inside QGIS that may be QGIS itself.
"""

from __future__ import annotations

import glob
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, List, Optional, Tuple, Union

from ...translation import tr
from ...wire.connection import read_installation
from ...wire.errors import EngineNotInstalled
from . import place
from .process import NOT_STARTED, TOO_LATE, GoingOn, run, run_python

OLDEST, NEWEST = (3, 10), (3, 14)
LIKED = (3, 11)  # what most tests of WholeScene run with
SECONDS = 10
LAUNCHER_LINE = re.compile(r"([A-Za-z]:\\.*?python\.exe)", re.IGNORECASE)

PROBE = """
import json, sys, sysconfig
found = {"version": list(sys.version_info[:3]), "base": getattr(sys, "_base_executable", "") or sys.executable}
found.update(name=sys.implementation.name, wide=sys.maxsize > 2**32)
found.update(threaded=bool(sysconfig.get_config_var("Py_GIL_DISABLED")), pip="", missing="")
try:
    import ensurepip, venv
    found["pip"] = ensurepip.version()
except Exception as problem:
    found["missing"] = str(problem)
print(json.dumps(found))
"""

# where Pythons lie that PATH may not name, above all for a QGIS that was not started from a terminal
USUAL = (
    "/usr/bin/python3.*",
    "/usr/local/bin/python3.*",
    "/opt/homebrew/bin/python3.*",
    "/Library/Frameworks/Python.framework/Versions/3.*/bin/python3",
    "~/.pyenv/versions/3.*/bin/python3",
    "~/.local/share/uv/python/cpython-3.*/bin/python3",
)
USUAL_ON_WINDOWS = (
    r"%LOCALAPPDATA%\Programs\Python\Python3*\python.exe",
    r"%ProgramFiles%\Python3*\python.exe",
    r"%USERPROFILE%\.pyenv\pyenv-win\versions\3.*\python.exe",
)
PLAIN = re.compile(r"python(3(\.\d+)?)?(\.exe)?", re.IGNORECASE)  # not python3.11-config


@dataclass(frozen=True)
class Interpreter:
    """A Python that can make the engine's environment."""

    path: str
    version: Tuple[int, int, int]

    @property
    def release(self) -> str:
        """``3.11.7``."""
        return ".".join(str(part) for part in self.version)


@dataclass(frozen=True)
class Rejected:
    """A Python that cannot, and why."""

    path: str
    reason: str


def find(going_on: GoingOn) -> Tuple[List[Interpreter], List[Rejected]]:
    """All that are found, the suitable ones best first. Starts each of them: never in the GUI thread."""
    suitable, rejected, seen = [], [], set()
    for path in candidates(going_on):
        real = os.path.normcase(os.path.realpath(path))
        if real in seen:
            continue
        seen.add(real)
        found = probe(path, going_on)
        if isinstance(found, Interpreter) and place.engine_around(found.path) is not None:
            found = Rejected(found.path, goes_with_its_engine())
        if isinstance(found, Rejected):
            rejected.append(found)
        elif os.path.normcase(os.path.realpath(found.path)) not in {_real(other.path) for other in suitable}:
            suitable.append(found)
    return sorted(suitable, key=_rank), rejected


def goes_with_its_engine() -> str:
    """Why no other engine can be built on the Python that one was given for itself."""
    return tr("it belongs to an installed engine and is removed with it")


def _real(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))


def _rank(found: Interpreter) -> Tuple[bool, int, Tuple[int, ...]]:
    """The one that is tested most, then the nearest to it; of those alike, the one that was found first."""
    minor = found.version[1]
    return found.version[:2] != LIKED, abs(minor - LIKED[1]), (-minor,)


def candidates(going_on: GoingOn) -> Iterator[str]:
    """Paths that may be Pythons, each to be tried."""
    registered = _registered()
    if registered:
        yield registered
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)] + ["python3", "python"]
    yield from filter(None, (shutil.which(name) for name in names))
    if os.name == "nt":
        yield from _from_launcher(going_on)
    for pattern in USUAL_ON_WINDOWS if os.name == "nt" else USUAL:
        found = sorted(glob.glob(os.path.expanduser(os.path.expandvars(pattern))))
        yield from (path for path in found if PLAIN.fullmatch(Path(path).name))


def _registered() -> str:
    try:
        return read_installation().python
    except EngineNotInstalled:
        return ""


def _from_launcher(going_on: GoingOn) -> List[str]:
    """What the ``py`` launcher of Windows knows."""
    launcher = shutil.which("py")
    return launched(run(launcher, ["-0p"], going_on, None, SECONDS).said) if launcher else []


def launched(told: str) -> List[str]:
    """The paths in what ``py -0p`` says."""
    return [found.group(1) for found in map(LAUNCHER_LINE.search, told.splitlines()) if found]


def probe(path: str, going_on: GoingOn) -> Union[Interpreter, Rejected]:
    """Start it and ask what it is; a virtual environment is told as the Python that it was made with."""
    if belongs_to_qgis(path):
        return Rejected(path, tr("it belongs to QGIS"))
    told = run_python(path, ["-c", PROBE], going_on, None, SECONDS)
    if told.code == TOO_LATE:
        return Rejected(path, tr("it gave no answer within {n} seconds").format(n=SECONDS))
    if told.code == NOT_STARTED:
        return Rejected(path, tr("it cannot be run"))
    try:
        found = json.loads(told.said.strip().splitlines()[-1])
        version = tuple(int(part) for part in found["version"])
        reason = _reason(found, version)
        base = str(found["base"])
    except (ValueError, KeyError, TypeError, IndexError):
        return Rejected(path, told.last_words())
    if reason:
        return Rejected(path, reason)
    return Interpreter(base if os.path.isfile(base) else path, version)


def _reason(found: dict, version: Tuple[int, ...]) -> str:
    """Why it cannot be taken; "" if it can."""
    if found["name"] != "cpython":
        return tr("it is {name}, not CPython").format(name=found["name"])
    if not OLDEST <= version[:2] <= NEWEST:
        return tr("it is Python {version}").format(version=".".join(map(str, version)))
    if not found["wide"]:
        return tr("it is a 32-bit Python")
    if found["threaded"]:
        return tr("it is a free-threaded Python, for which not all packages exist")
    if found["missing"]:
        return tr("it cannot make environments ({detail}); on Debian and Ubuntu install python3-venv").format(
            detail=found["missing"]
        )
    return ""


def belongs_to_qgis(path: str, home: Optional[str] = None, platform: str = sys.platform) -> bool:
    """Whether it is the Python that QGIS brings along; on Linux QGIS uses that of the system, which can be taken."""
    if platform.startswith("linux"):
        return False
    if platform == "darwin" and "/qgis" in path.lower().partition(".app/")[0]:
        return True
    folder = (home or sys.base_prefix).replace("\\", "/").rstrip("/").lower()
    return path.replace("\\", "/").lower().startswith(f"{folder}/")


def why_none(rejected: List[Rejected]) -> str:
    """What is wrong with those that were found, as a clause."""
    told = [f"{one.path}: {one.reason}" for one in rejected]
    return "; ".join(told) if told else tr("no Python was found at all")
