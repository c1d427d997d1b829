"""Masks on grids, held against GDAL's own rasterising of whole layers and against points in polygons by hand."""

import numpy as np
import pytest
from affine import Affine
from rasterio.crs import CRS
from rasterio.warp import transform as warp_points

from wholescene.raster.grid import Grid
from wholescene.raster.mask import GridMask
from wholescene.wire.errors import CrsUnknown, MaskOutside
from wholescene.wire.mask import Mask
from wholescene.wire.plan import Window

GRID = Grid(60, 40, Affine(10, 0, 500_000, 0, -10, 5_000_000), CRS.from_epsg(32632))
WHOLE = Window(0, 0, 40, 60)
TRIANGLE = ((12.2, 3.1), (48.7, 9.4), (20.3, 33.9))
HOLE = ((22.0, 10.0), (28.0, 10.0), (28.0, 16.0), (22.0, 16.0))


def contains(ring, col, row):
    """Whether a point lies in a ring, by counting the edges that a ray to the right crosses."""
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y1 > row) != (y2 > row) and col < x1 + (row - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside


def by_hand(*rings):
    """Pixels whose centre lies in the first ring and in none of the others."""
    rows, cols = np.mgrid[:40, :60] + 0.5
    layers = [np.vectorize(lambda c, r, ring=ring: contains(ring, c, r))(cols, rows) for ring in rings]
    return layers[0] & ~np.logical_or.reduce(layers[1:] or [np.zeros_like(layers[0])])


def on_ground(ring):
    return tuple((500_000 + 10 * col, 5_000_000 - 10 * row) for col, row in ring)


@pytest.mark.parametrize("rings", [(TRIANGLE,), (TRIANGLE, HOLE)])
def test_pixels_are_inside_whose_centre_is(rings):
    expected = by_hand(*rings)
    for mask in (Mask((rings,), "pixel"), Mask((tuple(map(on_ground, rings)),)), Mask((rings[:1], rings), "pixel")):
        found = GridMask(mask, GRID).inside(WHOLE)
        if len(mask.polygons) == 1:
            np.testing.assert_array_equal(found, expected)
        else:  # a hole of one polygon does not take from another
            np.testing.assert_array_equal(found, by_hand(TRIANGLE))
    assert 0 < expected.sum() < expected.size


def test_windows_are_cut_out_of_the_whole():
    mask = GridMask(Mask(((TRIANGLE, HOLE),), "pixel"), GRID)
    whole = mask.inside(WHOLE)
    for row in range(0, 40, 7):
        for col in range(0, 60, 11):
            window = Window(row, col, min(7, 40 - row), min(11, 60 - col))
            np.testing.assert_array_equal(mask.inside(window), whole[row : row + 7, col : col + 11])
    assert mask.count(WHOLE) == whole.sum()


def test_the_window_holds_all_that_is_inside_and_little_more():
    mask = GridMask(Mask(((TRIANGLE,),), "pixel"), GRID)
    assert mask.window == Window(3, 12, 31, 37)
    assert mask.within(Window(10, 0, 100, 30)) == Window(10, 12, 24, 18)
    with pytest.raises(MaskOutside):
        mask.within(Window(0, 0, 3, 60))


def test_polygons_from_another_crs_lie_where_they_are():
    xs, ys = zip(*on_ground(TRIANGLE), strict=True)
    degrees = tuple(zip(*warp_points("EPSG:32632", "EPSG:4326", xs, ys), strict=True))
    found = GridMask(Mask(((degrees,),), "EPSG:4326"), GRID).inside(WHOLE)
    assert (found != by_hand(TRIANGLE)).sum() <= 2  # rounding, at a centre on an edge


def test_polygons_that_reach_far_beyond_the_scene():
    far = ((-1e6, -1e6), (1e6, -1e6), (1e6, 1e6), (-1e6, 1e6))
    mask = GridMask(Mask(((far,),), "pixel"), GRID)
    assert mask.window == WHOLE
    assert mask.inside(WHOLE).all()


@pytest.mark.parametrize(
    ("mask", "error"),
    [
        (Mask(((((100, 100), (110, 100), (110, 110)),),), "pixel"), MaskOutside),
        (Mask(((((5.1, 5.1), (5.2, 5.1), (5.2, 5.2)),),), "pixel"), MaskOutside),
        (Mask(((((5, 5), (6, 5), (6, 6)),),), "EPSG:nonsense"), CrsUnknown),
        (Mask(((((200, 95), (210, 95), (210, 99)),),), "EPSG:4326"), MaskOutside),
    ],
)
def test_masks_that_meet_no_pixel_or_have_no_crs_are_refused(mask, error):
    with pytest.raises(error):
        GridMask(mask, GRID)


def test_a_scene_without_georeference_takes_masks_in_pixels_only():
    grid = Grid(60, 40, Affine.identity())
    assert GridMask(Mask(((TRIANGLE,),), "pixel"), grid).count(WHOLE) == by_hand(TRIANGLE).sum()
    with pytest.raises(CrsUnknown):
        GridMask(Mask(((TRIANGLE,),), "EPSG:4326"), grid)
