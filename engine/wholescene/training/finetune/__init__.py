"""Fine-tuning: a preset that learns from polygons drawn in QGIS, in minutes.

The frozen part of the network runs once over the whole scene, exactly as for a class map; what
learns runs on windows of those feature maps. docs/fine-tuning.md explains it to users.
"""

from .request import Finetuning, LabelledFile
from .run import Listener, Outcome, finetune

__all__ = ["Finetuning", "LabelledFile", "Listener", "Outcome", "finetune"]
