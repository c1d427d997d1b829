"""Runs inside QGIS (``--code``): sets the stage, then tells ten times a second what can be seen.

WHOLESCENE_DESKTOP_SCENE names the raster to open, if any, WHOLESCENE_DESKTOP_STATE the file to write.
"""

import json
import os
import sys
from pathlib import Path

import qgis.utils
from qgis.core import QgsApplication, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QObject, QPoint, Qt, QTimer
from qgis.PyQt.QtWidgets import QDockWidget
from qgis.utils import iface

NAME = "wholescene_qgis"
DOCKS_IN_THE_WAY = ("Browser", "Browser2", "LayerOrder", "undo/redo dock", "AdvancedDigitizingTools")


class Stage(QObject):
    """The main window with one scene and the WholeScene panel."""

    def __init__(self):
        super().__init__(iface.mainWindow())
        self.dock = qgis.utils.plugins[NAME].dock
        self.panel = self.dock.panel
        self.window = iface.mainWindow()
        self.shown = False
        self.more = dict  # what another script adds to the state
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.tell)
        self.timer.start(100)

    def open(self, scene):
        """Show ``scene`` and the panel, and nothing else."""
        self.window.setGeometry(0, 0, 1440, 900)
        for name in DOCKS_IN_THE_WAY:
            dock = self.window.findChild(QDockWidget, name)
            if dock is not None:
                dock.hide()
        if scene:
            layer = QgsRasterLayer(scene, Path(scene).stem)
            QgsProject.instance().addMapLayer(layer)
            iface.setActiveLayer(layer)
        self.dock.setVisible(True)
        self.window.resizeDocks([self.dock], [330], Qt.Orientation.Horizontal)
        QTimer.singleShot(1000, self._zoom)  # once the window has its final size

    def _zoom(self):
        layers = QgsProject.instance().layerTreeRoot().layerOrder()
        if layers:
            iface.mapCanvas().setExtent(layers[-1].extent())
        iface.mapCanvas().mapCanvasRefreshed.connect(self._refreshed)
        iface.mapCanvas().refresh()

    def _refreshed(self):
        self.shown = True

    def tell(self):
        """Write what can be seen now."""
        canvas, panel = iface.mapCanvas(), self.panel
        button = panel.segment_button
        layers = QgsProject.instance().layerTreeRoot().layerOrder()
        active = iface.activeLayer()
        state = {
            "ready": self.shown and not canvas.isDrawing(),
            "button": self.centre(button),
            "sample": self.centre(panel.sample) if panel.sample.isVisible() else None,
            "engine": panel.engine_line.state.name,
            "enabled": button.isEnabled() and button.isVisible(),
            "run": "running" if panel.jobs.rows() else "idle",
            "jobs": [self.of_row(row) for row in panel.jobs.rows()],
            "shown": [job.shown for job in qgis.utils.plugins[NAME].controller.desk.jobs()],
            "progress": max((row.bar.value() for row in panel.jobs.rows()), default=0),
            "notice": panel.notice.code(),
            "layers": [layer.name() for layer in layers],
            "sources": [layer.source() for layer in layers],
            "active": active.name() if active else "",
            "legend": self.unfolded_classes(layers[0]) if layers else [],
        }
        state.update(self.more())
        path = Path(os.environ["WHOLESCENE_DESKTOP_STATE"])
        partial = path.with_suffix(".part")
        partial.write_text(json.dumps(state))
        partial.replace(path)

    def of_row(self, row):
        """What a job's row says, and where its buttons are."""
        buttons = {name: self.centre(button) for name, button in row.buttons.items() if button.isVisible()}
        return {"title": row.title.full_text(), "stage": row.stage.full_text(), "buttons": buttons}

    def centre(self, widget):
        """Where to click a widget on the screen."""
        point = widget.mapToGlobal(QPoint(widget.width() // 2, widget.height() // 2))
        return [point.x(), point.y()]

    def unfolded_classes(self, layer):
        """The class names that can be read in the layer tree."""
        view = iface.layerTreeView()
        node = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
        renderer = layer.renderer()
        if renderer.type() != "paletted" or not view.isExpanded(view.node2index(node)):
            return []
        return [entry.label for entry in renderer.classes()]


try:
    stage = Stage()
    QTimer.singleShot(500, lambda: stage.open(os.environ.get("WHOLESCENE_DESKTOP_SCENE", "")))
except Exception as problem:  # QGIS would only show a dialog that nobody sees
    print(f"startup failed: {problem!r}", file=sys.stderr, flush=True)
    QgsApplication.exit(1)
