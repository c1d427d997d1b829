"""Fine-tuning."""

from __future__ import annotations

from .base import WholeSceneError

__all__ = [
    "ClassFieldMissing",
    "ClassLeftOut",
    "ClassNotThere",
    "ClassesUnusable",
    "LabelsOfOneClass",
    "LabelsTooFew",
    "NotBetter",
    "NothingHeldOut",
    "PolygonsElsewhere",
]


class PolygonsElsewhere(WholeSceneError):
    code = "finetune.elsewhere"
    problem = "No polygon of {path} lies on valid pixels of {scene}."
    remedy = "Check that scene and polygons belong together, and the CRS of both."


class ClassFieldMissing(WholeSceneError):
    code = "finetune.field"
    problem = "{path} has none of the fields that classes are looked for in ({looked}). It has: {offered}."
    remedy = "Name the field with --field."


class ClassNotThere(WholeSceneError):
    code = "finetune.class_unknown"
    problem = "Neither the preset '{preset}' nor the labels have the class(es) {names}. Known: {known}."
    remedy = "Choose among these, or draw polygons of that class."


class ClassLeftOut(WholeSceneError):
    code = "finetune.class_left_out"
    problem = "The labels {path} hold the class(es) {names}, which the new preset is not to have."
    remedy = "Add them to --classes, or take these polygons away."


class ClassesUnusable(WholeSceneError):
    code = "finetune.classes"
    problem = "These classes cannot become a preset's: {detail}."
    remedy = "Correct the class field of the polygons, or choose with --classes."


class LabelsOfOneClass(WholeSceneError):
    code = "finetune.one_class"
    problem = "All polygons are of the class {name}: from them a network would learn to say nothing else."
    remedy = "Draw polygons of another class too."


class LabelsTooFew(WholeSceneError):
    code = "finetune.too_few"
    problem = "There are too few labelled pixels to learn from: {counts}; a class needs at least {least}."
    remedy = "Draw more or larger polygons of these classes, hold less out, or leave the classes out."


class NothingHeldOut(WholeSceneError):
    code = "finetune.held_out"
    problem = "No class has enough polygons to hold some out: nothing would tell whether the network got better."
    remedy = "Draw more polygons, in other places; or pass --held-out 0 to learn from all of them unseen."


class NotBetter(WholeSceneError):
    code = "finetune.not_better"
    problem = "The network got worse on what was held out: mean IoU {after} after, {before} before. Nothing was saved."
    remedy = "Look at the polygons, draw more, or save it all the same with --even-if-worse."
