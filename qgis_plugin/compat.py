"""What has another place in another generation of Qt or QGIS, resolved once."""

from __future__ import annotations

from qgis.PyQt import QtGui, QtWidgets

# Qt 6 moved QAction from QtWidgets to QtGui; qgis.PyQt has the new place only from QGIS 3.36
QAction = getattr(QtGui, "QAction", None) or QtWidgets.QAction

__all__ = ["QAction"]
