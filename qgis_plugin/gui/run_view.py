"""How far the job is."""

from __future__ import annotations

from typing import Optional

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from .texts import stage_text, time_left, tr
from .widgets import ElidedLabel, Hint


class RunView(QWidget):
    """Progress bar, stage, time left and Cancel."""

    cancel_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setRange(0, 1000)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setObjectName("wholesceneCancel")
        self.cancel.clicked.connect(self.cancel_requested)
        self._stage = ElidedLabel()
        self._left = Hint()
        self._arrange()

    def _arrange(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._stage)
        words.addWidget(self._left)
        row = QHBoxLayout()
        row.addLayout(words, 1)
        row.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.bar)
        layout.addLayout(row)

    def start(self, stage: str) -> None:
        """A new job: nothing known yet."""
        self.bar.setRange(0, 0)
        self.bar.setValue(0)
        self.cancel.setEnabled(True)
        self.show_stage(stage)

    def show_stage(self, stage: str) -> None:
        """A stage without a fraction."""
        self._stage.setText(f"{stage_text(stage)}…")
        self._left.clear()

    def show_progress(self, stage: str, fraction: float, seconds_left: Optional[float]) -> None:
        """``fraction`` of the whole job, 0 to 1."""
        fraction = min(max(float(fraction), 0.0), 1.0)
        self.bar.setRange(0, 1000)
        self.bar.setValue(max(self.bar.value(), int(fraction * 1000)))
        self._stage.setText(f"{stage_text(stage)}…")
        percent = f"{self.bar.value() / 10:.0f} %"
        self._left.setText(" · ".join(part for part in (percent, time_left(seconds_left)) if part))

    def stage(self) -> str:
        """The stage as it reads now."""
        return self._stage.full_text()
