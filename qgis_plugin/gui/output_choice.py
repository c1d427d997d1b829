"""Where the class map is written, and what is written beside the classes."""

from __future__ import annotations

from typing import Optional

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from .texts import tr
from .widgets import yielding


class OutputChoice(QWidget):
    """A GeoTIFF of the user's choice, or, left empty, a numbered file beside the scene."""

    output_changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.file = QgsFileWidget()
        self.file.setStorageMode(QgsFileWidget.StorageMode.SaveFile)
        self.file.setFilter(tr("GeoTIFF (*.tif)"))
        self.file.setDialogTitle(tr("Write the class map to"))
        self.file.lineEdit().setPlaceholderText(tr("Beside the scene, numbered"))
        self.file.fileChanged.connect(lambda _path: self.output_changed.emit())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.file.lineEdit().setAccessibleName(tr("File of the class map"))
        self.score = yielding(QCheckBox(tr("With the score of each pixel")))
        self.score.setObjectName("wholesceneScore")
        self.score.setToolTip(
            tr("A second band says in percent how the network scored its choice. It is no probability of being right.")
        )
        self.score.toggled.connect(lambda _on: self.output_changed.emit())
        layout.addWidget(self.file)
        layout.addWidget(self.score)

    def path(self) -> Optional[str]:
        """The chosen file, with a suffix; None for beside the scene."""
        path = self.file.filePath().strip()
        if not path:
            return None
        return path if path.lower().endswith((".tif", ".tiff")) else f"{path}.tif"

    def set_path(self, path: str) -> None:
        """Fill in a file, as a user would."""
        self.file.setFilePath(path)

    def ask(self) -> None:
        """Put the cursor where a file is to be named."""
        self.file.lineEdit().setFocus()
        self.file.lineEdit().selectAll()

    def suggest(self, example: str) -> None:
        """Tell in the empty field what the file will be called."""
        self.file.lineEdit().setPlaceholderText(example or tr("Beside the scene, numbered"))
