"""What the mouse and the keys do in the map while a result is read or corrected."""

from __future__ import annotations

from typing import List

from qgis.core import QgsGeometry, QgsPointXY, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeyEvent

HIGHLIGHT = QColor(255, 196, 0)  # not among the colours that classes usually have
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PointTool(QgsMapTool):
    """A click, or the space bar for the middle of the map, names a place; Enter confirms, Escape gives up."""

    picked = pyqtSignal(QgsPointXY, bool)  # in map coordinates; whether Shift was held
    confirmed = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """The mouse was let go."""
        if event.button() == Qt.MouseButton.LeftButton:
            more = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.picked.emit(event.mapPoint(), more)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """All that the mouse can do; other keys move the map, as ever."""
        if event.key() == Qt.Key.Key_Space:
            more = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.picked.emit(self.canvas().center(), more)
        elif event.key() in ENTER:
            self.confirmed.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            event.ignore()
            return
        event.accept()


class ShapeTool(QgsMapTool):
    """Corners by left clicks or the space bar; a right click or Enter ends the polygon, Backspace takes one back.

    Enter without a polygon under way confirms what is selected.
    """

    drawn = pyqtSignal(QgsGeometry)  # in map coordinates
    confirmed = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._corners: List[QgsPointXY] = []
        self._band = highlight(canvas)
        self._band.setLineStyle(Qt.PenStyle.DashLine)

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """The mouse was let go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._add(event.mapPoint())
        elif event.button() == Qt.MouseButton.RightButton:
            self._end()

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """The next corner follows the mouse."""
        if self._corners:
            self._show(event.mapPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """All that the mouse can do; other keys move the map, as ever."""
        if event.key() == Qt.Key.Key_Space:
            self._add(self.canvas().center())
        elif event.key() in ENTER and self._corners:
            self._end()
        elif event.key() in ENTER:
            self.confirmed.emit()
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and self._corners:
            self._corners.pop()
            self._show()
        elif event.key() == Qt.Key.Key_Escape and self._corners:
            self.reset()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            event.ignore()
            return
        event.accept()

    def deactivate(self) -> None:
        """Another tool is taken."""
        self.reset()
        super().deactivate()

    def reset(self) -> None:
        """Forget the corners."""
        self._corners = []
        self._band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)

    def take_band_away(self) -> None:
        """Before the tool is deleted: the map owns what is drawn on it."""
        self.canvas().scene().removeItem(self._band)

    def _add(self, point: QgsPointXY) -> None:
        self._corners.append(point)
        self._show()

    def _end(self) -> None:
        corners = self._corners
        self.reset()
        if len(corners) >= 3:
            self.drawn.emit(QgsGeometry.fromPolygonXY([corners]))

    def _show(self, *next_corner: QgsPointXY) -> None:
        self._band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)
        for corner in (*self._corners, *next_corner):
            self._band.addPoint(corner)


def highlight(canvas: QgsMapCanvas) -> QgsRubberBand:
    """A band that shows a place above all layers."""
    band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
    fill = QColor(HIGHLIGHT)
    fill.setAlpha(70)
    band.setFillColor(fill)
    band.setStrokeColor(HIGHLIGHT)
    band.setWidth(2)
    return band
