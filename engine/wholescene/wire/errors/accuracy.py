"""Accuracy against a reference."""

from __future__ import annotations

from .base import WholeSceneError

__all__ = [
    "MappingUnknown",
    "NoOverlap",
    "NotLabelled",
    "NothingMapped",
    "RasterUnreadable",
    "ReferenceField",
    "ReferenceKind",
    "ReferenceUnplaced",
    "SampleImpossible",
]


class RasterUnreadable(WholeSceneError):
    code = "accuracy.raster"
    problem = "{path} cannot be read as a raster of classes: {detail}."
    remedy = "Choose a raster whose pixels hold class values, in a file or database that GDAL reads."


class ReferenceUnplaced(WholeSceneError):
    code = "accuracy.unplaced"
    problem = "{reference} has no place on the ground and another size than {map}: {detail}."
    remedy = "Georeference it, or take one with a pixel for each pixel of the map."


class ReferenceKind(WholeSceneError):
    code = "accuracy.kind"
    problem = "{reference} holds neither pixels nor polygons nor points."
    remedy = "Choose a raster, polygons or points as the reference."


class ReferenceField(WholeSceneError):
    code = "accuracy.field"
    problem = "{reference} has no field '{field}'. It has: {offered}."
    remedy = "Name the field that holds the reference class."


class NoOverlap(WholeSceneError):
    code = "accuracy.no_overlap"
    problem = "{reference} has no class anywhere where {map} has one."
    remedy = "Check that both show the same place, and the CRS of each."


class NotLabelled(WholeSceneError):
    code = "accuracy.not_labelled"
    problem = "None of the {count} features of {reference} on {map} has a class in the field '{field}'."
    remedy = "Fill in the field, or choose the one that holds the reference class."


class MappingUnknown(WholeSceneError):
    code = "accuracy.mapping"
    problem = "'{name}' is no class of the map. It has: {classes}."
    remedy = "Name one of these or its value, or leave the second column empty to leave the reference class out."


class NothingMapped(WholeSceneError):
    code = "accuracy.nothing_mapped"
    problem = "No class of the reference ({found}) is matched with a class of the map ({classes})."
    remedy = "Say in the class mapping which is which."


class SampleImpossible(WholeSceneError):
    code = "accuracy.sample"
    problem = "{size} points cannot be drawn from {map}: {detail}."
    remedy = "Ask for another number of points."
