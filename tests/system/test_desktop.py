"""A real QGIS on a virtual screen, worked with the mouse."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pytest_qgis", reason="runs beside the plugin's tests")

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from qgis_desktop import Desktop, build_zip, missing_programs  # noqa: E402

ENGINE_PYTHON = os.environ.get("WHOLESCENE_ENGINE_PYTHON", str(ROOT / ".venv" / "bin" / "python"))
NAIP = ROOT.parent / "shared" / "data" / "naip" / "images" / "20170827.tif"

pytestmark = [
    pytest.mark.skipif(bool(missing_programs()), reason=f"not installed: {', '.join(missing_programs())}"),
    pytest.mark.skipif(not Path(ENGINE_PYTHON).exists(), reason=f"no engine at {ENGINE_PYTHON}"),
]


@pytest.fixture
def environment(tmp_path):
    """A scene to open and an engine of this test's own."""
    scene = tmp_path / "landscape.tif"
    home = {"WHOLESCENE_HOME": str(tmp_path / "engine")}
    command = [ENGINE_PYTHON, "-I", "-m", "wholescene.cli"]
    if NAIP.exists():
        shutil.copyfile(NAIP, scene)
    else:
        subprocess.run([*command, "landscape", str(tmp_path), "--size", "1024"], check=True, capture_output=True)
    yield {"WHOLESCENE_DESKTOP_SCENE": str(scene), **home}
    subprocess.run([*command, "shutdown"], env={**os.environ, **home}, capture_output=True, timeout=60)


def test_one_click_gives_a_map_above_its_scene(environment, tmp_path):
    startup = ROOT / "tools" / "desktop_startup.py"
    with Desktop(build_zip(tmp_path), startup, ENGINE_PYTHON, environment) as desktop:
        state = desktop.wait_until(lambda state: state["ready"] and state["enabled"])
        assert state["active"] == "landscape"
        desktop.click(*state["button"])
        state = desktop.wait_until(lambda state: state["notice"] or (state["run"] == "idle" and state["legend"]), 300)
        assert state["notice"] == ""
        assert state["layers"] == ["landscape – Water (RGB, light)", "landscape"]
        assert state["sources"][0] == str(tmp_path / "landscape_water-lite.tif")
        assert state["active"] == "landscape"  # the new layer does not take over
        assert state["legend"] == ["other", "water"]
    assert (tmp_path / "landscape_water-lite.tif").exists()


def test_a_job_survives_a_qgis_that_is_killed(environment, tmp_path):
    startup = ROOT / "tools" / "desktop_startup.py"
    with Desktop(build_zip(tmp_path), startup, ENGINE_PYTHON, environment) as desktop:
        state = desktop.wait_until(lambda state: state["ready"] and state["enabled"])
        desktop.click(*state["button"])
        # the engine has the job, and QGIS has noted it
        desktop.wait_until(lambda state: state["jobs"] and state["progress"] > 0, 300)
        desktop.crash()
        assert not (tmp_path / "landscape_water-lite.tif").exists()
        desktop.start_again()
        state = desktop.wait_until(lambda state: state["jobs"] or state["legend"])
        assert [job["title"] for job in state["jobs"]] in ([], ["landscape – Water (RGB, light)"])
        state = desktop.wait_until(lambda state: state["notice"] or (state["run"] == "idle" and state["legend"]), 300)
        assert state["notice"] == ""
        assert state["sources"][:1] == [str(tmp_path / "landscape_water-lite.tif")]


def test_from_the_first_start_to_a_styled_map_in_two_clicks(tmp_path):
    home = {"WHOLESCENE_HOME": str(tmp_path / "engine"), "HOME": str(tmp_path)}
    startup = ROOT / "tools" / "desktop_startup.py"
    try:
        with Desktop(build_zip(tmp_path), startup, ENGINE_PYTHON, home) as desktop:
            state = desktop.wait_until(lambda state: state["sample"] and state["engine"] == "READY")
            desktop.click(*state["sample"])
            state = desktop.wait_until(lambda state: state["notice"] or (state["enabled"] and state["layers"]))
            assert state["layers"] == ["sample landscape"]
            desktop.click(*state["button"])
            state = desktop.wait_until(
                lambda state: state["notice"] or (state["run"] == "idle" and state["legend"]), 300
            )
            assert state["notice"] == ""
            assert state["layers"] == ["sample landscape – Water (RGB, light)", "sample landscape"]
            assert state["legend"] == ["other", "water"]
    finally:
        command = [ENGINE_PYTHON, "-I", "-m", "wholescene.cli", "shutdown"]
        subprocess.run(command, env={**os.environ, **home}, capture_output=True, timeout=60)
