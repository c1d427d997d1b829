"""Makes a bundle from beginning to end."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from ..presets.zoo import Zoo, shipped_folder
from ..wire.bundle import PRESET_FOLDER, PYTHON_FOLDER, REQUIREMENTS, WHEEL_FOLDER, BundledPython, BundleManifest
from ..wire.errors import BundlingFile, BundlingPython, BundlingWheel, OutputExists, OutputUnwritable
from ..wire.pythons import STANDALONE
from . import interpreter
from .collect import collect
from .engine_wheel import PACKAGE, engine_wheel
from .pack import Label, check_packable, pack
from .pins import pinned
from .target import Target
from .wheels import Wheel

TORCH_INDEX = "https://download.pytorch.org/whl/{build}"

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Order:
    """What is to be packed.

    ``python`` is an archive, None for the table's (by download); with ``without_python`` the bundle brings none, and
    its wheels are for ``python_version``. ``wheel`` is the engine's, None for the engine that runs. ``torch_index`` is
    asked for torch, "" for none besides ``indexes`` and those of pip's configuration.
    """

    output: Path
    platform: str
    build: str = "cpu"
    python: Path | None = None
    python_sha256: str | None = None
    without_python: bool = False
    python_version: str = ""
    presets: tuple[str, ...] = ()
    wheel: Path | None = None
    indexes: tuple[str, ...] = ()
    torch_index: str | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class Made:
    """A bundle that was made. ``shipped``: presets that were asked for and come with the engine anyway."""

    path: Path
    size: int
    manifest: BundleManifest
    shipped: tuple[str, ...]


def make(order: Order, tell: Tell = lambda stage, done, total: None) -> Made:
    """Make the bundle; its packages were found to be complete for the platform.

    ``tell`` gets the stage (``python``, ``packages``, ``engine``, ``packing``), what is done of it and of how much
    (bytes, or packages). Nothing but the finished file is left. Raises OutputExists, OutputUnwritable, errors of
    presets, and those of ``wire.errors.bundling``.
    """
    if order.output.exists() and not order.overwrite:
        raise OutputExists(path=str(order.output))
    presets, shipped = preset_files(order.presets)
    try:
        # beside the output: there is the room
        with tempfile.TemporaryDirectory(dir=order.output.parent, prefix=".wholescene-bundle-") as folder:
            manifest = _make(order, presets, Path(folder), tell)
            size = order.output.stat().st_size
    except OSError as problem:
        raise OutputUnwritable(path=str(order.output), detail=problem.strerror or str(problem)) from None
    return Made(order.output, size, manifest, shipped)


def _make(order: Order, presets: Mapping[str, Path], folder: Path, tell: Tell) -> BundleManifest:
    python, archive = _python(order, folder, tell)
    target = Target(order.platform, python)
    wheels = _wheels(order, target, folder, tell)
    (folder / REQUIREMENTS).write_text(pinned(wheels), encoding="utf-8")
    files = {REQUIREMENTS: folder / REQUIREMENTS, **presets}
    files.update((f"{WHEEL_FOLDER}/{wheel.path.name}", wheel.path) for wheel in wheels)
    if archive is not None:
        files[f"{PYTHON_FOLDER}/{archive.name}"] = archive
    bundled = BundledPython(python, f"{PYTHON_FOLDER}/{archive.name}" if archive else None)
    label = Label(_engine(wheels), order.platform, order.build, bundled)
    return pack(order.output, label, files, lambda done, total: tell("packing", done, total))


def preset_files(names: Sequence[str]) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Files of the presets that were added to the engine, and names of those that it brings anyway.

    Raises UnknownPreset, PresetInvalid, WeightsMissing, WeightsCorrupt or BundlingFile.
    """
    zoo = Zoo()
    files: dict[str, Path] = {}
    shipped = []
    for name in _with_lenders(names, zoo):
        preset, folder = zoo.load(name), zoo.folder(name)
        weights = preset.weights_path()
        if folder.parent == shipped_folder():
            if name in names:
                shipped.append(preset.name)
            continue
        if zoo.folder(preset.weights_of or name) not in weights.parents:
            raise BundlingFile(path=str(weights), detail="the weights lie outside of the preset's folder")
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and not any(part.startswith(".") for part in inside.parts):
                files[f"{PRESET_FOLDER}/{preset.name}/{inside.as_posix()}"] = path
    for name, path in files.items():  # before anything is downloaded
        check_packable(name, path)
    return files, tuple(shipped)


def _with_lenders(names: Sequence[str], zoo: Zoo) -> list[str]:
    """The presets and those whose weights they use, as a recoloured one does; each once."""
    lent = (zoo.load(name).weights_of for name in names)
    return list(dict.fromkeys([*names, *filter(None, lent)]))


def _python(order: Order, folder: Path, tell: Tell) -> tuple[str, Path | None]:
    """Version and archive of the interpreter."""
    if order.without_python:
        return order.python_version or _minor(STANDALONE[order.platform].version), None
    place = folder / PYTHON_FOLDER
    place.mkdir()
    if order.python is None:
        archive = interpreter.downloaded(order.platform, place, lambda done, total: tell("python", done, total))
    else:
        archive = interpreter.given(order.python, order.python_sha256, place)
    version = interpreter.version_of(archive, order.platform)
    if order.python_version and _minor(order.python_version) != _minor(version):
        raise BundlingPython(path=str(archive), detail=f"it is {version}, and {order.python_version} was asked for")
    return version, archive


def _wheels(order: Order, target: Target, folder: Path, tell: Tell) -> list[Wheel]:
    place = folder / WHEEL_FOLDER
    place.mkdir()
    tell("engine", 0, 1)
    if order.wheel is None:
        engine = Wheel.read(engine_wheel(place))
    else:
        engine = Wheel.read(order.wheel)
        shutil.copyfile(order.wheel, place / order.wheel.name)
    if engine.name != canonicalize_name(PACKAGE):
        raise BundlingWheel(path=str(engine.path), detail=f"it is {engine.name}, not the engine")
    tell("engine", 1, 1)
    torch_index = TORCH_INDEX.format(build=order.build) if order.torch_index is None else order.torch_index
    torch_indexes = [torch_index] if torch_index else []

    def packages(done: int, total: int) -> None:
        tell("packages", done, total)

    return collect(engine, target, place, order.build, order.indexes, torch_indexes, packages)


def _engine(wheels: Sequence[Wheel]) -> str:
    return next(str(wheel.version) for wheel in wheels if wheel.name == canonicalize_name(PACKAGE))


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
