"""All jobs of this QGIS: sent, followed, found again after a restart, each with its row and its layer."""

from __future__ import annotations

import threading
import time
from typing import Any, Dict, List, Mapping, Optional

from qgis.core import QgsProject
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..core.area_scene import AreaScene
from ..core.growing_rasters import dispose
from ..core.job import Job, Phase
from ..core.job_store import JobStore
from ..core.partial_map import PartialMapErrand
from ..core.remote.courier import Courier
from ..core.result_file import finished_result
from ..wire.errors import EngineDied
from .growing_layer import GrowingLayer
from .job_list import JobList
from .job_row import CANCEL, DISCARD, FETCH, KEEP, SEND
from .job_words import percent
from .texts import tr

SENDINGS = 2  # an engine that ends whenever it gets a job is not started for ever


class JobDesk(QObject):
    """Keeps jobs, rows, layers and the notes in the profile in step with what the engine says."""

    failed = pyqtSignal(object, dict)  # Job, error
    finished = pyqtSignal(object, dict, bool)  # Job, result, whether its layer shows it
    kept = pyqtSignal(object, str)  # Job, path of the partial map
    trouble = pyqtSignal(dict)  # error beside a job's own

    def __init__(self, session: Courier, rows: JobList, canvas: QgsMapCanvas, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._rows = rows
        self._canvas = canvas
        self._store = JobStore()
        self._jobs: Dict[str, Job] = {}  # by ticket
        self._layers: Dict[str, GrowingLayer] = {}  # by ticket
        self._errands: Dict[str, PartialMapErrand] = {}  # those that keep a part, by ticket
        rows.action_triggered.connect(self.act)
        session.submitted.connect(self._submitted)
        session.refused.connect(self._refused)
        session.planned.connect(self._planned)
        session.progress.connect(self._progress)
        session.grown.connect(self._grown)
        session.done.connect(self._done)
        session.failed.connect(self._failed)
        session.cancelled.connect(self._cancelled)
        session.recalled.connect(self._recalled)
        session.status.connect(self._status)
        session.shipping.connect(self._shipping)
        session.fetching.connect(self._fetching)
        session.undelivered.connect(self._undelivered)
        QgsProject.instance().readProject.connect(self._project_read)
        QgsProject.instance().projectSaved.connect(self._project_saved)

    # -- what the panel asks -----------------------------------------------------

    def jobs(self) -> List[Job]:
        """Every job that is listed, in the order they came."""
        return list(self._jobs.values())

    def live(self) -> List[Job]:
        """Jobs that have not ended."""
        return [job for job in self._jobs.values() if not job.ended]

    def add(self, job: Job) -> None:
        """List a job and send it, now or once an engine answers."""
        self._jobs[job.ticket] = job
        if self._session.is_connected():
            self._send(job)
        self._show(job)

    def recover(self) -> bool:
        """List the jobs that an earlier QGIS left running; whether there are any to search for."""
        known = {job.id for job in self._jobs.values()}
        for job in self._store.left_behind():
            if job.id not in known:
                self._jobs[job.ticket] = job
                self._show(job)
        return self.any_in(Phase.SEARCHING)

    def act(self, ticket: str, action: str) -> None:
        """A button in a row."""
        job = self._jobs.get(ticket)
        if job is not None:
            does = {CANCEL: self._cancel, KEEP: self._keep, DISCARD: self._remove}
            {**does, SEND: self._consent, FETCH: self._fetch}[action](job)

    def engine_ready(self) -> None:
        """Send what waited, and ask for what was started earlier."""
        for job in self.live():
            if job.phase is Phase.WAITING:
                self._send(job)
            elif job.phase is Phase.SEARCHING and job.host == self._session.host_name():
                self._session.attach(job.id, job.output, bool(job.request.get("overwrite")))
                if job.wish_to_cancel:
                    job.phase = Phase.CANCELLING
                    self._session.cancel(job.id)
            self._show(job)

    def connection_lost(self) -> None:
        """An engine that may still run has jobs of ours; what it has not confirmed is sent once more."""
        for job in self.live():
            if job.id:
                job.phase = Phase.SEARCHING
            elif job.wish_to_cancel:
                self._remove(job)
            elif job.times_sent < SENDINGS:
                job.phase = Phase.WAITING
            self._show(job)

    def any_in(self, phase: Phase) -> bool:
        """Whether a job is in ``phase``."""
        return any(job.phase is phase for job in self._jobs.values())

    def give_up(self, error: Mapping[str, Any]) -> None:
        """There is no engine: jobs that were left behind are over, as those that wait for one."""
        for job in self.live():
            if job.phase is Phase.SEARCHING and (job.host or self._session.host_name()):
                continue  # out of reach is not gone: it may be asked for another time
            if job.phase is Phase.SEARCHING:
                self._missing(job, error)
            else:
                self._end_badly(job, error)

    def close(self) -> None:
        """Let go: layers of running jobs leave the project, the jobs go on and are found again."""
        QgsProject.instance().readProject.disconnect(self._project_read)
        QgsProject.instance().projectSaved.disconnect(self._project_saved)
        for errand in self._errands.values():
            errand.drop()
        for job in self.jobs():
            if job.ended or not job.id:
                self._remove(job)
            else:
                self._take_layer_away(job)

    # -- towards the engine ------------------------------------------------------

    def _send(self, job: Job) -> None:
        job.phase, job.host = Phase.SENT, self._session.host_name()
        job.times_sent += 1
        self._session.submit(job.request, job.ticket)

    def _consent(self, job: Job) -> None:
        if job.asks_consent:
            self._session.consent(job.ticket)

    def _fetch(self, job: Job) -> None:
        if job.waits_there:
            self._session.deliver_again(job.id)

    def _cancel(self, job: Job) -> None:
        if job.ended:
            return
        if job.phase in (Phase.WAITING, Phase.SEARCHING, Phase.SENDING):  # there is nobody to ask
            self._session.withdraw(job.ticket)
            self._session.forget(job.id, job.output if job.host else "")
            job.phase = Phase.CANCELLED
            self._settle_end(job)
            return
        job.phase = Phase.CANCELLING
        job.wish_to_cancel = True
        if job.id:
            self._session.cancel(job.id)
        self._show(job)

    # -- what the engine says ----------------------------------------------------

    def _submitted(self, job_id: str, ticket: str, ahead: int) -> None:
        job = self._jobs.get(ticket)
        if job is None or job.ended:
            return
        job.id, job.ahead, job.freight = job_id, ahead, {}
        if job.wish_to_cancel:
            self._session.cancel(job_id)
        else:
            job.phase = Phase.QUEUED
        self._store.note(job)
        self._show(job)

    def _refused(self, ticket: str, error: Mapping[str, Any]) -> None:
        job = self._jobs.get(ticket)
        if job is not None:
            self._end_badly(job, error)

    def _planned(self, job_id: str, plan: Mapping[str, Any], working: str, output: str) -> None:
        job = self._of(job_id)
        if job is None:
            return
        before, job.plan, job.working, job.output = job.working, dict(plan), working, output or job.output
        job.shown = 0.0
        self._place_layer(job)
        if before and before != working:
            _in_background(dispose, before)
        self._store.note(job)
        self._show(job)

    def _shipping(self, ticket: str, news: Mapping[str, Any]) -> None:
        """The scene of a job goes to another machine; that the engine has not got the job is no fault of its."""
        job = self._jobs.get(ticket)
        if job is not None and not job.ended and not job.id:
            job.phase, job.times_sent = Phase.SENDING, 0
            job.freight, job.output = dict(news), str(news["output"])
            self._show(job)

    def _fetching(self, job_id: str, news: Mapping[str, Any]) -> None:
        job = self._of(job_id)
        if job is not None:
            job.phase, job.freight = Phase.FETCHING, dict(news)
            self._show(job)

    def _undelivered(self, job_id: str, error: Mapping[str, Any]) -> None:
        """Its map is finished, and stays where it is until its user has made room here."""
        job = self._of(job_id)
        if job is not None:
            job.phase, job.freight = Phase.FETCHING, {**job.freight, "stuck": True}
            self._show(job)
            self.trouble.emit(dict(error))

    def _progress(self, job_id: str, progress: Mapping[str, Any]) -> None:
        job = self._of(job_id)
        if job is not None:
            job.progressed(progress, time.monotonic())
            self._show(job)

    def _grown(self, job_id: str, share: float) -> None:
        job = self._of(job_id)
        if job is not None:
            job.shown = share
            if job.ticket in self._layers:
                self._layers[job.ticket].mark_grown()

    def _done(self, job_id: str, result: Mapping[str, Any]) -> None:
        job = self._of(job_id)
        if job is not None:
            self._finish(job, result)

    def _failed(self, job_id: str, error: Mapping[str, Any]) -> None:
        job = self._of(job_id)
        if job is None:
            return
        if error.get("code") == "job.unknown":  # another engine by now, which keeps the record of the one before
            self._session.recall(job.id)
        else:
            self._end_badly(job, error)

    def _recalled(self, job_id: str, record: Mapping[str, Any]) -> None:
        """What became of a job whose engine has ended."""
        job = self._of(job_id)
        if job is None:
            return
        job.output = str(record.get("output") or job.output)
        if record.get("state") == "cancelled":
            job.phase = Phase.CANCELLED
            self._settle_end(job)
        else:  # a map that was just being finished may be there although its engine died
            self._missing(job, record.get("error") or EngineDied().to_dict())

    def _cancelled(self, job_id: str) -> None:
        job = self._of(job_id)
        if job is not None:
            job.phase = Phase.CANCELLED
            self._settle_end(job)

    def _status(self, status: Mapping[str, Any]) -> None:
        """The engine's whole list: how many jobs come before ours."""
        waiting = [entry.get("job") for entry in status.get("jobs", []) if entry.get("state") not in _OVER]
        for job in self.live():
            if job.phase is Phase.QUEUED and job.id in waiting:
                job.ahead = waiting.index(job.id)
                self._show(job)

    # -- ends --------------------------------------------------------------------

    def _finish(self, job: Job, result: Mapping[str, Any]) -> None:
        path = str(result["path"])
        job.phase = Phase.DONE
        layer = self._layers.get(job.ticket)
        if layer is None and job.plan and self._in_its_project(job):
            layer = self._new_layer(job)
        shown = layer is not None and layer.finish(path)
        self._layers.pop(job.ticket, None)
        self._drop(job)
        self.finished.emit(job, dict(result), shown)

    def _missing(self, job: Job, error: Mapping[str, Any]) -> None:
        """No engine knows the job. It may have been finished while nobody looked."""
        found = finished_result(job.output, job.request) if job.output else None
        if found is None:
            self._end_badly(job, error)
            return
        result, plan = found
        job.plan = job.plan or plan
        self._finish(job, result)

    def _end_badly(self, job: Job, error: Mapping[str, Any]) -> None:
        self._session.withdraw(job.ticket)
        job.phase = Phase.FAILED
        self._settle_end(job)
        self.failed.emit(job, dict(error))

    def _settle_end(self, job: Job) -> None:
        """Offer what is there to be kept, or take everything away."""
        self._store.forget(job)
        if job.keepable:
            self._show(job)
        else:
            self._remove(job)

    def _remove(self, job: Job) -> None:
        """Nothing of the job stays: neither layer nor file."""
        self._take_layer_away(job)
        if job.area:
            _in_background(AreaScene.from_dict(job.area).remove)
        self._drop(job)

    def _drop(self, job: Job) -> None:
        """The job is over and its layer, if any, reads no working raster."""
        self._store.forget(job)
        self._jobs.pop(job.ticket, None)
        self._rows.remove(job.ticket)
        if job.working:
            self._session.release(job.id)  # closes it, if this connection writes it
            _in_background(dispose, job.working)

    # -- keeping a part ----------------------------------------------------------

    def _keep(self, job: Job) -> None:
        title = tr("Keep the part of {job}").format(job=job.title)
        errand = self._errands[job.ticket] = PartialMapErrand(title, job.working, job.output, job.plan, job.shown)
        errand.done.connect(lambda path: self._part_kept(job, path))
        errand.failed.connect(lambda error: self._part_failed(job, error))
        self._rows.row(job.ticket).keeping()
        errand.start()

    def _part_kept(self, job: Job, path: str) -> None:
        self._errands.pop(job.ticket, None)
        layer = self._layers.pop(job.ticket, None)
        if layer is None and self._in_its_project(job):
            layer = self._new_layer(job)
        if layer is not None:
            layer.finish(path, tr("{job} (partial, {n} %)").format(job=job.title, n=percent(job.shown)))
        self._drop(job)
        self.kept.emit(job, path)

    def _part_failed(self, job: Job, error: Mapping[str, Any]) -> None:
        self._errands.pop(job.ticket, None)
        if job.ticket in self._jobs:
            self._rows.row(job.ticket).keeping_failed()
            self.trouble.emit(dict(error))

    # -- layers ------------------------------------------------------------------

    def _in_its_project(self, job: Job) -> bool:
        return job.project == QgsProject.instance().fileName()

    def _new_layer(self, job: Job) -> GrowingLayer:
        layer = GrowingLayer(self._canvas, self)
        layer.begin(job.plan, "", job.title, job.scene_id, job.id)
        return layer

    def _place_layer(self, job: Job) -> None:
        """Show the growing map in the project that the job was started in."""
        layer = self._layers.get(job.ticket)
        if layer is not None:
            layer.continue_with(job.working)
        elif self._in_its_project(job):
            layer = self._layers[job.ticket] = GrowingLayer(self._canvas, self)
            layer.begin(job.plan, job.working, job.title, job.scene_id, job.id)

    def _take_layer_away(self, job: Job) -> None:
        layer = self._layers.pop(job.ticket, None)
        if layer is not None:
            layer.discard()

    def _project_read(self) -> None:
        for job in self.live():
            if job.plan and self._in_its_project(job):
                if job.ticket in self._layers and self._layers[job.ticket].layer() is None:
                    del self._layers[job.ticket]
                self._place_layer(job)

    def _project_saved(self) -> None:
        """A project got a name, or another one."""
        for job in self.live():
            if job.ticket in self._layers and self._layers[job.ticket].layer() is not None:
                job.project = QgsProject.instance().fileName()
                if job.id:
                    self._store.note(job)

    # -- small things ------------------------------------------------------------

    def _of(self, job_id: str) -> Optional[Job]:
        """The job of that id while it is under way; messages that come late find none."""
        return next((job for job in self._jobs.values() if job.id == job_id and not job.ended), None)

    def _show(self, job: Job) -> None:
        if job.ticket in self._jobs:
            self._rows.show_job(job)


_OVER = ("done", "failed", "cancelled")


def _in_background(call: Any, *args: Any) -> None:
    """Files are not touched in the thread that draws QGIS."""
    threading.Thread(target=call, args=args, daemon=True).start()
