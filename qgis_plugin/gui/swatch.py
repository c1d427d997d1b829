"""Colour squares for rich text, with a border that shows pale colours too."""

from __future__ import annotations

from functools import lru_cache

from qgis.PyQt.QtCore import QBuffer, QIODevice
from qgis.PyQt.QtGui import QColor, QImage, QPainter

SIZE = 11  # as shown
SCALE = 2  # drawn larger, for screens of high resolution


@lru_cache(maxsize=256)
def swatch(colour: str) -> str:
    """An ``<img>`` of one colour."""
    side = SIZE * SCALE
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    painter = QPainter(image)
    painter.setPen(QColor(colour).darker(150))
    for inset in range(SCALE):
        painter.drawRect(inset, inset, side - 1 - 2 * inset, side - 1 - 2 * inset)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    encoded = bytes(buffer.data().toBase64()).decode()
    return f'<img width="{SIZE}" height="{SIZE}" src="data:image/png;base64,{encoded}">'
