"""The place where errors and finished work are told, inside the panel."""

from __future__ import annotations

from enum import Enum
from typing import Any, Mapping, Optional, Tuple

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout

from ..core import told_errors
from ..core.errors import sentence
from .texts import escaped, linked, tr

Action = Optional[Tuple[str, str]]  # name and label of the way out


class Kind(Enum):
    """How a notice looks; the values are its colour."""

    ERROR = "192, 57, 43"
    HINT = "201, 138, 20"
    SUCCESS = "39, 134, 84"


class Notice(QFrame):
    """A message with at most one way out as a button. Empty means hidden."""

    action_triggered = pyqtSignal(str)
    shown = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("wholesceneNotice")
        self._action = ""
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self._text.setOpenExternalLinks(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._button = QPushButton()
        self._button.clicked.connect(lambda: self.action_triggered.emit(self._action))
        self._arrange()
        self.clear()

    def _arrange(self) -> None:
        close = QToolButton()
        close.setText("\N{MULTIPLICATION SIGN}")
        close.setAutoRaise(True)
        close.setToolTip(tr("Close this message"))
        close.setAccessibleName(close.toolTip())
        close.clicked.connect(self.clear)
        row = QHBoxLayout()
        row.addWidget(self._text, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 4, 8)
        layout.addLayout(row)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_error(self, error: Mapping[str, Any], action: Action = None, hint: bool = False) -> None:
        """Tell a coded error ``{code, params, message}``; ``action`` is (name, label) of the way out."""
        self._code = str(error.get("code", ""))
        told_errors.remember(error)
        text = f"{linked(sentence(error))}<br><small>{_breakable(self._code)}</small>"
        self._show(Kind.HINT if hint else Kind.ERROR, text, action)

    def show_text(self, kind: Kind, text: str, action: Action = None) -> None:
        """Tell something in rich text."""
        self._code = ""
        self._show(kind, text, action)

    def clear(self) -> None:
        """Nothing to tell."""
        self._code, self._action = "", ""
        self._text.clear()
        self.hide()

    def code(self) -> str:
        """The code of the error that is shown, or ""."""
        return self._code

    def text(self) -> str:
        """The rich text that is shown."""
        return self._text.text()

    def _show(self, kind: Kind, text: str, action: Action) -> None:
        self._text.setText(text)
        self._action, label = action or ("", "")
        self._button.setText(label)
        self._button.setVisible(bool(label))
        self.setStyleSheet(
            f"#wholesceneNotice {{ background: rgba({kind.value}, 28); border: none;"
            f" border-left: 3px solid rgb({kind.value}); border-radius: 2px; }}"
        )
        self.show()
        self.shown.emit()


def _breakable(code: str) -> str:
    """A code that may wrap in a narrow dock."""
    space = "\N{ZERO WIDTH SPACE}"
    return escaped(code).replace("_", f"_{space}").replace(".", f".{space}")
