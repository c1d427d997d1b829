"""The prospect of a job: its schedule for a scene and a preset, with or without weights, before it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..nn.segmenter import STRIDE
from ..presets.preset import Preset
from ..presets.zoo import Zoo
from ..raster.scaling import scaling_from
from ..raster.scene import Scene
from ..raster.view import ModelView
from ..wire import errors
from . import machine
from . import precision as precisions
from .models import parameter_bytes
from .planner import Limits, Schedule, schedule
from .precision import DTYPES
from .rehearsal import weightless
from .tiles import SIDE


@dataclass(frozen=True)
class Devices:
    """What a job is planned for: ``count`` ranks, each with one device of ``kind`` ("cpu" or "cuda").

    ``assumed``: they are not here, so that only typical speeds are known of them.
    """

    kind: str
    count: int
    assumed: bool = False

    @classmethod
    def wanted(cls, kind: str, count: int | None, memory: int | None) -> Devices:
        """The devices for ``kind`` "auto", "cpu" or "cuda"; a count of None means one.

        Raises:
            DeviceMissing: there are not so many here, and nobody says how large they are.
        """
        here = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if kind == "auto":
            kind = "cuda" if here or memory is not None else "cpu"
        count = count or 1
        if kind == "cpu":
            return cls("cpu", count)
        enough = count <= here and (memory is None or memory <= machine.device_memory().total)
        if not enough and memory is None:
            detail = f"of {count} wanted there are {here} here; --device-memory plans for others of that size"
            raise errors.DeviceMissing(device="cuda", detail=detail)
        return cls("cuda", count, assumed=not enough)


@dataclass(frozen=True)
class Prospect:
    """A schedule with what it is for. ``scene`` and ``network`` are (height, width) in pixels of the scene and of
    the grid that the network sees; ``missing`` says why the preset cannot run, if it cannot."""

    title: str
    preset: str
    scene: tuple[int, int]
    network: tuple[int, int]
    devices: Devices
    threads: int
    schedule: Schedule
    missing: str | None = None


def prospect(
    sources: Sequence[str],
    preset: str,
    devices: Devices,
    limits: Limits,
    precision: str = "auto",
    threads: int | None = None,
    zoo: Zoo | None = None,
) -> Prospect:
    """Plan the job that these sources, this preset and these devices would be, with ``threads`` for each rank.

    Raises:
        PlanMemory, PlanDeviceMemory, ScratchFull: it cannot fit.
        WholeSceneError: scene, preset or precision cannot be used.
    """
    model = (zoo or Zoo()).load(preset)
    scene, network = _sizes(sources, model)
    chosen = _precision(precision, model, devices)
    threads = threads or machine.threads_each(devices.count)
    return Prospect(
        title=" + ".join(sources),
        preset=model.name,
        scene=scene,
        network=network,
        devices=devices,
        threads=threads,
        schedule=_schedule(model, network, chosen, devices, limits, threads),
        missing=_missing(model),
    )


def _sizes(sources: Sequence[str], preset: Preset) -> tuple[tuple[int, int], tuple[int, int]]:
    """Height and width of the scene, and of the grid that the network sees."""
    with Scene.open(sources) as scene:
        view = ModelView(scene, (1,), scaling_from(preset.scaling), preset.ground_resolution)
        return (scene.grid.height, scene.grid.width), (view.grid.height, view.grid.width)


def _precision(requested: str, preset: Preset, devices: Devices) -> str:
    """As a job would choose it; devices that are not here are taken to be made for bf16."""
    if requested == "auto" and devices.assumed and "bf16" in preset.precisions:
        return "bf16"
    return precisions.choose(requested, preset.precisions, preset.name, devices.kind)


def _schedule(
    preset: Preset, network: tuple[int, int], precision: str, devices: Devices, limits: Limits, threads: int
) -> Schedule:
    model = weightless(preset.architecture, DTYPES[precision])
    height, width = (-(-side // STRIDE) * STRIDE for side in network)
    return schedule(
        model.program(len(preset.bands)),
        (height, width),
        int(preset.tile.get("side", SIDE)),
        precision,
        devices.count,
        devices.kind,
        limits,
        parameter_bytes(model),
        threads=threads,
        weights_on="cpu",
        assumed=devices.assumed,
    )


def _missing(preset: Preset) -> str | None:
    if preset.ready():
        return None
    try:
        preset.weights_path()
    except errors.WholeSceneError as problem:
        return problem.message
    return None


def plain(value: Prospect) -> dict[str, Any]:
    """The prospect as plain values for ``--json``, the schedule with its totals."""
    planned = value.schedule
    return {
        "scene": {"title": value.title, "height": value.scene[0], "width": value.scene[1]},
        "network": {"height": value.network[0], "width": value.network[1]},
        "preset": value.preset,
        "ready": value.missing is None,
        "missing": value.missing,
        "devices": {"kind": value.devices.kind, "count": value.devices.count, "assumed": value.devices.assumed},
        "threads": value.threads,
        "schedule": planned.to_dict() | {"seconds_total": planned.seconds.total},
    }
