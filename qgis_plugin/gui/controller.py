"""Joins the panel to the engine and to the project: what is chosen becomes a job, nothing modal."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional

from qgis.core import QgsProject, QgsRasterLayer
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject, QTimer
from qgis.PyQt.QtWidgets import QFileDialog

from ..core import layer_metadata, styling
from ..core.area_scene import AreaScene
from ..core.area_table import write_areas
from ..core.finetune import NEWS
from ..core.job import Job, Phase
from ..core.sample_scene import SampleScene
from ..translation import mark, marked
from ..wire.errors import EngineDied, WholeSceneError
from .choices import Choices
from .engine_link import EngineLink
from .estimates import Estimates
from .file_runs import ACTION as FILES
from .file_runs import jobs_per_file
from .install_desk import InstallDesk
from .job_desk import JobDesk
from .job_words import percent
from .model_desk import ModelDesk
from .notice import Kind
from .panel import SegmentPanel
from .remote_dialog import RemoteDialog
from .request import job_from
from .scaled_copy import ACTION as SCALE
from .scaled_copy import scaled_copy
from .side_outputs import SideOutputs
from .snapshot_desk import OFFER, TAKE_VIEW, SnapshotDesk
from .texts import escaped, tr

# error code -> (action, label) of the way out that the panel itself can offer
WAYS_OUT = {
    "scene.no_file": (OFFER, mark("Save a snapshot")),
    "snapshot.too_large": TAKE_VIEW,
    "snapshot.failed": (OFFER, mark("Try again")),
    "scene.bands": ("bands", mark("Choose the bands")),
    "output.exists": ("replace", mark("Replace the file")),
    "output.unwritable": ("output", mark("Choose another file")),
    "output.is_input": ("output", mark("Choose another file")),
    "output.disk_full": ("output", mark("Choose another file")),
    "extent.outside": ("scene", mark("Take the whole scene")),
    "extent.empty": ("scene", mark("Take the whole scene")),
    "mask.outside": ("scene", mark("Take the whole scene")),
    "mask.detailed": ("scene", mark("Take the whole scene")),
    "engine.not_installed": ("install", mark("Install the engine")),
    "engine.not_found": ("retry", mark("Start the engine")),
    "engine.start_failed": ("retry", mark("Try again")),
    "engine.lost": ("segment", mark("Try again")),
    "wire.release": ("successor", mark("End the engine that runs")),
    "remote.no_ssh": ("place", mark("Where the engine runs…")),
    "remote.key_locked": ("retry", mark("Try again")),
    "remote.key_refused": ("place", mark("Where the engine runs…")),
    "remote.host_unknown": ("retry", mark("Try again")),
    "remote.host_changed": ("retry", mark("Try again")),
    "remote.unreachable": ("retry", mark("Try again")),
    "remote.no_engine": ("place", mark("Where the engine runs…")),
    "remote.engine_failed": ("retry", mark("Try again")),
    "remote.tunnel": ("retry", mark("Try again")),
    "remote.source": ("place", mark("Where the engine runs…")),
    "remote.changed": ("segment", mark("Try again")),
    "remote.corrupt": ("segment", mark("Try again")),
    "remote.disk_full": ("segment", mark("Try again")),
    "compute.not_finite": ("float32", mark("Compute it in float32")),
    "compute.precision_device": ("float32", mark("Compute it in float32")),
    "plan.memory": ("area", mark("Take an area as the scene")),
    "plan.device_memory": ("area", mark("Take an area as the scene")),
    "job.worker_died": ("segment", mark("Try again")),
    "job.engine_died": ("segment", mark("Start it again")),
}


class SegmentController(QObject):
    """Turns clicks into jobs, and their ends into what the panel and the map show."""

    def __init__(self, panel: SegmentPanel, iface: QgisInterface) -> None:
        super().__init__(panel)
        self.panel = panel
        self._iface, self._canvas = iface, iface.mapCanvas()
        self.link = EngineLink(panel.engine_line, iface, self)
        self.installation = InstallDesk(self.link, iface.mainWindow(), self)
        self.desk = JobDesk(self.link.session, panel.jobs, self._canvas, self)
        self.snapshots = SnapshotDesk(panel, self._canvas, self)
        self.sample = SampleScene(self)
        self.side_outputs = SideOutputs(self)
        self._failed: Optional[Job] = None  # what "Try again" means
        self._finished: Optional[Job] = None  # what "Show it on the map" means, with the path of its map
        self._shown_path = ""
        self._loss: Mapping[str, Any] = {}  # how the connection was lost whose engine is searched for
        self.choices = Choices(panel, self._taken, self)
        self.estimates = Estimates(panel, self.link.session, self._taken, WAYS_OUT, self)
        self._connect()
        self.choices.begin()

    def _connect(self) -> None:
        panel, link, desk = self.panel, self.link, self.desk
        panel.segment_requested.connect(self.segment)
        panel.preflight_card.action_triggered.connect(self._take_way_out)
        self.choices.problem.connect(lambda error: self._tell_error(error, hint=True))
        self.choices.looked.connect(self.estimates.look)
        self._iface.currentLayerChanged.connect(self.choices.follow)
        panel.notice.action_triggered.connect(self._take_way_out)
        panel.sample_requested.connect(self._ask_for_sample)
        panel.result_view.table_requested.connect(self._save_areas)
        self.sample.ready.connect(self._sample_ready)
        self.sample.failed.connect(self._tell_error)
        self.choices.looked.connect(self.snapshots.look)
        self.snapshots.began.connect(self._tell_snapshot_begun)
        self.snapshots.finished.connect(self._snapshot_saved)
        self.snapshots.failed.connect(self._tell_error)
        panel.engine_line.install_requested.connect(self.installation.open)
        link.ready.connect(self._engine_ready)
        link.lost.connect(self._engine_lost)
        link.unavailable.connect(self._engine_unavailable)
        link.left.connect(desk.connection_lost)
        panel.engine_line.place_requested.connect(self._choose_place)
        link.waits_for_jobs.connect(self._tell_engine_busy)
        link.session.presets.connect(panel.preset_box.set_presets)
        self.models = ModelDesk(panel, link, self._iface.mainWindow(), self)  # it chooses from the list as filled
        NEWS.made.connect(self._preset_made)
        desk.finished.connect(self._job_finished)
        desk.failed.connect(self._job_failed)
        desk.kept.connect(self._part_kept)
        desk.trouble.connect(self._tell_error)
        self.side_outputs.failed.connect(self._tell_error)
        self.side_outputs.written.connect(self._tell_written)

    def start_engine(self) -> None:
        """Connect to the engine, starting one if none runs. Does nothing if that is under way or done."""
        self.link.ensure()

    def find_jobs(self) -> None:
        """Look for the jobs that an earlier QGIS left running, without starting an engine for it."""
        if not self.desk.recover():
            return
        if self.link.is_ready():  # the panel was open and faster
            self.desk.engine_ready()
        else:
            self.link.find()

    def close(self) -> None:
        """Let go of everything; the engine finishes its jobs without us."""
        NEWS.made.disconnect(self._preset_made)
        self._iface.currentLayerChanged.disconnect(self.choices.follow)
        self.installation.close()
        self.snapshots.close()
        self.sample.stop()
        self.side_outputs.close()
        self.models.close()
        self.desk.close()
        self.link.close()

    # -- clicks ----------------------------------------------------------------

    def segment(self) -> None:
        """Make a job of what is chosen; one that is under way already is not started twice."""
        self.panel.notice.clear()
        try:
            self._start(job_from(self.panel, self._taken()))
        except WholeSceneError as error:
            self._tell_error(error.to_dict())

    def _segment_files(self) -> None:
        """A job for each file of a mosaic; they queue."""
        try:
            for job in jobs_per_file(self.panel, self._taken()):
                self._start(job)
        except WholeSceneError as error:
            self._tell_error(error.to_dict())

    def _start(self, job: Job) -> None:
        """Raises a coded error if the area that is to be the scene cannot be cut out."""
        if any(other.asks_for(job) for other in self.desk.live()):
            self.panel.notice.show_text(Kind.HINT, tr("This is in the list of jobs already."))
            return
        if job.area:
            AreaScene.from_dict(job.area).write()
        job.project = QgsProject.instance().fileName()
        self.desk.add(job)
        self.link.ensure()

    def _again(self, **changes: Any) -> None:
        """Start the job that failed once more, with ``changes`` to its request; without one, what is chosen."""
        if self._failed is None:
            self.segment()
            return
        old, self._failed = self._failed, None
        request = {**old.request, **changes}
        names = (old.scene_name, old.preset_title, old.scene_id, old.layer_name)
        try:
            self._start(Job(request, *names, area=old.area, beside=old.beside))
        except WholeSceneError as error:
            self._tell_error(error.to_dict())

    def _taken(self) -> List[str]:
        """The class maps of jobs under way."""
        return [str(job.request["output"]) for job in self.desk.live() if job.request.get("output")]

    # -- the engine --------------------------------------------------------------

    def _engine_ready(self) -> None:
        self.link.session.request_presets()
        if self.panel.notice.code().startswith("engine."):
            self.panel.notice.clear()
        self.desk.engine_ready()

    def _preset_made(self, _name: str) -> None:
        """Processing has made a preset: an engine that runs lists it."""
        if self.link.is_ready():
            self.link.session.request_presets()

    def _engine_lost(self, error: Mapping[str, Any]) -> None:
        """It may be only the connection: an engine that still runs has our jobs. Idle engines end by themselves."""
        self.desk.connection_lost()
        again = error.get("code") == "engine.lost"
        if again and self.desk.any_in(Phase.SEARCHING):
            self._loss = error
            self.link.find()
        elif again and self.desk.any_in(Phase.WAITING):
            self.link.ensure()
        elif self.desk.live() or error.get("code") != "engine.lost":
            self.desk.give_up(error)
            self._tell_error(error)

    def _engine_unavailable(self, error: Mapping[str, Any]) -> None:
        searching = bool(self.desk.live()) and error.get("code") == "engine.not_found"
        if searching:  # nobody asked to start one: say what became of the jobs instead
            error, self._loss = self._loss or EngineDied().to_dict(), {}
        self.desk.give_up(error)
        if not searching:
            self._tell_error(error)

    def _tell_engine_busy(self) -> None:
        told = tr("The running engine finishes its jobs first; then the chosen one is started.")
        self.panel.notice.show_text(Kind.HINT, told)

    # -- ends of jobs ------------------------------------------------------------

    def _job_finished(self, job: Job, result: Mapping[str, Any], shown: bool) -> None:
        path = str(result["path"])
        if shown:
            self.panel.notice.clear()
        else:
            self._finished = job
            told = tr("{job}: written to {path}").format(job=escaped(job.title), path=escaped(path))
            action = ("show", tr("Show it on the map")) if job.plan.get("classes") else None
            self._shown_path = path
            self.panel.notice.show_text(Kind.SUCCESS, told, action)
        self.panel.result_view.show_areas(Path(path).name, result.get("areas", []))
        self.side_outputs.make(job, result)
        self.choices.look()

    def _tell_written(self, job: Job, paths: List[str]) -> None:
        told = tr("{job}: also written: {files}")
        files = ", ".join(escaped(Path(path).name) for path in paths)
        if self.panel.notice.isHidden():  # else something that matters more is told
            self.panel.notice.show_text(Kind.SUCCESS, told.format(job=escaped(job.title), files=files))

    def _job_failed(self, job: Job, error: Mapping[str, Any]) -> None:
        self._failed = job
        self._tell_error(error)

    def _part_kept(self, job: Job, path: str) -> None:
        told = tr("The finished part is in {path}. The rest of it is nodata.").format(path=escaped(path))
        self.panel.notice.show_text(Kind.SUCCESS, told)

    def _show_finished(self) -> None:
        job, self._finished = self._finished, None
        if job is not None:
            layer = styling.class_layer(self._shown_path, job.title, job.plan["classes"])
            layer_metadata.describe(layer, self._shown_path)
            styling.insert_above(layer, job.scene_id)

    # -- errors and their ways out ---------------------------------------------

    def _tell_error(self, error: Mapping[str, Any], hint: bool = False) -> None:
        action = WAYS_OUT.get(str(error.get("code")))
        self.panel.notice.show_error(error, (action[0], marked(action[1])) if action else None, hint)

    def _take_way_out(self, action: str) -> None:
        self.panel.notice.clear()
        ways: Dict[str, Callable[[], Any]] = {
            OFFER: self.snapshots.start,
            "stop_snapshot": self.snapshots.cancel,
            "view": self.panel.extent_choice.choose_view,
            FILES: self._segment_files,
            SCALE: self._scale,
            "replace": lambda: self._again(overwrite=True),
            "float32": lambda: self._again(precision="float32"),
            "area": self.panel.extent_choice.choose_area,
            "segment": self._again,
            "show": self._show_finished,
            "retry": self.link.ensure,
            "successor": self.link.replace,
            "install": self.installation.open,
            "python": self.link.choose_python,
            "place": self._choose_place,
            "output": self.panel.output_choice.ask,
            "bands": lambda: self.panel.band_mapping.fold.set_open(True),
            "scene": self.panel.extent_choice.choose_scene,
            "preset": self.panel.preset_box.combo.showPopup,
        }
        ways[action]()

    def _choose_place(self) -> None:
        RemoteDialog(self.link, self._iface.mainWindow()).open()

    def _ask_for_sample(self) -> None:
        self.sample.ask(QgsProject.instance().homePath())
        if self.sample.is_running():
            self.panel.notice.show_text(Kind.HINT, tr("Drawing the sample scene…"))

    def _sample_ready(self, path: str) -> None:
        self.panel.notice.clear()
        layer = QgsRasterLayer(path, tr("sample landscape"))
        self._take_as_scene(layer)
        layer_id = layer.id()  # once the map has the size that it gets with the first layer of a project
        QTimer.singleShot(0, lambda: self._zoom_to(layer_id))

    def _zoom_to(self, layer_id: str) -> None:
        layer = QgsProject.instance().mapLayer(layer_id)
        if layer is not None:
            self._canvas.setExtent(self._canvas.mapSettings().layerExtentToOutputExtent(layer, layer.extent()))
            self._canvas.refresh()

    def _save_areas(self) -> None:
        title, name = tr("Save the areas"), f"{Path(self.panel.result_view.title()).stem}.csv"
        path, _filter = QFileDialog.getSaveFileName(self.panel, title, name, tr("Table (*.csv)"))
        if path:
            try:
                write_areas(self.panel.result_view.areas(), path)
            except WholeSceneError as error:
                self._tell_error(error.to_dict())

    def _scale(self) -> None:
        estimate = self.estimates.told()
        if estimate is None or self.panel.layer() is None:
            return
        try:
            layer = scaled_copy(self.panel, estimate)
        except WholeSceneError as error:
            self._tell_error(error.to_dict())
            return
        self._take_as_scene(layer)
        told = tr("{path} shows the scene with its values scaled. It is the scene now.")
        self.panel.notice.show_text(Kind.SUCCESS, told.format(path=escaped(layer.source())))

    def _take_as_scene(self, layer: QgsRasterLayer) -> None:
        QgsProject.instance().addMapLayer(layer)
        self.panel.layer_combo.setLayer(layer)

    def _tell_snapshot_begun(self) -> None:
        told, stop = tr("Fetching the snapshot from the server…"), ("stop_snapshot", tr("Cancel"))
        self.panel.notice.show_text(Kind.HINT, told, stop)

    def _snapshot_saved(self, path: str, title: str, missing: float) -> None:
        """It is the scene now; an extent that it was cut to says no more."""
        self._take_as_scene(QgsRasterLayer(path, tr("{layer} (snapshot)").format(layer=title)))
        if self.panel.extent_choice.polygons() is None:
            self.panel.extent_choice.choose_scene()
        told = tr("The snapshot is in {path}. It is the scene now.").format(path=escaped(path))
        if missing > 0:
            told += " " + tr("For {n} % of it the server sent nothing.").format(n=percent(missing))
        self.panel.notice.show_text(Kind.SUCCESS, told)
