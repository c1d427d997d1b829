"""Scenes: pyramids and where crops are centred."""

import numpy as np
import torch

from wholescene.training.scenes import IGNORE, Level, halve, make_scene


def level(labels: list[list[int]], valid: list[list[int]] | None = None) -> Level:
    plane = torch.tensor(labels, dtype=torch.uint8)
    mask = torch.full_like(plane, 255) if valid is None else torch.tensor(valid, dtype=torch.uint8)
    return Level(plane.expand(3, *plane.shape) * 10, plane, mask)


def test_a_label_survives_halving_by_majority() -> None:
    assert halve(level([[1, 1, 0, 0], [1, 0, 0, 1]])).labels.tolist() == [[1, 0]]


def test_half_ignored_is_ignored() -> None:
    assert halve(level([[1, IGNORE], [1, IGNORE]])).labels.tolist() == [[IGNORE]]


def test_the_image_is_averaged() -> None:
    assert halve(level([[0, 1], [1, 1]])).image.flatten().tolist() == [8, 8, 8]


def test_places_lie_on_water_of_the_coarsest_level() -> None:
    labels = np.zeros((1024, 1024), np.uint8)
    labels[512:, :] = 1
    scene = make_scene("half", np.zeros((3, 1024, 1024), np.uint8), labels, np.full_like(labels, 255))
    assert len(scene.levels) == 3
    assert scene.water[:, 0].min() == 128
    assert len(scene.labelled) == 256 * 256
