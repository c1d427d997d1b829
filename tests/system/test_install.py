"""From a QGIS that has nothing but the plugin's ZIP to a map: the engine is installed from the panel.

The environment, the packages and torch are real. They come from where pip finds them on this machine, and then from a
bundle in a network namespace that has no way out.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pytest_qgis", reason="runs in QGIS's Python")
import numpy as np
from osgeo import gdal
from qgis.core import QgsProject, QgsSettings
from qgis.PyQt.QtCore import Qt

import no_network

ROOT = Path(__file__).resolve().parents[2]
# packs the engine; nothing of it takes part afterwards
MAKER = os.environ.get("WHOLESCENE_ENGINE_PYTHON", str(ROOT / ".venv" / "bin" / "python"))
BUNDLE = "WHOLESCENE_TEST_BUNDLE"  # names the bundle for a run without a network
MINUTE = 60_000  # ms
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="session")
def engine_wheel(tmp_path_factory):
    """The engine of this source as a wheel, as `make package` builds it."""
    folder = tmp_path_factory.mktemp("dist")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([MAKER, "-m", "pip", "wheel", *options, str(ROOT)], check=True)
    return next(folder.glob("wholescene-*.whl"))


@pytest.fixture
def nothing_installed(private_engine, monkeypatch):
    """An account in which no engine was ever installed, chosen or named."""
    monkeypatch.delenv("WHOLESCENE_PYTHON", raising=False)
    QgsSettings().remove("wholescene/engine_python")
    QgsSettings().remove("wholescene/install_source")
    assert not private_engine.exists()
    return private_engine


@pytest.fixture
def panel(nothing_installed, plugin, qtbot):
    """The panel, which has found no engine and offers to install one."""
    panel = plugin.dock.panel
    qtbot.waitUntil(lambda: panel.notice.code() == "engine.not_installed", timeout=MINUTE)
    return panel


def open_dialog(plugin, panel, qtbot):
    """Take the way out that the panel offers."""
    qtbot.mouseClick(panel.notice._button, LEFT)
    dialog = plugin.controller.installation.dialog
    assert dialog.isVisible()
    qtbot.waitUntil(lambda: dialog.form.python.currentData() is not None, timeout=2 * MINUTE)
    return dialog


def choose(combo, value):
    assert combo.findData(value) >= 0, [combo.itemText(at) for at in range(combo.count())]
    combo.setCurrentIndex(combo.findData(value))


def install(dialog, qtbot):
    qtbot.waitUntil(lambda: dialog.install_button.isEnabled(), timeout=MINUTE)
    qtbot.mouseClick(dialog.install_button, LEFT)
    assert dialog.is_busy()
    qtbot.waitUntil(lambda: not dialog.is_busy(), timeout=15 * MINUTE)
    assert dialog.notice.code() == "", dialog.notice.text()
    dialog.close()


def segment_sample(panel, qtbot, folder):
    """Draw the sample scene and segment it; the finished layer."""
    qtbot.waitUntil(lambda: panel.engine_line.state.name == "READY", timeout=2 * MINUTE)
    QgsProject.instance().setFileName(str(folder / "project.qgz"))  # its folder is where the sample goes
    qtbot.mouseClick(panel.sample, LEFT)
    qtbot.waitUntil(lambda: panel.layer() is not None, timeout=MINUTE)
    qtbot.waitUntil(lambda: panel.segment_button.isEnabled(), timeout=MINUTE)
    qtbot.mouseClick(panel.segment_button, LEFT)
    qtbot.waitUntil(lambda: panel.jobs.isHidden(), timeout=5 * MINUTE)
    assert panel.notice.code() == "", panel.notice.text()
    return QgsProject.instance().layerTreeRoot().layerOrder()[0]


def require_map(layer, folder):
    """It is the map that another installation makes of the scene, and it shows the water that was drawn."""
    found = gdal.Open(layer.source())
    scene, other = folder / "WholeScene sample" / "landscape.tif", folder / "other.tif"
    options = ["--preset", "water-lite", "--precision", found.GetMetadataItem("WHOLESCENE_PRECISION")]
    command = [MAKER, "-I", "-m", "wholescene.cli", "segment", scene, *options, "--output", other]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    values = found.ReadAsArray()
    np.testing.assert_array_equal(values, gdal.Open(str(other)).ReadAsArray())
    water = np.isin(gdal.Open(str(scene.with_name("landscape_truth.tif"))).ReadAsArray(), (1, 2, 3))
    assert np.mean(values[water] == 1) > 5 * np.mean(values[~water] == 1)


def test_from_the_zip_alone_to_a_map(plugin, panel, qtbot, tmp_path, nothing_installed, monkeypatch, request):
    from wholescene_qgis.core.install.source import Kind

    dialog = open_dialog(plugin, panel, qtbot)
    bundle = os.environ.get(BUNDLE)
    if bundle:
        assert no_network.is_cut_off()
        choose(dialog.form.source, Kind.BUNDLE)
        dialog.form.bundle.setFilePath(bundle)
    else:
        wheel = request.getfixturevalue("engine_wheel")
        monkeypatch.setenv("PIP_FIND_LINKS", f"{os.environ.get('PIP_FIND_LINKS', '')} {wheel.parent}".strip())
        choose(dialog.form.source, Kind.CONFIGURED)
        choose(dialog.form.build, "cpu")
    install(dialog, qtbot)

    environment = nothing_installed / "data" / "engine" / "0.1.0-cpu" / "env"
    layer = segment_sample(panel, qtbot, tmp_path)
    require_map(layer, tmp_path)
    running = Path(f"/proc/{plugin.controller.link._pid}/cmdline").read_bytes().split(b"\0")[0].decode()
    assert Path(running) == environment / "bin" / "python"  # no other engine of this machine has computed it
    assert not any((environment.parent / name).exists() for name in ("wheels", "bundle"))


def packed_python(folder):
    """A standalone Python, made of the one that the tests have."""
    make = f"from pathlib import Path; from standalone_python import *; print(standalone_python(Path({str(folder)!r})))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "support")}
    told = subprocess.run([MAKER, "-c", make], check=True, capture_output=True, text=True, env=environment)
    return Path(told.stdout.strip())


def test_the_same_from_a_bundle_without_a_network(engine_wheel, tmp_path):
    python = packed_python(tmp_path)
    bundle = tmp_path / "bundle.zip"
    options = ["--output", bundle, "--python", python, "--wheel", engine_wheel, "--torch-index", "none"]
    made = [MAKER, "-m", "wholescene.cli", "bundle", *map(str, options)]
    subprocess.run(made, check=True, env={**os.environ, "PYTHONPATH": str(ROOT / "engine")})
    story = f"{__file__}::test_from_the_zip_alone_to_a_map"
    command = no_network.command(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", story)
    told = subprocess.run(
        command, cwd=ROOT, env={**os.environ, BUNDLE: str(bundle)}, capture_output=True, text=True, timeout=1500
    )
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-3000:]
    assert "1 passed" in told.stdout
