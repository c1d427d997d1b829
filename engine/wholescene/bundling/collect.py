"""Collects the wheels for a machine until nothing is missing there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..wire.errors import BundlingBuild
from . import pip
from .completeness import lacks, require_all
from .pins import pins_for
from .target import Target
from .wheels import Wheel, find, wheels_in

PINS = "the list of pinned packages"
ROUNDS = 20  # each brings what the last one's packages need

Tell = Callable[[int, int], None]


def collect(
    engine: Wheel,
    target: Target,
    folder: Path,
    build: str,
    indexes: Sequence[str],
    torch_indexes: Sequence[str],
    tell: Tell = lambda done, total: None,
) -> list[Wheel]:
    """All wheels that the engine needs on ``target``, in ``folder``, the engine's own among them.

    The pinned ones come first, then what they need in turn and no pin names (of torch's CUDA builds the libraries of
    CUDA). ``torch_indexes`` are asked for torch and these only. ``tell`` gets packages. Raises BundlingBuild for
    another ``build`` of torch, BundlingNoWheel, BundlingPip or BundlingIncomplete.
    """
    pins = pins_for(target)
    counted = _Count(len(pins), tell)
    of_torch = [pin for pin in pins if canonicalize_name(pin.name) == "torch" and torch_indexes]
    if of_torch:
        pip.download(of_torch, target, folder, [*indexes, *torch_indexes], counted.one)
    pip.download([pin for pin in pins if pin not in of_torch], target, folder, indexes, counted.one)
    check_build(build_of(wheels_in(folder), target), build)  # before some gigabytes of CUDA are fetched in vain
    roots = [*pins, Requirement(f"{engine.name}=={engine.version}")]
    for _ in range(ROUNDS):
        wheels = wheels_in(folder)
        absent = [lack.requirement for lack in lacks(roots, wheels, target, PINS) if lack.absent]
        if not absent:
            break
        counted.more(len(absent))
        pip.download(_once(absent), target, folder, [*indexes, *torch_indexes], counted.one)
    require_all(roots, wheels, target, PINS)
    return wheels


def build_of(wheels: Sequence[Wheel], target: Target) -> str:
    """The build of torch: ``cpu``, ``cu130`` as its version names it, or ``cuda`` where that does not tell which."""
    torch = find(wheels, "torch")
    if torch is not None and torch.version.local:
        return torch.version.local
    needed = [needed.name for needed in torch.requires if target.needs(needed.marker)] if torch else []
    return "cuda" if any(name.startswith(("nvidia-", "cuda-")) for name in needed) else "cpu"


def check_build(found: str, expected: str) -> None:
    """Raise BundlingBuild for another build than the one that was asked for."""
    if found != expected:
        raise BundlingBuild(found=found, expected=expected)


def _once(requirements: Sequence[Requirement]) -> list[Requirement]:
    """Each package once, with all that is asked of it; what it needs of its own is looked for in the next round."""
    joined: dict[str, Requirement] = {}
    for requirement in requirements:
        first = joined.setdefault(canonicalize_name(requirement.name), requirement)
        first.specifier &= requirement.specifier
    return list(joined.values())


class _Count:
    """Packages that pip has begun with, of how many."""

    def __init__(self, total: int, tell: Tell) -> None:
        self._done, self._total, self._tell = 0, total, tell

    def one(self, name: str) -> None:
        self._done += 1
        self._tell(min(self._done, self._total), self._total)

    def more(self, count: int) -> None:
        self._total += count
