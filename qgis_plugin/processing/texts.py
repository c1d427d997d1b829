"""Texts of the algorithms in the language of QGIS."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication


def tr(text: str) -> str:
    """Translate a text of an algorithm."""
    return QCoreApplication.translate("WholeSceneProcessing", text)
