"""``wholescene:segment``: a raster layer in, its class map out."""

from __future__ import annotations

import os
from typing import Any, Dict, Mapping, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorLayer,
    QgsRasterLayer,
)

from ..core.area_table import write_areas
from ..core.blocking import BlockingJob
from ..core.classified_map import filtered_areas
from ..core.extents import wire_extent
from ..core.layers import sources_of
from ..core.mapping_unit_raster import write_filtered
from ..core.masks import wire_mask
from ..core.result_file import finished_result, is_up_to_date
from ..core.stages import stage_text
from ..translation import tr
from ..wire.request import MODES, PRECISIONS, SegmentRequest
from .algorithm import Algorithm
from .map_algorithm import minimum_area, progress_of
from .styling import load_instead, style_on_load

AS_THE_PRESET = "auto"


class Segment(Algorithm):
    """Runs in any thread: the layer is looked at in ``look``, the rest is done by the engine."""

    ID = "segment"

    INPUT = "INPUT"
    PRESET = "PRESET"
    EXTENT = "EXTENT"
    MASK = "MASK"
    BANDS = "BANDS"
    SCORE = "SCORE"
    PRECISION = "PRECISION"
    MODE = "MODE"
    SKIP_FINISHED = "SKIP_FINISHED"
    OUTPUT = "OUTPUT"
    MINIMUM_AREA = "MINIMUM_AREA"
    FILTERED = "FILTERED"
    TABLE = "TABLE"

    def __init__(self) -> None:
        super().__init__()
        self._request: Dict[str, Any] = {}

    def displayName(self) -> str:
        """In the toolbox."""
        return tr("Segment a whole scene")

    def shortHelpString(self) -> str:
        """What it does and what each parameter means."""
        return tr(
            "Segments a raster with a preset, the scene as a whole: no tiles, no seams.\n\n"
            "INPUT: a raster layer with a file behind it.\n"
            "PRESET: name of a preset, for example water-lite.\n"
            "EXTENT: limits the output, not the answer; without it the whole scene is written.\n"
            "MASK: polygons that limit the output likewise; where none lies the class map has no data. If some of the "
            "layer are selected, only these.\n"
            "BANDS: for each band of the preset a band of the scene, by number or name, for example 3,2,1; "
            "empty: guessed from names, wavelengths and colours.\n"
            "SCORE: write a second band that says in percent how the network scored its choice.\n"
            "PRECISION: auto, float32, bf16 or fp16.\n"
            "MODE: auto, as the preset runs; holistic, the scene as a whole; crop, window by window, to compare with, "
            "and the only way for ONNX models; fusion, for networks of the global-local family.\n"
            "SKIP_FINISHED: leave an OUTPUT alone that already is the answer to this request, by the same weights "
            "and not older than the scene: for a batch that is run again.\n"
            "OUTPUT: the class map, a GeoTIFF; one that is there is replaced.\n"
            "MINIMUM_AREA: in FILTERED and TABLE, patches below so many square metres of ground join the neighbour "
            "with which they share the longest border; 0 keeps all. OUTPUT always keeps all.\n"
            "FILTERED: the class map after that, a GeoTIFF.\n"
            "TABLE: area of each class, as CSV.\n\n"
            "The engine is started if none runs, and stays warm for the next scene of a batch."
        )

    def initAlgorithm(self, configuration: Optional[Mapping[str, Any]] = None) -> None:
        """Declare the parameters."""
        self.addParameter(QgsProcessingParameterRasterLayer(self.INPUT, tr("Scene")))
        self.addParameter(QgsProcessingParameterString(self.PRESET, tr("Preset"), "water-lite"))
        self.addParameter(QgsProcessingParameterExtent(self.EXTENT, tr("Extent of the output"), optional=True))
        polygons = [QgsProcessing.SourceType.TypeVectorPolygon]
        self.addParameter(
            QgsProcessingParameterVectorLayer(self.MASK, tr("Polygons around the output"), polygons, optional=True)
        )
        self.addParameter(QgsProcessingParameterString(self.BANDS, tr("Bands"), optional=True))
        self.addParameter(QgsProcessingParameterBoolean(self.SCORE, tr("With the score of each pixel"), False))
        advanced = (self._precision(), self._mode(), self._skip_finished(), minimum_area(self.MINIMUM_AREA))
        for parameter in advanced:
            parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
            self.addParameter(parameter)
        self.addParameter(QgsProcessingParameterRasterDestination(self.OUTPUT, tr("Class map")))
        told = tr("Class map without small patches")
        self.addParameter(
            QgsProcessingParameterRasterDestination(self.FILTERED, told, optional=True, createByDefault=False)
        )
        table = QgsProcessingParameterFileDestination(
            self.TABLE, tr("Areas"), "CSV (*.csv)", optional=True, createByDefault=False
        )
        self.addParameter(table)

    def _precision(self) -> QgsProcessingParameterEnum:
        return QgsProcessingParameterEnum(
            self.PRECISION, tr("Precision"), list(PRECISIONS), defaultValue="auto", usesStaticStrings=True
        )

    def _mode(self) -> QgsProcessingParameterEnum:
        return QgsProcessingParameterEnum(
            self.MODE, tr("Mode"), [AS_THE_PRESET, *MODES], defaultValue=AS_THE_PRESET, usesStaticStrings=True
        )

    def _skip_finished(self) -> QgsProcessingParameterBoolean:
        return QgsProcessingParameterBoolean(self.SKIP_FINISHED, tr("Skip what is finished"), False)

    def look(self, parameters: Dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """In the thread that owns the layers."""
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, self.INPUT))
        self._request = self._request_for(layer, parameters, context)

    def _request_for(
        self, layer: QgsRasterLayer, parameters: Dict[str, Any], context: QgsProcessingContext
    ) -> Dict[str, Any]:
        place = None
        if parameters.get(self.EXTENT):
            place = (
                self.parameterAsExtent(parameters, self.EXTENT, context),
                self.parameterAsExtentCrs(parameters, self.EXTENT, context),
            )
        polygons = self.parameterAsVectorLayer(parameters, self.MASK, context)
        mode = self.parameterAsEnumString(parameters, self.MODE, context)
        named = [name.strip() for name in self.parameterAsString(parameters, self.BANDS, context).split(",")]
        request = SegmentRequest(
            sources=tuple(sources_of(layer)),
            preset=self.parameterAsString(parameters, self.PRESET, context),
            extent=wire_extent(place, layer),
            mask=wire_mask(polygons, layer) if polygons is not None else None,
            bands=tuple(named) if any(named) else None,
            precision=self.parameterAsEnumString(parameters, self.PRECISION, context),
            confidence=self.parameterAsBoolean(parameters, self.SCORE, context),
            overwrite=True,
            mode=MODES[0] if mode == AS_THE_PRESET else mode,
        ).to_dict()
        if mode == AS_THE_PRESET:
            del request["mode"]
        return request

    def work(
        self, parameters: Dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Dict[str, Any]:
        """In any thread."""
        # here and not before: what is to be loaded is noted in the context of this thread
        output = os.path.abspath(self.parameterAsOutputLayer(parameters, self.OUTPUT, context))
        self._request["output"] = output
        result = self._compute(feedback, self.parameterAsBoolean(parameters, self.SKIP_FINISHED, context))
        outputs = {self.OUTPUT: str(result["path"])}
        areas = result.get("areas", [])
        load_instead(context, output, outputs[self.OUTPUT])
        style_on_load(context, outputs[self.OUTPUT], areas)
        minimum = self.parameterAsDouble(parameters, self.MINIMUM_AREA, context)
        filtered = self.parameterAsOutputLayer(parameters, self.FILTERED, context)
        table = self.parameterAsFileOutput(parameters, self.TABLE, context)
        if filtered:
            written = write_filtered(outputs[self.OUTPUT], minimum, filtered, progress_of(feedback))
            outputs[self.FILTERED], areas = written.path, written.areas
            style_on_load(context, written.path, areas)
        elif table and minimum > 0:
            areas = filtered_areas(outputs[self.OUTPUT], minimum, progress_of(feedback))
        if table:
            write_areas(areas, table)
            outputs[self.TABLE] = table
        return outputs

    def _compute(self, feedback: QgsProcessingFeedback, skip_finished: bool) -> Dict[str, Any]:
        stages = set()
        output = str(self._request["output"])

        def finished(preset: Mapping[str, Any], request: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
            found = finished_result(output, request)
            if found is None or not is_up_to_date(output, request, str(preset.get("weights_sha256") or "")):
                return None
            feedback.pushInfo(tr("{path} is finished already.").format(path=output))
            return found[0]

        def progress(stage: str, fraction: float, _seconds_left: Optional[float]) -> None:
            feedback.setProgress(100 * fraction)
            if stage not in stages:
                stages.add(stage)
                feedback.pushInfo(stage_text(stage))

        # without a file of that name there is nothing to ask the engine for
        may_skip = skip_finished and os.path.isfile(output)
        return BlockingJob(progress, feedback.isCanceled).run(self._request, finished if may_skip else None)
