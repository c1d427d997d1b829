"""Colours of one's own for the classes of a preset, saved as a preset of one's own."""

from __future__ import annotations

from typing import Any, Collection, Dict, Mapping, Optional

from qgis.gui import QgsColorButton
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ..core.errand import Errand
from ..core.model_import import NAME, free_name, recolour
from .accuracy_choice import flowing
from .notice import Notice
from .texts import tr
from .widgets import Hint, order_tabs

HIGHEST = 420  # pixels of the list of classes


class ColourDialog(QDialog):
    """A colour button for each class. Emits ``made`` with the name of the new preset."""

    made = pyqtSignal(str)

    def __init__(self, preset: Mapping[str, Any], taken: Collection[str], parent: Optional[QWidget] = None) -> None:
        """``preset`` is as the engine described it; ``taken`` are the names of all presets."""
        super().__init__(parent)
        self._preset, self._taken = preset, taken
        self._errand: Optional[Errand] = None
        self.setObjectName("wholesceneColourDialog")
        self.setWindowTitle(tr("Colours for {preset}").format(preset=preset.get("title") or preset["name"]))
        self.name = QLineEdit(free_name(f"my-{preset['name']}", taken))
        self.name.setToolTip(tr("Letters, digits, '.', '_' and '-'"))
        self.title = QLineEdit(tr("{preset}, my colours").format(preset=preset.get("title") or preset["name"]))
        self.colours: Dict[int, QgsColorButton] = {}
        self.progress, self.notice = QProgressBar(), Notice()
        self.progress.setRange(0, 0)
        self.progress.hide()
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Save | standard.Cancel)
        self.save = self.buttons.button(standard.Save)
        self._arrange()
        self._tell()

    def _arrange(self) -> None:
        form = QFormLayout()
        form.addRow(tr("Name"), self.name)
        form.addRow(tr("Title in the list"), self.title)
        told = tr(
            "A preset of your own, with the classes and the weights of this one: "
            "its maps are the same in other colours."
        )
        layout = QVBoxLayout(self)
        layout.addWidget(flowing(Hint(told)))
        layout.addLayout(form)
        layout.addWidget(self._classes(), 1)
        for widget in (self.notice, self.progress, self.buttons):
            layout.addWidget(widget)
        self.name.textChanged.connect(lambda _text: self._tell())
        self.buttons.accepted.connect(self.start)
        self.buttons.rejected.connect(self.reject)
        self.setMinimumWidth(420)
        order_tabs(self)

    def _classes(self) -> QWidget:
        rows = QWidget()
        form = QFormLayout(rows)
        for entry in self._preset.get("classes", []):
            name = str(entry["name"])
            button = QgsColorButton(self, tr("Colour of {name}").format(name=name))
            button.setAccessibleName(tr("Colour of {name}").format(name=name))
            button.setColor(QColor(str(entry["colour"])))
            button.setAllowOpacity(False)
            button.colorChanged.connect(lambda _colour: self._tell())
            self.colours[int(entry["value"])] = button
            form.addRow(name, button)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(rows)
        area.setMinimumHeight(min(HIGHEST, rows.sizeHint().height() + 4))
        return area

    def changed(self) -> Dict[int, str]:
        """The colours that are others than before, by class value."""
        before = {int(entry["value"]): str(entry["colour"]).lower() for entry in self._preset.get("classes", [])}
        chosen = {value: button.color().name() for value, button in self.colours.items()}
        return {value: colour for value, colour in chosen.items() if colour != before[value]}

    def start(self) -> None:
        """Make the preset, in the background."""
        self.notice.clear()
        base, name, title = str(self._preset["name"]), self.name.text().strip(), self.title.text().strip()
        colours = self.changed()
        errand = Errand(tr("Saving {preset}…").format(preset=name), lambda on: recolour(base, name, title, colours, on))
        errand.done.connect(self._made)
        errand.failed.connect(self._failed)
        self._errand = errand
        self._tell()
        errand.start()

    def done(self, result: int) -> None:
        """Closed: whatever is under way is not wanted any more."""
        if self._errand is not None:
            self._errand.drop()
            self._errand = None
        super().done(result)

    def _made(self, told: Mapping[str, Any]) -> None:
        self._errand = None
        self.made.emit(str(told["preset"]))
        self.accept()

    def _failed(self, error: Mapping[str, Any]) -> None:
        self._errand = None
        self._tell()
        self.notice.show_error(error)

    def _tell(self) -> None:
        """Enable Save where there is something to save, or say in its tooltip what is missing."""
        name, busy = self.name.text().strip(), self._errand is not None
        missing = ""
        if not NAME.fullmatch(name):
            missing = tr("The name has to be of letters, digits, '.', '_' and '-'")
        elif name in self._taken:
            missing = tr("There is a preset of that name already")
        elif not self.changed():
            missing = tr("Change a colour first")
        self.save.setEnabled(not busy and not missing)
        self.save.setToolTip(missing)
        self.progress.setVisible(busy)
