"""The panel for who works it by keys or has it read aloud."""

from qgis.gui import QgsExtentWidget, QgsFileWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLabel, QLineEdit


def reachable(panel):
    """Widgets of the panel that take part in the work: choices and buttons, without the inner parts of others."""
    kinds = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox)
    found = [widget for kind in kinds for widget in panel.findChildren(kind)]
    return [widget for widget in found if not isinstance(widget.parent(), (QComboBox, QAbstractSpinBox))]


def spoken(widget, panel):
    """What a screen reader says: accessible name, own text, or the label that belongs to it or what it lies in."""
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton) and widget.text():
        return widget.text()
    buddies = {label.buddy(): label.text() for label in panel.findChildren(QLabel) if label.buddy() is not None}
    return buddies.get(widget, "")


def of_qgis(widget):
    """Inside a compound widget of QGIS, which speaks for itself."""
    inside = widget.parent()
    while inside is not None and not isinstance(inside, (QgsExtentWidget, QgsFileWidget)):
        inside = inside.parent()
    return inside is not None


def describe(widget):
    return f"{type(widget.parent()).__name__} > {type(widget).__name__} {widget.objectName()}"


def test_every_choice_and_button_has_a_name(engine, plugin, qtbot, write_scene, add_raster):
    import numpy as np

    panel = plugin.dock.panel
    qtbot.waitUntil(lambda: panel.preset_box.names() != [])
    panel.layer_combo.setLayer(add_raster(write_scene("scene.tif", np.ones((3, 8, 8), np.uint8)), "scene"))
    qtbot.mouseClick(panel.segment_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(panel.jobs.rows()) == 1)
    own = [widget for widget in reachable(panel) if not of_qgis(widget) and widget.isVisibleTo(panel)]
    silent = [describe(widget) for widget in own if not spoken(widget, panel)]
    assert not silent, "\n".join(silent)


def test_every_choice_and_button_can_be_reached_by_keys(plugin):
    unreachable = [
        widget.objectName() or type(widget).__name__
        for widget in reachable(plugin.dock.panel)
        if not int(widget.focusPolicy()) & int(Qt.FocusPolicy.TabFocus)
    ]
    assert unreachable == []
