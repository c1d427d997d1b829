"""What the finished class map holds: one bar, one line per class."""

from __future__ import annotations

from typing import Any, List, Mapping, Sequence, Tuple

from qgis.PyQt.QtCore import QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from qgis.PyQt.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from .swatch import Swatch
from .texts import hectares, tr
from .widgets import ElidedLabel

NO_BREAK = "\N{NO-BREAK SPACE}"
LINES = 8  # classes that are listed; the bar shows all


class ResultView(QWidget):
    """Shares and areas of the classes of a finished job."""

    table_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._areas: List[Mapping[str, Any]] = []
        self._title = ElidedLabel()
        save = QToolButton()
        save.setText(tr("CSV…"))
        save.setAutoRaise(True)
        save.setToolTip(tr("Save the area of each class as a table"))
        save.setObjectName("wholesceneSaveAreas")
        save.clicked.connect(lambda: self.table_requested.emit())
        self._bar = ShareBar()
        self._table = QGridLayout()
        self._table.setHorizontalSpacing(8)
        self._table.setVerticalSpacing(2)
        self._table.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(save)
        layout.addLayout(head)
        layout.addWidget(self._bar)
        layout.addLayout(self._table)
        self.hide()

    def show_areas(self, title: str, areas: Sequence[Mapping[str, Any]]) -> None:
        """``areas`` hold name, colour, hectares (or None) and share (0 to 1) of each class."""
        self._areas = list(areas)
        present = sorted((area for area in areas if area.get("pixels", 1)), key=lambda area: -float(area["share"]))
        self._title.setText(title)
        self._bar.set_shares([(str(area["colour"]), float(area["share"])) for area in present])
        self._clear()
        for row, area in enumerate(present[:LINES]):
            self._add(row, area)
        if len(present) > LINES:
            self._table.addWidget(QLabel(tr("and {n} more").format(n=len(present) - LINES)), LINES, 1, 1, 3)
        self.setVisible(bool(present))

    def title(self) -> str:
        """The name of the class map."""
        return self._title.full_text()

    def areas(self) -> List[Mapping[str, Any]]:
        """All classes, as the engine told them."""
        return self._areas

    def lines(self) -> List[Tuple[str, ...]]:
        """Name, share and area of each class that is listed."""
        cells = [self._table.itemAtPosition(row, column) for row in range(LINES) for column in (1, 2, 3)]
        texts = [cell.widget().toolTip() or cell.widget().text() for cell in cells if cell is not None]
        return [tuple(texts[first : first + 3]) for first in range(0, len(texts), 3)]

    def _add(self, row: int, area: Mapping[str, Any]) -> None:
        name = ElidedLabel()
        name.setText(str(area["name"]))
        share, size = QLabel(f"{100 * float(area['share']):.1f} %"), QLabel(hectares(area.get("hectares")))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._table.addWidget(Swatch(str(area["colour"])), row, 0)
        self._table.addWidget(name, row, 1)
        self._table.addWidget(share, row, 2, right)
        self._table.addWidget(size, row, 3, right)

    def _clear(self) -> None:
        while self._table.count():
            self._table.takeAt(0).widget().deleteLater()


class ShareBar(QWidget):
    """A thin bar divided by colour."""

    def __init__(self) -> None:
        super().__init__()
        self._shares: Sequence = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_shares(self, shares: Sequence) -> None:
        """(colour, share) from left to right."""
        self._shares = shares
        self.update()

    def sizeHint(self) -> QSize:
        """As thin as a progress bar."""
        return QSize(120, 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the parts inside one rounded frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(self.rect()), 4, 4)
        painter.setClipPath(frame)
        total = sum(share for _colour, share in self._shares) or 1.0
        left = 0.0
        for colour, share in self._shares:
            width = self.width() * share / total
            painter.fillRect(QRectF(left, 0, width + 1, self.height()), QColor(colour))
            left += width
        painter.end()
