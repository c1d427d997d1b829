"""Drawing a stratified random sample."""

from collections import Counter

import numpy as np
import pytest
from osgeo import gdal
from wholescene_qgis.core import accuracy_map
from wholescene_qgis.core.accuracy_sample import Allocation, Design, allocate, draw, expected_margin
from wholescene_qgis.wire.errors import SampleImpossible

PIXELS = {0: 9000, 1: 900, 2: 100}
LEFT, TOP = 400000.0, 4200000.0


@pytest.fixture
def write(tmp_path):
    def write(values):
        height, width = values.shape
        path = str(tmp_path / "map.tif")
        dataset = gdal.GetDriverByName("GTiff").Create(path, width, height, 1)
        dataset.SetGeoTransform((LEFT, 10.0, 0.0, TOP, 0.0, -10.0))
        dataset.GetRasterBand(1).SetNoDataValue(255)
        dataset.WriteArray(values)
        return path

    return write


def drawn(path, watch=lambda fraction: None, **design):
    return draw(path, Design(**design), watch)


@pytest.mark.parametrize(
    ("design", "expected"),
    [
        (Design(300, Allocation.EQUAL), {0: 100, 1: 100, 2: 100}),
        (Design(450, Allocation.EQUAL), {0: 175, 1: 175, 2: 100}),  # class 2 has no more
        (Design(200, Allocation.PROPORTIONAL), {0: 180, 1: 18, 2: 2}),
        (Design(500, Allocation.MINIMUM, 50), {0: 365, 1: 85, 2: 50}),
        (Design(10, Allocation.MINIMUM, 50), {0: 50, 1: 50, 2: 50}),  # the minimum asks for more
        (Design(20_000, Allocation.PROPORTIONAL), PIXELS),
    ],
    ids=["equal", "equal and exhausted", "proportional", "minimum", "only the minimum", "everything"],
)
def test_points_per_class(design, expected):
    found = allocate(PIXELS, design)
    if design == Design(500, Allocation.MINIMUM, 50):
        # 50 each, and 350 more in the shares of the pixels: 0.9, 0.09, 0.01 of 350
        expected = {0: 50 + 315, 1: 50 + 31, 2: 50 + 4}
        assert all(abs(found[value] - count) <= 1 for value, count in expected.items())
        assert sum(found.values()) == 500
    else:
        assert found == expected


def test_points_are_centres_of_pixels_of_their_class(write):
    values = np.random.default_rng(1).choice(np.array([0, 1, 2, 255], np.uint8), (70, 50), p=[0.7, 0.2, 0.05, 0.05])
    points = drawn(write(values), size=300, allocation=Allocation.EQUAL)
    assert Counter(point.value for point in points) == {0: 100, 1: 100, 2: 100}
    places = set()
    for point in points:
        col, row = (point.place.x() - LEFT) / 10 - 0.5, (TOP - point.place.y()) / 10 - 0.5
        assert (col, row) == (int(col), int(row))
        assert values[int(row), int(col)] == point.value
        places.add((row, col))
    assert len(places) == 300  # without replacement
    # in an order that tells nothing: the first hundred are not of one class
    assert len(Counter(point.value for point in points[:100])) == 3


def test_a_seed_gives_the_same_points_however_the_map_is_read(write, monkeypatch):
    path, told = write(np.random.default_rng(1).integers(0, 3, (70, 50), np.uint8)), []
    first = drawn(path, size=90, seed=7)
    monkeypatch.setattr(accuracy_map, "STRIP_PIXELS", 150)
    assert drawn(path, told.append, size=90, seed=7) == first
    assert drawn(path, size=90, seed=8) != first
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_every_pixel_of_a_class_is_as_likely_as_any_other(write):
    path = write(np.repeat(np.array([[0, 1, 0, 1]], np.uint8), 5, axis=0))
    hits = Counter()
    for seed in range(600):
        for point in drawn(path, size=6, allocation=Allocation.EQUAL, seed=seed):
            hits[point.place.x(), point.place.y()] += 1
    # 3 of 10 pixels in each class, 600 times: 180 expected, standard deviation 11
    assert len(hits) == 20
    assert all(abs(count - 180) < 5 * 11.3 for count in hits.values())


def test_maps_and_sizes_that_cannot_be_drawn_from(write):
    path = write(np.full((4, 4), 255, np.uint8))
    with pytest.raises(SampleImpossible):
        drawn(path, size=10)
    path = write(np.zeros((4, 4), np.uint8))
    with pytest.raises(SampleImpossible):
        drawn(path, size=0, allocation=Allocation.EQUAL)
    assert len(drawn(path, size=100)) == 16


def test_how_many_points_are_enough():
    # by hand: n = 0.9 · 0.1 / (0.03 / 1.96)² = 384
    assert expected_margin(384) == pytest.approx(0.03, abs=1e-4)
    assert expected_margin(100, 0.5) == pytest.approx(0.098, abs=1e-4)
