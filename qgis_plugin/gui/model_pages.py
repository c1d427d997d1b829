"""The steps of adding a model: which file, what it needs, under which licence."""

from __future__ import annotations

import os
from typing import Any, Collection, List, Mapping, Optional

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ..core.model_import import KINDS, NAME, STRIDE, ModelWish, buildable, suggested_name
from .accuracy_choice import flowing
from .preset_card import BADGE
from .texts import LINK, escaped, tr
from .widgets import Hint, shrinkable

LARGEST = 8192  # pixels of the side of a window or a cell
MOST_HEADS = 64
OWN = "other"  # how SPDX's users call a licence without an identifier


class FilePage(QWidget):
    """Where the model is: a file, or the folder of a preset made elsewhere."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.path = QLineEdit()
        self.path.setObjectName("wholesceneModelFile")
        self.path.setAccessibleName(tr("File or folder of the model"))
        self.path.textChanged.connect(lambda: self.changed.emit())
        self.file_button, self.folder_button = QPushButton(tr("File…")), QPushButton(tr("Folder…"))
        for button in (self.file_button, self.folder_button):
            button.setAutoDefault(False)  # Return goes on
        self.file_button.clicked.connect(self._ask_file)
        self.folder_button.clicked.connect(self._ask_folder)
        told = tr(
            "Weights of a network that is known (.pth, .bin, .safetensors), an ONNX model, or a preset that somebody "
            "made: its folder, or a ZIP of it. Nothing in the file is run to look at it."
        )
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(self.file_button)
        row.addWidget(self.folder_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(flowing(Hint(told)))
        layout.addLayout(row)
        layout.addStretch(1)

    def is_complete(self) -> bool:
        """Whether something is named."""
        return bool(self.chosen())

    def chosen(self) -> str:
        """The path; quotes around it, as file managers copy it, and ~ are understood."""
        return os.path.expanduser(self.path.text().strip().strip('"'))

    def _ask_file(self) -> None:
        kinds = f"{tr('Models')} ({' '.join(KINDS)});;{tr('All files')} (*)"
        path, _filter = QFileDialog.getOpenFileName(self, tr("Model to add"), self.chosen(), kinds)
        if path:
            self.path.setText(path)

    def _ask_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, tr("Folder of a preset"), self.chosen())
        if path:
            self.path.setText(path)


class DetailsPage(QWidget):
    """What was found, and what no file tells: name, preset to build on, numbers."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._told: Mapping[str, Any] = {}
        self._ready: Collection[str] = ()
        self._suggested = ""
        self.found = _words()
        self.name = QLineEdit()
        self.name.setObjectName("wholesceneModelName")
        self.base = shrinkable(QComboBox())
        self.heads, self.cell, self.tile = _number(MOST_HEADS), _number(LARGEST, STRIDE), _number(LARGEST)
        self.outputs = QComboBox()
        for label, value in ((tr("logits"), "logits"), (tr("probabilities"), "probabilities")):
            self.outputs.addItem(label, value)
        self._arrange()
        self.base.currentIndexChanged.connect(self._base_changed)
        self.name.textChanged.connect(lambda: self.changed.emit())
        for box in (self.heads, self.cell, self.tile):
            box.valueChanged.connect(lambda _value: self.changed.emit())

    def _arrange(self) -> None:
        self.form = QFormLayout()
        self.form.addRow(tr("Name"), self.name)
        self.form.addRow(tr("Built on"), self.base)
        self.form.addRow(tr("Heads of SPIM"), self.heads)
        self.form.addRow(tr("Side of its cells, pixels"), self.cell)
        self.form.addRow(tr("Side of its windows, pixels"), self.tile)
        self.form.addRow(tr("It gives"), self.outputs)
        self.base.setToolTip(
            tr("The preset whose classes, bands, scaling and ground resolution the model was made for")
        )
        self.name.setToolTip(tr("Letters, digits, '.', '_' and '-'"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.found)
        layout.addLayout(self.form)
        layout.addStretch(1)

    def show_look(self, told: Mapping[str, Any], ready: Collection[str]) -> None:
        """Fill the page with what a look at the file said; ``ready`` are the presets that can be used already."""
        self._told, self._ready = told, ready
        self.found.setText("<br>".join(escaped(line) for line in found_lines(told)))
        self._fill_bases()
        needs = set(told.get("needs", []))
        onnx, weights = told.get("kind") == "onnx", told.get("kind") == "weights"
        self._show(self.base, self.base.count() > 0)
        self._show(self.heads, weights and bool(told.get("has_spim")))
        self._show(self.cell, weights and "cell" in needs)
        self._show(self.tile, onnx and "tile" in needs)
        self._show(self.outputs, onnx)
        self.outputs.setCurrentIndex(max(0, self.outputs.findData(told.get("outputs"))))
        self.name.clear()
        self._base_changed()

    def wish(self, file: str) -> ModelWish:
        """What is chosen, for the command line."""
        heads, cell, tile = (0 if box.isHidden() else box.value() for box in (self.heads, self.cell, self.tile))
        outputs = "" if self.outputs.isHidden() else str(self.outputs.currentData())
        base = "" if self.base.isHidden() else str(self.base.currentData() or "")
        return ModelWish(file, self.name.text().strip(), base, "", heads, cell, tile, outputs)

    def is_complete(self) -> bool:
        """Whether all that is needed is there."""
        needs = set(self._told.get("needs", [])) | set((self._base() or {}).get("needs", []))
        lacking = [
            ("base" in needs and self._base() is None),
            ("tile" in needs and not self.tile.value()),
            ("cell" in needs and not self.cell.value()),
            ("spim_heads" in needs and not self.heads.value()),
        ]
        known = self.name.text().strip()
        return not self._told.get("encoder_only") and NAME.fullmatch(known) is not None and not any(lacking)

    def licence(self) -> Mapping[str, Any]:
        """The licence of the model as the engine described it: its own, else that of the base."""
        return self._told.get("licence") or (self._base() or {}).get("licence") or {"licence": OWN}

    def may_name_licence(self) -> bool:
        """Whether the file does not say it itself."""
        return self._told.get("kind") != "preset" and (
            self._told.get("kind") == "weights" or str(self.licence().get("licence")) == OWN
        )

    def _base(self) -> Optional[Mapping[str, Any]]:
        named = self.base.currentData()
        return next((base for base in self._told.get("bases", []) if named and base.get("preset") == named), None)

    def _fill_bases(self) -> None:
        self.base.blockSignals(True)
        self.base.clear()
        if self._told.get("kind") == "onnx" and "base" not in self._told.get("needs", []):
            self.base.addItem(tr("nothing: the file says all of it"), "")
        for base in buildable(self._told):
            self.base.addItem(str(base.get("title") or base["preset"]), base["preset"])
        self.base.blockSignals(False)

    def _base_changed(self) -> None:
        if self.name.text().strip() in ("", self._suggested):  # a name of the user's own stays
            self._suggested = suggested_name(self._told, self._base(), self._ready)
            self.name.setText(self._suggested)
        heads = (self._base() or {}).get("spim_heads")
        if heads:
            self.heads.setValue(int(heads))
        self.changed.emit()

    def _show(self, field: QWidget, shown: bool) -> None:
        field.setVisible(shown)
        self.form.labelForField(field).setVisible(shown)


class LicencePage(QWidget):
    """The licence in full words; the model is not added before it is ticked."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._given = ""
        self.words = _words()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("Text of the licence"))
        self.named = QLineEdit()
        self.named.setToolTip(tr("SPDX identifier, such as MIT or CC-BY-NC-4.0; empty: as told above"))
        self.accepted = QCheckBox(tr("I may use the weights under this licence"))
        self.accepted.setObjectName("wholesceneModelLicence")
        self.accepted.toggled.connect(lambda _on: self.changed.emit())
        self.named.textChanged.connect(lambda _text: self._renamed())
        self.form = QFormLayout()
        self.form.addRow(tr("You know it to be"), self.named)
        note = flowing(Hint(tr("The preset keeps which licence was accepted and on which day, not by whom.")))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.words)
        layout.addWidget(self.text, 1)
        layout.addLayout(self.form)
        layout.addWidget(self.accepted)
        layout.addWidget(note)
        layout.addStretch(0)

    def show_licence(self, described: Mapping[str, Any], may_name: bool) -> None:
        """Show what the engine said of it; what was ticked before was another one."""
        self.accepted.setChecked(False)
        self.words.setText("<br>".join(licence_lines(described)))
        self.text.setPlainText(str(described.get("text") or ""))
        self.text.setVisible(bool(self.text.toPlainText()))
        self.named.clear()
        self.named.setVisible(may_name)
        self.form.labelForField(self.named).setVisible(may_name)

    def licence(self) -> str:
        """What the user knows it to be, "" for what the file or the base says."""
        return "" if self.named.isHidden() else self.named.text().strip()

    def is_complete(self) -> bool:
        """Whether it is accepted."""
        return self.accepted.isChecked()

    def _renamed(self) -> None:
        self.accepted.setChecked(False)  # another licence than the one that was ticked
        self.changed.emit()


def found_lines(told: Mapping[str, Any]) -> List[str]:
    """What a look at a file found, in words."""
    kind, lines = told.get("kind"), []
    if kind == "preset":
        lines = [tr("A preset: {title}").format(title=told.get("title") or told.get("name")), told.get("description")]
    elif kind == "onnx":
        classes = [str(name) for name in told.get("classes") or []]
        lines = [tr("An ONNX model, which runs window by window; its edges may show in the map.")]
        lines += [tr("Classes: {names}").format(names=", ".join(classes))] if classes else []
    elif told.get("encoder_only"):
        lines = [
            tr("Weights of an encoder alone: {parts}.").format(parts=", ".join(told.get("parts", []))),
            tr("They make no preset, but a training can begin with them: wholescene import FILE --encoder-to NAME."),
        ]
    elif told.get("parts"):
        lines = [tr("Weights: {parts}.").format(parts=", ".join(told["parts"]))]
        if not buildable(told):
            lines.append(_unfit(told))
    else:
        lines = [tr("Weights of a network that is not known here.")]
    return [str(line) for line in lines if line]


def _unfit(told: Mapping[str, Any]) -> str:
    """Why no preset takes them: what speaks against the likeliest."""
    problems = [base["problem"].get("message", "") for base in told.get("bases", []) if base.get("problem")]
    return tr("They fit no preset that is here. {problem}").format(problem=problems[0] if problems else "")


def licence_lines(described: Mapping[str, Any]) -> List[str]:
    """A licence in words, as rich text."""
    identifier, address = str(described.get("licence") or OWN), str(described.get("address") or "")
    lines = [f"<b>{escaped(described.get('title') or identifier)}</b>"]
    if identifier == OWN:
        lines = [tr("Nothing here says which licence the weights have: read what their authors say.")]
    if address:
        lines.append(f'<a style="{LINK}" href="{escaped(address)}">{escaped(address)}</a>')
    if described.get("non_commercial"):
        told = tr("It forbids commercial use. The preset is marked so, and so are the maps that it makes.")
        lines.append(f'<span style="color:{BADGE}">\N{BLACK UP-POINTING TRIANGLE}</span> {escaped(told)}')
    return lines


def _words() -> QLabel:
    """What is to be read before going on, in the colour and size of all text."""
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setOpenExternalLinks(True)
    return label


def _number(most: int, step: int = 1) -> QSpinBox:
    box = QSpinBox()
    box.setRange(0, most)
    box.setSingleStep(step)
    box.setSpecialValueText(tr("not told"))
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return box
