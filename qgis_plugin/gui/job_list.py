"""The jobs that wait, run, or ended with something to decide."""

from __future__ import annotations

from typing import Dict, List

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from ..core.job import Job
from .job_row import JobRow


class JobList(QWidget):
    """One :class:`JobRow` per job, in the order they came."""

    action_triggered = pyqtSignal(str, str)  # ticket of the job, action

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("wholesceneJobs")
        self._rows: Dict[str, JobRow] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self.hide()

    def show_job(self, job: Job) -> None:
        """Show the job as it is now, in a new row if it has none."""
        if job.ticket not in self._rows:
            self._add(job.ticket)
        self._rows[job.ticket].show_job(job)

    def remove(self, ticket: str) -> None:
        """Take the row away."""
        row = self._rows.pop(ticket, None)
        if row is not None:
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.setVisible(bool(self._rows))

    def row(self, ticket: str) -> JobRow:
        """The row of a job that is listed."""
        return self._rows[ticket]

    def rows(self) -> List[JobRow]:
        """From top to bottom."""
        return list(self._rows.values())

    def _add(self, ticket: str) -> None:
        row = self._rows[ticket] = JobRow()
        row.action_triggered.connect(lambda action: self.action_triggered.emit(ticket, action))
        self._layout.addWidget(row)
        self.show()
