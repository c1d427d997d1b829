"""Standalone Pythons: what to unpack where no suitable Python is found.

The table names builds of python-build-standalone (https://github.com/astral-sh/python-build-standalone, the
``install_only_stripped`` archives: an interpreter that runs from whatever folder it is unpacked to). Addresses and
SHA-256 are those of that project's release 20260814, as the package manager uv lists them
(``crates/uv-python/download-metadata.json`` in https://github.com/astral-sh/uv). To renew it, take from that file, for
each platform, the newest entry of the same minor version that is ``install_only_stripped`` (libc ``gnu`` on Linux, no
variant), address and hash together, and run the tests. The file does not tell sizes; ``size`` is None where nobody has
looked.

torch has no builds for Intel Macs any more: the Python for ``macos-x86_64`` is listed, the engine's packages are not
to be had there.
"""

from __future__ import annotations

import platform
import sys
from typing import Dict, NamedTuple, Optional

_RELEASE = "https://github.com/astral-sh/python-build-standalone/releases/download/20260814/"
_VERSION = "3.12.14"


class StandalonePython(NamedTuple):
    """An archive with a Python in its folder ``python``; ``size`` in bytes, None where it is not known."""

    version: str
    url: str
    sha256: str
    size: Optional[int]


# Hashes of public files: the plugin site's scan for secrets would take them for keys, hence the pragmas.
_SHA256 = {
    # pragma: allowlist nextline secret
    "x86_64-unknown-linux-gnu": "5acfa3e9ba26b51ae161c83aff278da915b590d22373a424b2ba55b8afe91fcc",
    # pragma: allowlist nextline secret
    "aarch64-unknown-linux-gnu": "2d8e17dfd732102cfeb18e0e1fa6769b24caa034e159981129590fe409c7157a",
    # pragma: allowlist nextline secret
    "x86_64-pc-windows-msvc": "89f18f6932917163b74339ebcec2645c8e47ae7f1c5f2ac37f2b4f4cf3beb647",
    # pragma: allowlist nextline secret
    "aarch64-apple-darwin": "dd5b76ab11451a4a4367c17c61d944dded56b425396b07f102922a7ebef7d55f",
    # pragma: allowlist nextline secret
    "x86_64-apple-darwin": "aec265e3cddaccdb2a3d783331596351b24d4a63c97af0a38f75f643c9451de9",
}


def _build(target: str) -> StandalonePython:
    url = f"{_RELEASE}cpython-{_VERSION}%2B20260814-{target}-install_only_stripped.tar.gz"
    return StandalonePython(_VERSION, url, _SHA256[target], None)


STANDALONE: Dict[str, StandalonePython] = {
    "linux-x86_64": _build("x86_64-unknown-linux-gnu"),
    "linux-aarch64": _build("aarch64-unknown-linux-gnu"),
    "windows-x86_64": _build("x86_64-pc-windows-msvc"),
    "macos-arm64": _build("aarch64-apple-darwin"),
    "macos-x86_64": _build("x86_64-apple-darwin"),
}

_SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}
_MACHINES = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64"}


def this_platform() -> str:
    """This machine as bundles and the table name it: ``linux-x86_64``, ``windows-x86_64``, ``macos-arm64`` and so on.

    What is not in the table has a name all the same, such as ``freebsd13-x86_64``.
    """
    system = _SYSTEMS.get(sys.platform, sys.platform)
    machine = platform.machine().lower()
    machine = _MACHINES.get(machine, machine)
    if system == "macos":
        # a program for Intel that is translated sees an Intel processor; the kernel tells what it is
        native = machine == "aarch64" or "ARM64" in platform.version()
        return "macos-arm64" if native else f"macos-{machine}"
    return f"{system}-{machine}"
