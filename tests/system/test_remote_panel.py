"""The engine on another machine, from the panel: a scene goes there, its map comes back, the cable is cut both ways.

The other machine is a real sshd in a network of its own that sees neither the analyst's data nor the folder with the
engine's key file here.
"""

import importlib
import itertools
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pytest_qgis", reason="runs in QGIS's Python")
from osgeo import gdal
from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt

from local_sshd import own_settings, use_configuration
from remote_host import ALIAS, RemoteHost

ROOT = Path(__file__).resolve().parents[2]
ENGINE_PYTHON = os.environ.get("WHOLESCENE_ENGINE_PYTHON", str(ROOT / ".venv" / "bin" / "python"))
PRESET = "water-lite"
MINUTES = 60_000  # ms
PIECE = 64  # bytes of the map that are asked for at once
EXTRA_MB = 60  # behind the pixels of the scene, where no program looks: it travels all the same

pytestmark = pytest.mark.skipif(not Path(ENGINE_PYTHON).exists(), reason=f"no engine at {ENGINE_PYTHON}")


@pytest.fixture
def data(tmp_path):
    """The analyst's folder."""
    folder = tmp_path / "my data"
    folder.mkdir()
    return folder


@pytest.fixture
def scene(data):
    """Noise with a lake: small for the network, large for the cable."""
    path = data / "lake.tif"
    values = np.random.default_rng(5).integers(60, 200, (3, 700, 900)).astype(np.uint8)
    values[:, 200:500, 300:700] = np.array([20, 60, 90], np.uint8)[:, None, None]
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 900, 700, 3, gdal.GDT_Byte, ["PHOTOMETRIC=RGB"])
    dataset.SetGeoTransform((400000.0, 1.0, 0.0, 4200000.0, 0.0, -1.0))
    dataset.SetProjection("EPSG:32618")
    dataset.WriteArray(values)
    del dataset
    with path.open("ab") as stream:
        stream.write(np.random.default_rng(6).bytes(EXTRA_MB << 20))
    return path


@pytest.fixture
def other_machine(tmp_path, data, private_engine, monkeypatch):
    """The machine, and an ssh on the PATH that knows it by its name."""
    with RemoteHost(tmp_path, hidden=[data, private_engine], python=ENGINE_PYTHON) as host:
        use_configuration(host.ssh_options.config, tmp_path, monkeypatch)
        yield host


@pytest.fixture
def panel(other_machine, plugin, qtbot, monkeypatch):
    """The panel, after somebody chose that machine in the dialog."""
    modules = [importlib.import_module(f"wholescene_qgis.core.remote.{name}") for name in ("host", "shipment")]
    forget = own_settings(monkeypatch, *map(vars, modules))
    dialog = open_dialog(plugin)
    dialog.place.setCurrentIndex(1)
    dialog.destination.setText(ALIAS)
    qtbot.mouseClick(dialog.test_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.test_button.isEnabled, timeout=2 * MINUTES)
    assert set(dialog.steps().values()) == {"✓"}, dialog.notice.text()
    dialog.buttons.accepted.emit()
    panel = plugin.dock.panel
    qtbot.waitUntil(lambda: PRESET in panel.preset_box.names(), timeout=2 * MINUTES)
    panel.preset_box.choose(PRESET)
    yield panel
    forget()


def open_dialog(plugin):
    plugin.dock.panel.engine_line.place_requested.emit()
    window = plugin.iface.mainWindow()
    return next(child for child in window.children() if child.objectName() == "wholesceneRemote")


def values(path):
    return gdal.Open(str(path)).ReadAsArray()


def by_terminal(scene, output, precision):
    arguments = ["segment", scene, "--preset", PRESET, "--precision", precision, "--output", output]
    subprocess.run([ENGINE_PYTHON, "-m", "wholescene.cli", *map(str, arguments)], check=True, capture_output=True)
    return values(output)


def cut_the_way_back(monkeypatch, cut):
    """Cut while the map comes, in small pieces, so that most are not there yet; the offsets asked for, by attempt."""
    module = importlib.import_module("wholescene_qgis.core.remote.delivery")
    pieces = importlib.import_module("wholescene_qgis.core.remote.fetching")
    fetch, asked = module.fetch, []

    def fetch_and_cut(line, parcel, host, told):
        send = line.send
        asked.append([])

        def watched(kind, body, buffers=()):
            if kind == "fetch" and body["name"] == parcel.name:
                asked[-1].append(body["offset"])
            send(kind, body, buffers)

        def moved(share):
            told(share)
            if len(asked) == 1 and asked[0] and asked[0][-1] >= 10 * PIECE and not cuts:
                cuts.append(share)
                cut()

        line.send = watched
        return fetch(line, parcel, host, moved)

    cuts = []
    monkeypatch.setitem(vars(pieces), "PIECE", PIECE)
    monkeypatch.setitem(vars(module), "fetch", fetch_and_cut)
    return asked


def test_a_scene_goes_there_and_its_map_comes_back_though_the_cable_is_cut_both_ways(
    panel, plugin, other_machine, scene, add_raster, qtbot, tmp_path, monkeypatch
):
    host, session, link = other_machine, plugin.controller.link.session, plugin.controller.link
    assert ALIAS in panel.engine_line.text()
    layer = add_raster(scene, "lake")
    panel.layer_combo.setLayer(layer)
    told, losses = [], []
    session.shipping.connect(lambda _ticket, news: told.append(news))
    link.lost.connect(losses.append)
    link.lost.connect(lambda _error: host.mend())

    def cut(direction):
        host.cut(direction)
        host.kill_sessions()

    def cut_the_way_there(_ticket, news):
        if news["stage"] == "sending" and news["done"] > 4 << 20 and not losses:
            session.shipping.disconnect(cut_the_way_there)
            cut("in")

    session.shipping.connect(cut_the_way_there)
    asked = cut_the_way_back(monkeypatch, lambda: cut("out"))
    qtbot.mouseClick(panel.segment_button, Qt.MouseButton.LeftButton)
    (row,) = panel.jobs.rows()
    send = row.buttons["send"]
    qtbot.waitUntil(send.isVisible, timeout=MINUTES)
    size = scene.stat().st_size
    assert (told[-1]["total"], told[-1]["done"], told[-1]["assumed"]) == (size, 0, True)
    assert send.text() == f"Send {size / 1e6:.1f} MB"
    qtbot.mouseClick(send, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.jobs.isHidden(), timeout=8 * MINUTES)

    assert panel.notice.code() == "", panel.notice.text()
    assert len(losses) == 2
    resumed = [news["done"] for before, news in itertools.pairwise(told) if before["stage"] == "looking"]
    assert resumed[-1] > 4 << 20  # what had been sent was not sent again
    assert len(asked) == 2
    assert 0 < asked[1][0] <= asked[0][-1]  # nor was what had been fetched fetched again
    finished = QgsProject.instance().layerTreeRoot().layerOrder()[0]
    written = Path(finished.source())
    assert written == scene.parent / "lake_water-lite.tif"
    assert sorted(path.name for path in scene.parent.iterdir() if "part" in path.name) == []
    precision = gdal.Open(str(written)).GetMetadataItem("WHOLESCENE_PRECISION")
    expected = by_terminal(scene, tmp_path / "by terminal.tif", precision)
    assert len(np.unique(expected)) > 1
    np.testing.assert_array_equal(values(written), expected)

    # the same scene again: nothing is sent, nothing is asked
    del told[:]
    panel.layer_combo.setLayer(layer)
    qtbot.mouseClick(panel.segment_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.jobs.isHidden(), timeout=3 * MINUTES)
    assert not [news for news in told if news["stage"] == "asking"]
    np.testing.assert_array_equal(values(scene.parent / "lake_water-lite_2.tif"), expected)
