"""Stages, builds and sources of an installation, in the language of QGIS."""

from __future__ import annotations

from typing import Mapping

from ..core.install.builds import Build
from ..core.install.installer import Progress
from ..core.install.record import Stage
from ..core.install.source import Kind
from ..core.preflight import amount
from ..translation import mark, marked
from .texts import tr

STAGES: Mapping[Stage, str] = {
    Stage.PYTHON: mark("Python"),
    Stage.ENVIRONMENT: mark("An environment of its own"),
    Stage.RESOLVE: mark("Which packages"),
    Stage.DOWNLOAD: mark("Download"),
    Stage.INSTALL: mark("Install the packages"),
    Stage.CHECK: mark("Check the engine"),
    Stage.REGISTER: mark("Register it for this panel"),
}
KINDS: Mapping[Kind, str] = {
    Kind.INTERNET: mark("The internet (PyPI, pytorch.org)"),
    Kind.CONFIGURED: mark("As pip is configured on this computer"),
    Kind.INDEX: mark("Another package index"),
    Kind.BUNDLE: mark("A bundle file, without a network"),
}


def stage_name(stage: Stage) -> str:
    """What is done, in a few words."""
    return marked(STAGES[stage])


def kind_name(kind: Kind) -> str:
    """Where packages come from."""
    return marked(KINDS[kind])


def build_name(build: Build) -> str:
    """A build with what it takes."""
    sizes = {"download": amount(build.download), "disk": amount(build.disk)}
    if build.name == "cpu":
        return tr("CPU: about {download} to download, {disk} on the disk").format(**sizes)
    return tr("CUDA (NVIDIA GPU): about {download} to download, {disk} on the disk").format(**sizes)


def amounts(progress: Progress) -> str:
    """``149 MB of 278 MB``; ``12 of 36 packages``; "" where there is nothing to count."""
    if progress.text or not progress.done:
        return progress.text
    if progress.stage is Stage.INSTALL:
        return tr("{n} of {total} packages").format(n=progress.done, total=progress.total)
    if not progress.total:
        return amount(progress.done)
    return tr("{done} of {total}").format(done=amount(progress.done), total=amount(progress.total))
