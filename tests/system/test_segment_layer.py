"""The whole path in QGIS, from the built ZIP: click, engine, growing map, finished layer."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pytest_qgis", reason="runs in QGIS's Python")
from osgeo import gdal
from qgis.core import QgsProject, QgsRectangle, QgsSettings
from qgis.PyQt.QtCore import Qt

ROOT = Path(__file__).resolve().parents[2]
ENGINE_PYTHON = os.environ.get("WHOLESCENE_ENGINE_PYTHON", str(ROOT / ".venv" / "bin" / "python"))
NAIP = sorted((ROOT.parent / "shared" / "data" / "naip" / "images").glob("*.tif"))
PRESET = "water-lite"
MINUTES = 60_000  # ms

pytestmark = pytest.mark.skipif(not Path(ENGINE_PYTHON).exists(), reason=f"no engine at {ENGINE_PYTHON}")

SIDE = 5  # images along a side of the large scene


def wholescene(*arguments):
    """The engine's own command line."""
    command = [ENGINE_PYTHON, "-I", "-m", "wholescene.cli", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)


def values(path):
    return gdal.Open(str(path)).ReadAsArray()


@pytest.fixture
def scene(tmp_path):
    """A scene in a folder whose name is a trap; the real one where it is at hand."""
    folder = tmp_path / "Zürich, août 2017"
    folder.mkdir()
    path = folder / "prairie.tif"
    if NAIP:
        shutil.copyfile(NAIP[0], path)
    else:
        draw_landscape(path, 1024)
    return path


@pytest.fixture
def large_scene(tmp_path):
    """A scene that takes some seconds: the dates of one place again and again, side by side."""
    path = tmp_path / "prairie.tif"
    if not NAIP:
        draw_landscape(path, 4096)
        return path
    dates = [gdal.Open(str(file)) for file in NAIP]
    width, height = dates[0].RasterXSize, dates[0].RasterYSize
    whole = gdal.GetDriverByName("GTiff").Create(
        str(path), SIDE * width, SIDE * height, 3, gdal.GDT_Byte, ["TILED=YES"]
    )
    whole.SetProjection(dates[0].GetProjection())
    whole.SetGeoTransform(dates[0].GetGeoTransform())
    for place in range(SIDE * SIDE):
        left, top = place % SIDE * width, place // SIDE * height
        whole.WriteArray(dates[place % len(dates)].ReadAsArray(band_list=[1, 2, 3]), left, top)
    return path


def draw_landscape(path, size):
    wholescene("landscape", path.parent, "--size", size)
    (path.parent / "landscape.tif").rename(path)


@pytest.fixture
def engine_settings(private_engine):
    settings = QgsSettings()
    settings.setValue("wholescene/engine_python", ENGINE_PYTHON)
    yield
    settings.remove("wholescene/engine_python")
    wholescene("shutdown")


@pytest.fixture
def panel(engine_settings, plugin, qtbot):
    """The panel of the loaded plugin, with the engine's presets in it."""
    panel = plugin.dock.panel
    qtbot.waitUntil(lambda: PRESET in panel.preset_box.names(), timeout=MINUTES)
    panel.preset_box.choose(PRESET)
    return panel


@pytest.fixture
def run(panel, qtbot):
    """Clicks Segment Layer and waits for the end; returns the layers above the scene."""

    def click_and_wait():
        assert panel.segment_button.isEnabled()
        qtbot.mouseClick(panel.segment_button, Qt.MouseButton.LeftButton)
        assert panel.jobs.isVisible()
        qtbot.waitUntil(lambda: panel.jobs.isHidden(), timeout=5 * MINUTES)
        assert panel.notice.code() == "", panel.notice.text()
        return QgsProject.instance().layerTreeRoot().layerOrder()

    return click_and_wait


def test_click_to_map(panel, run, large_scene, add_raster, qgis_iface, tmp_path):
    add_raster(large_scene, "below")
    layer = add_raster(large_scene, "prairie")
    add_raster(large_scene, "above").setOpacity(0)
    qgis_iface.mapCanvas().setExtent(layer.extent())
    panel.layer_combo.setLayer(layer)
    assert panel.band_mapping.mapping() == ("1", "2", "3")
    seen = watch_growth(qgis_iface.mapCanvas())
    order = run()

    assert [item.name() for item in order] == ["above", "prairie – Water (RGB, light)", "prairie", "below"]
    finished = order[1]
    assert Path(finished.source()) == large_scene.parent / "prairie_water-lite.tif"
    shares = [share for share in seen if 0 < share < 1]
    assert len(set(shares)) > 1, seen  # more than one state between nothing and everything
    assert seen == sorted(seen)

    legend = {entry.value: entry.label for entry in finished.renderer().classes()}
    assert legend == {0: "other", 1: "water"}
    assert finished.renderer().type() == "paletted"

    precision = gdal.Open(finished.source()).GetMetadataItem("WHOLESCENE_PRECISION")
    options = ["--precision", precision, "--output", tmp_path / "by terminal.tif"]
    wholescene("segment", large_scene, "--preset", PRESET, *options)
    np.testing.assert_array_equal(values(finished.source()), values(tmp_path / "by terminal.tif"))
    drawn = finished.dataProvider().block(1, finished.extent(), finished.width(), finished.height())
    shown = np.frombuffer(drawn.data(), np.uint8).reshape(finished.height(), finished.width())
    np.testing.assert_array_equal(shown, values(tmp_path / "by terminal.tif"))


def watch_growth(canvas):
    """Shares of the growing map that were known at each repaint, read from the layer as it is shown."""
    shares = []

    def look(*_):
        for layer in QgsProject.instance().mapLayers().values():
            if layer.name().startswith("prairie –"):
                block = layer.dataProvider().block(1, layer.extent(), layer.width(), layer.height())
                shares.append(float((np.frombuffer(block.data(), np.uint8) != 255).mean()))

    canvas.mapCanvasRefreshed.connect(look)
    return shares


def test_an_area_as_the_scene_says_so_in_name_and_provenance(panel, run, scene, add_raster):
    layer = add_raster(scene, "prairie")
    panel.layer_combo.setLayer(layer)
    full = layer.extent()
    part = QgsRectangle(full.center().x(), full.center().y(), full.center().x() + 200, full.center().y() + 150)
    panel.extent_choice.choose(type(panel.extent_choice.mode()).CUSTOM)
    panel.extent_choice.custom.setOutputExtentFromUser(part, layer.crs())
    panel.extent_choice.as_scene.click()
    finished = run()[0]
    assert finished.name() == "prairie, this area only – Water (RGB, light)"
    assert Path(finished.source()) == scene.parent / "prairie_area_water-lite.tif"
    area = gdal.Open(str(scene.parent / "prairie_area_water-lite.scene.vrt"))
    written = gdal.Open(finished.source())
    assert written.GetMetadataItem("WHOLESCENE_SCENE") == area.GetDescription()
    assert written.GetMetadataItem("WHOLESCENE_NETWORK_PIXELS") == f"{area.RasterXSize} x {area.RasterYSize}"
    assert written.GetGeoTransform() == area.GetGeoTransform()
    assert ".scene.vrt, by the preset water-lite" in finished.metadata().abstract()


def test_an_extent_limits_the_output_and_not_the_answer(panel, run, scene, add_raster, tmp_path):
    layer = add_raster(scene, "prairie")
    panel.layer_combo.setLayer(layer)
    panel.output_choice.set_path(str(tmp_path / "whole.tif"))
    run()
    whole = gdal.Open(str(tmp_path / "whole.tif"))

    full = layer.extent()
    part = QgsRectangle(
        full.xMinimum() + 0.31 * full.width(),
        full.yMinimum() + 0.22 * full.height(),
        full.xMinimum() + 0.64 * full.width(),
        full.yMinimum() + 0.71 * full.height(),
    )
    panel.layer_combo.setLayer(layer)
    panel.extent_choice.choose(type(panel.extent_choice.mode()).CUSTOM)
    panel.extent_choice.custom.setOutputExtentFromUser(part, layer.crs())
    panel.output_choice.set_path(str(tmp_path / "part.tif"))
    run()
    cut = gdal.Open(str(tmp_path / "part.tif"))

    assert cut.RasterXSize < whole.RasterXSize / 2
    left, top = cut.GetGeoTransform()[0], cut.GetGeoTransform()[3]
    origin = whole.GetGeoTransform()
    column, row = round((left - origin[0]) / origin[1]), round((top - origin[3]) / origin[5])
    inside = whole.GetRasterBand(1).ReadAsArray(column, row, cut.RasterXSize, cut.RasterYSize)
    np.testing.assert_array_equal(cut.GetRasterBand(1).ReadAsArray(), inside)
    assert len(np.unique(inside)) > 1  # land and water: equality means something
