"""One job from request to result for callers that wait: Processing, in whatever thread it runs."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, Optional, Sequence

from qgis.PyQt.QtCore import QEventLoop, QObject, QTimer

from ..wire.errors import Cancelled, WholeSceneError, from_dict
from ..wire.request import MODES
from .launcher import EngineLauncher
from .session import EngineSession

LOOK_MS = 200  # between two looks whether the caller wants to stop

Progress = Callable[[str, float, Optional[float]], None]  # stage, fraction, seconds left
# the preset, as the engine lists it, and the request as it will be sent → a result
Finished = Callable[[Mapping[str, Any], Mapping[str, Any]], Optional[Dict[str, Any]]]


class BlockingJob(QObject):
    """Belongs to the thread that makes it, which waits in :meth:`run` with an event loop of its own."""

    def __init__(self, progress: Progress, wants_to_stop: Callable[[], bool]) -> None:
        super().__init__()
        self._progress = progress
        self._wants_to_stop = wants_to_stop
        self._request: Dict[str, Any] = {}
        self._finished: Optional[Finished] = None
        self._job = ""
        self._begun = False
        self._stopping = False
        self._result: Optional[Dict[str, Any]] = None
        self._error: Optional[WholeSceneError] = None
        self._loop = QEventLoop()
        self._launcher = EngineLauncher(self)
        self._session = EngineSession(self, shows_maps=False)
        self._connect()

    def _connect(self) -> None:
        session = self._session
        self._launcher.found.connect(session.open)
        self._launcher.failed.connect(self._fail)
        session.connected.connect(lambda _hello: session.request_presets())
        session.presets.connect(self._look_at_preset)
        session.submitted.connect(self._submitted)
        session.progress.connect(self._progressed)
        session.done.connect(self._done)
        session.refused.connect(lambda _ticket, error: self._fail(error))
        session.failed.connect(lambda _job, error: self._fail(error))
        session.cancelled.connect(lambda _job: self._end(Cancelled()))
        session.lost.connect(self._fail)

    def run(self, request: Mapping[str, Any], finished: Optional[Finished] = None) -> Dict[str, Any]:
        """The result of ``request``, with an engine that is found or started; raises the job's coded error.

        A request without ``mode`` takes the one in which its preset runs. ``finished`` is asked first whether there
        is a result already.
        """
        self._request, self._finished = dict(request), finished
        watch = QTimer()
        watch.setInterval(LOOK_MS)
        watch.timeout.connect(self._look)
        watch.start()
        # queued: the loop has to run when the answer comes
        QTimer.singleShot(0, self._launcher.find_or_start)
        try:
            self._loop.exec()
        finally:
            watch.stop()
            self._launcher.stop()
            self._session.stop()
        if self._error is not None:
            raise self._error
        if self._result is None:  # QGIS is being closed, which ends every loop
            raise Cancelled()
        return dict(self._result)

    def _look_at_preset(self, presets: Sequence[Mapping[str, Any]]) -> None:
        if self._begun:  # another client's preset was made meanwhile
            return
        self._begun = True
        if self._stopping:
            self._end(Cancelled())
            return
        preset = next((entry for entry in presets if entry.get("name") == self._request.get("preset")), {})
        self._request.setdefault("mode", str(preset.get("mode") or MODES[0]))
        self._result = self._finished(preset, self._request) if self._finished is not None else None
        if self._result is None:
            self._session.submit(self._request)
        else:
            self._loop.quit()

    def _look(self) -> None:
        if self._stopping or not self._wants_to_stop():
            return
        self._stopping = True
        if self._job:
            self._session.cancel(self._job)
        elif not self._session.is_connected():
            self._end(Cancelled())  # there is no job yet

    def _submitted(self, job: str, _ticket: str, _ahead: int) -> None:
        self._job = job
        if self._stopping:
            self._session.cancel(job)

    def _progressed(self, _job: str, progress: Mapping[str, Any]) -> None:
        fraction = float(progress.get("fraction") or 0.0)
        self._progress(str(progress.get("stage") or ""), fraction, progress.get("seconds_left"))

    def _done(self, _job: str, result: Mapping[str, Any]) -> None:
        self._result = dict(result)
        self._loop.quit()

    def _fail(self, error: Mapping[str, Any]) -> None:
        self._end(from_dict(error))

    def _end(self, error: WholeSceneError) -> None:
        if self._result is None and self._error is None:
            self._error = error
        self._loop.quit()
