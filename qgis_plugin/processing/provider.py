"""The provider ``wholescene``. Ids and parameter names are an interface: models and scripts rely on them."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ..icon import ICON
from .accuracy import Accuracy
from .class_areas import ClassAreas
from .finetune import Finetune
from .mapping_unit import MappingUnit
from .polygons import Polygons
from .sample_points import SamplePoints
from .segment import Segment


class WholeSceneProvider(QgsProcessingProvider):
    """Lists the algorithms."""

    def loadAlgorithms(self) -> None:
        """Called by QGIS."""
        for algorithm in (Segment, Polygons, MappingUnit, ClassAreas, Accuracy, SamplePoints, Finetune):
            self.addAlgorithm(algorithm())

    def id(self) -> str:
        """The first half of each algorithm's id."""
        return "wholescene"

    def name(self) -> str:
        """As the toolbox shows it; a name is not translated."""
        return "WholeScene"

    def icon(self) -> QIcon:
        """The plugin's own."""
        return QIcon(str(ICON))
