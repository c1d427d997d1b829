"""Opens what goes on from the preset list and the engine's line: adding models, colours of one's own, the report."""

from __future__ import annotations

from typing import List

from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtWidgets import QDialog, QWidget

from ..core.diagnostics import facts
from ..core.finetune import NEWS
from .colour_dialog import ColourDialog
from .engine_link import EngineLink
from .model_dialog import ModelDialog
from .notice import Kind
from .panel import SegmentPanel
from .report_dialog import ReportDialog
from .texts import tr


class ModelDesk(QObject):
    """Dialogs beside the map, which stays usable; a preset that comes of them is chosen once the engine lists it."""

    def __init__(self, panel: SegmentPanel, link: EngineLink, window: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._panel, self._link, self._window = panel, link, window
        self._dialogs: List[QDialog] = []
        self._awaited = ""
        panel.preset_box.add_requested.connect(self.add_model)
        panel.preset_box.colours_requested.connect(self.choose_colours)
        panel.engine_line.report_requested.connect(self.report)
        link.session.presets.connect(lambda _presets: self._choose_awaited())

    def add_model(self) -> None:
        """Ask for a model, step by step."""
        if self._is_elsewhere(tr("There, in a terminal: wholescene import FILE --as NAME")):
            return
        dialog = ModelDialog(self._panel.preset_box.ready_names(), self._window)
        dialog.added.connect(self._made)
        self._open(dialog)

    def choose_colours(self) -> None:
        """Ask for other colours of the chosen preset."""
        preset = self._panel.preset_box.current()
        told = tr("There, in a terminal: wholescene presets recolour {preset} --as NEW --colour CLASS=#RRGGBB")
        if preset is None or self._is_elsewhere(told.format(preset=preset["name"])):
            return
        dialog = ColourDialog(preset, self._panel.preset_box.names(), self._window)
        dialog.made.connect(self._made)
        self._open(dialog)

    def report(self) -> None:
        """Show the report."""
        line = self._panel.engine_line
        told = " ".join(part for part in (line.text(), line.reason()) if part)
        self._open(ReportDialog(facts(told, line.hello()), self._window))

    def close(self) -> None:
        """Close what is open."""
        for dialog in list(self._dialogs):
            dialog.close()

    def dialogs(self) -> List[QDialog]:
        """Those that are open."""
        return list(self._dialogs)

    def _is_elsewhere(self, way: str) -> bool:
        """Whether the engine runs on another machine, where presets are its own; then say how it is done there."""
        if self._link.is_here():
            return False
        told = tr("The engine runs on another machine, and presets are added on that machine.")
        self._panel.notice.show_text(Kind.HINT, f"{told} {way}")
        return True

    def _open(self, dialog: QDialog) -> None:
        self._dialogs.append(dialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.destroyed.connect(lambda: self._gone(dialog))
        dialog.show()

    def _gone(self, dialog: QDialog) -> None:
        self._dialogs = [other for other in self._dialogs if other is not dialog]

    def _made(self, name: str) -> None:
        """An engine that runs lists the preset when it is asked anew; one that does not will."""
        self._awaited = name
        NEWS.made.emit(name)
        self._link.ensure()

    def _choose_awaited(self) -> None:
        name = self._awaited
        if name and self._panel.preset_box.preset(name) is not None:
            self._awaited = ""
            self._panel.preset_box.choose(name)
