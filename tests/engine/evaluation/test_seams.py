"""Seams on maps made by hand, with counts made by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from wholescene.evaluation.counting import _changes, tally
from wholescene.evaluation.seams import (
    SHIFTS,
    WIDTH,
    Changes,
    Tiling,
    chance,
    change_ratio,
    edges_of,
    error_ratio,
)
from wholescene.raster.grid import Grid
from wholescene.raster.scaling import LinearScaling
from wholescene.raster.view import ModelView
from wholescene.wire.plan import NODATA, ClassEntry

CLASSES = (ClassEntry(10, "land", "#808080"), ClassEntry(20, "water", "#0000FF"))


def view(height, width, metres=1.0, resolution=None):
    from affine import Affine

    grid = Grid(width, height, Affine(metres, 0, 500_000, 0, -metres, 5_000_000), "EPSG:32632")
    return ModelView(SimpleNamespace(grid=grid), (1,), LinearScaling((0.0,), (1.0,)), resolution)


def at(flags):
    return np.flatnonzero(flags).tolist()


@pytest.mark.parametrize(
    ("tiling", "rows", "cols"),
    [
        (Tiling(64, 96), [64, 128], [96, 192]),  # a grid from the corner, the last tiles smaller
        (Tiling(64, 64, 0.0), [64, 86, 128], [64, 128, 136, 192]),  # windows moved back at the far edge overlap there
        # mmsegmentation's slide inference by hand: stride 48, windows from 0, 48, 86 and from 0, 48, 96, 136
        (Tiling(64, 64, 0.25), [48, 64, 86, 112], [48, 64, 96, 112, 136, 160]),
        (Tiling(512, 512, 0.25), [], []),  # one window of the scene's size
    ],
)
def test_inner_edges_are_where_tiles_begin_and_end(tiling, rows, cols):
    assert tiling.edges(150, 200) == (rows, cols)


def test_lines_near_and_apart_on_the_scenes_own_grid():
    edges = edges_of(Tiling(64, 64), view(100, 64))
    assert at(edges.rows.at) == [64]
    assert at(edges.rows.near) == list(range(64 - WIDTH, 64 + WIDTH))
    assert at(edges.rows.apart) == [*range(1, 64 - WIDTH), *range(64 + WIDTH + 1, 100)]
    assert not edges.cols.at.any()
    assert not edges.cols.near.any()


def test_lines_lie_between_network_pixels_where_these_are_larger():
    # a scene of 1 m that the network sees at 4 m: classes change at every fourth line only
    edges = edges_of(Tiling(32, 32), view(256, 400, 1.0, (4.0, 10.0)))
    assert at(edges.rows.at) == [128]
    assert at(edges.rows.near) == list(range(128 - 4 * WIDTH, 128 + 4 * WIDTH))
    assert at(edges.rows.apart) == [row for row in range(4, 256, 4) if abs(row - 128) > 4 * WIDTH]
    assert at(edges.cols.at) == [128, 256, 384]


def test_changes_are_counted_across_lines_of_both_directions():
    class_map = np.array([[10, 10, 20], [10, 20, 20], [20, 20, NODATA]], np.uint8)
    (rows, rows_changed), (cols, cols_changed) = _changes(class_map)
    assert rows.tolist() == [0, 3, 2]  # no data is nobody's neighbour
    assert rows_changed.tolist() == [0, 1, 1]
    assert cols.tolist() == [0, 3, 2]
    assert cols_changed.tolist() == [0, 1, 1]


def test_a_strip_knows_the_row_above_it(monkeypatch):
    class_map = np.random.default_rng(0).choice(np.array([10, 20, NODATA], np.uint8), (50, 30))
    whole = _changes(class_map)
    monkeypatch.setattr("wholescene.evaluation.counting.STRIP", 90)  # three rows each
    for one, other in zip(whole, _changes(class_map), strict=True):
        assert np.array_equal(one, other)


def test_the_ratio_by_hand():
    # of 100 pairs at edges 30 differ; elsewhere 10 of 100 do, along columns 40 of 200
    rows, cols = Changes(100, 30, 1000, 100), Changes(50, 5, 200, 40)
    assert change_ratio(rows, cols) == pytest.approx(35 / (10 + 10))
    assert change_ratio(rows, Changes(0, 0, 200, 40)) == 3.0  # no edges across columns
    assert math.isnan(change_ratio(Changes(0, 0, 9, 1), Changes(0, 0, 9, 1)))
    assert math.isnan(change_ratio(Changes(9, 1, 9, 0), Changes(9, 1, 9, 0)))
    assert error_ratio(0.3, 0.1) == pytest.approx(3.0)
    assert math.isnan(error_ratio(0.3, 0.0))


class Labelled:
    """Labels from an array, as a labelled scene gives them."""

    def __init__(self, labels):
        self.labels = labels

    def scene_labels(self, window):
        rows, cols = slice(window.row, window.row + window.height), slice(window.col, window.col + window.width)
        return self.labels[rows, cols]


def counted(class_map, labels, tiling):
    edges = {"t": edges_of(tiling, view(*class_map.shape))}
    return tally(class_map, Labelled(labels), 2, CLASSES, edges)


def test_a_map_without_seams_changes_at_edges_as_elsewhere():
    speckle = np.random.default_rng(1).choice(np.array([10, 20], np.uint8), (512, 512))
    found = counted(speckle, np.zeros((512, 512), np.uint8), Tiling(64, 64)).seams["t"]
    assert change_ratio(found.rows, found.cols) == pytest.approx(1.0, abs=0.05)
    assert error_rates(found, speckle == 20) == pytest.approx(0.5, abs=0.02)
    low, high = chance(found.moved)
    assert 0.9 < low < 1 < high < 1.1
    assert len(found.moved) == SHIFTS


def error_rates(seam, wrong):
    return seam.near[0, 1] / seam.near.sum()


def test_a_map_cut_at_edges_shows_it_with_and_without_labels():
    random = np.random.default_rng(2)
    class_map = random.choice(np.array([10, 20], np.uint8), (512, 512), p=[0.98, 0.02])
    tiles = random.random((8, 8)) < 0.5
    near = np.zeros((512, 512), bool)  # along the edges half of the tiles are filled up to a frame of 8 pixels
    for row, col in np.argwhere(tiles):
        frame = np.ones((64, 64), bool)
        frame[8:-8, 8:-8] = False
        near[row * 64 : row * 64 + 64, col * 64 : col * 64 + 64] = frame
    class_map[near] = 20
    found = counted(class_map, np.zeros((512, 512), np.uint8), Tiling(64, 64)).seams["t"]
    assert change_ratio(found.rows, found.cols) > 5
    assert change_ratio(found.rows, found.cols) > chance(found.moved)[1]
    inside = class_map.reshape(8, 64, 8, 64)[:, 8:-8, :, 8:-8]
    assert (inside == 20).mean() < 0.03
    assert error_rates(found, class_map == 20) > 0.3


def test_the_confusion_near_edges_is_that_of_these_pixels():
    random = np.random.default_rng(3)
    class_map = random.choice(np.array([10, 20, 30, NODATA], np.uint8), (150, 200))
    labels = random.choice(np.array([0, 1, 255], np.uint8), (150, 200))
    found = counted(class_map, labels, Tiling(64, 96))
    near = np.zeros((150, 200), bool)
    for edge in (64, 128):
        near[edge - WIDTH : edge + WIDTH] = True
    for edge in (96, 192):
        near[:, edge - WIDTH : edge + WIDTH] = True
    for where, matrix in ((np.ones_like(near), found.confusion), (near, found.seams["t"].near)):
        expected = [[int(((labels == label) & where & kind).sum()) for kind in kinds(class_map)] for label in range(2)]
        assert matrix.tolist() == expected


def kinds(class_map):
    """Land, water, and anything else in the map."""
    land, water = class_map == 10, class_map == 20
    return land, water, ~(land | water)


def test_counts_survive_a_file_and_add_up():
    speckle = np.random.default_rng(4).choice(np.array([10, 20], np.uint8), (200, 200))
    found = counted(speckle, np.zeros((200, 200), np.uint8), Tiling(64, 64))
    again = type(found).from_dict(found.to_dict())
    assert again.to_dict() == found.to_dict()
    double = found + again
    assert (double.confusion == 2 * found.confusion).all()
    assert double.seams["t"].rows == Changes(*(2 * value for value in vars(found.seams["t"].rows).values()))
    one, two = found.seams["t"], double.seams["t"]
    assert change_ratio(two.rows, two.cols) == pytest.approx(change_ratio(one.rows, one.cols))
