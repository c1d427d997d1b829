"""Patches of whole maps, held against a flood fill and against GDAL."""

import numpy as np
import pytest
from wholescene_qgis.core import patch_labels
from wholescene_qgis.core.patch_labels import NOTHING, Patches, RunAreas, components
from wholescene_qgis.wire.errors import Cancelled

from small_maps import NODATA, flooded, random_map


def patches(values, **more):
    return Patches.read(values.shape, lambda first, count: values[first : first + count], NODATA, **more)


@pytest.mark.parametrize("strip", [1, 20, 8_000_000])
def test_the_patches_are_those_of_a_flood_fill(strip, monkeypatch):
    monkeypatch.setattr(patch_labels, "STRIP_PIXELS", strip)
    for seed in range(150):
        values = random_map(seed)
        found, labels = patches(values), flooded(values)
        np.testing.assert_array_equal(found.strip(0, found.height), labels)
        np.testing.assert_array_equal(found.values(0, found.height), values)
        known = labels[labels != NOTHING]
        np.testing.assert_array_equal(found.pixels, np.bincount(known, minlength=0))
        if found.height > 2:
            np.testing.assert_array_equal(found.strip(1, 2), labels[1:3])


def test_a_snake_is_one_patch():
    values = np.zeros((201, 200), np.uint8)
    values[1::4, :-1] = values[3::4, 1:] = 1
    found = patches(values)
    assert list(found.classes).count(0) == 1
    assert found.pixels[0] == (values == 0).sum()


def test_components_are_named_after_their_lowest():
    one, other = np.array([5, 3, 9, 8]), np.array([3, 1, 8, 7])
    np.testing.assert_array_equal(components(10, one, other), [0, 1, 2, 1, 4, 1, 6, 7, 7, 7])


def test_areas_of_runs_are_those_of_their_pixels():
    transform, crs = (10.0, 0.02, 0.0, 62.0, 0.0, -0.02), _wkt(4326)
    ground = RunAreas.of(transform, crs)
    values = random_map(3, 150, 170)
    found = patches(values, ground=ground)
    labels = found.strip(0, 150)
    for number in range(0, len(found.classes), 17):
        wanted = ground.square_metres(labels == number, 0, 0)
        assert found.square_metres[number] == pytest.approx(wanted, rel=1e-12)


def test_the_width_and_height_of_a_pixel():
    width, height = RunAreas.of((10.0, 0.01, 0.0, 60.0, 0.0, -0.01), _wkt(4326)).sides(0, 0)
    assert width == pytest.approx(558.0, abs=0.3)  # a hundredth of a degree at 60° north
    assert height == pytest.approx(1114.1, abs=0.3)


def test_it_stops_when_it_is_not_wanted():
    with pytest.raises(Cancelled):
        patches(random_map(1), progress=lambda _fraction: False)


def _wkt(epsg):
    from osgeo import osr

    reference = osr.SpatialReference()
    reference.ImportFromEPSG(epsg)
    return reference.ExportToWkt()
