"""Installs an engine, stage by stage, so that it can be cut off anywhere and goes on from there.

Nothing is registered before the installed engine has passed its check: until then the panel does not see it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Callable, List

from ...translation import tr
from ...wire.bundle import Bundle
from ...wire.errors import (
    BundleInvalid,
    Cancelled,
    InstallFailed,
    NoPython,
    OtherRelease,
    PythonUnusable,
    WrongBuild,
)
from ...wire.pythons import this_platform
from . import check, download, files, lock, place, standalone
from .builds import build_named
from .bundled import BundleSource
from .interpreters import NEWEST, OLDEST, Interpreter, Rejected, goes_with_its_engine, probe
from .network import Network
from .pip import REPORTS_SINCE, Pip
from .process import GoingOn, run_python
from .record import STAGES, Record, Stage, Wheel
from .source import Kind, Source
from .stopping import stop_engine_in

WHEELS, REPORT = "wheels", "report.json"
VENV_SECONDS = 300


@dataclass(frozen=True)
class Plan:
    """What is to be installed; ``python`` "" takes one of the engine's own (from the bundle, or downloaded)."""

    release: str
    build: str
    source: Source
    python: str = ""
    network: Network = field(default_factory=Network)

    @property
    def folder(self) -> Path:
        """Where it goes."""
        return place.folder_for(self.release, self.build)


@dataclass(frozen=True)
class Progress:
    """What an installation does: ``done`` of ``total`` in bytes or packages; a total of 0 is not known."""

    stage: Stage
    done: int = 0
    total: int = 0
    text: str = ""


class Installer:
    """One run; a later one of the same plan goes on where this one stopped."""

    def __init__(self, plan: Plan, going_on: GoingOn, told: Callable[[Progress], None]) -> None:
        self._plan, self._going_on, self._tell = plan, going_on, told
        self._folder = plan.folder
        self._bundle = BundleSource(plan.source.place) if plan.source.kind is Kind.BUNDLE else None
        self._record = Record(plan.release, plan.build, plan.source.to_dict())

    def run(self) -> Path:
        """The Python of the installed, checked and registered engine. Raises coded errors, Cancelled among them."""
        with lock.held(self._folder):
            self._begin()
            for stage in STAGES:
                if not self._going_on():
                    raise Cancelled()
                if not self._record.holds(stage):
                    self._tell(Progress(stage))
                    self._work(stage)
                    self._record.mark(stage)
                    self._record.save(self._folder)
            self._tidy()
        return place.environment_python(self._folder)

    def repair(self) -> Path:
        """Look whether it holds, and do again what does not, and what follows from that."""
        with lock.held(self._folder):
            record = Record.read(self._folder)
            broken = check.first_broken(self._folder, record, self._going_on) if record is not None else Stage.PYTHON
            if record is not None and broken is not None:
                record.forget_from(broken)
                record.touched = True  # whatever is in the environment is not to be trusted
                record.save(self._folder)
        if record is not None and broken is not Stage.PYTHON:
            # on the Python that it has, whatever is chosen now
            own = os.path.realpath(record.base) == os.path.realpath(standalone.python_in(self._folder))
            self._plan = replace(self._plan, python="" if own else record.base)
        return self.run()

    # -- what is there already ------------------------------------------------------

    def _begin(self) -> None:
        """Take over what an earlier run has done, as far as it was for the same."""
        if self._bundle is not None:
            self._require_bundle_fits(self._bundle.bundle)
        old = Record.read(self._folder)
        if old is not None:
            self._take_over(old)
        if not self._record.holds(Stage.INSTALL):
            build = build_named(self._plan.build)
            there = sum(path.stat().st_size for path in (self._folder / WHEELS).glob("*.*") if path.is_file())
            place.require_room(self._folder, build.disk + max(0, build.download - there))
            self._stop_engine()
        self._record.save(self._folder)

    def _stop_engine(self) -> None:
        """Before files are replaced that a running engine has open: Windows would hold them, others mix old and new."""
        if place.environment_folder(self._folder).exists():
            first = next(stage for stage in STAGES if not self._record.holds(stage))
            self._tell(Progress(first, text=tr("Stopping the engine that runs…")))
            stop_engine_in(self._folder, self._going_on)

    def _take_over(self, old: Record) -> None:
        same_source = old.source == self._record.source
        self._record = replace(old, source=self._record.source, release=self._plan.release, build=self._plan.build)
        if not self._is_wanted(old.base):
            self._record.forget_from(Stage.PYTHON)
        elif not place.environment_python(self._folder).exists():
            self._record.forget_from(Stage.ENVIRONMENT)
        elif not same_source and not self._record.holds(Stage.INSTALL):
            self._record.forget_from(Stage.RESOLVE)
        elif self._record.holds(Stage.REGISTER) and not place.is_registered(self._folder):
            # another one was installed since then: this one is brought into use again, if it still works
            self._record.forget_from(Stage.CHECK)

    def _is_wanted(self, base: str) -> bool:
        """Whether the Python that an earlier run took is there and the one that is chosen."""
        chosen = self._plan.python or str(standalone.python_in(self._folder))
        return os.path.isfile(base) and os.path.realpath(base) == os.path.realpath(chosen)

    def _require_bundle_fits(self, bundle: Bundle) -> None:
        """Raises BundlePlatform or OtherRelease."""
        bundle.check_for(this_platform())
        found = bundle.manifest.release
        if found != self._plan.release:
            raise OtherRelease(source=bundle.path.name, found=found, expected=self._plan.release)
        if bundle.manifest.build != self._plan.build:
            raise BundleInvalid(path=str(bundle.path), detail=tr("it holds another build than was chosen"))

    # -- the stages -----------------------------------------------------------------

    def _work(self, stage: Stage) -> None:
        {
            Stage.PYTHON: self._take_python,
            Stage.ENVIRONMENT: self._make_environment,
            Stage.RESOLVE: self._resolve,
            Stage.DOWNLOAD: self._download,
            Stage.INSTALL: self._install,
            Stage.CHECK: self._check,
            Stage.REGISTER: self._register,
        }[stage]()

    def _take_python(self) -> None:
        python = self._plan.python or self._own_python()
        found = probe(python, self._going_on)
        if isinstance(found, Rejected):
            raise PythonUnusable(path=python, detail=found.reason)
        if place.engine_around(found.path) not in (None, self._folder):
            raise PythonUnusable(path=python, detail=goes_with_its_engine())
        self._record.base = python if not self._plan.python else found.path

    def _own_python(self) -> str:
        """Unpack the bundle's Python, or download one."""
        if self._bundle is not None:
            archive = self._bundle.python(self._folder, self._going_on, self._told_bytes(Stage.PYTHON))
        else:
            size = getattr(standalone.offered(), "size", None) or 0
            archive = standalone.download(
                self._folder, self._going_on, lambda done: self._tell(Progress(Stage.PYTHON, done, size))
            )
        if archive is None:
            detail = tr("the bundle brings none")
            raise NoPython(oldest=_dotted(OLDEST), newest=_dotted(NEWEST), detail=detail)
        self._tell(Progress(Stage.PYTHON, text=tr("Unpacking…")))
        python = standalone.unpack(archive, self._folder, self._going_on)
        files.patiently(archive.unlink, archive)
        return str(python)

    def _make_environment(self) -> None:
        environment = place.environment_folder(self._folder)
        with files.faults_of(self._folder):
            files.remove_folder(environment)
        # copies on Windows anyway; a link elsewhere follows the base Python through its updates
        command = ["-m", "venv", str(environment)]
        told = run_python(self._record.base, command, self._going_on, None, VENV_SECONDS)
        if not told.well:
            raise PythonUnusable(path=self._record.base, detail=told.last_words())
        self._record.touched = False

    def _resolve(self) -> None:
        if self._bundle is not None:
            self._record.wheels = self._bundle.wheels()
            return
        pip, options = self._pip(), self._plan.source.pip_options(build_named(self._plan.build))
        version = pip.version()
        if version is None:
            raise InstallFailed(detail=tr("the environment has no pip that runs"))
        if version < REPORTS_SINCE:
            pip.renew(options)
        report = self._folder / REPORT
        engine = f"wholescene=={self._plan.release}"
        wheels = pip.resolve(place.REQUIREMENTS, engine, options, report)
        files.patiently(report.unlink, report)
        self._require_build(wheels)
        sized = download.with_sizes(self._with_login(wheels), self._going_on)
        self._record.wheels = [replace(wheel, size=one.size) for wheel, one in zip(wheels, sized)]
        total = sum(wheel.size for wheel in self._record.wheels)
        place.require_room(self._folder, total + build_named(self._plan.build).disk)

    def _require_build(self, wheels: list) -> None:
        """Raises WrongBuild where packages of CUDA would come with what was to be the CPU build."""
        foreign = [wheel for wheel in wheels if wheel.name.lower().startswith("nvidia-")]
        if self._plan.build == "cpu" and foreign:
            torch = next((wheel.file for wheel in wheels if wheel.name == "torch"), foreign[0].file)
            raise WrongBuild(found=torch)

    def _download(self) -> None:
        told = self._told_bytes(Stage.DOWNLOAD)
        if self._bundle is not None:
            self._bundle.unpack_wheels(self._folder, self._going_on, told)
        else:
            wheels = self._with_login(self._record.wheels)
            download.fetch_all(wheels, self._folder / WHEELS, self._going_on, told)

    def _with_login(self, wheels: List[Wheel]) -> List[Wheel]:
        """With what a server may want to know, which is never put into the record."""
        return [replace(wheel, url=self._plan.source.with_login(wheel.url)) for wheel in wheels]

    def _install(self) -> None:
        if self._record.touched:  # an earlier run was cut off in the middle of this
            self._make_environment()
        self._record.touched = True
        self._record.save(self._folder)
        wheels, pip = self._record.wheels, self._pip()
        paths = [self._folder / WHEELS / wheel.file for wheel in wheels]
        pip.install(paths, self._counter(len(paths)))
        missing = pip.check()
        if missing:
            raise InstallFailed(detail=missing.splitlines()[0].rstrip("."))
        self._record.touched = False

    def _counter(self, total: int) -> Callable[[], None]:
        """Tells how many packages pip has installed, by what lies in the environment."""
        told = -1

        def look() -> None:
            nonlocal told
            done = check.packages_in(place.environment_folder(self._folder))
            if done != told:
                told = done
                self._tell(Progress(Stage.INSTALL, min(done, total), total))

        return look

    def _check(self) -> None:
        check.require_works(self._folder, self._plan.release, self._going_on)

    def _register(self) -> None:
        if self._bundle is not None:
            self._bundle.add_presets(self._folder, self._going_on)
        check.register(self._folder, self._going_on)

    # -- common ---------------------------------------------------------------------

    def _pip(self) -> Pip:
        python = str(place.environment_python(self._folder))
        release = "3"
        found = probe(self._record.base, self._going_on)
        if isinstance(found, Interpreter):
            release = found.release
        with files.faults_of(self._folder):
            plain = self._plan.network.environment(self._folder, ("cert", "proxy"))
            pip = Pip(python, release, self._plan.source.name(), plain, self._going_on)
            pip.environment = self._plan.network.environment(self._folder, pip.configured())
            for name, value in self._plan.source.pip_environment().items():
                pip.environment.insert(name, value)
        return pip

    def _told_bytes(self, stage: Stage) -> Callable[[int, int], None]:
        return lambda done, total: self._tell(Progress(stage, done, total))

    def _tidy(self) -> None:
        """What was only needed on the way; repairing fetches it again."""
        for name in (WHEELS, "bundle"):
            files.remove_folder(self._folder / name)


def _dotted(version: tuple) -> str:
    return ".".join(str(part) for part in version)
