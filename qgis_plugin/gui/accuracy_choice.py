"""Which layer is the reference, and where in it the class stands."""

from __future__ import annotations

from typing import Optional

from qgis.core import QgsMapLayer, QgsMapLayerProxyModel, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.gui import QgsFieldComboBox, QgsMapLayerComboBox, QgsRasterBandComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFormLayout, QLabel, QWidget

from ..core.accuracy_layers import REFERENCE, kind_of, reference_of
from ..core.accuracy_reference import Kind
from ..core.accuracy_table import Reference
from .texts import tr
from .widgets import Hint, shrinkable

LIKELY = (REFERENCE, "class", "label", "klasse", "category", "name")  # fields that hold a class, best first


class ReferenceChoice(QWidget):
    """A raster, polygon or point layer of the project, and its band or field."""

    changed = pyqtSignal()

    def __init__(self, class_map: QgsRasterLayer) -> None:
        super().__init__()
        self.layers = shrinkable(QgsMapLayerComboBox())
        self.layers.setObjectName("wholesceneReference")
        filters = QgsMapLayerProxyModel.Filter
        self.layers.setFilters(filters.RasterLayer | filters.PolygonLayer | filters.PointLayer)
        self.layers.setExceptedLayerList([class_map])
        self.fields = shrinkable(QgsFieldComboBox())
        self.fields.setObjectName("wholesceneReferenceField")
        self.bands = shrinkable(QgsRasterBandComboBox())
        self.bands.setObjectName("wholesceneReferenceBand")
        self._hint = flowing(Hint())
        self._arrange()
        self.layers.layerChanged.connect(self._layer_changed)
        self.fields.fieldChanged.connect(lambda _name: self.changed.emit())
        self.bands.bandChanged.connect(lambda _number: self.changed.emit())
        self._layer_changed(self.layers.currentLayer())

    def _arrange(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        self._field_label, self._band_label = QLabel(tr("Class in the field")), QLabel(tr("Class in the band"))
        for label, box in ((self._field_label, self.fields), (self._band_label, self.bands)):
            label.setBuddy(box)
        form.addRow(tr("Reference"), self.layers)
        form.addRow(self._field_label, self.fields)
        form.addRow(self._band_label, self.bands)
        form.addRow(self._hint)

    def layer(self) -> Optional[QgsMapLayer]:
        """The layer that is chosen."""
        return self.layers.currentLayer()

    def reference(self) -> Reference:
        """What is chosen, for any thread to read; raises RasterUnreadable."""
        band = max(1, self.bands.currentBand())
        return reference_of(
            self.layers.currentLayer(), self.fields.currentField(), band, QgsProject.instance().transformContext()
        )

    def choose(self, layer: QgsMapLayer, field: str = "") -> None:
        """Choose a layer, as a user would."""
        self.layers.setLayer(layer)
        if field:
            self.fields.setField(field)

    def _layer_changed(self, layer: Optional[QgsMapLayer]) -> None:
        vector = layer if isinstance(layer, QgsVectorLayer) else None
        raster = layer if isinstance(layer, QgsRasterLayer) else None
        self.fields.setLayer(vector)
        self.bands.setLayer(raster)
        if vector is not None:
            self.fields.setField(_likely_field(vector))
        for widget in (self._field_label, self.fields):
            widget.setVisible(vector is not None)
        for widget in (self._band_label, self.bands):
            widget.setVisible(raster is not None and raster.bandCount() > 1)
        self._hint.setText(_explained(layer))
        self.changed.emit()


def flowing(hint: Hint) -> Hint:
    """Let a hint be as high as its lines are in a wide window, not as in the narrow panel."""
    policy = hint.sizePolicy()
    policy.setHeightForWidth(True)
    hint.setSizePolicy(policy)
    return hint


def _likely_field(layer: QgsVectorLayer) -> str:
    names = layer.fields().names()
    known = {name.casefold(): name for name in reversed(names)}
    found = next((known[name] for name in LIKELY if name in known), None)
    return found or next((name for name in names if name.casefold() != "fid"), "")


def _explained(layer: Optional[QgsMapLayer]) -> str:
    if layer is None:
        return tr("Add a raster, polygons or points with the true classes to the project, or draw sample points.")
    return {
        Kind.RASTER: tr("Sampled at the centre of each pixel of the map; any grid and CRS will do."),
        Kind.POLYGONS: tr("A pixel of the map belongs to the polygon that holds its centre."),
        Kind.POINTS: tr(
            "Taken as a random sample of each class of the map: gives estimates with confidence intervals."
        ),
    }[kind_of(layer)]
