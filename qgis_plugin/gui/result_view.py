"""What the finished class map holds: one bar, one line per class."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from qgis.PyQt.QtCore import QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from qgis.PyQt.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from .swatch import swatch
from .texts import escaped, hectares, tr
from .widgets import ElidedLabel

NO_BREAK = "\N{NO-BREAK SPACE}"
LINES = 8  # classes that are listed; the bar shows all


class ResultView(QWidget):
    """Shares and areas of the classes of a finished job."""

    def __init__(self) -> None:
        super().__init__()
        self._title = ElidedLabel()
        self._bar = ShareBar()
        self._table = QLabel()
        self._table.setWordWrap(True)
        self._table.setTextFormat(Qt.TextFormat.RichText)
        self._table.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self._title, self._bar, self._table):
            layout.addWidget(widget)
        self.hide()

    def show_areas(self, title: str, areas: Sequence[Mapping[str, Any]]) -> None:
        """``areas`` hold name, colour, hectares (or None) and share (0 to 1) of each class."""
        present = sorted((area for area in areas if area.get("pixels", 1)), key=lambda area: -float(area["share"]))
        self._title.setText(title)
        self._bar.set_shares([(str(area["colour"]), float(area["share"])) for area in present])
        self._table.setText(self._lines(present))
        self.setVisible(bool(present))

    def text(self) -> str:
        """The table as rich text."""
        return self._table.text()

    def _lines(self, areas: Sequence[Mapping[str, Any]]) -> str:
        rows = [_row(area) for area in areas[:LINES]]
        if len(areas) > LINES:
            more = tr("and {n} more").format(n=len(areas) - LINES)
            rows.append(f'<tr><td></td><td colspan="3">{more}</td></tr>')
        return f'<table width="94%" cellspacing="0" cellpadding="1">{"".join(rows)}</table>'


def _row(area: Mapping[str, Any]) -> str:
    """Colour, name, share and area of one class."""
    numbers = (f"{100 * float(area['share']):.1f} %", hectares(area.get("hectares")))
    cells = [f'<td align="right">{NO_BREAK * 3}{number.replace(" ", NO_BREAK)}</td>' for number in numbers]
    name = f'<td width="90%">{escaped(area["name"])}</td>'
    return f"<tr><td>{swatch(str(area['colour']))}{NO_BREAK}</td>{name}{''.join(cells)}</tr>"


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
