"""QGIS 4 is built on Qt 6, which has only the new spelling of many names."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "check_qt6.py"
PYTHON = os.environ.get("WHOLESCENE_QT6_PYTHON") or sys.executable


def has_qt6() -> bool:
    look = "import importlib.util as u, sys; sys.exit(u.find_spec('PyQt6') is None)"
    return subprocess.run([PYTHON, "-c", look]).returncode == 0


@pytest.mark.skipif(not has_qt6(), reason=f"PyQt6 is not installed for {PYTHON}")
def test_every_qt_name_exists_in_qt6():
    checked = subprocess.run([PYTHON, str(TOOL)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
