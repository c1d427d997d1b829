import math

import numpy as np
import pyproj
import pytest
from affine import Affine
from rasterio.crs import CRS

from wholescene.raster.grid import Grid, parse_crs
from wholescene.wire.errors import CrsUnknown, ExtentOutside
from wholescene.wire.plan import Window
from wholescene.wire.request import Extent

GEOD = pyproj.Geod(ellps="WGS84")


def measured(grid):
    """Ground size of the pixel in the middle, by pyproj."""
    to_degrees = pyproj.Transformer.from_crs(grid.crs.to_wkt(), 4326, always_xy=True)
    middle = grid.width / 2, grid.height / 2

    def length(dx, dy):
        ends = [grid.transform @ (middle[0] + side * dx, middle[1] + side * dy) for side in (-0.5, 0.5)]
        (lon0, lat0), (lon1, lat1) = (to_degrees.transform(*end) for end in ends)
        return GEOD.inv(lon0, lat0, lon1, lat1)[2]

    return length(1, 0), length(0, 1)


def rotated(angle, size):
    c, s = math.cos(angle) * size, math.sin(angle) * size
    return Affine(c, s, 500_000, s, -c, 5_000_000)


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:4326", Affine(9e-5, 0, -76.7, 0, -7.4e-5, 34.7)),
        ("EPSG:4326", Affine(0.05, 0, 10, 0, -0.05, 80)),
        ("EPSG:32631", Affine(10, 0, 300_000, 0, -10, 5_000_000)),
        ("EPSG:32631", rotated(0.6, 0.25)),
        ("EPSG:3857", Affine(1.2, 0, 1_000_000, 0, -1.2, 8_000_000)),
        ("EPSG:2263", Affine(1, 0, 980_000, 0, -1, 200_000)),  # New York, US survey feet
        ("EPSG:3413", Affine(500, 0, -40_000, 0, -500, 40_000)),  # around the north pole
    ],
)
def test_ground_size_is_what_pyproj_measures(crs, transform):
    grid = Grid(160, 160, transform, CRS.from_user_input(crs))
    assert grid.georeferenced
    assert grid.pixel_size_metres == pytest.approx(measured(grid), rel=2e-4)


@pytest.mark.parametrize(
    ("transform", "crs"),
    [
        (Affine.identity(), None),
        (Affine(0.5, 0, 10, 0, -0.5, 20), None),
        (Affine.identity(), CRS.from_epsg(4326)),
        (Affine(1, 0, 5, 0, -1, 9), CRS.from_wkt('LOCAL_CS["site",UNIT["metre",1]]')),
    ],
)
def test_without_a_place_on_earth_pixels_are_the_unit(transform, crs):
    grid = Grid(100, 50, transform, crs)
    assert not grid.georeferenced
    assert grid.pixel_size_metres == (1.0, 1.0)


def test_resampled_and_cut_keep_corners():
    grid = Grid(1001, 500, Affine(2, 0, 100, 0, -2, 900), CRS.from_epsg(32631))
    coarse = grid.resampled(2.5, 5)
    assert (coarse.width, coarse.height) == (401, 100)
    assert coarse.transform @ (0, 0) == grid.transform @ (0, 0)
    assert coarse.transform @ (4, 7) == pytest.approx(grid.transform @ (10, 35))
    part = grid.cut(Window(20, 30, 40, 50))
    assert (part.width, part.height) == (50, 40)
    assert part.transform @ (0, 0) == grid.transform @ (30, 20)


def test_a_grid_survives_the_wire():
    for crs in (CRS.from_epsg(32631), None):
        grid = Grid(7, 5, Affine(2, 0.1, 100, -0.1, -2, 900), crs)
        assert Grid.from_wire(grid.to_wire()) == grid


class TestWindowOf:
    grid = Grid(100, 80, Affine(10, 0, 500_000, 0, -10, 5_000_000), CRS.from_epsg(32631))

    def test_borders_on_pixel_borders_take_just_these_pixels(self):
        extent = Extent(500_100, 4_999_600, 500_200, 4_999_800)
        assert self.grid.window_of(extent) == Window(20, 10, 20, 10)

    def test_a_touched_pixel_counts(self):
        extent = Extent(500_109.9, 4_999_599.9, 500_200.1, 4_999_800)
        assert self.grid.window_of(extent) == Window(20, 10, 21, 11)

    def test_smaller_than_a_pixel(self):
        assert self.grid.window_of(Extent(500_101, 4_999_991, 500_102, 4_999_992)) == Window(0, 10, 1, 1)

    def test_is_clipped(self):
        assert self.grid.window_of(Extent(0, 0, 9e9, 9e9)) == Window(0, 0, 80, 100)

    def test_pixels(self):
        assert self.grid.window_of(Extent(3, 4, 10, 20.5, "pixel")) == Window(4, 3, 17, 7)

    def test_another_crs_covers_the_true_outline(self):
        to_degrees = pyproj.Transformer.from_crs(32631, 4326, always_xy=True)
        extent = Extent(500_200, 4_999_500, 500_700, 4_999_900)
        xs, ys = np.meshgrid(np.linspace(500_200, 500_700, 20), np.linspace(4_999_500, 4_999_900, 20))
        lon, lat = to_degrees.transform(xs, ys)
        degrees = Extent(lon.min(), lat.min(), lon.max(), lat.max(), "EPSG:4326")
        own, from_degrees = self.grid.window_of(extent), self.grid.window_of(degrees)
        for first, size in (("row", "height"), ("col", "width")):
            start, other = getattr(own, first), getattr(from_degrees, first)
            assert start - 2 <= other <= start
            assert start + getattr(own, size) <= other + getattr(from_degrees, size) <= start + getattr(own, size) + 2

    @pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
    def test_the_whole_world_holds_the_whole_scene(self, crs):
        size = 180 if crs == "EPSG:4326" else 2e7
        world = Extent(-size, -size / 2, size, size / 2, crs)
        # far from the central meridian, where the border of the world folds back
        grid = Grid(100, 80, Affine(10, 0, 300_000, 0, -10, 5_000_000), CRS.from_epsg(32631))
        assert grid.window_of(world) == Window(0, 0, 80, 100)

    def test_a_rotated_grid_takes_all_pixels_under_the_extent(self):
        grid = Grid(100, 100, rotated(math.pi / 4, 10), CRS.from_epsg(32631))
        x, y = grid.transform @ (50, 50)
        window = grid.window_of(Extent(x - 50, y - 50, x + 50, y + 50))
        corners = [~grid.transform @ (x + dx, y + dy) for dx in (-50, 50) for dy in (-50, 50)]
        assert window.col <= min(c for c, _ in corners) < window.col + 1
        assert window.col + window.width - 1 < max(c for c, _ in corners) <= window.col + window.width
        assert window.row <= min(r for _, r in corners) < window.row + 1

    @pytest.mark.parametrize(
        "extent",
        [Extent(0, 0, 10, 10), Extent(501_000, 4_999_500, 501_500, 4_999_900), Extent(-60, 10, -50, 20, "EPSG:4326")],
    )
    def test_outside(self, extent):
        with pytest.raises(ExtentOutside) as caught:
            self.grid.window_of(extent)
        assert "500000,4999200,501000,5000000" in caught.value.message

    def test_unknown_crs(self):
        with pytest.raises(CrsUnknown):
            self.grid.window_of(Extent(0, 0, 1, 1, "EPSG:999999"))

    def test_a_scene_in_pixels_refuses_a_crs(self):
        with pytest.raises(CrsUnknown, match="pixels"):
            Grid(10, 10, Affine.identity()).window_of(Extent(0, 0, 1, 1, "EPSG:4326"))


@pytest.mark.parametrize("text", ["EPSG:1", "nonsense", "PROJCS[broken"])
def test_crs_that_gdal_does_not_know(text):
    with pytest.raises(CrsUnknown):
        parse_crs(text)
