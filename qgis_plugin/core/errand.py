"""Work for another thread of QGIS, with its end told in the thread that asked."""

from __future__ import annotations

from typing import Any, Callable, Optional, Set

from qgis.core import QgsApplication, QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from ..wire.errors import InternalError, WholeSceneError

GoingOn = Callable[[], bool]  # False once the work is not wanted any more
_running: Set["Errand"] = set()  # Python has to hold tasks while they run


class Errand(QgsTask):
    """Runs ``work(going_on)`` in the background; ``done`` or ``failed`` follows, or nothing if it was dropped.

    ``work`` gets no layer and no widget. A coded error of it is told as it is.
    """

    done = pyqtSignal(object)  # what the work returned
    failed = pyqtSignal(dict)  # coded error

    def __init__(self, title: str, work: Callable[[GoingOn], Any]) -> None:
        super().__init__(title, QgsTask.Flag.CanCancel)
        self._work = work
        self._dropped = False
        self._found: Any = None
        self._error: Optional[WholeSceneError] = None

    def start(self) -> "Errand":
        """Hand it to QGIS."""
        _running.add(self)
        QgsApplication.taskManager().addTask(self)
        return self

    def drop(self, stop: bool = True) -> None:
        """Nobody wants to hear of it any more; without ``stop`` it goes on to its end. Safe at any time."""
        self._dropped = True
        if stop and self in _running:
            self.cancel()

    def run(self) -> bool:
        """In a thread of QGIS."""
        try:
            self._found = self._work(lambda: not self.isCanceled())
        except WholeSceneError as problem:
            self._error = problem
        except Exception as problem:  # an exception here would be lost with the task
            self._error = InternalError(detail=f"{type(problem).__name__}: {problem}")
        return self._error is None and not self.isCanceled()

    def finished(self, well: bool) -> None:
        """In the thread that draws QGIS."""
        _running.discard(self)
        if self._dropped:
            return
        if well:
            self.done.emit(self._found)
        elif self._error is not None:
            self.failed.emit(self._error.to_dict())
