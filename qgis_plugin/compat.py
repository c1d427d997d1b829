"""What has another place in another generation of Qt or QGIS, resolved once."""

from __future__ import annotations

from qgis.PyQt import QtCore, QtGui, QtWidgets

# Qt 6 moved QAction from QtWidgets to QtGui; qgis.PyQt has the new place only from QGIS 3.36
QAction = getattr(QtGui, "QAction", None) or QtWidgets.QAction

# types of fields: QGIS takes those of QMetaType from 3.38, Qt 6 has no others
_of_variant = getattr(QtCore.QVariant, "Type", None)
INTEGER_FIELD = _of_variant.Int if _of_variant else QtCore.QMetaType.Type.Int
TEXT_FIELD = _of_variant.String if _of_variant else QtCore.QMetaType.Type.QString

__all__ = ["INTEGER_FIELD", "TEXT_FIELD", "QAction"]
