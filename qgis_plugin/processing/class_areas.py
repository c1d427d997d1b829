"""``wholescene:classareas``: the areas of the classes of a finished class map, as a table."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from osgeo import gdal
from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
)

from ..core.area_table import write_areas
from ..core.errors import sentence
from ..core.layers import gdal_name
from ..core.result_file import read_areas
from ..wire.errors import WholeSceneError
from .texts import tr


class ClassAreas(QgsProcessingAlgorithm):
    """Reads the attribute table that the engine wrote; no pixel is counted again."""

    INPUT = "INPUT"
    TABLE = "TABLE"
    CLASSES = "CLASSES"

    def __init__(self) -> None:
        super().__init__()
        self._source = ""

    def createInstance(self) -> "ClassAreas":
        """Called by QGIS for each run."""
        return ClassAreas()

    def name(self) -> str:
        """The second half of the id."""
        return "classareas"

    def displayName(self) -> str:
        """In the toolbox."""
        return tr("Areas of the classes")

    def shortHelpString(self) -> str:
        """What it does and what each parameter means."""
        return tr(
            "Writes pixels, hectares and share of each class of a class map that WholeScene made. "
            "Areas are true ground areas, whatever the CRS.\n\n"
            "INPUT: the class map.\nTABLE: CSV with value, name, pixels, hectares and share.\n"
            "CLASSES: how many classes the map has."
        )

    def initAlgorithm(self, configuration: Optional[Mapping[str, Any]] = None) -> None:
        """Declare the parameters."""
        self.addParameter(QgsProcessingParameterRasterLayer(self.INPUT, tr("Class map")))
        self.addParameter(QgsProcessingParameterFileDestination(self.TABLE, tr("Areas"), "CSV (*.csv)"))
        self.addOutput(QgsProcessingOutputNumber(self.CLASSES, tr("Number of classes")))

    def prepareAlgorithm(
        self, parameters: Dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """In the thread that owns the layers."""
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, self.INPUT))
        self._source = gdal_name(layer.source())
        return True

    def processAlgorithm(
        self, parameters: Dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Dict[str, Any]:
        """In any thread."""
        dataset = gdal.OpenEx(self._source, gdal.OF_RASTER)
        areas = read_areas(dataset) if dataset is not None else []
        if not areas:
            told = tr("{path} has no attribute table with classes and counts: is it a class map of WholeScene?")
            raise QgsProcessingException(told.format(path=self._source))
        table = self.parameterAsFileOutput(parameters, self.TABLE, context)
        try:
            write_areas(areas, table)
        except WholeSceneError as error:
            raise QgsProcessingException(sentence(error.to_dict())) from None
        return {self.TABLE: table, self.CLASSES: len(areas)}
