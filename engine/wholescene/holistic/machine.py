"""What this machine has: main memory, devices, processors, scratch space, asked and never assumed.

In a container or a batch job the control group sets tighter limits than the machine itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch

from .feature_map import room_in, scratch_folder

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUP = Path("/proc/self/cgroup")


@dataclass(frozen=True)
class Memory:
    """Bytes of memory: what a job may take now, and all there is. ``limited``: by a control group."""

    free: int
    total: int
    limited: bool = False


def main_memory() -> Memory:
    """Main memory of this machine, or what its control group leaves of it."""
    system = psutil.virtual_memory()
    free, total, limited = int(system.available), int(system.total), False
    for group in memory_groups():
        if group.total < total:
            total, limited = group.total, True
        if group.free < free:
            free, limited = group.free, True
    return Memory(free, total, limited)


def memory_groups(cgroups: Path = CGROUPS, own: Path = OWN_CGROUP) -> Iterator[Memory]:
    """The limits of this process' control group and of those above it, versions 2 and 1."""
    for folder in _folders(cgroups, own):
        limit = _number(folder / "memory.max", folder / "memory.limit_in_bytes")
        used = _number(folder / "memory.current", folder / "memory.usage_in_bytes")
        if limit is not None and used is not None:
            # the group's page cache counts as used, but the system gives it up when asked
            used -= min(used, _statistic(folder, "inactive_file"))
            yield Memory(max(0, limit - used), limit, limited=True)


def processors(cgroups: Path = CGROUPS, own: Path = OWN_CGROUP) -> float:
    """Processors that this process may use: those it is bound to, less by a control group's quota."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min([float(bound), *_quotas(cgroups, own)])


def ranks_here(ranks: int) -> int:
    """How many of a job's ranks are on this host, as torchrun says; all of them where no launcher says it."""
    said = os.environ.get("LOCAL_WORLD_SIZE", "")
    return min(ranks, int(said)) if said.isdigit() and int(said) else ranks


def threads_each(ranks: int) -> int:
    """Threads of each rank where nobody says it: OMP_NUM_THREADS, or its share of the processors."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return int(said) if said.isdigit() and int(said) else max(1, int(processors()) // ranks)


def device_memory(index: int | None = None) -> Memory:
    """Memory of a CUDA device (the current one); what torch holds already but does not use counts as free."""
    free, total = torch.cuda.mem_get_info(index)
    unused = torch.cuda.memory_reserved(index) - torch.cuda.memory_allocated(index)
    return Memory(free + unused, total)


def scratch_room() -> int:
    """Bytes free in the scratch folder."""
    return room_in(scratch_folder())


def _quotas(cgroups: Path, own: Path) -> Iterator[float]:
    for folder in _folders(cgroups, own, "cpu"):
        words = _text(folder / "cpu.max").split()
        if len(words) == 2 and words[0].isdigit():
            yield int(words[0]) / int(words[1])
        quota, period = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
        if quota and period:
            yield quota / period


def _folders(cgroups: Path, own: Path, controller: str = "memory") -> Iterator[Path]:
    """The folders of this process' groups, from its own upwards.

    A container often sees its own group as the root, under a path that does not exist there.
    """
    for line in _text(own).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        root = cgroups / controllers if controllers else cgroups
        if controllers and not root.is_dir():
            root = cgroups / controller
        group = Path(path.lstrip("/"))
        yield from dict.fromkeys(root / part for part in (group, *group.parents))


def _number(*paths: Path) -> int | None:
    """A limit, from the first file that has one; None where there is none ("max", -1, or a very large number)."""
    numbers = (int(text) for text in (_text(path).strip() for path in paths) if text.isdigit())
    return next((number for number in numbers if number < 1 << 60), None)


def _statistic(folder: Path, name: str) -> int:
    rows = (line.split() for line in _text(folder / "memory.stat").splitlines())
    values = {row[0]: int(row[1]) for row in rows if len(row) == 2}
    return values.get(f"total_{name}", values.get(name, 0))


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""
