"""The machine that a bundle is for: what its Python would say of itself, without being there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms


class _Machine(NamedTuple):
    os_name: str
    sys_platform: str
    system: str
    machine: str


_MACHINES = {
    "linux-x86_64": _Machine("posix", "linux", "Linux", "x86_64"),
    "linux-aarch64": _Machine("posix", "linux", "Linux", "aarch64"),
    "windows-x86_64": _Machine("nt", "win32", "Windows", "AMD64"),
    "macos-arm64": _Machine("posix", "darwin", "Darwin", "arm64"),
    "macos-x86_64": _Machine("posix", "darwin", "Darwin", "x86_64"),
}

GLIBC = (28, 5)  # 2.28 (Debian 10, RHEL 8) is the oldest that torch runs on; wheels for older ones fit as well
GLIBC_OLDEST_ARM = 17
_OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
MACOS = (14, 0)


@dataclass(frozen=True)
class Target:
    """A platform of ``wire.pythons.STANDALONE`` and a version of CPython, such as ``3.12`` or ``3.12.14``."""

    platform: str
    python: str

    @property
    def minor(self) -> tuple[int, int]:
        """The version as far as wheels know it."""
        major, minor = self.python.split(".")[:2]
        return int(major), int(minor)

    @cached_property
    def platform_tags(self) -> tuple[str, ...]:
        """Platforms of wheels that run there, the most fitting first."""
        known = _MACHINES[self.platform]
        if known.system == "Windows":
            return ("win_amd64",)
        if known.system == "Darwin":
            return tuple(mac_platforms(MACOS, known.machine))
        newest, oldest = GLIBC[0], GLIBC[1] if known.machine == "x86_64" else GLIBC_OLDEST_ARM
        names = []
        for minor in range(newest, oldest - 1, -1):
            names.append(f"manylinux_2_{minor}_{known.machine}")
            names += [f"{_OLD_NAMES[minor]}_{known.machine}"] if minor in _OLD_NAMES else []
        return (*names, f"linux_{known.machine}")

    @cached_property
    def tags(self) -> frozenset[Tag]:
        """Tags of wheels that run there."""
        interpreter = "cp{}{}".format(*self.minor)
        own = cpython_tags(self.minor, abis=[interpreter], platforms=self.platform_tags)
        return frozenset([*own, *compatible_tags(self.minor, interpreter, self.platform_tags)])

    @cached_property
    def environment(self) -> dict[str, str]:
        """The variables of environment markers as they are there."""
        known = _MACHINES[self.platform]
        full = self.python if self.python.count(".") > 1 else f"{self.python}.0"
        return {
            "os_name": known.os_name,
            "sys_platform": known.sys_platform,
            "platform_system": known.system,
            "platform_machine": known.machine,
            "platform_release": "",
            "platform_version": "",
            "platform_python_implementation": "CPython",
            "implementation_name": "cpython",
            "implementation_version": full,
            "python_version": "{}.{}".format(*self.minor),
            "python_full_version": full,
        }

    def needs(self, marker: Marker | None, extra: str = "") -> bool:
        """Whether what stands behind ``marker`` is wanted there, for a package that is installed with ``extra``."""
        return marker is None or marker.evaluate({**self.environment, "extra": extra})
