"""The layer that grows during a job and becomes the finished class map."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from qgis.core import QgsLayerTreeLayer, QgsProject, QgsRasterLayer
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, QTimer

from ..core import styling

LOOK_AGAIN = 100  # ms to wait while the map is being drawn: drawing is not to be interrupted


class GrowingLayer(QObject):
    """A class map on its way. The user may remove it, or its scene, at any time."""

    def __init__(self, canvas: QgsMapCanvas, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._layer_id = ""
        self._scene_id = ""
        self._name = ""
        self._plan: Mapping[str, Any] = {}
        self._grown = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._repaint)

    def begin(self, plan: Mapping[str, Any], working_path: str, name: str, scene_id: str) -> None:
        """Show the empty map just above its scene; without ``working_path`` only the finished one is shown."""
        self._plan, self._name, self._scene_id = plan, name, scene_id
        if working_path:
            self._show(working_path)

    def layer(self) -> Optional[QgsRasterLayer]:
        """The layer, or None once the user has removed it."""
        return QgsProject.instance().mapLayer(self._layer_id) if self._layer_id else None

    def mark_grown(self) -> None:
        """New blocks can be read."""
        self._grown = True
        if not self._timer.isActive():
            self._timer.start(0)

    def finish(self, path: str) -> bool:
        """Show the finished file; False if the user has removed the layer meanwhile."""
        self._timer.stop()
        if not self._layer_id:
            self._show(path)
            return True
        layer = self.layer()
        if layer is None:
            return False
        legend = self._legend()
        unfolded = legend is not None and legend.isExpanded()
        styling.switch_to(layer, path)
        if unfolded:
            QTimer.singleShot(0, self._unfold_legend)  # it was built anew, and is closed
        return True

    def discard(self) -> None:
        """Take the layer away again."""
        self._timer.stop()
        if self.layer() is not None:
            QgsProject.instance().removeMapLayer(self._layer_id)
            self._canvas.refresh()

    def _show(self, path: str) -> None:
        layer = styling.class_layer(path, self._name, self._plan["classes"])
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
