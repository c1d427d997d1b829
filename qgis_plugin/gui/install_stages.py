"""How far an installation is: its stages, a bar for the one that goes on, and what remains of it."""

from __future__ import annotations

import time
from typing import Dict, Optional

from qgis.PyQt.QtWidgets import QGridLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from ..core.install.installer import Progress
from ..core.install.record import STAGES, Stage
from .accuracy_choice import flowing
from .install_words import amounts, stage_name
from .texts import time_left, tr
from .widgets import Hint

DONE, NOW, OPEN, BROKEN = "\N{CHECK MARK}", "\N{BLACK CIRCLE}", "\N{WHITE CIRCLE}", "\N{MULTIPLICATION SIGN}"
BAR = 1000
SOON_S = 3.0  # after which a rate says something


class StageList(QWidget):
    """One line for each stage."""

    def __init__(self) -> None:
        super().__init__()
        self._marks: Dict[Stage, QLabel] = {}
        self._now: Optional[Stage] = None
        self._began, self._first = 0.0, 0
        self.bar, self._detail = QProgressBar(), flowing(Hint())
        self.bar.setAccessibleName(tr("Progress of the installation"))
        self._arrange()

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for row, stage in enumerate(STAGES):
            self._marks[stage] = QLabel(OPEN)
            grid.addWidget(self._marks[stage], row, 0)
            grid.addWidget(QLabel(stage_name(stage)), row, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(grid)
        layout.addWidget(self.bar)
        layout.addWidget(self._detail)

    def begin(self) -> None:
        """Nothing is done yet."""
        self._now = None
        for label in self._marks.values():
            self._mark(label, OPEN, "")
        self.bar.setRange(0, 0)
        self._detail.clear()

    def show_progress(self, progress: Progress) -> None:
        """The stage that goes on, and how far it is; those before it are done."""
        if progress.stage is not self._now:
            self._enter(progress)
        self.bar.setRange(0, BAR if progress.total else 0)
        if progress.total:
            self.bar.setValue(min(BAR, round(BAR * progress.done / progress.total)))
        told = [amounts(progress), time_left(self._left(progress))]
        self._detail.setText(" · ".join(text for text in told if text))

    def finish(self) -> None:
        """All is done."""
        for label in self._marks.values():
            self._mark(label, DONE, tr("done"))
        self._stop(BAR)

    def fail(self) -> None:
        """It stopped where it is."""
        if self._now is not None:
            self._mark(self._marks[self._now], BROKEN, tr("stopped"))
        self._stop(self.bar.value() if self.bar.maximum() else 0)

    def stage(self) -> Optional[Stage]:
        """The stage that goes on."""
        return self._now

    def detail(self) -> str:
        """What is told of it."""
        return self._detail.text()

    def _stop(self, value: int) -> None:
        self.bar.setRange(0, BAR)
        self.bar.setValue(value)
        self._detail.clear()

    def _enter(self, progress: Progress) -> None:
        self._now = progress.stage
        at = STAGES.index(progress.stage)
        for place, stage in enumerate(STAGES):
            mark = DONE if place < at else NOW if place == at else OPEN
            self._mark(self._marks[stage], mark, {DONE: tr("done"), NOW: tr("going on")}.get(mark, ""))
        self._began, self._first = time.monotonic(), progress.done

    def _left(self, progress: Progress) -> Optional[float]:
        """Seconds, by the rate since this stage began."""
        passed, came = time.monotonic() - self._began, progress.done - self._first
        if not progress.total or came <= 0 or passed < SOON_S or progress.stage is Stage.INSTALL:
            return None
        return passed * max(0, progress.total - progress.done) / came

    def _mark(self, label: QLabel, mark: str, spoken: str) -> None:
        label.setText(mark)
        label.setAccessibleName(spoken)
