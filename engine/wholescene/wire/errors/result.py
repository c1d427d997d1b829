"""Class maps, and what is made of them."""

from __future__ import annotations

from .base import WholeSceneError

__all__ = [
    "AppendField",
    "AppendRefused",
    "CorrectionsBeingEdited",
    "CorrectionsUnusable",
    "DiskFull",
    "FileHeld",
    "GroundUnknown",
    "NotClassMap",
    "NotOfARun",
    "OutputExists",
    "OutputIsInput",
    "OutputUnwritable",
    "PatchTooLarge",
    "ProcessingMissing",
    "TooManyPatches",
]


class OutputExists(WholeSceneError):
    code = "output.exists"
    problem = "{path} exists already."
    remedy = "Choose another name or pass --overwrite."


class OutputUnwritable(WholeSceneError):
    code = "output.unwritable"
    problem = "{path} cannot be written: {detail}."
    remedy = "Choose a folder that exists and that you may write to."


class OutputIsInput(WholeSceneError):
    code = "output.is_input"
    problem = "The output {path} is one of the inputs."
    remedy = "Choose another name."


class DiskFull(WholeSceneError):
    code = "output.disk_full"
    problem = "The disk under {path} is full ({free_mb} MB free, about {needed_mb} MB needed)."
    remedy = "Free some space or choose another folder. Nothing was left behind."


class CorrectionsUnusable(WholeSceneError):
    code = "corrections.unusable"
    problem = "{path} cannot take corrections: {detail}."
    remedy = "Rename that file or move it away; a new one is made beside the map."


class CorrectionsBeingEdited(WholeSceneError):
    code = "corrections.being_edited"
    problem = "The layer '{layer}' has changes that are not saved yet."
    remedy = "Save or discard them in QGIS first."


class PatchTooLarge(WholeSceneError):
    code = "corrections.patch_too_large"
    problem = "The patch has more than {pixels} pixels: too many to be corrected as one."
    remedy = "Draw a polygon instead."


class NotOfARun(WholeSceneError):
    code = "result.not_of_a_run"
    problem = "{path} was not written by a run of WholeScene, or was changed since."
    remedy = "Delete it by hand if you no longer need it."


class FileHeld(WholeSceneError):
    code = "result.held"
    problem = "{path} cannot be deleted: {detail}. Nothing was deleted."
    remedy = "Close the program that has it open, then try again."


class NotClassMap(WholeSceneError):
    code = "map.not_classes"
    problem = "{path} is not a class map: its pixels are no class values of 8 bits in one band."
    remedy = "Choose the map of a finished job, or another raster of classes."


class GroundUnknown(WholeSceneError):
    code = "map.no_ground"
    problem = "{path} has no georeference, so nobody knows how large its pixels are on the ground."
    remedy = "Give it one, or set the minimum mapping unit to 0."


class TooManyPatches(WholeSceneError):
    code = "map.too_many_patches"
    problem = "{path} falls into too many small patches: {patches} or more; at most {most} can be handled at once."
    remedy = "Set a minimum mapping unit for polygons, or work on a part of the map."


class AppendRefused(WholeSceneError):
    code = "append.refused"
    problem = "The polygons cannot be appended to the layer '{layer}': {detail}."
    remedy = "Choose another layer, or write them to a new GeoPackage. Nothing was appended."


class AppendField(WholeSceneError):
    code = "append.field"
    problem = "There is no field '{field}' to fill the layer '{layer}' with. There are: {offered}."
    remedy = "Correct the mapping of fields."


class ProcessingMissing(WholeSceneError):
    code = "qgis.processing"
    problem = "The Processing plugin of QGIS is switched off, which this needs."
    remedy = "Switch it on under Plugins > Manage and Install Plugins."
