"""Data to learn from."""

from __future__ import annotations

from .base import WholeSceneError

__all__ = [
    "DataBands",
    "DataDescriptionInvalid",
    "DataFormatUnknown",
    "DataLayoutUnknown",
    "LabelTypeUnsupported",
    "LabelValueUnknown",
    "LabelsDiffer",
    "LabelsMissing",
    "LabelsUnplaced",
    "SplitInvalid",
    "SplitLeak",
    "TilesUnplaced",
    "VectorField",
    "VectorUnreadable",
]


class DataFormatUnknown(WholeSceneError):
    code = "data.format"
    problem = "There is no data format named '{name}'. Known: {known}."
    remedy = "Choose one of these, or describe the folder in a dataset.toml of its own."


class DataLayoutUnknown(WholeSceneError):
    code = "data.layout"
    problem = "No labelled scenes were found in {path}: {detail}."
    remedy = "Name the format with --format, or describe the folder in a dataset.toml (docs/training.md)."


class DataDescriptionInvalid(WholeSceneError):
    code = "data.description"
    problem = "The data description {path} cannot be used: {detail}."
    remedy = "Correct the file; docs/training.md explains its fields."


class LabelsMissing(WholeSceneError):
    code = "data.labels_missing"
    problem = "The scene '{scene}' has no labels; expected {path}."
    remedy = "Add them, or take the scene out of the split."


class LabelsDiffer(WholeSceneError):
    code = "data.labels_differ"
    problem = "The labels {path} do not lie on the grid of {image}: {detail}."
    remedy = "Bring them to the grid of the image, or give them as polygons, which any CRS will do for."


class LabelValueUnknown(WholeSceneError):
    code = "data.label_value"
    problem = "The labels {path} hold values that no class has: {values}. Classes have: {known}."
    remedy = "Add these values to the classes or to the ignored values of the data description."


class LabelTypeUnsupported(WholeSceneError):
    code = "data.label_type"
    problem = "The labels {path} cannot be read as classes: {detail}."
    remedy = "Labels are whole numbers in one band, colours in three bands of 8 bits, or polygons with a class field."


class LabelsUnplaced(WholeSceneError):
    code = "data.labels_unplaced"
    problem = "The polygons {path} cannot be laid on {image}: {detail}."
    remedy = "Give the image or the polygons the CRS that they lack."


class VectorUnreadable(WholeSceneError):
    code = "data.vector"
    problem = "{path} cannot be read as polygons: {detail}."
    remedy = "Save the layer as GeoPackage, GeoJSON or Shapefile with polygons (in QGIS: Export > Save Features As)."


class VectorField(WholeSceneError):
    code = "data.field"
    problem = "The polygons {path} have no field '{field}'. They have: {offered}."
    remedy = "Name the field that holds the class."


class DataBands(WholeSceneError):
    code = "data.bands"
    problem = "{path} has {actual} band(s); '{dataset}' has {expected} ({names})."
    remedy = "Choose the format that fits the files, or correct the bands in the data description."


class TilesUnplaced(WholeSceneError):
    code = "data.tiles"
    problem = "The tiles of '{scene}' cannot be joined to one scene: {detail}."
    remedy = "Use the format that takes each tile as a scene, or tiles with georeference or named ..._ROW_COLUMN."


class SplitInvalid(WholeSceneError):
    code = "data.split"
    problem = "The split {path} cannot be used: {detail}."
    remedy = "Correct the file; docs/training.md explains its fields."


class SplitLeak(WholeSceneError):
    code = "data.leak"
    problem = "The split {path} tears apart what shows the same ground: {detail}."
    remedy = "Put scenes of one group into one split, or give them parts that do not overlap."
