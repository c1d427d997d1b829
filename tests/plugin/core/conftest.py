"""Makes ``wholescene_qgis`` importable as it is inside the ZIP: plugin code with a copy of ``wire``."""

import atexit
import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]


def _assemble() -> None:
    folder = Path(tempfile.mkdtemp(prefix="wholescene-core-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    package = folder / "wholescene_qgis"
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "qgis_plugin", package, ignore=skip)
    shutil.copytree(ROOT / "engine" / "wholescene" / "wire", package / "wire", ignore=skip)
    sys.path.insert(0, str(folder))


if importlib.util.find_spec("wholescene_qgis") is None:  # else the built ZIP is installed already
    _assemble()
