"""Removing a run: asked once, with the list of its files; then layers and files go together."""

from __future__ import annotations

import os
from typing import Any, Callable, List, Optional

from qgis.core import QgsMapLayer, QgsProject
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QMessageBox, QWidget

from ..core.class_map import ClassMap
from ..core.errand import Errand
from ..core.layers import gdal_name
from ..core.run_files import RunFiles, remove_together, run_files
from .texts import escaped, tr


class RunRemoval(QObject):
    """One removal at a time. Files are looked at and deleted in the background."""

    removed = pyqtSignal(str)  # path of the class map
    failed = pyqtSignal(dict, object)  # coded error, the ClassMap whose layer has gone but whose files are there

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._errand: Optional[Errand] = None
        self.question: Optional[QMessageBox] = None

    def ask(self, facts: ClassMap) -> None:
        """Find the files of the run, and ask; ``removed`` or ``failed`` follows unless it is declined."""
        self._do(
            tr("Look for the files of the run"),
            lambda _going_on: run_files(facts.path),
            lambda files: self._ask(facts, files),
            None,
        )

    def close(self) -> None:
        """Ask nothing any more; a removal under way goes on to its end."""
        if self._errand is not None:
            self._errand.drop(stop=False)
            self._errand = None
        if self.question is not None:
            self.question.deleteLater()
            self.question = None

    def _ask(self, facts: ClassMap, files: RunFiles) -> None:
        folder = os.path.dirname(facts.path)
        box = self.question = QMessageBox(self._window)
        box.setObjectName("wholesceneRemoveRun")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(tr("Remove this run"))
        box.setTextFormat(Qt.TextFormat.RichText)
        box.setText(
            tr("Delete these files in {folder}, and take their layers out of the project?").format(
                folder=f"<b>{escaped(folder)}</b>"
            )
        )
        told = _listed(files.remove)
        if files.keep:
            told += "<br>" + tr("These are yours and stay:") + _listed(files.keep)
        box.setInformativeText(told)
        remove = box.addButton(tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        remove.setObjectName("wholesceneRemoveFiles")
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        remove.clicked.connect(lambda: self._remove(facts, files))
        box.setWindowModality(Qt.WindowModality.WindowModal)
        box.show()

    def _remove(self, facts: ClassMap, files: RunFiles) -> None:
        # first, because Windows deletes no file that QGIS has open
        QgsProject.instance().removeMapLayers([layer.id() for layer in layers_of(files.remove)])
        self._do(
            tr("Remove the files of the run"),
            lambda _going_on: remove_together(files.remove),
            lambda _nothing: self.removed.emit(facts.path),
            facts,
        )

    def _do(self, title: str, work: Callable[..., Any], then: Callable[[Any], None], facts: Optional[ClassMap]) -> None:
        self._errand = Errand(title, work)
        self._errand.done.connect(then)
        self._errand.failed.connect(lambda error: self.failed.emit(error, facts))
        self._errand.start()


def layers_of(paths: Any) -> List[QgsMapLayer]:
    """The layers of the project that read one of the files."""
    wanted = {os.path.normcase(os.path.abspath(path)) for path in paths}
    every = QgsProject.instance().mapLayers().values()
    return [layer for layer in every if _file(layer.source()) in wanted]


def _file(source: str) -> str:
    return os.path.normcase(os.path.abspath(gdal_name(source.split("|")[0])))


def _listed(paths: Any) -> str:
    return "<ul>" + "".join(f"<li>{escaped(os.path.basename(path))}</li>" for path in paths) + "</ul>"
