"""The builds of PyTorch that an engine can be installed with, and what speaks for which."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Tuple

from ...wire.errors import Cancelled
from ..installation import clean_environment
from .process import GoingOn, run

TORCH_INDEX = "https://download.pytorch.org/whl/"
MB, GB = 1000**2, 1000**3
DRIVER_FILE = Path("/proc/driver/nvidia/version")
SECONDS = 10  # nvidia-smi wakes a sleeping card first


@dataclass(frozen=True)
class Build:
    """A build of torch: ``download`` and ``disk`` in bytes, about; ``index`` has it where PyPI does not."""

    name: str
    download: int
    disk: int
    index: str


# measured on Linux with torch 2.13: all wheels of the lock, and the environment that they make
CPU = Build("cpu", 280 * MB, 1200 * MB, f"{TORCH_INDEX}cpu")
CUDA = Build("cu130", 2900 * MB, 6500 * MB, f"{TORCH_INDEX}cu130")
MACOS = Build("cpu", 200 * MB, 1000 * MB, "")  # which also computes on Apple's GPUs; PyPI has it


def builds(platform: str = sys.platform) -> Tuple[Build, ...]:
    """Those that there are for this system."""
    return (MACOS,) if platform == "darwin" else (CPU, CUDA)


def build_named(name: str) -> Build:
    """The build of that name; of another one, as a bundle may bring, nothing is known but the name."""
    return next((build for build in builds() if build.name == name), Build(name, 0, CPU.disk, ""))


def nvidia_card(going_on: GoingOn) -> str:
    """The name of the first NVIDIA card, as its driver tells it; "" if there is none that can compute."""
    program = _nvidia_smi()
    if program:
        try:
            told = run(program, ["--query-gpu=name", "--format=csv,noheader"], going_on, clean_environment(), SECONDS)
        except Cancelled:
            return ""
        if told.well and told.said.strip():
            return told.said.strip().splitlines()[0].strip()
    return "NVIDIA" if DRIVER_FILE.exists() else ""


def _nvidia_smi() -> Optional[str]:
    found = shutil.which("nvidia-smi")
    if found or os.name != "nt":
        return found
    installed = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "nvidia-smi.exe")
    return str(installed) if installed.is_file() else None
