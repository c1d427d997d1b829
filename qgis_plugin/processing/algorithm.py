"""What all algorithms of the provider have in common."""

from __future__ import annotations

from qgis.core import QgsProcessingAlgorithm


class Algorithm(QgsProcessingAlgorithm):
    """An algorithm that is made without arguments, anew for each run."""

    ID = ""  # the second half of the id

    def createInstance(self) -> "Algorithm":
        """Called by QGIS for each run."""
        return type(self)()

    def name(self) -> str:
        """The second half of the id."""
        return self.ID
