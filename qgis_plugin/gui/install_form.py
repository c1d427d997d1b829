"""What is to be installed, from where and where to: the choices of the installation."""

from __future__ import annotations

from typing import List, Optional, Tuple

from qgis.core import QgsSettings
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from ..core.errand import Errand, GoingOn
from ..core.install import builds, interpreters, place, standalone
from ..core.install.installer import Plan
from ..core.install.interpreters import Interpreter, Rejected
from ..core.install.network import Network
from ..core.install.removal import finish_removals
from ..core.install.source import Kind, Source, without_login
from ..core.preflight import amount
from ..wire.bundle import Bundle, BundleManifest
from ..wire.release import RELEASE
from .accuracy_choice import flowing
from .install_words import build_name, kind_name
from .texts import escaped, tr
from .widgets import Hint, shrinkable

KIND_SETTING, INDEX_SETTING = "wholescene/install_source", "wholescene/install_index"
OWN = ""  # instead of a found Python: one that is unpacked for the engine alone

Found = Tuple[List[Interpreter], List[Rejected], str]  # and the NVIDIA card


class InstallForm(QWidget):
    """Looks for Pythons and a GPU in the background as soon as it is asked to."""

    changed = pyqtSignal()
    problem = pyqtSignal(dict)  # coded error: the bundle that was chosen is none

    def __init__(self) -> None:
        super().__init__()
        self._errands: List[Errand] = []
        self._found: Optional[Found] = None
        self._looking = False
        self._python_chosen: Optional[str] = None
        self._build_touched = False  # what was chosen by hand is not chosen anew
        self._manifest: Optional[BundleManifest] = None
        self.source, self.python, self.build = (shrinkable(QComboBox()) for _ in range(3))
        self.index, self.bundle = QLineEdit(), QgsFileWidget()
        self.source.setObjectName("wholesceneInstallSource")
        self.python.setObjectName("wholesceneInstallPython")
        self.build.setObjectName("wholesceneInstallBuild")
        self._bundle_hint, self._python_hint, self._build_hint = (flowing(Hint()) for _ in range(3))
        self._folder = flowing(Hint())
        self._fill()
        self._arrange()
        self._connect()
        self._show_source()

    def _fill(self) -> None:
        for kind in Kind:
            self.source.addItem(kind_name(kind), kind)
        settings = QgsSettings()
        chosen = self.source.findData(Source.from_dict({"kind": settings.value(KIND_SETTING, "", str)}).kind)
        self.source.setCurrentIndex(max(0, chosen))
        self.index.setText(settings.value(INDEX_SETTING, "", str))
        self.index.setPlaceholderText("https://…/simple")
        self.index.setAccessibleName(tr("Address of the package index"))
        self.bundle.setFilter(tr("Bundles of WholeScene (*.zip *.wholescene);;All files (*)"))
        self.bundle.setAccessibleName(tr("Bundle file"))
        self.bundle.lineEdit().setAccessibleName(tr("Bundle file"))
        for build in builds.builds():
            self.build.addItem(build_name(build), build.name)
        self.python.addItem(tr("Looking for Pythons…"), None)
        self.python.setEnabled(False)

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for words, *widgets in (
            (tr("Packages from"), self.source, self.index, self.bundle, self._bundle_hint),
            (tr("PyTorch"), self.build, self._build_hint),
            (tr("On the Python"), self.python, self._python_hint),
            (tr("Into"), self._folder),
        ):
            label = QLabel(words)
            label.setBuddy(widgets[0])
            grid.addWidget(label, grid.rowCount(), 0)
            row = grid.rowCount() - 1
            for at, widget in enumerate(widgets):
                grid.addWidget(widget, row + at, 1)
        self._build_hint.hide()

    def _connect(self) -> None:
        self.source.currentIndexChanged.connect(lambda _at: self._show_source())
        self.bundle.fileChanged.connect(lambda _path: self._open_bundle())
        self.index.textChanged.connect(lambda _text: self.changed.emit())
        self.build.currentIndexChanged.connect(lambda _at: self._show_place())
        self.python.activated.connect(lambda _at: self._choose_python())
        self.build.activated.connect(lambda _at: self._touch_build())
        self.python.currentIndexChanged.connect(lambda _at: self.changed.emit())

    # -- looking around -----------------------------------------------------------

    def look(self) -> None:
        """Look for Pythons and a GPU; what was found before is offered until there is an answer."""
        if not self._looking:
            self._looking = True
            work = Errand(
                tr("Look for Pythons"),
                _look_around,
            )
            work.failed.connect(lambda _error: self._looked_in_vain())
            self._begin(work, self._looked)

    def _looked_in_vain(self) -> None:
        self._looking = False

    def close_errands(self) -> None:
        """Nobody waits for an answer any more."""
        for errand in self._errands:
            errand.drop()
        self._errands.clear()
        self._looking = False

    def _begin(self, errand: Errand, done) -> None:
        self._errands.append(errand)
        errand.done.connect(done)
        errand.done.connect(lambda _found: self._ended(errand))
        errand.failed.connect(lambda error: self._ended(errand, error))
        errand.start()

    def _ended(self, errand: Errand, error: Optional[dict] = None) -> None:
        if errand in self._errands:
            self._errands.remove(errand)
            if error is not None:
                self.problem.emit(error)
        self.changed.emit()

    def _looked(self, found: Found) -> None:
        self._found, self._looking = found, False
        self._show_pythons()
        card = found[2]
        told = tr("No NVIDIA card was found: processors compute.")
        if card:
            told = tr("{card} was found: with the CUDA build it computes.").format(card=escaped(card))
        self._build_hint.setText(told)
        self._build_hint.setVisible(self.build.count() > 1)
        if card and not self._build_touched and self._manifest is None and self.build.count() > 1:
            self.build.setCurrentIndex(1)

    def _show_pythons(self) -> None:
        """Offer the Pythons that there are; what was chosen stays chosen if it is still there."""
        self.python.blockSignals(True)  # the list has to be whole before anybody looks at the choice
        self._list_pythons()
        at = self.python.findData(self._python_chosen) if self._python_chosen is not None else -1
        self.python.setCurrentIndex(max(0, at))
        self.python.blockSignals(False)
        self.python.setEnabled(self.python.count() > 1)
        self._tell_rejected(self._has_own())
        self.changed.emit()

    def _has_own(self) -> bool:
        """Whether the bundle brings a Python."""
        return self._manifest is not None and self._manifest.python.archive is not None

    def _list_pythons(self) -> None:
        self.python.clear()
        if self._has_own():
            self.python.addItem(
                tr("Python {version}, from the bundle").format(version=self._manifest.python.version), OWN
            )
        elif self._found is None:
            self.python.addItem(tr("Looking for Pythons…"), None)
        else:
            for one in self._suitable():
                self.python.addItem(
                    tr("Python {version} ({path})").format(version=one.release, path=one.path), one.path
                )
            self._offer_own()

    def _suitable(self) -> List[Interpreter]:
        """The Pythons that were found and, with a bundle without one, are those that its packages are made for."""
        found = self._found[0] if self._found is not None else []
        if self._manifest is None:
            return found
        wanted = _minor(self._manifest.python.version)
        return [one for one in found if _minor(one.release) == wanted]

    def _offer_own(self) -> None:
        own = standalone.offered()
        if own is not None and self.kind() is not Kind.BUNDLE:
            told = tr("Python {version} of its own, downloaded (about 30 MB)").format(version=own.version)
            self.python.addItem(told, OWN)

    def _tell_rejected(self, bundled: bool) -> None:
        rejected = self._found[1] if self._found is not None and not bundled else []
        told = ""
        if self._found is not None and not bundled and not self._suitable():
            told = tr("No suitable Python was found on this computer.")
            if self._manifest is not None:
                told = tr("The bundle is made for Python {version}, which was not found on this computer.")
                told = told.format(version=self._manifest.python.version)
        self._python_hint.setText(told)
        self._python_hint.setVisible(bool(told))
        self.python.setToolTip("\n".join(tr("Not taken: {path}: {reason}").format(**vars(one)) for one in rejected))

    # -- where packages come from ---------------------------------------------------

    def kind(self) -> Kind:
        """The chosen kind of source."""
        return self.source.currentData()

    def _show_source(self) -> None:
        kind = self.kind()
        self.index.setVisible(kind is Kind.INDEX)
        self.bundle.setVisible(kind is Kind.BUNDLE)
        if kind is Kind.BUNDLE:
            self._open_bundle()
        else:
            self._take_bundle(None)

    def _open_bundle(self) -> None:
        path = self.bundle.filePath().strip()
        self._take_bundle(None)
        if path and self.kind() is Kind.BUNDLE:
            work = Errand(tr("Look into the bundle"), lambda _going_on: Bundle.open(path))
            self._begin(work, lambda bundle: self._bundle_opened(path, bundle))

    def _bundle_opened(self, path: str, bundle: Bundle) -> None:
        """Take what ``path`` was found to be, unless another file was chosen in the meantime."""
        if self.kind() is Kind.BUNDLE and path == self.bundle.filePath().strip():
            self._take_bundle(bundle.manifest)

    def _take_bundle(self, manifest: Optional[BundleManifest]) -> None:
        """Show what a bundle holds; it decides about the build."""
        self._manifest = manifest
        told = tr("A file that another computer made with a network.") if self.kind() is Kind.BUNDLE else ""
        if manifest is not None:
            told = tr("WholeScene {release} for {platform}, build {build}, {size}").format(
                release=manifest.release,
                platform=manifest.platform,
                build=manifest.build,
                size=amount(manifest.total),
            )
            self._take_build(manifest.build)
        self._bundle_hint.setText(escaped(told))
        self._bundle_hint.setVisible(bool(told))
        self.build.setEnabled(manifest is None and self.build.count() > 1)
        self._show_pythons()
        self._show_place()

    def _choose_python(self) -> None:
        self._python_chosen = self.python.currentData()

    def _touch_build(self) -> None:
        self._build_touched = True

    def _take_build(self, name: str) -> None:
        if self.build.findData(name) < 0:
            self.build.addItem(name, name)
        self.build.setCurrentIndex(self.build.findData(name))

    # -- where to ---------------------------------------------------------------------

    def build_chosen(self) -> str:
        """The name of the chosen build."""
        return str(self.build.currentData())

    def _show_place(self) -> None:
        folder = place.folder_for(RELEASE, self.build_chosen())
        told = tr("{folder} ({size} free)").format(folder=folder, size=amount(place.free_bytes(folder)))
        self._folder.setText(escaped(told))
        self.changed.emit()

    def is_complete(self) -> bool:
        """Whether all that is needed is chosen."""
        if self.python.currentData() is None:
            return False
        if self.kind() is Kind.BUNDLE:
            return self._manifest is not None
        return self.kind() is not Kind.INDEX or bool(self.index.text().strip())

    def plan(self) -> Plan:
        """What is chosen; remembered for the next time. In the GUI thread."""
        kind = self.kind()
        settings = QgsSettings()
        settings.setValue(KIND_SETTING, kind.value)
        settings.setValue(INDEX_SETTING, without_login(self.index.text().strip()))  # a settings file keeps no secret
        where = {Kind.INDEX: self.index.text().strip(), Kind.BUNDLE: self.bundle.filePath().strip()}.get(kind, "")
        python = str(self.python.currentData() or OWN)
        return Plan(RELEASE, self.build_chosen(), Source(kind, where), python, Network.of_qgis())


def _look_around(going_on: GoingOn) -> Found:
    finish_removals()  # here, as it is the first thing done in the background whenever the dialog is shown
    return (*interpreters.find(going_on), builds.nvidia_card(going_on))


def _minor(version: str) -> List[str]:
    """``3.11`` of ``3.11.7``, which wheels are made for."""
    return version.split(".")[:2]
