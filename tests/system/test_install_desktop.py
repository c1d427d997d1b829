"""Installing the engine in a real QGIS on a virtual screen, by mouse: what is offered can be seen and reached.

Takes a real installation of torch; `make screenshots` takes the pictures of the user guide on the way.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytest.importorskip("pytest_qgis", reason="runs beside the plugin's tests")

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from qgis_desktop import Desktop, build_zip, missing_programs  # noqa: E402

from analyst import Analyst  # noqa: E402

MAKER = os.environ.get("WHOLESCENE_ENGINE_PYTHON", str(ROOT / ".venv" / "bin" / "python"))
SIDE = 340  # a picture from here on shows dialog and panel

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(bool(missing_programs()), reason=f"not installed: {', '.join(missing_programs())}"),
]


@pytest.fixture
def account():
    """The home of somebody, with a name that can be shown."""
    with tempfile.TemporaryDirectory(prefix="analyst-") as folder:
        yield Path(folder)


@pytest.fixture
def analyst(tmp_path, account):
    """Somebody before a QGIS of an account that has no engine."""
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path / "dist")]
    subprocess.run([MAKER, "-m", "pip", "wheel", *options, str(ROOT)], check=True)
    packages = f"{os.environ.get('PIP_FIND_LINKS', '')} {tmp_path / 'dist'}".strip()
    home = {"WHOLESCENE_HOME": str(account / "ws"), "HOME": str(account), "PIP_FIND_LINKS": packages}
    home["PATH"] = "/usr/bin:/bin"  # the system's Python, not those of whoever runs this
    try:
        with Desktop(build_zip(tmp_path), ROOT / "tools" / "desktop_startup.py", "", home) as desktop:
            yield Analyst(desktop)
    finally:
        python = account / "ws" / "data" / "engine" / "0.1.0-cpu" / "env" / "bin" / "python"
        if python.exists():
            command = [python, "-I", "-m", "wholescene.cli", "shutdown"]
            subprocess.run(command, env={**os.environ, **home}, capture_output=True, timeout=60)


def test_the_dialog_from_the_offer_to_the_engine(analyst):
    wait = analyst.desktop.wait_until
    wait(lambda state: state["notice"] == "engine.not_installed")
    analyst.press("Install the engine")
    analyst.hand.find("wholesceneInstallNow", 120)
    analyst.shot("install", left=SIDE)
    analyst.press("wholesceneInstallSource")
    analyst.press("As pip is configured on this computer")
    analyst.press("wholesceneInstallNow")
    wait(lambda state: any(" packages" in text and " of " in text for text in state["read"]), 600)
    analyst.shot("install-progress", left=SIDE)
    analyst.hand.find("wholesceneRepair", 900)
    wait(lambda state: state["engine"] == "READY", 120)
    analyst.shot("install-done", left=SIDE)
    analyst.press("wholesceneRemove")
    analyst.hand.find("Remove it")
    analyst.press("Close")
    wait(lambda state: not state["windows"])
