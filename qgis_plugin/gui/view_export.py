"""Writing what the map shows of a layer without a file (WMS, XYZ) to a GeoTIFF."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Optional, Tuple

from qgis.core import (
    QgsApplication,
    QgsCoordinateTransform,
    QgsMapSettings,
    QgsProject,
    QgsRasterFileWriter,
    QgsRasterFileWriterTask,
    QgsRasterLayer,
    QgsRasterPipe,
    QgsRasterProjector,
)
from qgis.PyQt.QtCore import QObject, QSize, QStandardPaths, pyqtSignal

from ..core.scene_grid import ground_extent
from ..wire.errors import OutputUnwritable
from .texts import tr

LARGEST = 8192  # pixels along a side: a server is not to be asked for more
Resolution = Optional[Tuple[float, float]]


class ViewExport(QObject):
    """One export at a time, in a background task of QGIS."""

    finished = pyqtSignal(str, str)  # path of the GeoTIFF, name of the layer
    failed = pyqtSignal(dict)  # coded error

    def __init__(self, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self._task: Optional[QgsRasterFileWriterTask] = None

    def is_running(self) -> bool:
        """Whether an export is under way."""
        return self._task is not None

    def start(self, layer: QgsRasterLayer, view: QgsMapSettings, resolution: Resolution = None) -> None:
        """Write ``layer`` as it looks in ``view``, with pixels of ``resolution`` (finest, coarsest metres)."""
        if self._task is not None:
            return
        title = layer.name()
        path = free_path(QgsProject.instance(), title)
        writer = QgsRasterFileWriter(str(path))
        writer.setOutputFormat("GTiff")
        writer.setCreateOptions(["COMPRESS=DEFLATE", "TILED=YES"])
        extent, crs = view.visibleExtent(), view.destinationCrs()
        width, height = snapshot_size(view.outputSize(), ground_extent(extent, crs), resolution)
        context = QgsProject.instance().transformContext()
        pipe = rendered_pipe(layer, view)
        self._task = QgsRasterFileWriterTask(writer, pipe, width, height, extent, crs, context)
        self._task.setDescription(tr("Export the view of {layer}").format(layer=layer.name()))
        self._task.writeComplete.connect(lambda _url: self._end(path, title))
        self._task.errorOccurred.connect(lambda _number: self._failed(path))
        self._task.taskTerminated.connect(lambda: self._failed(path))
        QgsApplication.taskManager().addTask(self._task)

    def cancel(self) -> None:
        """Give up; safe at any time."""
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()

    def _end(self, path: Path, title: str) -> None:
        if self._task is not None:
            self._task = None
            self.finished.emit(str(path), title)

    def _failed(self, path: Path) -> None:
        if self._task is not None:  # told twice by QGIS, or cancelled
            self._task = None
            error = OutputUnwritable(path=str(path), detail=tr("QGIS could not export the view"))
            self.failed.emit(error.to_dict())


def snapshot_size(screen: QSize, ground: Resolution, resolution: Resolution) -> Tuple[int, int]:
    """Width and height in pixels: those of the screen, unless the preset wants finer or coarser ones."""
    width, height = screen.width(), screen.height()
    if ground is None or resolution is None:
        return width, height
    shown = math.sqrt(ground[0] * ground[1] / (width * height))  # metres per pixel
    factor = shown / min(max(shown, resolution[0]), resolution[1])
    factor = min(factor, LARGEST / max(width, height))
    return max(1, round(width * factor)), max(1, round(height * factor))


def rendered_pipe(layer: QgsRasterLayer, view: QgsMapSettings) -> QgsRasterPipe:
    """The layer's picture, with its colours, brought to the CRS of the view."""
    pipe = QgsRasterPipe()
    pipe.set(layer.dataProvider().clone())
    pipe.set(layer.renderer().clone())
    if layer.crs() != view.destinationCrs():
        projector = QgsRasterProjector()
        context = QgsProject.instance().transformContext()
        transform = QgsCoordinateTransform(layer.crs(), view.destinationCrs(), context)
        projector.setCrs(transform.sourceCrs(), transform.destinationCrs(), context)
        pipe.set(projector)
    return pipe


def free_path(project: QgsProject, title: str) -> Path:
    """A new, numbered file beside the project, or among the user's documents."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(project.homePath() or documents)
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^\w.-]+", "_", title).strip("_.") or "view"
    number = 1
    while True:
        path = folder / (f"{stem}_view.tif" if number == 1 else f"{stem}_view_{number}.tif")
        if not path.exists():
            return path
        number += 1
