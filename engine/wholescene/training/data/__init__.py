"""Labelled scenes for training, evaluation and fine-tuning.

:func:`load_dataset` finds scenes and labels in a folder, :meth:`Dataset.open` reads windows of them.
"""

from .coding import IGNORE, Coding
from .folder import load_dataset
from .labelled import LabelledScene, Stored, open_pair
from .pair import WHOLE, Dataset, ModelInput, Pair, Part, RasterLabel, VectorLabel, Wants
from .single import scene_with_polygons
from .splits import check_leaks, divide, read_split

__all__ = [
    "IGNORE",
    "WHOLE",
    "Coding",
    "Dataset",
    "LabelledScene",
    "ModelInput",
    "Pair",
    "Part",
    "RasterLabel",
    "Stored",
    "VectorLabel",
    "Wants",
    "check_leaks",
    "divide",
    "load_dataset",
    "open_pair",
    "read_split",
    "scene_with_polygons",
]
