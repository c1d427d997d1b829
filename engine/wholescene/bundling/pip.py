"""pip, as it is in this environment and configured on this machine."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement

from ..wire.errors import BundlingNoWheel, BundlingPip
from .completeness import plain
from .target import Target

_NO_WHEEL = re.compile(r"No matching distribution found for ([^\s;]+)")
KEPT_LINES = 400


def download(
    requirements: Sequence[Requirement],
    target: Target,
    folder: Path,
    indexes: Sequence[str] = (),
    begun: Callable[[str], None] = lambda name: None,
) -> None:
    """Get a wheel of each of ``requirements`` for ``target`` into ``folder``, without what these need in turn.

    ``indexes`` are asked besides those that pip is configured with. ``begun`` is told each package. Raises
    BundlingNoWheel or BundlingPip.
    """
    options = ["--no-deps", "--only-binary=:all:", "--dest", str(folder), "--implementation=cp"]
    options += ["--python-version={}.{}".format(*target.minor)]
    options += [f"--platform={tag}" for tag in target.platform_tags]
    options += [f"--extra-index-url={index}" for index in indexes]

    def hear(line: str) -> None:
        if line.startswith("Collecting "):
            begun(re.split(r"[=<>!~\[ ]", line.removeprefix("Collecting "))[0])

    said = run(["download", "--progress-bar=off", *options, *map(plain, requirements)], hear)
    if said is not None:
        missing = _NO_WHEEL.search(said)
        if missing:
            raise BundlingNoWheel(package=missing[1], platform=target.platform, python=target.python)
        raise BundlingPip(detail=reason(said))


def run(arguments: Sequence[str], hear: Callable[[str], None] = lambda line: None) -> str | None:
    """Run pip and pass on its lines; None if all went well, else what it said. Raises BundlingPip if there is none."""
    if find_spec("pip") is None:
        raise BundlingPip(detail=f"{sys.executable} has no pip; python -m ensurepip brings it")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    lines: list[str] = []
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        errors="replace",
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            for line in process.stdout:
                hear(line.strip())
                lines = [*lines[-KEPT_LINES:], line.rstrip()]
        except BaseException:
            process.kill()
            raise
    return None if process.returncode == 0 else "\n".join(lines)


def reason(said: str) -> str:
    """The line that tells why pip gave up."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["it said nothing"])[-1].rstrip(".")
