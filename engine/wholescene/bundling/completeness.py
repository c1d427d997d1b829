"""Whether wheels are all that a machine needs: what pip would find there, found out without being there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..wire.errors import BundlingIncomplete
from .target import Target
from .wheels import Wheel


class Lack(NamedTuple):
    """A requirement that no wheel meets. ``absent``: there is none of that name at all."""

    requirement: Requirement
    needed_by: str
    absent: bool
    why: str

    def __str__(self) -> str:
        return f"{plain(self.requirement)}, needed by {self.needed_by}, {self.why}"


def plain(requirement: Requirement) -> str:
    """The requirement without its marker."""
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}{requirement.specifier}"


def lacks(roots: Iterable[Requirement], wheels: Sequence[Wheel], target: Target, wanted_by: str) -> list[Lack]:
    """What an installation of ``roots`` on ``target`` would not find, through all that the wheels require."""
    found: list[Lack] = []
    waiting = [(root, wanted_by) for root in roots if target.needs(root.marker)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, needed_by = waiting.pop()
        wheel = _choose(requirement, wheels, target)
        if isinstance(wheel, Lack):
            found.append(wheel._replace(needed_by=needed_by))
            continue
        for extra in ("", *sorted(requirement.extras)):
            if (wheel.name, extra) not in seen:
                seen.add((wheel.name, extra))
                waiting += [(needed, wheel.name) for needed in wheel.requires if target.needs(needed.marker, extra)]
    return sorted(set(found), key=str)


def require_all(roots: Iterable[Requirement], wheels: Sequence[Wheel], target: Target, wanted_by: str) -> None:
    """Raise BundlingIncomplete with all that is missing."""
    missing = lacks(roots, wheels, target, wanted_by)
    if missing:
        detail = "; ".join(map(str, missing))
        raise BundlingIncomplete(platform=target.platform, python=target.python, detail=detail)


def _choose(requirement: Requirement, wheels: Sequence[Wheel], target: Target) -> Wheel | Lack:
    named = [wheel for wheel in wheels if wheel.name == canonicalize_name(requirement.name)]
    if not named:
        return Lack(requirement, "", True, "is not there")
    fitting = [wheel for wheel in named if requirement.specifier.contains(wheel.version, prereleases=True)]
    if not fitting:
        there = ", ".join(str(wheel.version) for wheel in named)
        return Lack(requirement, "", False, f"is there as {there} only")
    running = [wheel for wheel in fitting if wheel.tags & target.tags]
    if not running:
        return Lack(requirement, "", False, f"is there for other platforms only ({fitting[0].path.name})")
    python = target.environment["python_full_version"]
    for wheel in running:
        if wheel.requires_python.contains(python, prereleases=True):
            return wheel
    return Lack(requirement, "", False, f"wants Python {running[0].requires_python}")
