"""The card above the button: what the job will compute and write, and what speaks against it."""

from __future__ import annotations

from typing import List, Optional

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QFrame, QVBoxLayout

from ..core.preflight import Preflight, Problem, amount
from .texts import LINK, escaped, tr
from .widgets import Hint

WARNING = {True: "#c0392b", False: "#c98a14"}  # serious, or not


class PreflightCard(QFrame):
    """Quiet lines; problems stand out and have their way out as a link."""

    action_triggered = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("wholescenePreflight")
        self._sizes = Hint()
        self._problems: List[Hint] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(3)
        self._layout.addWidget(self._sizes)
        self.show_preflight(None)

    def show_preflight(self, preflight: Optional[Preflight]) -> None:
        """Show it; None hides the card."""
        for hint in self._problems:
            self._layout.removeWidget(hint)
            hint.hide()
            hint.deleteLater()
        self._problems = []
        self.setVisible(preflight is not None)
        if preflight is not None:
            self._sizes.setText(sizes_text(preflight))
            for problem in preflight.problems:
                self._add(problem)

    def texts(self) -> List[str]:
        """All lines as rich text: sizes first, then problems."""
        return [self._sizes.text(), *(hint.text() for hint in self._problems)]

    def _add(self, problem: Problem) -> None:
        hint = Hint()
        mark = f'<span style="color:{WARNING[problem.serious]}">\N{BLACK UP-POINTING TRIANGLE}</span> '
        way_out = f' <a style="{LINK}" href="{problem.action}">{escaped(problem.label)}</a>' if problem.action else ""
        hint.setText(f"{mark}{escaped(problem.text)}{way_out}")
        if problem.action:
            hint.setTextInteractionFlags(
                Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
            )
        hint.linkActivated.connect(self.action_triggered)
        self._problems.append(hint)
        self._layout.addWidget(hint)


def sizes_text(preflight: Preflight) -> str:
    """What is computed, what is kept, how large the file may become."""
    if preflight.computed == preflight.scene == preflight.kept:
        told = tr("Computes and writes {size} pixels, at most {bytes}.")
        return told.format(size=size(preflight.kept), bytes=amount(preflight.bytes_written))
    computed = tr("Computes {size} pixels").format(size=size(preflight.computed))
    if preflight.resampled:
        computed += tr(", resampled from {size}").format(size=size(preflight.scene))
    kept = tr("writes {size}, at most {bytes}").format(size=size(preflight.kept), bytes=amount(preflight.bytes_written))
    return f"{computed}; {kept}."


def size(pixels: tuple) -> str:
    """``7,300 × 6,908``."""
    return f"{pixels[0]:,} × {pixels[1]:,}"
