"""The drawn landscape: its truth, its georeference, and that it looks like a scene."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.features import shapes

from wholescene.raster import landscape
from wholescene.raster.landscape import BUILDING, CLASSES, FIELD, FOREST, RIVER, ROAD, WATER, Landscape, draw

SIDE, SEED = 1400, 3  # spans several bands of rows


@pytest.fixture(scope="module")
def drawn() -> Landscape:
    return draw(SIDE, SEED)


def test_the_same_seed_draws_the_same(drawn: Landscape) -> None:
    again = draw(SIDE, SEED)
    assert np.array_equal(drawn.rgb, again.rgb)
    assert np.array_equal(drawn.truth, again.truth)
    assert not np.array_equal(draw(200, 1).truth, draw(200, 2).truth)


def test_every_class_occurs_and_every_pixel_has_one(drawn: Landscape) -> None:
    assert set(np.unique(drawn.truth)) == set(CLASSES) - {0}
    shares = np.bincount(drawn.truth.ravel(), minlength=9) / drawn.truth.size
    assert 0.02 < shares[list(WATER)].sum() < 0.3
    assert shares[FIELD] > 0.2
    assert 0.0005 < shares[BUILDING] < 0.1
    assert np.array_equal(drawn.water, np.isin(drawn.truth, (1, 2, 3)))


@pytest.mark.parametrize("seed", [0, SEED, 11])
def test_the_river_runs_from_edge_to_edge(seed: int) -> None:
    river = draw((400, 1024), seed).truth == RIVER
    columns = np.concatenate([[-1], np.flatnonzero(river.any(axis=0)), [1024]])
    assert np.diff(columns).max() < 30  # only bridges interrupt it


def test_the_truth_does_not_depend_on_the_bands_it_was_drawn_in(
    drawn: Landscape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landscape, "_BAND", 333)
    assert np.array_equal(draw(SIDE, SEED).truth, drawn.truth)


def test_no_seam_shows_between_bands(drawn: Landscape) -> None:
    steps = np.abs(np.diff(drawn.rgb.astype(float), axis=1)).mean((0, 2))
    assert steps[[511, 1023]].max() < steps.max()


def test_resolution_changes_the_pixels_and_not_the_ground(drawn: Landscape) -> None:
    coarse = draw(SIDE // 2, SEED, resolution=2.0)
    assert coarse.transform.a == 2.0
    fine = drawn.water[1::2, 1::2]
    assert (fine & coarse.water).sum() > 0.8 * (fine | coarse.water).sum()


def test_water_is_dark_and_even_as_in_real_scenes(drawn: Landscape) -> None:
    grey = drawn.rgb.astype(float).mean(0)
    rough = np.abs(np.diff(grey, axis=1, prepend=0))
    water, land, forest = drawn.water, ~drawn.water, drawn.truth == FOREST
    # of the real scenes at hand, water has half to three quarters of the land's mean
    assert 0.4 < grey[water].mean() / grey[land].mean() < 0.8
    assert np.median(rough[water]) < 0.5 * np.median(rough[forest])


def test_it_is_exposed_like_a_photograph(drawn: Landscape) -> None:
    low, high = np.percentile(drawn.rgb, (1, 99))
    assert 30 < low < high < 240
    assert 90 < drawn.rgb.mean() < 150
    assert (drawn.rgb == 255).mean() < 0.001


def test_roofs_are_whole_and_of_the_size_of_houses(drawn: Landscape) -> None:
    houses = (drawn.truth == BUILDING).astype(np.uint8)
    found = [shape for shape, value in shapes(houses, mask=houses == 1) if value == 1]
    sides = [np.ptp(np.array(shape["coordinates"][0]), axis=0).max() for shape in found]
    assert len(found) > 20
    assert 8 < np.median(sides) < 30


def test_roads_reach_the_edges(drawn: Landscape) -> None:
    road = drawn.truth == ROAD
    edges = road[0], road[-1], road[:, 0], road[:, -1]
    assert sum(bool(edge.any()) for edge in edges) >= 3


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (300, 7)])
def test_odd_sizes(size: tuple[int, int]) -> None:
    small = draw(size)
    assert small.rgb.shape == (3, *size)
    assert small.truth.shape == size


def test_what_is_written_reads_back(drawn: Landscape, tmp_path: Path) -> None:
    scene, truth = drawn.write(tmp_path / "new folder")
    with rasterio.open(scene) as file:
        assert np.array_equal(file.read(), drawn.rgb)
        assert [band.name for band in file.colorinterp] == ["red", "green", "blue"]
        assert (file.crs.to_epsg(), file.res, file.nodata) == (32632, (1.0, 1.0), None)
        # inside UTM zone 32: 6 to 12 degrees east
        west, south, east, north = rasterio.warp.transform_bounds(file.crs, "EPSG:4326", *file.bounds)
        assert 6 < west < east < 12
        assert 40 < south < north < 60
        bounds = file.bounds
    with rasterio.open(truth) as file:
        assert np.array_equal(file.read(1), drawn.truth)
        assert file.bounds == bounds
        assert file.colormap(1)[2] == (43, 123, 186, 255)
        assert "8 bare or meadow" in file.tags()["classes"]
