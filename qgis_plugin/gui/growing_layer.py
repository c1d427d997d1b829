"""The layer that grows during a job and becomes the finished class map."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from qgis.core import QgsLayerTreeLayer, QgsProject, QgsRasterLayer
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, QTimer

from ..core import layer_metadata, layers, styling

LOOK_AGAIN = 100  # ms to wait while the map is being drawn: drawing is not to be interrupted


class GrowingLayer(QObject):
    """A class map on its way. The user may remove it, or its scene, at any time."""

    def __init__(self, canvas: QgsMapCanvas, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._layer_id = ""
        self._scene_id = ""
        self._name = self._job = ""
        self._plan: Mapping[str, Any] = {}
        self._grown = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._repaint)

    def begin(self, plan: Mapping[str, Any], working_path: str, name: str, scene_id: str, job: str = "") -> None:
        """Show the empty map just above its scene; without ``working_path`` only the finished one is shown.

        A project that was saved while the map grew has its layer already: that one goes on.
        """
        self._plan, self._name, self._scene_id, self._job = plan, name, scene_id, job
        saved = layers.layer_of_job(job)
        if saved is not None:
            self._layer_id = saved.id()
            self.continue_with(working_path)
        elif working_path:
            self._show(working_path)

    def continue_with(self, working_path: str) -> None:
        """Grow in another working raster, from its beginning; a layer that was removed stays away."""
        layer = self.layer()
        if layer is not None and working_path:
            self._show_in(layer, working_path)
        elif not self._layer_id and working_path:
            self._show(working_path)

    def layer(self) -> Optional[QgsRasterLayer]:
        """The layer, or None once the user has removed it."""
        return QgsProject.instance().mapLayer(self._layer_id) if self._layer_id else None

    def mark_grown(self) -> None:
        """New blocks can be read."""
        self._grown = True
        if not self._timer.isActive():
            self._timer.start(0)

    def finish(self, path: str, name: str = "") -> bool:
        """Show the finished file, under another ``name`` if one is given; False if the user has removed the layer."""
        self._timer.stop()
        self._name = name or self._name
        if not self._layer_id:
            self._job = ""
            self._show(path)
            layer_metadata.describe(self.layer(), path)
            return True
        layer = self.layer()
        if layer is None:
            return False
        if name:
            layer.setName(name)
        layer.removeCustomProperty(layers.JOB_PROPERTY)
        self._show_in(layer, path)
        layer_metadata.describe(layer, path)
        return True

    def discard(self) -> None:
        """Take the layer away again."""
        self._timer.stop()
        if self.layer() is not None:
            QgsProject.instance().removeMapLayer(self._layer_id)
            self._canvas.refresh()

    def _show_in(self, layer: QgsRasterLayer, path: str) -> None:
        legend = self._legend()
        unfolded = legend is not None and legend.isExpanded()
        was_valid = layer.isValid()
        styling.switch_to(layer, path)
        if not was_valid:  # restored from a project whose raster was gone: it has no style of its own
            styling.apply_classes(layer, self._plan["classes"])
        if unfolded:
            QTimer.singleShot(0, self._unfold_legend)  # it was built anew, and is closed

    def _show(self, path: str) -> None:
        layer = styling.class_layer(path, self._name, self._plan["classes"])
        if self._job:
            layer.setCustomProperty(layers.JOB_PROPERTY, self._job)
        styling.insert_above(layer, self._scene_id)
        self._layer_id = layer.id()
        QTimer.singleShot(0, self._unfold_legend)

    def _legend(self) -> Optional[QgsLayerTreeLayer]:
        return QgsProject.instance().layerTreeRoot().findLayer(self._layer_id)

    def _unfold_legend(self) -> None:
        """Show the class names."""
        node = self._legend()
        if node is not None:  # the view of the layer tree follows changes only
            node.setExpanded(False)
            node.setExpanded(True)

    def _repaint(self) -> None:
        layer = self.layer()
        if layer is None or not self._grown:
            return
        if self._canvas.isDrawing():
            self._timer.start(LOOK_AGAIN)
            return
        self._grown = False
        layer.dataProvider().reloadData()
        layer.triggerRepaint()
