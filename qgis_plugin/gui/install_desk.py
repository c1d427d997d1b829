"""Joins the installation to the panel: opens its dialog, and lets the panel use what was installed."""

from __future__ import annotations

from typing import Optional

from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QWidget

from .engine_link import EngineLink
from .install_dialog import InstallDialog


class InstallDesk(QObject):
    """One dialog for as long as the plugin is loaded."""

    def __init__(self, link: EngineLink, window: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._link, self._window = link, window
        self.dialog: Optional[InstallDialog] = None

    def open(self) -> None:
        """Show the dialog."""
        if self.dialog is None:
            self.dialog = InstallDialog(self._window)
            self.dialog.installed.connect(lambda _python: self._link.use_installed())
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def close(self) -> None:
        """Let go of it; an installation under way is stopped, and can go on later."""
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.close()
            dialog.deleteLater()
