"""Joins the panel to the engine and to the project: what is chosen becomes a job, nothing modal."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping, Optional

from qgis.core import QgsProject, QgsRasterLayer
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject

from ..core import bands, layers, styling
from ..core.job import Job
from ..wire.errors import EngineDied, WholeSceneError
from .engine_link import EngineLink
from .job_desk import JobDesk
from .notice import Kind
from .panel import SegmentPanel
from .request import preset_problem, request_from
from .texts import escaped, tr
from .view_export import ViewExport

# error code -> (action, label) of the way out that the panel itself can offer
WAYS_OUT = {
    "scene.no_file": ("export", "Export the view"),
    "scene.bands": ("bands", "Choose the bands"),
    "output.exists": ("replace", "Replace the file"),
    "output.unwritable": ("output", "Choose another file"),
    "output.is_input": ("output", "Choose another file"),
    "output.disk_full": ("output", "Choose another file"),
    "extent.outside": ("scene", "Take the whole scene"),
    "extent.empty": ("scene", "Take the whole scene"),
    "engine.not_installed": ("python", "Choose its Python"),
    "engine.not_found": ("retry", "Start the engine"),
    "engine.start_failed": ("retry", "Try again"),
    "engine.lost": ("segment", "Try again"),
    "job.worker_died": ("segment", "Try again"),
    "job.engine_died": ("segment", "Start it again"),
}


class SegmentController(QObject):
    """Turns clicks into jobs, and their ends into what the panel and the map show."""

    def __init__(self, panel: SegmentPanel, iface: QgisInterface) -> None:
        super().__init__(panel)
        self.panel = panel
        self._canvas = iface.mapCanvas()
        self.link = EngineLink(panel.engine_line, iface, self)
        self.desk = JobDesk(self.link.session, panel.jobs, self._canvas, self)
        self.export = ViewExport(self)
        self._failed: Optional[Job] = None  # what "Try again" means
        self._finished: Optional[Job] = None  # what "Show it on the map" means, with the path of its map
        self._shown_path = ""
        self._loss: Mapping[str, Any] = {}  # how the connection was lost whose engine is searched for
        self._connect()
        self._layer_changed(panel.layer())

    def _connect(self) -> None:
        panel, link, desk = self.panel, self.link, self.desk
        panel.segment_requested.connect(self.segment)
        panel.layer_changed.connect(self._layer_changed)
        panel.preset_box.preset_changed.connect(self._preset_changed)
        panel.notice.action_triggered.connect(self._take_way_out)
        self.export.finished.connect(self._view_exported)
        self.export.failed.connect(self._tell_error)
        link.ready.connect(self._engine_ready)
        link.lost.connect(self._engine_lost)
        link.unavailable.connect(self._engine_unavailable)
        link.waits_for_jobs.connect(self._tell_engine_busy)
        link.session.presets.connect(panel.preset_box.set_presets)
        desk.finished.connect(self._job_finished)
        desk.failed.connect(self._job_failed)
        desk.kept.connect(self._part_kept)
        desk.trouble.connect(self._tell_error)

    def start_engine(self) -> None:
        """Connect to the engine, starting one if none runs. Does nothing if that is under way or done."""
        self.link.ensure()

    def find_jobs(self) -> None:
        """Look for the jobs that an earlier QGIS left running, without starting an engine for it."""
        if self.desk.recover():
            self.link.find()

    def close(self) -> None:
        """Let go of everything; the engine finishes its jobs without us."""
        self.export.cancel()
        self.desk.close()
        self.link.close()

    # -- clicks ----------------------------------------------------------------

    def segment(self) -> None:
        """Make a job of what is chosen; one that is under way already is not started twice."""
        self.panel.notice.clear()
        self.panel.result_view.hide()
        try:
            request = request_from(self.panel)
        except WholeSceneError as error:
            self._tell_error(error.to_dict())
            return
        layer, preset = self.panel.layer(), self.panel.preset_box.current()
        job = Job(request, layer.name(), self.panel.preset_box.title_of(str(preset["name"])), layer.id())
        self._start(job)

    def _start(self, job: Job) -> None:
        if any(other.request == job.request for other in self.desk.live()):
            self.panel.notice.show_text(Kind.HINT, tr("This is in the list of jobs already."))
            return
        job.project = QgsProject.instance().fileName()
        self.desk.add(job)
        self.link.ensure()

    def _again(self, overwrite: bool = False) -> None:
        """Start the job that failed once more; without one, what is chosen."""
        if self._failed is None:
            self.segment()
            return
        old, self._failed = self._failed, None
        request = {**old.request, "overwrite": overwrite or bool(old.request.get("overwrite"))}
        self._start(Job(request, old.scene_name, old.preset_title, old.scene_id, old.layer_name))

    # -- choices ---------------------------------------------------------------

    def _layer_changed(self, layer: Optional[QgsRasterLayer]) -> None:
        self.panel.notice.clear()
        self.panel.result_view.hide()
        if layer is not None:
            self.panel.extent_choice.set_scene_crs(layer.crs(), layer.extent())
            self._warn_of_layer(layer)
        self._choices_changed()

    def _warn_of_layer(self, layer: QgsRasterLayer) -> None:
        problem = layers.problem_of(layer)
        if problem is not None:
            self._tell_error(problem.to_dict(), hint=True)

    def _preset_changed(self, preset: Optional[Mapping[str, Any]]) -> None:
        problem = preset_problem(preset) if preset else None
        if problem is not None:
            self._tell_error(problem.to_dict(), hint=True)
        elif self.panel.notice.code().startswith("preset."):
            self.panel.notice.clear()
        self._choices_changed()

    def _choices_changed(self) -> None:
        layer, preset = self.panel.layer(), self.panel.preset_box.current()
        self._guess_bands(layer, preset)
        if layer is None:
            self.panel.allow_segment(False, tr("Add a raster layer to the project first"))
        elif preset is None:
            self.panel.allow_segment(False, tr("The presets come from the engine, which is not running yet"))
        else:
            self.panel.allow_segment(True)
        self._suggest_output(layer, preset)

    def _guess_bands(self, layer: Optional[QgsRasterLayer], preset: Optional[Mapping[str, Any]]) -> None:
        if layer is None or not preset or layers.problem_of(layer) is not None:
            self.panel.band_mapping.set_bands([], [], [], True)
            return
        wanted = preset.get("bands", [])
        offered = bands.offered_bands(layer)
        guess = bands.guess(offered, wanted)
        choices = [(str(band.number), band.describe(" – ")) for band in offered]
        self.panel.band_mapping.set_bands([band["name"] for band in wanted], choices, guess.bands, guess.sure)

    def _suggest_output(self, layer: Optional[QgsRasterLayer], preset: Optional[Mapping[str, Any]]) -> None:
        """Tell in the empty field what the engine will call the file."""
        if layer is None or not preset or layers.problem_of(layer) is not None:
            self.panel.output_choice.suggest("")
            return
        scene = Path(layers.file_behind(layers.gdal_name(layer.source())))
        names = (f"{scene.stem}_{preset['name']}{number}.tif" for number in ("", *(f"_{n}" for n in range(2, 1000))))
        self.panel.output_choice.suggest(next((name for name in names if not (scene.parent / name).exists()), ""))

    # -- the engine --------------------------------------------------------------

    def _engine_ready(self) -> None:
        self.link.session.request_presets()
        if self.panel.notice.code().startswith("engine."):
            self.panel.notice.clear()
        self.desk.engine_ready()

    def _engine_lost(self, error: Mapping[str, Any]) -> None:
        """It may be only the connection: an engine that still runs has our jobs."""
        if self.desk.connection_lost() and error.get("code") == "engine.lost":
            self._loss = error
            self.link.find()
        elif self.desk.live() or error.get("code") != "engine.lost":
            self.desk.give_up(error)
            self._tell_error(error)
        # else: idle engines end by themselves; the next click starts one

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
        self._suggest_output(self.panel.layer(), self.panel.preset_box.current())

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
            styling.insert_above(layer, job.scene_id)

    # -- errors and their ways out ---------------------------------------------

    def _tell_error(self, error: Mapping[str, Any], hint: bool = False) -> None:
        action = WAYS_OUT.get(str(error.get("code")))
        self.panel.notice.show_error(error, (action[0], tr(action[1])) if action else None, hint)

    def _take_way_out(self, action: str) -> None:
        self.panel.notice.clear()
        ways = {
            "export": self._export_view,
            "replace": lambda: self._again(overwrite=True),
            "segment": self._again,
            "show": self._show_finished,
            "retry": self.link.ensure,
            "python": self.link.choose_python,
            "output": self.panel.output_choice.ask,
            "bands": lambda: self.panel.band_mapping.fold.set_open(True),
            "scene": self.panel.extent_choice.choose_scene,
        }
        ways[action]()

    def _export_view(self) -> None:
        layer = self.panel.layer()
        if layer is not None:
            self.export.start(layer, self._canvas.mapSettings())

    def _view_exported(self, path: str, title: str) -> None:
        layer = QgsRasterLayer(path, tr("{layer} (view)").format(layer=title))
        QgsProject.instance().addMapLayer(layer)
        self.panel.layer_combo.setLayer(layer)
