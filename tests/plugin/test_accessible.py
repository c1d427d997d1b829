"""The panel and its dialogs for who works them by keys or has them read aloud."""

import importlib
import itertools

import numpy as np
import pytest
from qgis.core import QgsProject, QgsRasterLayer
from qgis.gui import QgsExtentWidget, QgsFileWidget
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QProgressBar,
)

INPUTS = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox, QAbstractItemView)
LEFT = Qt.MouseButton.LeftButton


def inputs(window):
    """What takes part in the work: choices, buttons and tables, without the inner parts of others."""
    found = [widget for kind in INPUTS for widget in window.findChildren(kind)]
    whole = [
        widget for widget in found if not isinstance(widget.parent(), (QComboBox, QAbstractSpinBox, QAbstractItemView))
    ]
    return [widget for widget in whole if widget.isVisibleTo(window) and not is_inside(widget, (QComboBox,))]


def is_inside(widget, kinds):
    """Whether a widget is a part of one of these."""
    outer = widget.parent()
    while outer is not None and not isinstance(outer, kinds):
        outer = outer.parent()
    return outer is not None


def of_qgis(widget):
    """Inside a compound widget of QGIS, which speaks for itself."""
    return is_inside(widget, (QgsExtentWidget, QgsFileWidget)) and not widget.accessibleName()


def spoken(widget, window):
    """What a screen reader says: accessible name, own text, or the label that belongs to it or what it lies in."""
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton) and any(letter.isalpha() for letter in widget.text()):
        return widget.text()
    buddies = {label.buddy(): label.text() for label in window.findChildren(QLabel) if label.buddy() is not None}
    return buddies.get(widget, "")


def describe(widget):
    return f"{type(widget.parent()).__name__} > {type(widget).__name__} {widget.objectName()} {widget.toolTip()!r}"


def silent(window):
    return [describe(widget) for widget in inputs(window) if not of_qgis(widget) and not spoken(widget, window)]


def walked(window, qtbot):
    """The widgets that Tab leads to, in this order, beginning with the first, until it has been all around."""
    window.activateWindow()
    qtbot.waitUntil(window.window().isActiveWindow)
    order, seen = [], set()
    widget = window.nextInFocusChain()
    while widget is not None and not takes_tab(widget, window):
        widget = widget.nextInFocusChain()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(300):
        here = QApplication.focusWidget()
        if here is None or (here in seen and here is not order[-1]):
            break  # a label with links keeps the focus while Tab goes through them
        if here not in seen:
            order.append(here)
        seen.add(here)
        control = Qt.KeyboardModifier.ControlModifier if eats_tab(here) else Qt.KeyboardModifier.NoModifier
        qtbot.keyClick(here, Qt.Key.Key_Tab, control)
    return [each for each in order if window.isAncestorOf(each)]


def takes_tab(widget, window):
    wanted = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(wanted) and window.isAncestorOf(widget) and widget.isVisible() and widget.isEnabled()


def eats_tab(widget):
    """A table goes from cell to cell with Tab; Ctrl+Tab leaves it, as everywhere in Qt."""
    return isinstance(widget, QAbstractItemView) and widget.tabKeyNavigation()


def out_of_reach(window, qtbot):
    reached = walked(window, qtbot)
    wanted = [widget for widget in inputs(window) if widget.isVisible() and widget.isEnabled() and not of_qgis(widget)]
    proxies = {widget.focusProxy() for widget in reached} | set(reached)
    return [describe(widget) for widget in wanted if widget not in proxies and not holds_one_of(widget, reached)]


def holds_one_of(widget, reached):
    return any(widget.isAncestorOf(other) for other in reached)


def backwards(window, qtbot):
    """Pairs of neighbours in the order of Tab of which the second lies above the first."""
    order = walked(window, qtbot)
    tops = [(widget.mapTo(window, QPoint(0, 0)).y(), widget) for widget in order]
    return [(describe(a), describe(b)) for (y, a), (z, b) in itertools.pairwise(tops) if z + b.height() <= y]


@pytest.fixture
def panel(engine, plugin, qtbot, write_scene, add_raster):
    panel = plugin.dock.panel
    qtbot.waitUntil(lambda: panel.preset_box.names() != [])
    panel.layer_combo.setLayer(add_raster(write_scene("scene.tif", np.ones((3, 8, 8), np.uint8)), "scene"))
    return panel


@pytest.fixture(params=["idle", "opened", "an area", "polygons", "a job", "an error"])
def dressed(request, panel, qtbot):
    """The panel as it looks at different times, all that it can show among them."""
    if request.param == "opened":
        panel.preset_box.about.set_open(True)
        panel.band_mapping.fold.set_open(True)
    elif request.param == "an area":
        panel.extent_choice.combo.setCurrentIndex(2)
    elif request.param == "polygons":
        panel.extent_choice.combo.setCurrentIndex(4)
    elif request.param == "a job":
        qtbot.mouseClick(panel.segment_button, LEFT)
        qtbot.waitUntil(lambda: len(panel.jobs.rows()) == 1)
    elif request.param == "an error":
        panel.notice.show_error({"code": "scene.bands", "params": {}}, ("bands", "Choose the bands"))
    QApplication.processEvents()
    return panel


def test_every_choice_and_button_has_a_name(dressed):
    assert silent(dressed) == []


def test_every_choice_and_button_is_reached_by_tab(dressed, qtbot):
    assert out_of_reach(dressed, qtbot) == []


def test_tab_goes_down_the_panel(dressed, qtbot):
    assert backwards(dressed, qtbot) == []


@pytest.fixture(params=["read", "correct", "attention"])
def done(request, panel, plugin, engine_map, qtbot):
    """The panel beside a finished map, with each of the bars that can lie under it."""
    values = np.kron([[0, 1], [4, 1]], np.ones((8, 8))).astype(np.uint8)
    layer = QgsRasterLayer(engine_map(values, scores=np.full((16, 16), 83, np.uint8))["path"], "map")
    QgsProject.instance().addMapLayer(layer)
    plugin.results.look_at(layer)
    qtbot.waitUntil(lambda: plugin.results.facts() is not None)
    view = panel.result_view
    qtbot.waitUntil(view.isVisible)
    button = next(button for mode, button in view.tools.buttons.items() if mode.value == request.param)
    qtbot.mouseClick(button, LEFT)
    QApplication.processEvents()
    return panel


def test_the_bars_under_a_map_are_named_and_reached(done, qtbot):
    assert silent(done) == []
    assert out_of_reach(done, qtbot) == []
    assert backwards(done, qtbot) == []


@pytest.fixture(params=["accuracy", "sample", "remote"])
def dialog(request, panel, plugin, engine_map, qtbot):
    """A dialog for a class map, or for the place of the engine."""
    layer = QgsRasterLayer(engine_map(np.eye(8, dtype=np.uint8))["path"], "map")
    QgsProject.instance().addMapLayer(layer)
    if request.param == "accuracy":
        dialog = importlib.import_module("wholescene_qgis.gui.accuracy_dialog").AccuracyDialog(layer, None)
        dialog.choice.choose(layer)
    elif request.param == "remote":
        dialog = importlib.import_module("wholescene_qgis.gui.remote_dialog").RemoteDialog(plugin.controller.link)
        dialog.place.setCurrentIndex(1)
    else:
        dialog = importlib.import_module("wholescene_qgis.gui.accuracy_sample_dialog").SampleDialog(layer, None)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def test_dialogs_are_named_and_reached(dialog, qtbot):
    assert silent(dialog) == []
    assert out_of_reach(dialog, qtbot) == []
    assert backwards(dialog, qtbot) == []


FOUND = {"kind": "weights", "parts": ["Swin"], "has_spim": True, "needs": ["base", "cell"]}
BASES = [{"preset": "a", "fits": True, "needs": [], "licence": {"licence": "other", "text": "Ask first."}}]


@pytest.mark.parametrize("ask", ["a file", "its details", "its licence", "colours", "a report"])
def test_dialogs_of_models_are_named_and_reached(panel, plugin, qtbot, ask):
    desk = plugin.controller.models
    panel.preset_box.choose("water-lite")
    {"colours": desk.choose_colours, "a report": desk.report}.get(ask, desk.add_model)()
    dialog = desk.dialogs()[0]
    qtbot.waitExposed(dialog)
    if ask.startswith("its"):
        dialog._looked({**FOUND, "bases": BASES})
    if ask == "its licence":
        dialog._show_licence()
    if ask == "a report":
        qtbot.waitUntil(dialog.copy.isEnabled, timeout=60_000)  # else its buttons come into reach in the middle
    QApplication.processEvents()
    assert silent(dialog) == []
    assert out_of_reach(dialog, qtbot) == []
    assert backwards(dialog, qtbot) == []


def test_progress_is_told_in_words(panel, qtbot):
    """A bar without a number says nothing to who cannot see it: the words stand beside it."""
    qtbot.mouseClick(panel.segment_button, LEFT)
    qtbot.waitUntil(lambda: len(panel.jobs.rows()) == 1)
    bars = panel.jobs.rows()[0].findChildren(QProgressBar)
    assert bars
    assert all(bar.accessibleName() for bar in bars)


# -- light and dark -------------------------------------------------------------------------

LIGHT, DARK = "#efefef", "#323232"  # windows of QGIS's default theme and of Night Mapping
MARKS_NEED, LINKS_NEED = 3.0, 3.0  # WCAG 2.1, 1.4.11; a link has its underline too


def contrast(one, other):
    """As WCAG defines it, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_of_our_own_are_seen_on_light_and_on_dark(plugin):
    """QGIS's dark themes are style sheets that leave the palette light: it cannot be asked."""
    line, card, texts = (
        importlib.import_module(f"wholescene_qgis.gui.{name}") for name in ("engine_line", "preflight_card", "texts")
    )
    assert round(contrast("#000000", "#ffffff"), 6) == 21
    marks = {**{state.name: state.value for state in line.EngineState}, **card.WARNING}
    pale = {
        name: colour
        for name, colour in marks.items()
        if min(contrast(colour, LIGHT), contrast(colour, DARK)) < MARKS_NEED
    }
    assert pale == {}
    link = texts.LINK.split(":")[1]
    assert min(contrast(link, LIGHT), contrast(link, DARK)) >= LINKS_NEED
