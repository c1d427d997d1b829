"""A finished map in a real QGIS with a real engine, worked with the mouse: read, corrected, asked about, removed.

With WHOLESCENE_SHOTS in the environment a picture of each step goes into that folder.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("pytest_qgis", reason="runs beside the plugin's tests")

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from osgeo import gdal  # noqa: E402
from qgis_desktop import Desktop, build_zip, missing_programs  # noqa: E402

ENGINE_PYTHON = os.environ.get("WHOLESCENE_ENGINE_PYTHON", str(ROOT / ".venv" / "bin" / "python"))
COMMAND = [ENGINE_PYTHON, "-I", "-m", "wholescene.cli"]

pytestmark = [
    pytest.mark.skipif(bool(missing_programs()), reason=f"not installed: {', '.join(missing_programs())}"),
    pytest.mark.skipif(not Path(ENGINE_PYTHON).exists(), reason=f"no engine at {ENGINE_PYTHON}"),
]


@pytest.fixture
def environment(tmp_path):
    """A landscape to open and an engine of this test's own."""
    home = {"WHOLESCENE_HOME": str(tmp_path / "engine")}
    subprocess.run([*COMMAND, "landscape", str(tmp_path), "--size", "1024"], check=True, capture_output=True)
    yield {"WHOLESCENE_DESKTOP_SCENE": str(tmp_path / "landscape.tif"), **home}
    subprocess.run([*COMMAND, "shutdown"], env={**os.environ, **home}, capture_output=True, timeout=60)


class Analyst:
    """Clicks what can be seen."""

    def __init__(self, desktop, path):
        self.desktop = desktop
        raster = gdal.Open(str(path))
        self.transform = raster.GetGeoTransform()
        self.values = raster.GetRasterBand(1).ReadAsArray()

    def until(self, condition, seconds=120):
        return self.desktop.wait_until(lambda state: not state["busy"] and condition(state), seconds)

    def click(self, *names):
        """A widget of the panel, by its names in the state."""
        place = self.place(names)
        while True:  # the panel may still be laid out anew
            time.sleep(0.3)
            now = self.place(names)
            if now == place:
                break
            place = now
        self.desktop.click(*place)

    def place(self, names):
        place = self.until(lambda state: state.get(names[0]))
        for name in names:
            place = place[name]
        return place

    def choose(self, text):
        """An entry of the menu."""
        self.click("more")
        entries = {entry[0]: entry[1:] for entry in self.until(lambda state: state["menu"])["menu"]}
        self.shot("menu")
        self.desktop.click(*entries[text])

    def click_pixel(self, row, col):
        left, top, x, y, unit = self.desktop.state()["view"]
        a, b, _, d, _, f = self.transform
        place = (a + b * (col + 0.5), d + f * (row + 0.5))
        self.desktop.click(round(left + (place[0] - x) / unit), round(top + (y - place[1]) / unit))

    def inner_pixel(self, value):
        """A pixel of a class with only its own around it."""
        same = self.values == value
        for side in (24, 12, 6, 3):
            for row in range(100, 900, 7):
                for col in range(100, 900, 7):
                    if same[row - side : row + side + 1, col - side : col + side + 1].all():
                        return row, col
        raise AssertionError(f"no patch of {value} is large enough to be hit")

    def shot(self, name):
        folder = os.environ.get("WHOLESCENE_SHOTS")
        if folder:
            time.sleep(0.7)
            self.desktop.shot(Path(folder) / f"qgis-{name}.png")


def test_a_finished_map_is_read_corrected_asked_about_and_removed(environment, tmp_path):
    startup, path = ROOT / "tools" / "desktop_results.py", tmp_path / "landscape_water-lite.tif"
    with Desktop(build_zip(tmp_path), startup, ENGINE_PYTHON, environment) as desktop:
        state = desktop.wait_until(lambda state: state["ready"] and state["enabled"])
        desktop.click(*state["button"])
        state = desktop.wait_until(lambda state: state["notice"] or (state["run"] == "idle" and state["tools"]), 300)
        assert state["notice"] == ""
        analyst = Analyst(desktop, path)
        water = analyst.inner_pixel(1)

        analyst.click("tools", "READ")
        analyst.until(lambda state: state["mode"] == "READ")
        analyst.click_pixel(*water)
        state = analyst.until(lambda state: state["patch"])
        assert "water" in state["patch"]
        analyst.shot("read")

        before = state["areas"]["water"]
        analyst.click("tools", "CORRECT")
        analyst.until(lambda state: state["mode"] == "CORRECT" and state["ways"])
        analyst.click_pixel(*water)
        state = analyst.until(lambda state: state["can_set"])
        assert state["class"] == "other"
        analyst.shot("correct")
        analyst.click("bar", "apply")
        state = analyst.until(lambda state: state["note"])
        assert state["areas"]["water"] < before
        assert state["layers"][0].endswith("(corrections)")
        analyst.shot("corrected")
        analyst.click("bar", "undo")
        state = analyst.until(lambda state: not state["note"])
        assert state["areas"]["water"] == before

        analyst.click("tools", "ATTENTION")
        analyst.until(lambda state: state["mode"] == "ATTENTION")
        analyst.click_pixel(*water)
        desktop.wait_until(lambda state: state["jobs"])
        state = analyst.until(lambda state: state["notice"] or state["layers"][0].startswith("Attention"), 240)
        assert state["notice"] == ""
        assert (tmp_path / "landscape_water-lite_attention.tif").exists()
        analyst.shot("attention")

        for entry, title in (("Polygons…", "Polygons"), ("Accuracy…", "How right is")):
            analyst.choose(entry)
            state = analyst.until(lambda state: state["dialogs"])
            assert title in state["dialogs"][0][0]
            analyst.shot(entry.strip("…").lower())
            desktop.click(*desktop.state()["dialogs"][0][1:])
            analyst.until(lambda state: not state["dialogs"])

        analyst.choose("Remove this run…")
        state = analyst.until(lambda state: state["question"])
        analyst.shot("remove")
        desktop.click(*state["question"])
        state = analyst.until(lambda state: "removed" in state["told"])
        assert not path.exists()
        assert [Path(source).name for source in state["sources"] if "|" not in source] == [
            "landscape_water-lite_attention.tif",
            "landscape.tif",
        ]
