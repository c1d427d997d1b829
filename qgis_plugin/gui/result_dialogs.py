"""Dialogs that go on from a finished class map: those of Processing, and the assessment of its accuracy."""

from __future__ import annotations

import importlib
from typing import Any, List, Mapping

from qgis import processing
from qgis.core import QgsMapLayer
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QDialog, QWidget

from ..wire.errors import ProcessingMissing
from .result_tools import ACCURACY, ALGORITHMS, PACKAGE


class ResultDialogs(QObject):
    """Opens them beside the map, which stays usable; closes them with the plugin."""

    failed = pyqtSignal(dict)  # coded error

    def __init__(self, window: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._dialogs: List[QDialog] = []

    def open(self, action: str, layer: QgsMapLayer, known: Mapping[str, Any]) -> None:
        """``known`` are values of an algorithm's parameters, by name."""
        dialog = self._accuracy(layer) if action == ACCURACY else self._algorithm(ALGORITHMS[action], known)
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

    def _algorithm(self, algorithm: str, known: Mapping[str, Any]) -> Any:
        create = getattr(processing, "createAlgorithmDialog", None)
        if create is None:  # QGIS's Processing plugin puts it there
            self.failed.emit(ProcessingMissing().to_dict())
            return None
        return create(algorithm, dict(known))

    def _gone(self, dialog: QDialog) -> None:
        self._dialogs = [other for other in self._dialogs if other is not dialog]
