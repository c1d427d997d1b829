"""Dialogs that go on from a finished class map: those of Processing, and the assessment of its accuracy."""

from __future__ import annotations

import importlib
from typing import Any, Dict, List

from qgis import processing
from qgis.core import QgsApplication, QgsMapLayer, QgsProcessingAlgorithm
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QDialog, QWidget

from ..wire.errors import ProcessingMissing
from .result_tools import ACCURACY, ALGORITHMS, FINETUNE, PACKAGE

# parameters that may be known here already: the first of these names that the algorithm has
MAP_NAMES = ("INPUT", "MAP", "CLASS_MAP")
CORRECTION_NAMES = ("CORRECTIONS", "LABELS")


class ResultDialogs(QObject):
    """Opens them beside the map, which stays usable; closes them with the plugin."""

    failed = pyqtSignal(dict)  # coded error

    def __init__(self, window: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._dialogs: List[QDialog] = []

    def open(self, action: str, layer: QgsMapLayer, corrections: str) -> None:
        """``corrections`` is the file of the map's corrections, or ""."""
        dialog = self._accuracy(layer) if action == ACCURACY else self._algorithm(action, layer, corrections)
        if dialog is not None:
            self._dialogs.append(dialog)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.destroyed.connect(lambda: self._gone(dialog))
            dialog.show()

    def close(self) -> None:
        """Close what is open."""
        for dialog in list(self._dialogs):
            dialog.close()

    def dialogs(self) -> List[QDialog]:
        """Those that are open."""
        return list(self._dialogs)

    def _accuracy(self, layer: QgsMapLayer) -> Any:
        module = importlib.import_module(f"{PACKAGE}.accuracy_dialog")
        return module.AccuracyDialog(layer, self._window)

    def _algorithm(self, action: str, layer: QgsMapLayer, corrections: str) -> Any:
        create = getattr(processing, "createAlgorithmDialog", None)
        if create is None:  # QGIS's Processing plugin puts it there
            self.failed.emit(ProcessingMissing().to_dict())
            return None
        algorithm = QgsApplication.processingRegistry().algorithmById(ALGORITHMS[action])
        return create(ALGORITHMS[action], known_parameters(algorithm, action, layer, corrections))

    def _gone(self, dialog: QDialog) -> None:
        self._dialogs = [other for other in self._dialogs if other is not dialog]


def known_parameters(
    algorithm: QgsProcessingAlgorithm, action: str, layer: QgsMapLayer, corrections: str
) -> Dict[str, Any]:
    """What is known of the parameters of an algorithm."""
    names = [definition.name() for definition in algorithm.parameterDefinitions()]
    known: Dict[str, Any] = {}
    if action != FINETUNE:
        known.update({name: layer.id() for name in MAP_NAMES if name in names})
    if corrections:
        known.update({name: corrections for name in CORRECTION_NAMES if name in names})
    return known
