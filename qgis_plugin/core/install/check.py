"""Whether an installed engine works, and which stage of its installation does not hold any more."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Optional

from ...wire.errors import EngineUnfit, InstallFailed, OtherRelease
from . import place
from .interpreters import Rejected, probe
from .process import Ended, GoingOn, run_python
from .record import Record, Stage

SECONDS = 300  # the first start of torch, with an antivirus program that reads all of it
COMMAND = ("-m", "wholescene.cli")
VERSION = "import wholescene; print(wholescene.__version__)"

# every file that the packages brought, with the size that they had
SIZES = """
import importlib.metadata as packages, sys
for package in packages.distributions():
    for file in package.files or ():
        if file.hash is not None:
            path = package.locate_file(file)
            size = path.stat().st_size if path.is_file() else None
            if size is None or (file.size is not None and size != file.size):
                print(f"{path}")
                sys.exit(1)
"""


def require_works(folder: Path, release: str, going_on: GoingOn) -> None:
    """Raises OtherRelease, or EngineUnfit with what the engine says of itself."""
    python = str(place.environment_python(folder))
    told = run_python(python, ["-c", VERSION], going_on, None, SECONDS)
    if not told.well:
        raise EngineUnfit(detail=told.last_words())
    if told.said.strip() != release:
        raise OtherRelease(source=str(folder), found=told.said.strip(), expected=release)
    problem = _doctors_word(run_python(python, [*COMMAND, "doctor", "--json"], going_on, None, SECONDS))
    if problem:
        raise EngineUnfit(detail=problem)


def _doctors_word(told: Ended) -> str:
    """What has to be put right before anything can be segmented; "" if nothing."""
    try:
        found = json.loads(told.said)["findings"]
        bad = [f"{one['topic']}: {one['finding']}" for one in found if one["status"] == "problem"]
    except (ValueError, KeyError, TypeError):
        return told.last_words()
    if bad:
        return "; ".join(bad)
    return "" if told.well else told.last_words()


def register(folder: Path, going_on: GoingOn) -> None:
    """Let the panel find this engine."""
    python = str(place.environment_python(folder))
    told = run_python(python, [*COMMAND, "register"], going_on, None, SECONDS)
    if not told.well:
        raise InstallFailed(detail=told.last_words())


def first_broken(folder: Path, record: Record, going_on: GoingOn) -> Optional[Stage]:
    """The first stage that does not hold (any more); None if all is well."""
    if not os.path.isfile(record.base) or isinstance(probe(record.base, going_on), Rejected):
        return Stage.PYTHON
    python = str(place.environment_python(folder))
    if not run_python(python, ["-m", "pip", "--version"], going_on, None, 60).well:
        return Stage.ENVIRONMENT
    if not run_python(python, ["-c", SIZES], going_on, None, SECONDS).well:
        return Stage.RESOLVE
    try:
        require_works(folder, record.release, going_on)
    except (EngineUnfit, OtherRelease):
        return Stage.RESOLVE
    return None if record.holds(Stage.REGISTER) else Stage.CHECK


def packages_in(environment: Path) -> int:
    """How many packages lie in an environment."""
    found = environment.glob("Lib/site-packages/*.dist-info" if os.name == "nt" else "lib/*/site-packages/*.dist-info")
    return sum(1 for _ in found)
