"""Where the engine runs: the dialog, its test, and what the line at the foot says afterwards."""

import importlib

import pytest
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDialogButtonBox
from wholescene_qgis.core.remote.host import RemoteHost, chosen_host, remembered_host
from wholescene_qgis.gui.remote_dialog import FAILED, OPEN, PASSED

from local_sshd import own_settings

CLICK = Qt.MouseButton.LeftButton


@pytest.fixture
def settings(plugin, monkeypatch):
    loaded = importlib.import_module("wholescene_qgis.core.remote.host")
    forget = own_settings(monkeypatch, vars(loaded), chosen_host.__globals__)
    yield
    forget()


@pytest.fixture
def dialog(plugin, settings, qtbot):
    """The dialog, opened from the menu of the engine's line."""
    window = plugin.iface.mainWindow()
    actions = plugin.dock.panel.engine_line._menu.actions()
    next(action for action in actions if action.objectName() == "wholesceneEnginePlace").trigger()
    opened = next(child for child in window.children() if child.objectName() == "wholesceneRemote")
    yield opened
    if not sip.isdeleted(opened):
        opened.reject()


def describe(dialog, sshd, command=""):
    dialog.place.setCurrentIndex(1)
    dialog.destination.setText("127.0.0.1")
    dialog.port.setValue(sshd.port)
    dialog.identity.setFilePath(str(sshd.user_key))
    dialog.command.setText(command)


def run_test(dialog, qtbot):
    qtbot.mouseClick(dialog.test_button, CLICK)
    assert not dialog.test_button.isEnabled()
    qtbot.waitUntil(dialog.test_button.isEnabled, timeout=90_000)


def test_this_machine_is_the_default(engine, dialog):
    assert dialog.place.currentText() == "On this machine"
    assert not dialog.destination.isEnabled()
    assert chosen_host() is None


def test_the_whole_way_is_ticked_step_by_step_and_ok_uses_it(engine, sshd, engine_there, dialog, plugin, qtbot):
    line = plugin.dock.panel.engine_line
    describe(dialog, sshd, engine_there)
    run_test(dialog, qtbot)
    assert set(dialog.steps().values()) == {PASSED}, dialog.notice.text()
    assert chosen_host() is None  # a test changes nothing
    qtbot.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok), CLICK)
    assert chosen_host() == RemoteHost("127.0.0.1", sshd.port, str(sshd.user_key), engine_there)
    qtbot.waitUntil(lambda: line.text().startswith("Engine 0.") and "on 127.0.0.1" in line.text(), timeout=90_000)
    plugin.controller.link.use_host(None)
    qtbot.waitUntil(lambda: line.text().startswith("Engine 0.") and "127.0.0.1" not in line.text(), timeout=30_000)
    assert remembered_host() is not None  # the next time its fields are filled in


def test_the_first_step_that_fails_is_marked_and_told(engine, sshd, dialog, qtbot):
    sshd.known.write_text("")
    describe(dialog, sshd)
    run_test(dialog, qtbot)
    assert dialog.notice.code() == "remote.host_unknown"
    assert list(dialog.steps().values()) == [FAILED, OPEN, OPEN, OPEN, OPEN]


def test_a_name_that_is_none_is_told_at_once(engine, dialog, qtbot):
    dialog.place.setCurrentIndex(1)
    dialog.destination.setText("-oProxyCommand=x")
    qtbot.mouseClick(dialog.test_button, CLICK)
    assert dialog.notice.code() == "remote.destination"
    qtbot.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok), CLICK)
    assert dialog.isVisible()
    assert chosen_host() is None


def test_folders_are_kept_as_pairs(engine, dialog, qtbot):
    dialog.place.setCurrentIndex(1)
    dialog.destination.setText("gpu-box")
    dialog.paths.set_pairs([("Z:\\scenes", "/data/scenes"), ("/only/here", ""), ("/mnt", "/srv")])
    assert dialog.host().path_map == (("Z:\\scenes", "/data/scenes"), ("/mnt", "/srv"))
    dialog.paths.table.setCurrentCell(0, 0)
    qtbot.mouseClick(dialog.paths.remove_button, CLICK)
    assert dialog.host().path_map == (("/mnt", "/srv"),)


def test_closing_ends_a_test_that_is_under_way(engine, sshd, dialog, qtbot):
    sshd.cut()
    sshd._options["ForceCommand"] = "sleep 600"
    sshd.start()
    describe(dialog, sshd)
    qtbot.mouseClick(dialog.test_button, CLICK)
    trial = dialog._trial
    dialog.reject()
    assert not trial._tunnel.busy
