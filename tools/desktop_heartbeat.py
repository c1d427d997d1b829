"""Runs inside QGIS (``--code``): the stage of desktop_startup.py with a pulse that feels every pause of the GUI.

Adds to the state: ``gaps`` (milliseconds by which a pulse of 5 ms came late, since the first job
began) and ``cancel_ms`` (from the click on Cancel to the engine's answer).
"""

import os
import sys
import time

sys.path.insert(0, os.environ["WHOLESCENE_TOOLS"])
import desktop_startup
import qgis.utils
from qgis.PyQt.QtCore import QObject, Qt, QTimer

PULSE_MS = 5


class Heartbeat(QObject):
    """A timer in the thread that draws, and a watch on the jobs."""

    def __init__(self, parent):
        super().__init__(parent)
        self.desk = qgis.utils.plugins[desktop_startup.NAME].controller.desk
        self.gaps, self.cancel_ms = [], None
        self._asked = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(PULSE_MS)

    def _beat(self):
        now = time.perf_counter()
        late, self._last = 1000 * (now - self._last) - PULSE_MS, now
        jobs = self.desk.jobs()
        if jobs and not jobs[-1].ended:
            self.gaps.append(max(0.0, late))
        self._watch_cancel(jobs[-1] if jobs else None, now)

    def _watch_cancel(self, job, now):
        if job is not None and job.phase.name == "CANCELLING":
            self._asked = self._asked or now
        elif self._asked and self.cancel_ms is None:
            self.cancel_ms = 1000 * (now - self._asked)


heartbeat = Heartbeat(desktop_startup.stage)
desktop_startup.stage.more = lambda: {"gaps": heartbeat.gaps, "cancel_ms": heartbeat.cancel_ms}
