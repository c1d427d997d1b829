"""What QGIS does with every plugin: load, unload, load again."""

import qgis.utils
from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QDockWidget


def docks(window):
    return [dock for dock in window.findChildren(QDockWidget) if dock.objectName() == "WholeSceneDock"]


def test_unload_takes_everything_back_and_load_brings_it_again(plugin, main_window, qgis_iface, monkeypatch, qtbot):
    added, removed = [], []
    monkeypatch.setattr(qgis_iface, "addPluginToRasterMenu", lambda menu, _action: added.append(menu), raising=False)
    monkeypatch.setattr(qgis_iface, "removePluginRasterMenu", lambda menu, _action: removed.append(menu), raising=False)
    for _ in range(2):
        assert qgis.utils.reloadPlugin("wholescene_qgis")
        qtbot.waitUntil(lambda: len(docks(main_window)) == 1)
    assert qgis.utils.unloadPlugin("wholescene_qgis")
    qtbot.waitUntil(lambda: docks(main_window) == [])
    assert "wholescene_qgis" not in qgis.utils.plugins
    # the first load was before this test listened, the last unload after the last load
    assert (added, removed) == (["&WholeScene"] * 2, ["&WholeScene"] * 3)


def test_the_action_shows_and_hides_the_panel(plugin, qtbot):
    assert plugin.action.isChecked()
    plugin.action.trigger()
    qtbot.waitUntil(lambda: not plugin.dock.isVisible())
    plugin.action.trigger()
    qtbot.waitUntil(plugin.dock.isVisible)


def test_a_layer_removed_before_the_panel_looks_is_no_harm(plugin, qtbot):
    QgsProject.instance().clear()
    assert plugin.dock.panel.layer() is None
    assert not plugin.dock.panel.segment_button.isEnabled()
