"""A package index of small wheels, and nothing else that pip could find."""

import pytest

from small_wheels import write_wheel
from wholescene.bundling import pins

PINS = """\
# a comment
torch==2.13.0
numpy==2.2.6 ; python_version < "3.11"
numpy==2.4.6 ; python_version >= "3.11"   # another
colorama==0.4.6 ; sys_platform == "win32"
"""
NUMPY = {
    "linux-x86_64": "manylinux_2_27_x86_64.manylinux_2_28_x86_64",
    "windows-x86_64": "win_amd64",
    "macos-arm64": "macosx_14_0_arm64",
}


@pytest.fixture(autouse=True)
def only_here(tmp_path, monkeypatch, engine_home):
    """pip sees the folder ``index`` and no other; the pins are few."""
    index = tmp_path / "index"
    index.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    listed = tmp_path / "pins.txt"
    listed.write_text(PINS)
    monkeypatch.setattr(pins, "pins_file", lambda: listed)


@pytest.fixture
def index(tmp_path):
    """Wheels of all that is pinned: torch with two builds for Linux, of which one brings libraries of CUDA."""
    folder = tmp_path / "index"
    for tag in NUMPY.values():
        write_wheel(folder, "numpy", "2.4.6", tag=f"cp312-cp312-{tag}")
    write_wheel(folder, "colorama", "0.4.6", tag="py2.py3-none-any")
    needs = ["sympy>=1.13", "nvidia-cublas==13.1 ; platform_system == 'Linux'"]
    write_wheel(folder, "torch", "2.13.0", needs, tag="cp312-cp312-manylinux_2_28_x86_64")
    write_wheel(folder, "torch", "2.13.0", ["sympy>=1.13"], tag="cp312-cp312-win_amd64")
    write_wheel(folder, "nvidia-cublas", "13.1", ["nvidia-runtime"], tag="py3-none-manylinux_2_27_x86_64")
    write_wheel(folder, "nvidia-runtime", "13.0", tag="py3-none-manylinux_2_27_x86_64")
    write_wheel(folder, "sympy", "1.14.0", ["mpmath>=1.1,<1.4"])
    write_wheel(folder, "mpmath", "1.3.0")
    write_wheel(folder, "mpmath", "1.4.0")
    return folder


@pytest.fixture
def cpu_index(index, tmp_path):
    """Another folder, with torch's build for CPUs."""
    folder = tmp_path / "cpu"
    write_wheel(folder, "torch", "2.13.0+cpu", ["sympy>=1.13"], tag="cp312-cp312-manylinux_2_28_x86_64")
    return folder


@pytest.fixture
def engine(tmp_path):
    """A wheel of the engine's name."""
    needs = ["torch>=2.6", "numpy>=1.26", "tomli>=2 ; python_version < '3.11'"]
    return write_wheel(tmp_path / "engine", "wholescene", "0.1.0", needs, python=">=3.10")
