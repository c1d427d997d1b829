"""Models, colours and the report in a real QGIS on a virtual screen, by mouse and keys; pictures for the user guide."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("pytest_qgis", reason="runs beside the plugin's tests")

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from qgis_desktop import Desktop, build_zip, missing_programs  # noqa: E402

from analyst import Analyst  # noqa: E402

ENGINE_PYTHON = os.environ.get("WHOLESCENE_ENGINE_PYTHON", str(ROOT / ".venv" / "bin" / "python"))
COMMAND = [ENGINE_PYTHON, "-I", "-m", "wholescene.cli"]

LEFT, SIDE = 300, 640  # where a picture begins: with the dialog, with the panel and the half of the map beside it

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(bool(missing_programs()), reason=f"not installed: {', '.join(missing_programs())}"),
    pytest.mark.skipif(not Path(ENGINE_PYTHON).exists(), reason=f"no engine at {ENGINE_PYTHON}"),
]


@pytest.fixture(scope="module")
def analyst(tmp_path_factory):
    """Somebody before a QGIS that was never started, with an engine of their own."""
    folder = tmp_path_factory.mktemp("models")
    home = {"WHOLESCENE_HOME": str(folder / "engine"), "HOME": str(folder)}
    try:
        python = at_home(folder)
        with Desktop(build_zip(folder), ROOT / "tools" / "desktop_startup.py", python, home) as desktop:
            analyst = Analyst(desktop)
            analyst.folder, analyst.presets = folder, folder / "engine" / "data" / "presets"
            desktop.wait_until(lambda state: state["ready"] and state["engine"] == "READY")
            yield analyst
    finally:
        subprocess.run([*COMMAND, "shutdown"], env={**os.environ, **home}, capture_output=True, timeout=60)


def at_home(folder):
    """The engine's Python by a path in the home of these tests, so that pictures show no other."""
    place = folder / "wholescene" / ".venv"
    place.parent.mkdir()
    place.symlink_to(Path(ENGINE_PYTHON).parents[1])
    return str(place / "bin" / Path(ENGINE_PYTHON).name)


def write_package(folder):
    """The shipped preset as somebody else would send it."""
    shipped, path = ROOT / "models" / "water-lite", folder / "coast-water.zip"
    item = json.loads((shipped / "preset.json").read_text())
    item["properties"] |= {"title": "Coastal water", "license": "CC-BY-NC-4.0"}
    item["assets"]["model"]["license"] = "CC-BY-NC-4.0"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("coast-water/preset.json", json.dumps(item | {"id": "coast-water"}))
        archive.write(shipped / "weights.safetensors", "coast-water/weights.safetensors")
        archive.write(shipped / "picture.jpg", "coast-water/picture.jpg")
        archive.writestr("coast-water/LICENSE", "For research and teaching. Name the authors.")
    return path


def closed(analyst):
    return analyst.until(lambda state: not state["windows"], 120)


def test_a_preset_of_somebody_else_by_mouse_and_keys(analyst):
    package = write_package(analyst.folder)
    analyst.press("wholesceneAddModel")
    analyst.press("wholesceneModelFile")
    analyst.write(f"~/{package.name}")
    analyst.shot("model-file", left=LEFT)
    analyst.press("wholesceneModelNext")
    analyst.sees("A preset: Coastal water")
    analyst.shot("model-details", left=LEFT)
    analyst.press("wholesceneModelNext")
    analyst.sees("NonCommercial")
    analyst.press("wholesceneModelLicence")
    analyst.shot("model-licence", left=LEFT)
    analyst.press("wholesceneModelNext")
    closed(analyst)
    kept = json.loads((analyst.presets / "coast-water" / "preset.json").read_text())
    assert kept["properties"]["wholescene:licence_accepted"]["how"] == "dialog"
    analyst.press("wholesceneAbout")
    analyst.sees("forbids commercial use")
    analyst.shot("model-added", left=SIDE)


def test_colours_of_ones_own(analyst):
    analyst.press("wholescenePresetWay")
    analyst.hand.find("Cancel")
    analyst.shot("colours", left=LEFT)
    analyst.press("Cancel")
    closed(analyst)


def test_a_report(analyst):
    analyst.press("wholesceneEngineMenu", rest=False)
    analyst.press("Report for somebody who helps…")
    analyst.until(lambda state: any("Report" in title for title in state["windows"]))
    analyst.hand.find("Save as…")
    analyst.shot("report", left=LEFT)
    analyst.press("Close")
    closed(analyst)
