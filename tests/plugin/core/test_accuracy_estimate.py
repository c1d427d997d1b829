"""The stratified estimators, held against the worked example of their paper and against drawing many samples."""

import numpy as np
import pytest
from wholescene_qgis.core.accuracy_estimate import Estimate, estimate

# Olofsson et al. 2014, table 8: deforestation, forest gain, stable forest, stable non-forest
COUNTS = [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]]
PIXELS = [200_000, 150_000, 3_200_000, 6_450_000]


def test_accuracies_of_the_paper():
    found = estimate(COUNTS, PIXELS)
    assert (round(found.overall.value, 3), round(found.overall.margin, 3)) == (0.947, 0.018)
    assert [round(each.value, 2) for each in found.users] == [0.88, 0.73, 0.93, 0.96]
    assert [round(each.margin, 2) for each in found.users] == [0.07, 0.10, 0.04, 0.02]
    assert [round(each.value, 2) for each in found.producers] == [0.75, 0.85, 0.93, 0.96]
    assert round(found.producers[0].margin, 2) == 0.21
    assert found.covered == 1.0


def test_areas_of_the_paper():
    hectares = [0.09 * pixels for pixels in PIXELS]  # Landsat: 30 m
    found = estimate(COUNTS, hectares)
    assert round(found.areas[0].value) == 21_158
    assert round(found.areas[0].margin) == pytest.approx(6_158, abs=1)  # 1.96 in the paper
    assert sum(area.value for area in found.areas) == pytest.approx(sum(hectares))
    # in pixels the same, in another unit
    assert round(estimate(COUNTS, PIXELS).areas[0].value) == 235_086


def test_margins_are_those_of_many_samples():
    """Draw the sample of the paper again and again from a map with these errors: the margins hold the spread."""
    source = np.random.default_rng(5)
    counts = np.array(COUNTS)
    truth = counts / counts.sum(axis=1, keepdims=True)
    drawn = [
        estimate([source.multinomial(row.sum(), chances) for row, chances in zip(counts, truth, strict=True)], PIXELS)
        for _ in range(4000)
    ]
    told = estimate(COUNTS, PIXELS)

    def spread(of):
        return 1.96 * np.std([of(each) for each in drawn])

    assert told.overall.margin == pytest.approx(spread(lambda each: each.overall.value), rel=0.05)
    for k in range(4):
        assert told.users[k].margin == pytest.approx(spread(lambda each, k=k: each.users[k].value), rel=0.05)
        assert told.areas[k].margin == pytest.approx(spread(lambda each, k=k: each.areas[k].value), rel=0.05)
    # linearised: good where many points carry it, rough for the rare classes (2 and 1 points)
    assert told.producers[2].margin == pytest.approx(spread(lambda each: each.producers[2].value), rel=0.05)
    assert told.producers[3].margin == pytest.approx(spread(lambda each: each.producers[3].value), rel=0.05)
    assert told.producers[0].margin == pytest.approx(spread(lambda each: each.producers[0].value), rel=0.25)


def test_a_simple_random_sample_of_two_equal_halves_is_a_mean():
    found = estimate([[8, 2], [1, 9]], [50, 50])
    assert found.overall.value == pytest.approx(17 / 20)
    variance = 0.25 * 0.8 * 0.2 / 9 + 0.25 * 0.9 * 0.1 / 9  # eq. 5 by hand
    assert found.overall.margin == pytest.approx(1.959964 * variance**0.5, rel=1e-6)


def test_a_single_point_has_no_interval():
    found = estimate([[1, 0], [1, 9]], [10, 90])
    assert found.users[0] == Estimate(1.0, None)
    assert found.overall.margin is None
    assert found.overall.value == pytest.approx(0.1 + 0.9 * 0.9)
    assert found.users[1].margin is not None


def test_a_class_without_points_is_left_out_and_told():
    found = estimate([[8, 2, 0], [0, 0, 0], [1, 0, 9]], [30, 50, 20])
    assert found.covered == pytest.approx(0.5)
    assert found.users[1] == Estimate(None, None)
    assert found.overall.value == pytest.approx(0.6 * 0.8 + 0.4 * 0.9)
    assert found.producers[1].value == 0.0
    assert sum(area.value for area in found.areas) == pytest.approx(50)


def test_a_class_that_only_the_reference_has_gets_an_area():
    found = estimate([[6, 0, 4], [0, 10, 0]], [100, 100])
    assert found.areas[2].value == pytest.approx(40)
    assert len(found.producers) == 2


def test_a_class_that_nobody_found():
    found = estimate([[10, 0], [0, 0]], [100, 0])
    assert found.producers[1] == Estimate(None, None)
    assert found.covered == 1.0


def test_no_points_at_all():
    with pytest.raises(ValueError, match="no stratum"):
        estimate([[0, 0], [0, 0]], [1, 1])
