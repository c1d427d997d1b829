"""The dialog, worked by mouse, with a real but small engine."""

import json

import pytest
from qgis.core import QgsSettings
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QPushButton

from errands import settle

LEFT = Qt.MouseButton.LeftButton
SECONDS = 1000


@pytest.fixture
def dialog(home, server, plugin, qtbot):
    """Opened from the menu at the foot of the panel, with the test's index as its source."""
    from wholescene_qgis.core.install.source import Kind

    line = plugin.dock.panel.engine_line
    next(action for action in line._menu.actions() if action.text() == "Install the engine here…").trigger()
    dialog = plugin.controller.installation.dialog
    qtbot.waitUntil(lambda: dialog.form.python.currentData() is not None, timeout=60 * SECONDS)
    dialog.form.source.setCurrentIndex(dialog.form.source.findData(Kind.INDEX))
    dialog.form.index.setText(server.index)
    dialog.form.build.setCurrentIndex(dialog.form.build.findData("cpu"))
    yield dialog
    dialog.close()
    settle(qtbot)
    for name in ("install_source", "install_index"):
        QgsSettings().remove(f"wholescene/{name}")


def click(dialog, qtbot, name):
    qtbot.mouseClick(next(b for b in dialog.findChildren(QPushButton, name) if b.isVisible()), LEFT)


def end(dialog, qtbot):
    qtbot.waitUntil(lambda: not dialog.is_busy(), timeout=120 * SECONDS)


def test_install_repair_and_remove(dialog, home, plugin, qtbot):
    QgsSettings().setValue("wholescene/engine_python", "/somewhere/else/python")
    click(dialog, qtbot, "wholesceneInstallNow")
    assert not dialog.install_button.isEnabled()
    assert dialog.cancel_button.isVisible()
    end(dialog, qtbot)

    assert dialog.notice.code() == ""
    assert "installed" in dialog.notice.text()
    registered = json.loads((home / "data" / "installation.json").read_text())["python"]
    assert registered == str(home / "data" / "engine" / "0.1.0-cpu" / "env" / "bin" / "python")
    assert QgsSettings().value("wholescene/engine_python") is None  # it would win over the new engine
    click(dialog, qtbot, "wholesceneRepair")
    end(dialog, qtbot)
    assert dialog.notice.code() == ""

    click(dialog, qtbot, "wholesceneRemove")
    assert (home / "data" / "engine" / "0.1.0-cpu").is_dir()  # asked first
    qtbot.mouseClick(dialog.notice._button, LEFT)
    end(dialog, qtbot)
    assert [path.name for path in (home / "data" / "engine").iterdir() if path.is_dir()] == []
    assert not (home / "data" / "installation.json").exists()
    assert dialog.engines.isHidden()
