"""The survey: what this machine would compute with, and why a GPU that is there is left aside."""

from __future__ import annotations

import os
from typing import Any

import torch

from . import machine
from .devices import choose
from .doctor import nvidia_cards, why_unused
from .feature_map import scratch_folder


def survey(device: str | None = None) -> dict[str, Any]:
    """Devices with their memory, main memory, and what keeps a GPU from being used, as plain values.

    ``device`` is the one that was chosen for the engine, None for the best.
    """
    memory = machine.main_memory()
    used = choose(device)
    return {
        "device": used,
        "name": _name(used),
        "devices": _cuda() if torch.cuda.is_available() else [],
        "processors": machine.processors(),
        "memory_free": memory.free,
        "memory_total": memory.total,
        "scratch_free": machine.scratch_room(),
        "scratch": os.fspath(scratch_folder()),
        "unused": _unused(used, device),
    }


def _name(used: str) -> str:
    if used.startswith("cuda"):
        return str(torch.cuda.get_device_name(int(used.partition(":")[2] or 0)))
    count = machine.processors()
    return f"{count:.0f} processor{'' if round(count) == 1 else 's'}"


def _cuda() -> list[dict[str, Any]]:
    found = []
    for index in range(torch.cuda.device_count()):
        memory = machine.device_memory(index)
        name = str(torch.cuda.get_device_name(index))
        found.append({"device": f"cuda:{index}", "name": name, "free": memory.free, "total": memory.total})
    return found


def _unused(used: str, chosen: str | None) -> dict[str, str] | None:
    """The cards that are there while processors compute, and the reason."""
    if used.startswith("cuda"):
        return None
    if torch.cuda.is_available():
        names = ", ".join(device["name"] for device in _cuda())
        return {"cards": names, "reason": f"The engine was started with --device {chosen}."}
    cards = nvidia_cards()
    return {"cards": cards, "reason": why_unused()} if cards else None
