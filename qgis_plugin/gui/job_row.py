"""One job in the list: what it is, how far it is, what can be done about it."""

from __future__ import annotations

from typing import Dict

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ..core.job import Job, Phase
from .job_words import detail_words, send_words, share_done, stage_words
from .texts import tr
from .widgets import ElidedLabel, Hint

CANCEL, KEEP, DISCARD, SEND, FETCH = "cancel", "keep", "discard", "send", "fetch"
BUSY = (Phase.WAITING, Phase.SENT, Phase.SEARCHING, Phase.CANCELLING)  # how far it is cannot be told


class JobRow(QWidget):
    """Title, bar, stage and details; Cancel, or the offer to keep what is there."""

    action_triggered = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("wholesceneJob")
        self.title = ElidedLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setRange(0, 0)
        self.stage = ElidedLabel()
        self.details = Hint()
        self.buttons: Dict[str, QPushButton] = {
            CANCEL: self._button(CANCEL, tr("Cancel")),
            SEND: self._button(SEND, tr("Send")),
            FETCH: self._button(FETCH, tr("Fetch again")),
            KEEP: self._button(KEEP, tr("Keep this part")),
            DISCARD: self._button(DISCARD, tr("Discard")),
        }
        self.buttons[KEEP].setToolTip(tr("Write the finished blocks to a file of their own, *_partial.tif"))
        self._arrange()

    def _button(self, action: str, label: str) -> QPushButton:
        button = QPushButton(label)
        button.setObjectName(f"wholescene{action.capitalize()}")
        button.clicked.connect(lambda: self.action_triggered.emit(action))
        return button

    def _arrange(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.stage)
        words.addWidget(self.details)
        row = QHBoxLayout()
        row.addLayout(words, 1)
        row.addWidget(self.buttons[CANCEL], 0, Qt.AlignmentFlag.AlignTop)
        offers = QHBoxLayout()
        offers.addWidget(self.buttons[SEND])
        offers.addWidget(self.buttons[FETCH])
        offers.addWidget(self.buttons[KEEP])
        offers.addWidget(self.buttons[DISCARD])
        offers.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(2)
        for widget in (self.title, self.bar):
            layout.addWidget(widget)
        layout.addLayout(row)
        layout.addLayout(offers)

    def show_job(self, job: Job) -> None:
        """Show the job as it is now."""
        self.title.setText(job.title)
        self.stage.setText(stage_words(job))
        self.details.setText(detail_words(job))
        self.bar.setVisible(not job.ended)
        self.bar.setAccessibleName(tr("Progress of {job}").format(job=job.title))
        share = share_done(job)
        if job.phase in BUSY and share == 0:
            self.bar.setRange(0, 0)
        else:
            self.bar.setRange(0, 1000)
            self.bar.setValue(int(share * 1000))
        self.buttons[CANCEL].setVisible(not job.ended)
        self.buttons[CANCEL].setEnabled(job.phase is not Phase.CANCELLING)
        self.buttons[CANCEL].setAccessibleName(tr("Cancel {job}").format(job=job.title))
        for offer in (KEEP, DISCARD):
            self.buttons[offer].setVisible(job.keepable)
        self.buttons[FETCH].setVisible(job.waits_there)
        self.buttons[FETCH].setAccessibleName(tr("Fetch the map of {job} again").format(job=job.title))
        self.buttons[SEND].setVisible(job.asks_consent)
        if job.asks_consent:
            self.buttons[SEND].setText(send_words(job))
            self.buttons[SEND].setAccessibleName(tr("Send the scene of {job}").format(job=job.title))

    def keeping(self) -> None:
        """The part is being written: the offers can be taken once."""
        self.stage.setText(tr("Writing the part…"))
        for offer in (KEEP, DISCARD):
            self.buttons[offer].setEnabled(False)

    def keeping_failed(self) -> None:
        """It could not be written: the offers stand again."""
        for offer in (KEEP, DISCARD):
            self.buttons[offer].setEnabled(True)
