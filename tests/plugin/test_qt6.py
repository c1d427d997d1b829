"""QGIS 4 is built on Qt 6, which has only the new spelling of many names."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "check_qt6.py"
PYTHON = os.environ.get("WHOLESCENE_QT6_PYTHON") or sys.executable
HAS_QT6 = "WHOLESCENE_QT6_PYTHON" in os.environ or importlib.util.find_spec("PyQt6") is not None


@pytest.mark.skipif(not HAS_QT6, reason="PyQt6 is not installed")
def test_every_qt_name_exists_in_qt6():
    checked = subprocess.run([PYTHON, str(TOOL)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
