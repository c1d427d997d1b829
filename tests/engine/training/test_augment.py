"""Crops: sizes, scaling, and what lies beyond the scene."""

import numpy as np
import pytest
import torch

from wholescene.training.augment import MEAN, Source, cut, draw, scale
from wholescene.training.camera import cast_shadows, hue_rotation, ruffle_water
from wholescene.training.scenes import IGNORE, Level, Scene, make_scene


@pytest.fixture
def scene() -> Scene:
    rng = np.random.default_rng(0)
    labels = np.zeros((600, 700), np.uint8)
    labels[:200] = 1
    return make_scene("random", rng.integers(0, 256, (3, 600, 700), np.uint8), labels, np.full_like(labels, 255))


@pytest.mark.parametrize("zoom", [0.1, 0.5, 1.0, 2.0])
def test_a_crop_has_the_size_asked_for_at_any_zoom(scene: Scene, zoom: float) -> None:
    image, labels = draw(Source(scene, 1.0, (zoom, zoom)), 96, np.random.default_rng(1))
    assert image.shape == (3, 96, 96)
    assert labels.shape == (96, 96)
    assert set(labels.unique().tolist()) <= {0, 1, IGNORE}
    assert torch.isfinite(image).all()


def test_a_seed_gives_a_sample(scene: Scene) -> None:
    source = Source(scene, 1.0, (0.3, 1.5))
    first, second = (draw(source, 64, np.random.default_rng(7)) for _ in range(2))
    assert torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])


def test_beyond_the_scene_is_invalid_and_ignored() -> None:
    ones = torch.ones(4, 4, dtype=torch.uint8)
    image, labels, valid = cut(Level(ones.expand(3, 4, 4), ones, ones * 255), -1, 2, 3, 4)
    assert labels.tolist() == [[IGNORE] * 4, [1, 1, IGNORE, IGNORE], [1, 1, IGNORE, IGNORE]]
    assert valid.tolist() == [[0] * 4, [255, 255, 0, 0], [255, 255, 0, 0]]
    assert image.sum() == 3 * 4


def test_nodata_is_zero_after_scaling() -> None:
    image = torch.tensor(MEAN).view(3, 1, 1).expand(3, 1, 2) + 10
    scaled = scale(image, torch.tensor([[255, 0]], dtype=torch.uint8))
    assert (scaled[..., 0] > 0).all()
    assert (scaled[..., 1] == 0).all()


def test_a_hue_rotation_keeps_grey_and_length() -> None:
    rotation = hue_rotation(0.4)
    torch.testing.assert_close(rotation @ torch.ones(3), torch.ones(3))
    torch.testing.assert_close(rotation @ rotation.T, torch.eye(3), atol=1e-6, rtol=0)


def test_glint_changes_water_only() -> None:
    labels = torch.zeros(64, 64, dtype=torch.uint8)
    labels[:32] = 1
    image = torch.full((3, 64, 64), 20.0)
    ruffled = ruffle_water(image, labels, np.random.default_rng(0))
    assert (ruffled[:, 32:] == image[:, 32:]).all()
    assert (ruffled[:, :32] != image[:, :32]).any()


def test_shadows_only_darken() -> None:
    image = torch.full((3, 64, 64), 200.0)
    shadowed = cast_shadows(image, np.random.default_rng(0))
    assert (shadowed <= image).all()
    assert shadowed.min() < 100


def test_a_crop_is_not_mostly_void(scene: Scene) -> None:
    _, labels = draw(Source(scene, 1.0, (0.1, 2.0)), 640, np.random.default_rng(3))
    assert (labels != IGNORE).float().mean() > 0.4
