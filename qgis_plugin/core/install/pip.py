"""pip in an engine's environment: what would be installed, installing it, and what pip's complaints mean."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Callable, List, Mapping, Optional, Sequence, Tuple

from qgis.PyQt.QtCore import QProcessEnvironment

from ...translation import tr
from ...wire.errors import (
    CertificateUntrusted,
    DownloadDamaged,
    EngineFileHeld,
    InstallFailed,
    NetworkMissing,
    NoWheel,
    WholeSceneError,
)
from . import files
from .download import file_name
from .process import Ended, GoingOn, run_python
from .record import Wheel

REPORTS_SINCE = (22, 2)  # pip install --report
SECONDS = 1800
QUIET = ("--disable-pip-version-check", "--no-input")
ONLY_WHEELS = ("--only-binary", ":all:")  # nothing is built on a user's machine
TRIES = ("--retries", "2", "--timeout", "30")

HOST = re.compile(r"host='([^']+)'|HTTPS?Connection(?:Pool)?\(host='?([\w.-]+)")
NO_MATCH = re.compile(r"(?:No matching distribution found for|satisfies the requirement) ([^\s(]+)")
OFFERED = re.compile(r"\(from versions: ([^)]*)\)")
CERTIFICATE = re.compile(r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|SSLError", re.IGNORECASE)
UNREACHABLE = re.compile(
    r"NewConnectionError|ConnectTimeoutError|ReadTimeoutError|Read timed out|ProxyError|Connection ?refused|"
    r"RemoteDisconnected|Connection aborted|ConnectionResetError|IncompleteRead|ProtocolError|Could not fetch URL|"
    r"Temporary failure in name resolution|getaddrinfo failed|Network is unreachable|"
    r"407 Client Error|Tunnel connection failed",
    re.IGNORECASE,
)
FULL = re.compile(r"No space left on device|\[Errno 28\]|disk is full|WinError 112", re.IGNORECASE)
HELD = re.compile(r"\[WinError (?:5|32)\][^:]*: '?([^'\n]+)|used by another process")
OBJECT = re.compile(r"<[^<>]* object at 0x[0-9a-f]+>[:,]? *")
DAMAGED = re.compile(r"THESE PACKAGES DO NOT MATCH THE HASHES|HashMismatch|Bad CRC-32|has an invalid wheel|BadZipFile")


class Pip:
    """The pip of one environment."""

    def __init__(
        self, python: str, release: str, source: str, environment: QProcessEnvironment, going_on: GoingOn
    ) -> None:
        """``python`` is the environment's; its ``release`` and the name of the ``source`` are for complaints."""
        self._python, self._release, self._source, self._going_on = python, release, source, going_on
        self.environment = environment

    def version(self) -> Optional[Tuple[int, ...]]:
        """Its version; None if there is no pip that runs."""
        told = self._run(["--version"], 60)
        found = re.match(r"pip (\d+)\.(\d+)", told.said)
        return tuple(int(part) for part in found.groups()) if told.well and found else None

    def configured(self) -> Tuple[str, ...]:
        """The options that its configuration sets: ``cert``, ``proxy``, ``index-url``."""
        told = self._run(["config", "list"], 60)
        names = (line.partition("=")[0].strip() for line in told.said.splitlines())
        return tuple(name.rpartition(".")[2] for name in names if name)

    def renew(self, options: Sequence[str]) -> None:
        """Take a pip that can tell beforehand what it would install."""
        told = self._run(["install", *QUIET, *TRIES, *options, "--upgrade", "pip>=23.1"], 300)
        if not told.well:
            raise trouble(told, self._release, self._source)

    def resolve(self, requirements: Path, engine: str, options: Sequence[str], report: Path) -> List[Wheel]:
        """What has to be fetched for the pinned packages and the engine; nothing is installed.

        Raises NoWheel, NetworkMissing, CertificateUntrusted or InstallFailed.
        """
        only_look = ["--dry-run", "--ignore-installed", "--report", str(report)]
        asked = ["-r", str(requirements), engine]
        told = self._run(["install", *only_look, *QUIET, *ONLY_WHEELS, *TRIES, *options, *asked], SECONDS)
        if not told.well:
            raise trouble(told, self._release, self._source)
        try:
            return [_wheel(entry) for entry in json.loads(report.read_text(encoding="utf-8"))["install"]]
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise InstallFailed(detail=tr("pip's report is not understood ({detail})").format(detail=problem)) from None

    def install(self, wheels: Sequence[Path], look: Callable[[], None]) -> None:
        """Install these files and nothing else, without a network. Raises as :meth:`resolve`, and InstallDiskFull."""
        files_ = [str(path) for path in wheels]
        # the cache would be a second copy; what was chosen is complete
        options = ["--no-index", "--no-deps", "--no-cache-dir", "--ignore-installed", *QUIET, *ONLY_WHEELS]
        told = self._run(["install", *options, *files_], SECONDS, look)
        if not told.well:
            raise trouble(told, self._release, self._source, wheels[0].parent if wheels else None)

    def check(self) -> str:
        """What is missing among the installed packages; "" if nothing is."""
        told = self._run(["check", *QUIET], 120)
        return "" if told.well else told.said.strip() or told.last_words()

    def _run(self, arguments: Sequence[str], seconds: float, look: Optional[Callable[[], None]] = None) -> Ended:
        command = ["-m", "pip", *arguments]
        return run_python(self._python, command, self._going_on, self.environment, seconds, look)


def _wheel(entry: Mapping[str, Any]) -> Wheel:
    """A file of pip's report."""
    url = str(entry["download_info"]["url"])
    archive = entry["download_info"].get("archive_info") or {}
    sha256 = str((archive.get("hashes") or {}).get("sha256") or "")
    method, _, value = str(archive.get("hash") or "").partition("=")
    if not sha256 and method == "sha256":
        sha256 = value
    name = file_name(url)
    if not name.endswith(".whl") or Path(name).name != name:
        raise ValueError(f"{name!r} is no wheel")
    return Wheel(str(entry["metadata"]["name"]), str(entry["metadata"]["version"]), name, url, sha256)


def trouble(told: Ended, release: str, source: str, folder: Optional[Path] = None) -> WholeSceneError:
    """What pip's complaint means. The cause comes before what follows from it."""
    text = f"{told.complained}\n{told.said}"
    host = _host(text) or source
    if FULL.search(text):
        return files.disk_full(folder or Path.cwd())
    if CERTIFICATE.search(text):
        return CertificateUntrusted(host=host, detail=_line(text, CERTIFICATE))
    held = HELD.search(text)
    if held:
        return EngineFileHeld(path=held.group(1) or "?", detail=_line(text, HELD))
    if DAMAGED.search(text):
        return DownloadDamaged(name=_line(text, DAMAGED), found="?", expected="?")
    if UNREACHABLE.search(text):
        return NetworkMissing(host=host, detail=_line(text, UNREACHABLE))
    missing = NO_MATCH.search(text)
    if missing:
        offered = OFFERED.search(text)
        versions = offered.group(1) if offered else "none"
        detail = tr("it offers: {versions}").format(versions=versions)
        if versions == "none":
            detail = tr("it offers no file of it for this system, or did not answer as a package index does")
        return NoWheel(package=missing.group(1), python=f"Python {release}", detail=detail)
    return InstallFailed(detail=told.last_words())


def _host(text: str) -> str:
    found = HOST.search(text)
    return (found.group(1) or found.group(2)) if found else ""


def _line(text: str, pattern: "re.Pattern[str]") -> str:
    """The line that holds it, shortened; without what pip says of its next try."""
    line = next((line.strip() for line in text.splitlines() if pattern.search(line)), "")
    if "connection broken by '" in line:
        line = line.partition("connection broken by '")[2].partition("': /")[0]
    said = OBJECT.split(line)[-1]  # pip names its own objects before what the system said
    return said.strip("'\")(. ")[:200]
