"""Evaluation of presets."""

from __future__ import annotations

from .base import WholeSceneError

__all__ = [
    "BaselineInvalid",
    "EvaluationClass",
    "EvaluationClasses",
    "EvaluationInvalid",
    "NothingToScore",
]


class EvaluationInvalid(WholeSceneError):
    code = "evaluation.invalid"
    problem = "The evaluation cannot be run: {detail}."
    remedy = "Correct the named option or field; docs/evaluation.md explains them all."


class EvaluationClasses(WholeSceneError):
    code = "evaluation.classes"
    problem = "No class of the preset '{preset}' answers to these of '{dataset}': {classes}. The preset has: {known}."
    remedy = "Say what they are with --map NAME=CLASS, or leave their pixels out with --ignore NAME."


class EvaluationClass(WholeSceneError):
    code = "evaluation.class_unknown"
    problem = "There is no class '{name}' in {owner}. Its classes: {known}."
    remedy = "Use one of these names."


class NothingToScore(WholeSceneError):
    code = "evaluation.empty"
    problem = "There is no labelled scene to score: {detail}."
    remedy = "Name another split with --split, or other scenes with --scenes."


class BaselineInvalid(WholeSceneError):
    code = "evaluation.baseline"
    problem = "The baseline {path} cannot be used: {detail}."
    remedy = "Correct the file; docs/evaluation.md shows its form."
