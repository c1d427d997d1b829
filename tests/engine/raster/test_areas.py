import numpy as np
import pyproj
import pytest
from affine import Affine
from rasterio.crs import CRS

from wholescene.raster.areas import AreaCount, pixel_areas
from wholescene.raster.grid import Grid
from wholescene.wire.plan import NODATA, ClassEntry, Window

GEOD = pyproj.Geod(ellps="WGS84")
CLASSES = (ClassEntry(3, "field", "#00ff00"), ClassEntry(7, "lake", "#0000ff"))


def geodesic_area(grid, window):
    """Square metres under a window's outline, by pyproj."""
    to_degrees = pyproj.Transformer.from_crs(grid.crs.to_wkt(), 4326, always_xy=True)
    t = np.linspace(0, 1, 200)
    cols = window.col + window.width * np.concatenate([t, t * 0 + 1, 1 - t, t * 0])
    rows = window.row + window.height * np.concatenate([t * 0, t, t * 0 + 1, 1 - t])
    x, y = grid.positions(cols, rows)
    return abs(GEOD.polygon_area_perimeter(*to_degrees.transform(x, y))[0])


def total(grid, window):
    areas = pixel_areas(grid, window)
    return float(np.broadcast_to(areas, (window.height, window.width)).sum())


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:4326", Affine(9e-5, 0, -76.7, 0, -7.4e-5, 34.7)),
        ("EPSG:4326", Affine(0.02, 0, 10, 0, -0.02, 70)),
        ("EPSG:4258", Affine(9e-5, 2e-5, 5, 2e-5, -7.4e-5, 60)),  # rotated degrees
        ("EPSG:32631", Affine(10, 0, 300_000, 0, -10, 5_000_000)),
        ("EPSG:32631", Affine(600, 0, 300_000, 0, -600, 5_000_000)),
        ("EPSG:32631", Affine(8, 6, 700_000, 6, -8, 1_000_000)),  # rotated
        ("EPSG:3857", Affine(5, 0, 1_000_000, 0, -5, 8_500_000)),  # doubles lengths there
        ("EPSG:2263", Affine(3, 0, 980_000, 0, -3, 200_000)),  # feet
        ("EPSG:3413", Affine(500, 0, -200_000, 0, -500, 200_000)),  # around the pole
        ("EPSG:3035", Affine(100, 0, 4_000_000, 0, -100, 3_000_000)),
    ],
)
def test_area_of_a_window_is_the_geodesic_area(crs, transform):
    grid = Grid(800, 800, transform, CRS.from_user_input(crs))
    for window in (Window(0, 0, 800, 800), Window(513, 70, 150, 301)):
        assert total(grid, window) == pytest.approx(geodesic_area(grid, window), rel=1e-3)


def test_any_window_gives_the_same_areas():
    for crs, transform in (
        (32631, Affine(10, 0, 300_000, 0, -10, 5_000_000)),
        (4326, Affine(9e-5, 0, 5, 0, -7e-5, 50)),
    ):
        grid = Grid(400, 300, transform, CRS.from_epsg(crs))
        whole = np.broadcast_to(pixel_areas(grid, Window(0, 0, 300, 400)), (300, 400))
        part = np.broadcast_to(pixel_areas(grid, Window(61, 133, 77, 90)), (77, 90))
        np.testing.assert_array_equal(part, whole[61:138, 133:223])


@pytest.mark.parametrize("epsg", [4326, 32631])
def test_hectares_of_classes(epsg):
    transform = Affine(1e-4, 0, 5, 0, -1e-4, 50) if epsg == 4326 else Affine(10, 0, 400_000, 0, -10, 5_000_000)
    grid = Grid(600, 500, transform, CRS.from_epsg(epsg))
    classes = np.full((500, 600), 3, np.uint8)
    classes[100:300, 50:450] = 7
    classes[:, 580:] = NODATA
    count = AreaCount(grid)
    for row in range(0, 500, 128):
        block = classes[row : row + 128]
        count.add(Window(row, 0, *block.shape), block)
    field, lake = count.of(CLASSES)
    assert (field.pixels, lake.pixels, count.pixels[NODATA]) == (500 * 580 - 80_000, 80_000, 10_000)
    lake_area = geodesic_area(grid, Window(100, 50, 200, 400))
    rest = geodesic_area(grid, Window(0, 0, 500, 580)) - lake_area
    assert lake.hectares == pytest.approx(lake_area / 1e4, rel=1e-3)
    assert field.hectares == pytest.approx(rest / 1e4, rel=1e-3)
    assert lake.share == pytest.approx(lake_area / (rest + lake_area), rel=1e-3)
    assert field.share + lake.share == pytest.approx(1)


def test_without_georeference_only_pixels_count():
    count = AreaCount(Grid(10, 10, Affine.identity()))
    count.add(Window(0, 0, 2, 5), np.array([[3, 3, 3, 7, 255], [3, 3, 3, 7, 255]], np.uint8))
    field, lake = count.of(CLASSES)
    assert field.hectares is None
    assert (field.pixels, lake.pixels) == (6, 2)
    assert (field.share, lake.share) == (0.75, 0.25)


def test_nothing_classified_has_no_share():
    count = AreaCount(Grid(10, 10, Affine.identity()))
    count.add(Window(0, 0, 1, 2), np.full((1, 2), NODATA, np.uint8))
    assert [area.share for area in count.of(CLASSES)] == [0, 0]


def test_where_the_crs_ends_there_is_no_area():
    # Mollweide: the corners of its bounding box lie outside of the earth
    grid = Grid(36, 18, Affine(1_000_000, 0, -18_000_000, 0, -1_000_000, 9_000_000), CRS.from_string("ESRI:54009"))
    areas = pixel_areas(grid, Window(0, 0, 18, 36))
    assert areas[0, 0] == 0
    assert areas[9, 18] == pytest.approx(1e12, rel=0.02)
