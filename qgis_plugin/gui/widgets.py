"""Small widgets that the panel is made of."""

from __future__ import annotations

from typing import Iterator

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QPalette
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)


class Caption(QLabel):
    """The name of a field, above it."""

    def __init__(self, text: str, buddy: QWidget) -> None:
        super().__init__(text)
        self.setBuddy(buddy)


class Hint(QLabel):
    """A quiet line of explanation that wraps."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)  # plain text would ignore the colour role
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        small(self)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis where the dock is narrow; the tooltip has all of it."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self._full = text
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Show ``text``, elided to the width."""
        self._full = text
        self.setToolTip(text)
        self._elide()

    def full_text(self) -> str:
        """The text without ellipsis."""
        return self._full

    def resizeEvent(self, event) -> None:
        """Elide anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        mode = Qt.TextElideMode.ElideRight
        super().setText(self.fontMetrics().elidedText(self._full, mode, max(self.width(), 20)))


class Fold(QWidget):
    """A header that says what is inside and opens it."""

    toggled = pyqtSignal(bool)

    def __init__(self, title: str, body: QWidget) -> None:
        super().__init__()
        self._title = title
        self._header = QToolButton()
        self._header.setStyleSheet(
            "QToolButton { border: none; background: transparent; padding: 3px 0px; text-align: left; }"
        )
        self._header.setCheckable(True)
        self._header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._header.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._header.toggled.connect(self._show_body)
        self._body = body
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._header)
        layout.addWidget(body)
        self.set_summary("")
        self._show_body(False)

    def set_summary(self, summary: str) -> None:
        """What the closed fold tells, beside its title."""
        self._summary = summary
        self._header.setToolTip(summary)
        self._tell()

    def summary(self) -> str:
        """What the closed fold tells."""
        return self._summary

    def set_open(self, is_open: bool) -> None:
        """Open or close it."""
        self._header.setChecked(is_open)

    def is_open(self) -> bool:
        """Whether the body is shown."""
        return self._header.isChecked()

    def _show_body(self, shown: bool) -> None:
        self._header.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._body.setVisible(shown)
        self._tell()
        self.toggled.emit(shown)

    def _tell(self) -> None:
        summary = "" if self.is_open() else self._summary
        self._header.setText(f"{self._title}  {summary}".rstrip())


def order_tabs(root: QWidget) -> None:
    """Let Tab go from widget to widget as the layouts of ``root`` hold them; Qt takes the order they were made in."""
    before = None
    for widget in _as_laid_out(root):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            if before is not None and before.nextInFocusChain() is not widget:
                QWidget.setTabOrder(before, widget)
            before = widget


def _as_laid_out(root: QWidget) -> Iterator[QWidget]:
    """The widgets in the layouts of a widget, each before those inside of it."""
    waiting = [root.layout()]
    while waiting:
        item = waiting.pop()
        if item is None:
            continue
        widget, layout = item.widget(), item.layout()
        if widget is not None:
            yield widget
            inner = widget.widget() if isinstance(widget, QScrollArea) else widget
            waiting.append(inner.layout() if inner is not None else None)
        elif layout is not None:
            waiting += [layout.itemAt(at) for at in reversed(range(layout.count()))]


def small(widget: QWidget) -> None:
    """Let a widget speak a little more quietly."""
    font = widget.font()
    font.setPointSizeF(font.pointSizeF() * 0.92)
    widget.setFont(font)


def yielding(box: QAbstractButton) -> QAbstractButton:
    """Let a button or check box be narrower than its words; the tooltip says more anyway."""
    box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return box


def wanted(widget: QWidget) -> int:
    """The share of a row that a widget gets: as its words are long, which differs from language to language."""
    return max(1, widget.sizeHint().width())


def shrinkable(combo: QComboBox) -> QComboBox:
    """Let a combo box be narrower than its longest item."""
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(6)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return combo
