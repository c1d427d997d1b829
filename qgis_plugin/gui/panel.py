"""The panel: everything between choosing a layer and seeing its classes."""

from __future__ import annotations

from typing import Optional

from qgis.core import QgsMapLayerProxyModel, QgsRasterLayer
from qgis.gui import QgsMapCanvas, QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ..icon import ICON
from .band_mapping import BandMapping
from .engine_line import EngineLine
from .extent_choice import ExtentChoice
from .job_list import JobList
from .notice import Notice
from .output_choice import OutputChoice
from .preflight_card import PreflightCard
from .preset_box import PresetBox
from .result_view import ResultView
from .texts import tr
from .widgets import Caption, shrinkable, yielding


class SegmentPanel(QWidget):
    """Shows choices, jobs and results; decides nothing. Choices stay open while jobs run: they are for the next."""

    segment_requested = pyqtSignal()
    layer_changed = pyqtSignal(object)  # QgsRasterLayer or None
    sample_requested = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.layer_combo = shrinkable(QgsMapLayerComboBox())
        self.layer_combo.setObjectName("wholesceneLayer")
        self.layer_combo.setFilters(QgsMapLayerProxyModel.Filter.RasterLayer)
        self.sample = yielding(QPushButton(tr("Try it on a sample scene")))
        self.sample.setObjectName("wholesceneSample")
        self.sample.setToolTip(tr("The project has no raster layer yet: draw a landscape and add it"))
        self.preset_box = PresetBox()
        self.band_mapping = BandMapping()
        self.extent_choice = ExtentChoice(canvas)
        self.output_choice = OutputChoice()
        self.preflight_card = PreflightCard()
        self.segment_button = QPushButton(tr("Segment Layer"))
        self.segment_button.setObjectName("wholesceneSegment")
        self.segment_button.setMinimumHeight(34)
        self.segment_button.setIcon(QIcon(str(ICON)))
        self.jobs = JobList()
        self.notice = Notice()
        self.result_view = ResultView()
        self.engine_line = EngineLine()
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(9, 9, 9, 6)
        layout.setSpacing(3)
        for caption, field in (
            (tr("Scene"), self.layer_combo),
            (tr("Preset"), self.preset_box),
            ("", self.band_mapping),  # a line of the preset's
            (tr("Extent"), self.extent_choice),
            (tr("Class map"), self.output_choice),
        ):
            if caption:
                layout.addWidget(Caption(caption, field))
            layout.addWidget(field)
            if field is self.layer_combo:
                layout.addWidget(self.sample)
            if field is not self.preset_box:
                layout.addSpacing(6)
        for widget in (self.preflight_card, self.segment_button, self.jobs, self.notice, self.result_view):
            layout.addWidget(widget)
            layout.addSpacing(4)
        layout.addStretch(1)
        layout.addWidget(self.engine_line)

    def _connect(self) -> None:
        self.sample.clicked.connect(lambda: self.sample_requested.emit())
        self.layer_combo.layerChanged.connect(lambda layer: self.layer_changed.emit(layer))
        self.segment_button.clicked.connect(lambda: self.segment_requested.emit())

    def layer(self) -> Optional[QgsRasterLayer]:
        """The chosen layer."""
        return self.layer_combo.currentLayer()

    def allow_segment(self, allowed: bool, why_not: str = "") -> None:
        """Enable the button, or say in its tooltip what is missing."""
        self.segment_button.setEnabled(allowed)
        self.segment_button.setToolTip(why_not)
