"""Joins the panel to the engine and to the project: one job at a time, nothing modal."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Mapping, Optional

from qgis.core import QgsProject, QgsRasterLayer
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject

from ..core import bands, layers
from ..wire.errors import WholeSceneError
from .engine_link import EngineLink
from .growing_layer import GrowingLayer
from .notice import Kind
from .panel import RunState, SegmentPanel
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
}


class SegmentController(QObject):
    """Turns clicks into requests, and what the engine says into what the panel and the map show."""

    def __init__(self, panel: SegmentPanel, iface: QgisInterface) -> None:
        super().__init__(panel)
        self.panel = panel
        self._canvas = iface.mapCanvas()
        self.link = EngineLink(panel.engine_line, iface, self)
        self.export = ViewExport(self)
        self._job: Optional[str] = None  # the id, once the engine has given one
        self._request: Optional[Dict[str, Any]] = None  # of the job that runs or waits for the engine
        self._growing: Optional[GrowingLayer] = None
        self._scene_id = self._scene_name = ""
        self._connect()
        self._layer_changed(panel.layer())

    def _connect(self) -> None:
        panel, link = self.panel, self.link
        panel.segment_requested.connect(self.segment)
        panel.cancel_requested.connect(self.cancel)
        panel.layer_changed.connect(self._layer_changed)
        panel.preset_box.preset_changed.connect(self._preset_changed)
        panel.notice.action_triggered.connect(self._take_way_out)
        self.export.finished.connect(self._view_exported)
        self.export.failed.connect(self._tell_error)
        link.ready.connect(self._engine_ready)
        link.unavailable.connect(self._engine_unavailable)
        session = link.session
        session.presets.connect(panel.preset_box.set_presets)
        session.submitted.connect(self._submitted)
        session.planned.connect(self._planned)
        session.progress.connect(self._progress)
        session.grown.connect(self._grown)
        session.done.connect(self._done)
        session.failed.connect(self._failed)
        session.cancelled.connect(self._cancelled)

    def start_engine(self) -> None:
        """Connect to the engine, starting one if none runs. Does nothing if that is under way or done."""
        self.link.ensure()

    def close(self) -> None:
        """Let go of everything; the engine finishes its job without us."""
        self.export.cancel()
        self._forget_job(remove_layer=True)
        self.link.close()

    # -- clicks ----------------------------------------------------------------

    def segment(self, overwrite: bool = False) -> None:
        """Segment the chosen layer; a second click while a job runs changes nothing."""
        if self.panel.state is not RunState.IDLE:
            return
        self.panel.notice.clear()
        self.panel.result_view.hide()
        try:
            self._request = request_from(self.panel, overwrite)
        except WholeSceneError as error:
            self._tell_error(error.to_dict())
            return
        self._scene_id, self._scene_name = self.panel.layer().id(), self.panel.layer().name()
        self.panel.run_view.start("submitted" if self.link.is_ready() else "starting")
        self.panel.set_state(RunState.STARTING)
        if self.link.is_ready():
            self.link.session.submit(self._request)
        else:
            self.link.ensure()

    def cancel(self) -> None:
        """Cancel the job, or the wait for the engine."""
        if self.panel.state is RunState.RUNNING:
            self.panel.set_state(RunState.CANCELLING)
            self.panel.run_view.show_stage("cancelling")
            self.link.session.cancel(self._job)
        elif self.panel.state is RunState.STARTING:
            if self.link.is_ready():  # sent already: cancelled as soon as the job has an id
                self.panel.set_state(RunState.CANCELLING)
                self.panel.run_view.show_stage("cancelling")
            else:
                self._forget_job(remove_layer=True)

    # -- choices ---------------------------------------------------------------

    def _layer_changed(self, layer: Optional[QgsRasterLayer]) -> None:
        if self.panel.state is RunState.IDLE:
            self.panel.notice.clear()
            self.panel.result_view.hide()
        if layer is not None:
            self.panel.extent_choice.set_scene_crs(layer.crs(), layer.extent())
            self._warn_of_layer(layer)
        self._choices_changed()

    def _warn_of_layer(self, layer: QgsRasterLayer) -> None:
        problem = layers.problem_of(layer)
        if problem is not None and self.panel.state is RunState.IDLE:
            self._tell_error(problem.to_dict(), hint=True)

    def _preset_changed(self, preset: Optional[Mapping[str, Any]]) -> None:
        problem = preset_problem(preset) if preset else None
        if problem is not None and self.panel.state is RunState.IDLE:
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

    # -- what the engine says --------------------------------------------------

    def _engine_ready(self) -> None:
        self.link.session.request_presets()
        if self.panel.notice.code().startswith("engine."):
            self.panel.notice.clear()
        if self.panel.state is RunState.STARTING and self._job is None and self._request is not None:
            self.panel.run_view.show_stage("submitted")
            self.link.session.submit(self._request)

    def _engine_unavailable(self, error: Mapping[str, Any]) -> None:
        at_rest = self.panel.state is RunState.IDLE
        self._forget_job(remove_layer=True)
        if at_rest and error.get("code") == "engine.lost":
            return  # idle engines end by themselves; the next click starts one
        self._tell_error(error)

    def _submitted(self, job: str) -> None:
        if self.panel.state is RunState.CANCELLING:
            self._job = job
            self.link.session.cancel(job)
        elif self.panel.state is RunState.STARTING:
            self._job = job
            self.panel.set_state(RunState.RUNNING)

    def _planned(self, job: str, plan: Mapping[str, Any], working_path: str) -> None:
        if job != self._job or self._growing is not None:
            return
        preset = self.panel.preset_box.title_of(str(plan["preset"]))
        name = f"{self._scene_name} \N{EN DASH} {preset}"
        self._growing = GrowingLayer(self._canvas, self)
        self._growing.begin(plan, working_path, name, self._scene_id)

    def _progress(self, job: str, progress: Mapping[str, Any]) -> None:
        if job == self._job and self.panel.state is RunState.RUNNING:
            stage, fraction = str(progress.get("stage", "")), float(progress.get("fraction") or 0.0)
            self.panel.run_view.show_progress(stage, fraction, progress.get("seconds_left"))

    def _grown(self, job: str) -> None:
        if job == self._job and self._growing is not None:
            self._growing.mark_grown()

    def _done(self, job: str, result: Mapping[str, Any]) -> None:
        if job != self._job:
            return
        path, growing = str(result["path"]), self._growing
        self._growing = None
        shown = growing is not None and growing.finish(path)
        self._forget_job(remove_layer=False)
        if shown:
            self.panel.notice.clear()
        else:
            told = tr("Written to {path}").format(path=escaped(path))
            self.panel.notice.show_text(Kind.SUCCESS, told)
        self.panel.result_view.show_areas(Path(path).name, result.get("areas", []))
        self._suggest_output(self.panel.layer(), self.panel.preset_box.current())

    def _failed(self, job: str, error: Mapping[str, Any]) -> None:
        if job and self._job and job != self._job:
            return
        self._forget_job(remove_layer=True)
        self._tell_error(error)

    def _cancelled(self, job: str) -> None:
        if job == self._job:
            self._forget_job(remove_layer=True)

    def _forget_job(self, remove_layer: bool) -> None:
        if self._growing is not None and remove_layer:
            self._growing.discard()
            self._growing = None
        if self._job is not None:
            self.link.session.release(self._job)
        self._job = self._request = None
        self.panel.set_state(RunState.IDLE)

    # -- errors and their ways out ---------------------------------------------

    def _tell_error(self, error: Mapping[str, Any], hint: bool = False) -> None:
        action = WAYS_OUT.get(str(error.get("code")))
        self.panel.notice.show_error(error, (action[0], tr(action[1])) if action else None, hint)

    def _take_way_out(self, action: str) -> None:
        self.panel.notice.clear()
        if action == "export":
            self._export_view()
        elif action == "replace":
            self.segment(overwrite=True)
        elif action == "segment":
            self.segment()
        elif action == "retry":
            self.link.ensure()
        elif action == "python":
            self.link.choose_python()
        elif action == "output":
            self.panel.output_choice.ask()
        elif action == "bands":
            self.panel.band_mapping.fold.set_open(True)
        elif action == "scene":
            self.panel.extent_choice.choose_scene()

    def _export_view(self) -> None:
        layer = self.panel.layer()
        if layer is not None:
            self.export.start(layer, self._canvas.mapSettings())

    def _view_exported(self, path: str, title: str) -> None:
        layer = QgsRasterLayer(path, tr("{layer} (view)").format(layer=title))
        QgsProject.instance().addMapLayer(layer)
        self.panel.layer_combo.setLayer(layer)
