"""The drawn waters: what makes a class is how a water goes on, and nothing that can be seen close up."""

import numpy as np
import pytest
from benchmarks.experiments import ribbons
from benchmarks.experiments.drawn_data import mislabelled, noisy
from benchmarks.experiments.ribbons import LAKE, LAND, POND, RIVER, Water, draw_scene, place_waters

GROUND = (1024.0, 2048.0)
SMALL, RESOLUTION = (256, 512), 4.0
KINDS = (RIVER, LAKE, POND)


@pytest.fixture(scope="module")
def placed():
    return [place_waters(GROUND, np.random.default_rng([seed, 1])) for seed in range(25)]


@pytest.fixture(scope="module")
def scene():
    return draw_scene(2, SMALL, RESOLUTION)


def of(placed, kind):
    return [water for waters in placed for water in waters if water.kind == kind]


def seen(water):
    """Points within the scene."""
    x, y = water.curve.points.T
    return (x > 0) & (x < GROUND[1]) & (y > 0) & (y < GROUND[0])


def largest_gap(one, other):
    """The Kolmogorov-Smirnov distance of two samples, and what 1 % of pairs from one distribution exceed."""
    both = np.sort(np.concatenate([one, other]))
    shares = [np.searchsorted(np.sort(sample), both, side="right") / len(sample) for sample in (one, other)]
    return np.abs(shares[0] - shares[1]).max(), 1.63 * np.sqrt((len(one) + len(other)) / (len(one) * len(other)))


def test_every_scene_has_all_classes_in_like_areas(placed):
    areas = []
    for kind in KINDS:
        assert all(any(water.kind == kind for water in waters) for waters in placed)
        areas.append(sum(2 * (w.curve.half_widths[seen(w)]).sum() * 8 for w in of(placed, kind)))
    assert max(areas) < 2 * min(areas)


@pytest.mark.parametrize("other", [LAKE, POND])
def test_widths_and_tints_come_from_one_distribution(placed, other):
    for measure in (lambda w: w.tint, lambda w: np.log(w.curve.half_widths).mean()):
        one, two = (np.array([measure(w) for w in of(placed, kind)]) for kind in (RIVER, other))
        gap, largest = largest_gap(one, two)
        assert gap < largest


def test_lines_wind_alike(placed):
    """Turns between steps, of a tenth of them (neighbours are not independent)."""
    turns = {}
    for kind in (RIVER, LAKE):
        found = []
        for water in of(placed, kind):
            steps = np.diff(water.curve.points @ [1, 1j])
            found.append(np.abs(np.angle(steps[1:] / steps[:-1])) / np.abs(steps).mean())
        turns[kind] = np.concatenate(found)
    assert np.median(turns[RIVER]) == pytest.approx(np.median(turns[LAKE]), rel=0.2)


def test_a_river_crosses_the_scene_and_the_others_end_in_it(placed):
    for water in of(placed, RIVER):
        inside = seen(water)
        assert not inside[0]
        assert not inside[-1]
    for kind in (LAKE, POND):
        assert all(seen(water).all() for water in of(placed, kind))
    longest = max(len(w.curve.points) for w in of(placed, POND))
    assert longest < min(len(w.curve.points) for w in of(placed, LAKE))


def test_classes_are_not_painted(monkeypatch, scene):
    """The same waters under other names make the same picture, to the last bit."""

    def renamed(size, rng):
        return [Water(KINDS[(water.kind) % 3], water.curve, water.tint) for water in place_waters(size, rng)]

    monkeypatch.setattr(ribbons, "place_waters", renamed)
    other = draw_scene(2, SMALL, RESOLUTION)
    assert np.array_equal(other.rgb, scene.rgb)
    water = scene.labels != LAND
    assert np.array_equal(other.labels != LAND, water)
    assert (other.labels != scene.labels)[water].all()


def test_the_same_seed_draws_the_same_scene(scene):
    again = draw_scene(2, SMALL, RESOLUTION)
    assert np.array_equal(again.rgb, scene.rgb)
    assert not np.array_equal(draw_scene(3, SMALL, RESOLUTION).rgb, scene.rgb)


def test_labels_lie_on_the_waters(scene):
    """Every labelled pixel lies within its water's width of its line."""
    for number, water in enumerate(scene.waters):
        rows, cols = np.nonzero(scene.which == number)
        places = (np.stack([cols, rows], 1) + 0.5) * RESOLUTION
        lines = water.curve.points
        distance = np.sqrt(((places[:, None] - lines[None]) ** 2).sum(-1)).min(1)
        assert distance.max() <= water.curve.half_widths.max() + 4.0 + 2 * RESOLUTION


def test_noise_has_the_deviation_that_it_says():
    flat = np.full((3, 200, 200), 128, np.uint8)
    assert np.std(noisy(flat, 10.0, 1).astype(float)) == pytest.approx(10.0, rel=0.02)
    assert noisy(flat, 0.0, 1) is flat


def test_wrong_labels_are_of_whole_waters_and_of_another_class(scene):
    wrong = mislabelled(scene, 1.0, 5)
    water = scene.labels != LAND
    assert np.array_equal(wrong != LAND, water)
    assert (wrong != scene.labels)[water].all()
    assert all(len(np.unique(wrong[scene.which == number])) <= 1 for number in range(len(scene.waters)))
    assert np.array_equal(mislabelled(scene, 0.0, 5), scene.labels)
