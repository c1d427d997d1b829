"""The minimum mapping unit: the rule on maps that can be checked by eye, and what always holds on random ones."""

import numpy as np
import pytest
from wholescene_qgis.core import patch_labels
from wholescene_qgis.core.mapping_unit import merged
from wholescene_qgis.core.patch_labels import Patches, RunAreas

from small_maps import NODATA, flooded, random_map

METRIC = (400000.0, 10.0, 0.0, 4200000.0, 0.0, -10.0)  # 100 m² pixels, but for the scale of the projection


def wkt(epsg):
    from osgeo import osr

    reference = osr.SpatialReference()
    reference.ImportFromEPSG(epsg)
    return reference.ExportToWkt()


def filtered(values, minimum, sides=(10.0, 10.0), transform=METRIC, epsg=32618):
    values = np.asarray(values, np.uint8)
    ground = RunAreas.of(transform, wkt(epsg))
    known = Patches.read(values.shape, lambda first, count: values[first : first + count], NODATA, ground)
    return merged(known, minimum, sides)


def values_of(patches):
    return patches.values(0, patches.height)


def test_a_speck_joins_what_surrounds_it():
    speck = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    np.testing.assert_array_equal(values_of(filtered(speck, 150)), np.zeros((3, 3)))
    np.testing.assert_array_equal(values_of(filtered(speck, 90)), speck)


def test_it_joins_the_longest_border_not_the_largest_neighbour():
    values = [
        [0, 0, 0, 0, 0, 0],
        [1, 1, 2, 0, 0, 0],
        [1, 1, 1, 0, 0, 0],
    ]
    wanted = [[0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0]]  # two edges of each: the larger one
    np.testing.assert_array_equal(values_of(filtered(values, 150)), wanted)
    values[0][2] = 1  # three edges to class 1 ...
    wanted[0][2] = wanted[1][2] = 1  # ... which is smaller
    values[0][:2] = wanted[0][:2] = [1, 1]
    np.testing.assert_array_equal(values_of(filtered(values, 150)), wanted)


def test_borders_are_measured_on_the_ground():
    values = [[0, 0, 0], [1, 2, 1], [0, 0, 0]]  # two edges of each; pixels are wider than high
    values[0] = values[2] = [0, 0, 0]
    assert values_of(filtered(values, 150, sides=(20.0, 10.0)))[1, 1] == 0
    assert values_of(filtered(values, 150, sides=(10.0, 20.0)))[1, 1] == 1


def test_pixels_that_are_nearly_square_are_square():
    # one edge of class 1 lies below class 2, one on the right of class 0, which is larger
    values = np.full((4, 4), NODATA, np.uint8)
    values[0, 1:3], values[1, 1] = 2, 1
    values[1:, 0] = values[3] = 0
    sides = RunAreas.of(METRIC, wkt(32618)).sides(1, 1)
    assert sides[0] != sides[1]  # by the projection, and by rounding
    assert values_of(filtered(values, 150, sides))[1, 1] == 0
    assert values_of(filtered(values.T, 150, sides))[1, 1] == 0
    assert values_of(filtered(values, 150, (10.5, 10.0)))[1, 1] == 2
    assert values_of(filtered(values.T, 150, (10.0, 10.5)))[1, 1] == 2


def test_the_smallest_goes_first_and_what_has_grown_stays():
    values = [[0, 0, 0, 0, 0, 0, 0], [0, 1, 1, 1, 2, 2, 0], [0, 0, 0, 0, 0, 0, 0]]
    # 2 (two pixels) has five edges to 0: it joins 0; so does 1 then
    assert set(values_of(filtered(values, 350)).ravel().tolist()) == {0}
    values = [[3, 3, 3, 3, 3, 3, 3], [NODATA, 1, 1, 1, 2, NODATA, NODATA]]
    found = values_of(filtered(values, 350))
    assert found[1].tolist() == [NODATA, 3, 3, 3, 3, NODATA, NODATA]


def test_no_data_is_never_filled_and_never_grows():
    values = np.full((7, 7), NODATA, np.uint8)
    values[3, 3] = 1  # alone in what has no data: it stays
    values[0] = 2
    values[0, 6] = 1
    found = values_of(filtered(values, 350))
    np.testing.assert_array_equal(found == NODATA, values == NODATA)
    assert found[3, 3] == 1
    assert found[0].tolist() == [2] * 7


def test_specks_among_specks_go_too():
    values = np.random.default_rng(3).integers(0, 3, (40, 40)).astype(np.uint8)
    found = filtered(values, 2000)
    assert (found.square_metres >= 2000).all()
    # GDAL's sieve leaves small patches that have only small ones around them
    from osgeo import gdal

    source = gdal.GetDriverByName("MEM").Create("", 40, 40, 1)
    source.WriteArray(values)
    gdal.SieveFilter(source.GetRasterBand(1), None, source.GetRasterBand(1), 21, 4)
    labels = flooded(source.ReadAsArray())
    assert (np.bincount(labels.ravel()) < 20).any()


@pytest.mark.parametrize("minimum", [150, 350, 1000])
def test_what_always_holds(minimum):
    for seed in range(120):
        values = random_map(seed)
        found = filtered(values, minimum)
        new = values_of(found)
        np.testing.assert_array_equal(new == NODATA, values == NODATA)
        # patches are told as a flood fill of the new map finds them
        labels = flooded(new)
        np.testing.assert_array_equal(found.strip(0, found.height), labels)
        known = labels[labels >= 0]
        np.testing.assert_array_equal(found.pixels, np.bincount(known))
        # what is still small has nothing but no data around it
        for number in np.flatnonzero(found.square_metres < minimum):
            around = np.zeros(labels.shape, bool)
            inside = np.pad(labels == number, 1)
            around = (inside[:-2, 1:-1] | inside[2:, 1:-1] | inside[1:-1, :-2] | inside[1:-1, 2:]) & (labels != number)
            assert (new[around] == NODATA).all()
        # whole patches change, and large ones never do
        before = flooded(values)
        for number in range(before.max(initial=-1) + 1):
            assert len(np.unique(new[before == number])) == 1
            if (before == number).sum() * 99 > minimum:  # the scale of the projection is below 1.01
                assert (new[before == number] == values[before == number]).all()


def test_in_degrees_pixels_shrink_towards_the_pole():
    degrees = (10.0, 0.001, 0.0, 70.0, 0.0, -0.1)  # 7 km high rows from 70° to 20° north
    values = np.zeros((500, 9), np.uint8)
    values[10, 4] = values[480, 4] = 1  # about 0.43 and 1.06 km² (11.13 km × 38.5 m, 11.08 km × 103.7 m ...)
    found = values_of(filtered(values, 750_000, transform=degrees, epsg=4326))
    assert (found[10, 4], found[480, 4]) == (0, 1)


def test_the_result_does_not_depend_on_how_the_map_is_read(monkeypatch):
    for seed in range(40):
        values = random_map(seed, 30, 25)
        whole = values_of(filtered(values, 700, sides=(9.3, 10.0)))
        monkeypatch.setattr(patch_labels, "STRIP_PIXELS", 60)
        np.testing.assert_array_equal(values_of(filtered(values, 700, sides=(9.3, 10.0))), whole)
        monkeypatch.undo()
