import threading
import time

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio import Affine
from rasterio.crs import CRS

from rasters import UTM, noise, write_raster
from wholescene.raster import view as module
from wholescene.raster.gdal import windows
from wholescene.raster.grid import Grid
from wholescene.raster.scaling import scaling_from
from wholescene.raster.scene import Scene
from wholescene.raster.view import ModelView, resampling_factor
from wholescene.wire.plan import Window

SCALING = scaling_from({"type": "z-score", "mean": [100, 110, 120], "std": [50, 60, 70]})
BANDS = (1, 2, 3)


def grid(size_x, size_y=None, crs=32631):
    return Grid(100, 100, Affine(size_x, 0, 500_000, 0, -(size_y or size_x), 5_000_000), CRS.from_epsg(crs))


@pytest.mark.parametrize(
    ("native", "limits", "expected"),
    [
        ((10, 10), (5, 20), (1, 1)),
        ((10, 10), None, (1, 1)),
        ((10, 10.1), (5, 20), (1, 1)),  # square enough
        ((10, 12), (5, 20), (120**0.5 / 10, 120**0.5 / 12)),
        ((0.5, 0.5), (2, 6), (4, 4)),
        ((30, 30), (2, 6), (0.2, 0.2)),
        ((1, 8), (2, 6), (8**0.5 / 1, 8**0.5 / 8)),
    ],
)
def test_factor_brings_pixels_into_the_presets_range(native, limits, expected):
    # UTM on its central meridian: 0.9996 map metres per ground metre
    scaled = grid(native[0] * 0.9996, native[1] * 0.9996)
    assert resampling_factor(scaled, limits) == pytest.approx(expected, rel=1e-4)


def test_factor_in_degrees_makes_ground_pixels_square():
    degrees = Grid(500, 500, Affine(9e-5, 0, -76.7, 0, -7.4e-5, 34.7), CRS.from_epsg(4326))
    fx, fy = resampling_factor(degrees, (0.5, 6))
    gx, gy = degrees.pixel_size_metres
    assert (fx * gx, fy * gy) == pytest.approx((6, 6))
    assert degrees.resampled(fx, fy).pixel_size_metres == pytest.approx((6, 6), rel=1e-4)


def test_factor_without_georeference():
    assert resampling_factor(Grid(10, 10, Affine.identity()), (30, 60)) == (1, 1)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The same pixels with holes as a plain file and as one with overviews that lie."""
    folder = tmp_path_factory.mktemp("view")
    pixels, mask = noise(3, 150, 190), np.ones((150, 190), bool)
    mask[:60, :50] = False
    mask[90:95, 100:180] = False
    plain = write_raster(folder / "plain.tif", pixels, mask=mask, **UTM)
    pyramid = write_raster(folder / "pyramid.tif", pixels, mask=mask, **UTM)
    with rasterio.open(pyramid, "r+") as file:
        file.build_overviews([2, 4, 8])
    with rasterio.open(pyramid, "r+", overview_level=0) as file:
        file.write(np.zeros((3, 75, 95), np.uint8))
    return plain, pyramid


RESOLUTIONS = {"native": None, "finer": (2.5, 7.0), "coarser": (23.0, 40.0)}


@pytest.mark.parametrize("resolution", RESOLUTIONS.values(), ids=RESOLUTIONS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(*[st.floats(0, 0.99)] * 4))
def test_any_window_gives_equal_values_overviews_or_not(files, monkeypatch, resolution, corners):
    monkeypatch.setattr(module, "STRIP", 2000)
    with Scene.open([files[0]]) as plain, Scene.open([files[1]]) as pyramid:
        first, second = (ModelView(scene, BANDS, SCALING, resolution) for scene in (plain, pyramid))
        height, width = first.grid.height, first.grid.width
        (top, bottom), (left, right) = sorted(corners[:2]), sorted(corners[2:])
        row, col = int(top * height), int(left * width)
        window = Window(row, col, int(bottom * height) - row + 1, int(right * width) - col + 1)
        cut = np.s_[row : row + window.height, col : col + window.width]
        whole = first.read(Window(0, 0, height, width))
        part = second.read(window)
        assert part.dtype == np.float32
        assert part.flags.c_contiguous
        np.testing.assert_array_equal(part, whole[(slice(None), *cut)])
        valid = first.valid(Window(0, 0, height, width))
        np.testing.assert_array_equal(second.valid(window), valid[cut])
        assert (whole[:, ~valid] == 0).all()
        assert 0 < valid.sum() < valid.size


def test_native_view_is_the_scaled_scene(files):
    with Scene.open([files[0]]) as scene:
        view = ModelView(scene, (3, 1, 2), SCALING, None)
        window = Window(40, 30, 70, 80)
        expected = SCALING.apply(scene.read((3, 1, 2), window), scene.valid((3, 1, 2), window))
        np.testing.assert_array_equal(view.read(window), expected)
        assert view.grid == scene.grid
        assert view.factor == (1, 1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    native=st.tuples(st.floats(1, 30), st.floats(1, 30)),
    target=st.floats(1, 30),
    tile=st.integers(4, 40),
)
def test_tiles_of_the_model_grid_are_a_partition_of_the_scene(tmp_path, size, native, target, tile):
    transform = Affine(native[0], 0, 500_000, 0, -native[1], 5_000_000)
    path = write_raster(tmp_path / "a.tif", np.zeros((1, *size), np.uint8), crs="EPSG:32631", transform=transform)
    with Scene.open([path]) as scene:
        view = ModelView(scene, (1,), scaling_from({"type": "z-score", "mean": 0, "std": 1}), (target, target))
        seen = np.zeros(size, int)
        numbers = np.arange(view.grid.height * view.grid.width).reshape(view.grid.height, view.grid.width)
        carried = np.full(size, -1)
        for window in windows(view.grid.height, view.grid.width, tile):
            part = view.scene_window(window)
            place = np.s_[part.row : part.row + part.height, part.col : part.col + part.width]
            seen[place] += 1
            labels = numbers[window.row : window.row + window.height, window.col : window.col + window.width]
            carried[place] = view.to_scene(labels, window)
            if part.height and part.width:
                needed = view.model_window(part)
                assert needed.row >= window.row
                assert needed.row + needed.height <= window.row + window.height
                assert needed.col + needed.width <= window.col + window.width
                back = view.scene_window(needed)
                assert back.row <= part.row
                assert back.row + back.height >= part.row + part.height
                assert back.col + back.width >= part.col + part.width
        assert (seen == 1).all()
        # the model pixel under the centre of each scene pixel
        rows = np.floor((np.arange(size[0]) + 0.5) / view.factor[1] + 1e-6).astype(int)
        cols = np.floor((np.arange(size[1]) + 0.5) / view.factor[0] + 1e-6).astype(int)
        rows, cols = rows.clip(0, view.grid.height - 1), cols.clip(0, view.grid.width - 1)
        np.testing.assert_array_equal(carried, numbers[rows[:, None], cols])


class TestPrefetch:
    def test_gives_windows_in_order(self, files):
        with Scene.open([files[0]]) as scene:
            view = ModelView(scene, BANDS, SCALING, (25, 25))
            wanted = windows(view.grid.height, view.grid.width, 16)
            got = list(view.prefetch(wanted))
            assert [window for window, _ in got] == wanted
            for window, values in got:
                np.testing.assert_array_equal(values, view.read(window))

    def test_errors_come_to_the_consumer(self, files):
        with Scene.open([files[0]]) as scene:
            view = ModelView(scene, BANDS, SCALING)
            reader = view.prefetch([Window(0, 0, 9, 9), Window(5000, 5000, 9, 9)])
            next(reader)
            with pytest.raises(ValueError, match="outside"):
                next(reader)

    def test_stops_when_the_consumer_stops(self, files):
        before = threading.active_count()
        drawn = []

        def endless():
            while True:
                drawn.append(1)
                yield Window(0, 0, 20, 20)

        with Scene.open([files[0]]) as scene:
            reader = ModelView(scene, BANDS, SCALING).prefetch(endless(), depth=2)
            next(reader)
            time.sleep(0.05)
            assert len(drawn) <= 5  # reads ahead, but not far
            reader.close()
            assert threading.active_count() == before
            assert len(scene._opened) == 1
