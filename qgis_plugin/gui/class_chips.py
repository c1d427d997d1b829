"""The classes of a preset at a glance: colour squares with names, wrapping like words."""

from __future__ import annotations

from typing import Any, List, Mapping, Sequence, Tuple

from qgis.PyQt.QtCore import QPoint, QRect, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QPainter, QPaintEvent, QPalette
from qgis.PyQt.QtWidgets import QLabel, QSizePolicy

from .swatch import SIDE, paint_swatch
from .texts import tr
from .widgets import small

LIMIT = 7  # classes that are named; the layer's legend names all
GAP, SPACE = 4, 12  # pixels: to the name, to the next class


class ClassChips(QLabel):
    """As many lines as the width asks for. A label, so that style sheets colour it as one."""

    def __init__(self) -> None:
        super().__init__()
        self._chips: List[Tuple[str, str]] = []  # colour ("" for none) and text
        small(self)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_classes(self, classes: Sequence[Mapping[str, Any]]) -> None:
        """``classes`` have a name and a colour."""
        self._chips = [(str(entry["colour"]), str(entry["name"])) for entry in classes[:LIMIT]]
        if len(classes) > LIMIT:
            self._chips.append(("", tr("and {n} more").format(n=len(classes) - LIMIT)))
        self.setToolTip("\n".join(str(entry["name"]) for entry in classes))
        self.setVisible(bool(classes))
        self.updateGeometry()
        self.update()

    def texts(self) -> List[str]:
        """What stands beside the squares."""
        return [text for _colour, text in self._chips]

    def hasHeightForWidth(self) -> bool:
        """Narrower is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all lines."""
        places = self._places(width)
        return places[-1].bottom() + 1 if places else 0

    def sizeHint(self) -> QSize:
        """One line more or less."""
        return QSize(200, self.heightForWidth(max(self.width(), 200)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw squares and names."""
        painter = QPainter(self)
        # not PlaceholderText: QGIS's dark themes are style sheets, which leave that dark
        text_colour = self.palette().color(QPalette.ColorRole.WindowText)
        text_colour.setAlpha(165)
        for place, (colour, text) in enumerate(self._chips):
            area = self._places(self.width())[place]
            if colour:
                square = QRect(area.left(), area.center().y() - SIDE // 2, SIDE, SIDE)
                paint_swatch(painter, QRectF(square), colour)
                area.setLeft(square.right() + 1 + GAP)
            painter.setPen(text_colour)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()

    def _places(self, width: int) -> List[QRect]:
        """Where each chip goes, from the left, line by line."""
        metrics, places, corner = self.fontMetrics(), [], QPoint(0, 0)
        for colour, text in self._chips:
            needed = metrics.horizontalAdvance(text) + 2 + (SIDE + GAP if colour else 0)
            if corner.x() and corner.x() + needed > width:
                corner = QPoint(0, corner.y() + metrics.height())
            places.append(QRect(corner, QSize(needed, metrics.height())))
            corner = QPoint(corner.x() + needed + SPACE, corner.y())
        return places
