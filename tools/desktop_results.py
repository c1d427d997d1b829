"""Runs inside QGIS (``--code``): the stage of desktop_startup.py, which also tells of the tools of a finished map.

Adds to the state: ``tools``, ``ways``, ``bar``, ``question`` (where to click), ``patch``, ``hint``, ``note`` (what they
say), ``areas`` (pixels by class), ``view`` (screen position of the map's upper left corner, its coordinates, units per
screen pixel).
"""

import os
import sys

sys.path.insert(0, os.environ["WHOLESCENE_TOOLS"])
import desktop_startup
import qgis.utils
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QPoint
from qgis.PyQt.QtWidgets import QDialogButtonBox, QPushButton, QScrollArea
from qgis.utils import iface


def tell():
    """What can be seen of results."""
    stage = desktop_startup.stage
    plugin = qgis.utils.plugins[desktop_startup.NAME]
    view, canvas = plugin.dock.panel.result_view, iface.mapCanvas()
    if view.isVisible() and plugin.results.facts() is not None:  # as a person would scroll
        plugin.dock.findChild(QScrollArea).ensureWidgetVisible(view, 0, 0)
    bar, extent = view.corrections_bar, canvas.extent()
    corner = canvas.mapToGlobal(QPoint(0, 0))
    box = plugin.results.removal.question
    remove = box.findChild(QPushButton, "wholesceneRemoveFiles") if box is not None and box.isVisible() else None
    return {
        "tools": {mode.name: stage.centre(button) for mode, button in view.tools.buttons.items() if button.isVisible()},
        "mode": view.tools.mode().name if view.tools.mode() else "",
        "ways": {way.name: stage.centre(button) for way, button in bar.ways.items() if button.isVisible()},
        "bar": {name: stage.centre(getattr(bar, name)) for name in ("apply", "undo", "redo", "combo")},
        "can_set": bar.apply.isEnabled(),
        "class": bar.combo.currentText(),
        "patch": view.patch_line.text(),
        "hint": bar.hint(),
        "note": view.note(),
        "areas": {str(area["name"]): area["pixels"] for area in view.areas()},
        "more": stage.centre(view.tools.findChild(type(next(iter(view.tools.buttons.values()))), "wholesceneMore")),
        "menu": [
            [action.text(), *global_centre(view.tools.menu, action)]
            for action in view.tools.menu.actions()
            if view.tools.menu.isVisible() and action.isVisible() and action.text()
        ],
        "question": stage.centre(remove) if remove is not None else None,
        "dialogs": [
            [dialog.windowTitle(), *stage.centre(closer(dialog))] for dialog in plugin.results.dialogs.dialogs()
        ],
        "told": plugin.dock.panel.notice.text(),
        "busy": [task.description() for task in QgsApplication.taskManager().activeTasks()],
        "view": [corner.x(), corner.y(), extent.xMinimum(), extent.yMaximum(), canvas.mapUnitsPerPixel()],
    }


def closer(dialog):
    """The button that closes a dialog."""
    boxes = dialog.findChildren(QDialogButtonBox)
    buttons = [box.button(QDialogButtonBox.StandardButton.Close) for box in boxes]
    return next((button for button in buttons if button is not None), dialog)


def global_centre(menu, action):
    """Where to click an entry of a menu on the screen."""
    point = menu.mapToGlobal(menu.actionGeometry(action).center())
    return point.x(), point.y()


desktop_startup.stage.more = tell
