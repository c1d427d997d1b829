"""Compute tiles cover a map exactly once and keep to the grid of coarser maps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wholescene.holistic.tiles import rescale, tile_rows, tiles
from wholescene.nn.patch import surround
from wholescene.wire.plan import Window

SIDES = st.integers(1, 90)


@given(SIDES, SIDES, st.integers(1, 40))
def test_tiles_cover_the_map_once_in_reading_order(height, width, side):
    count = np.zeros((height, width), int)
    windows = tiles(height, width, side)
    for window in windows:
        count[window.row : window.row + window.height, window.col : window.col + window.width] += 1
    assert (count == 1).all()
    assert windows == sorted(windows, key=lambda window: (window.row, window.col))
    assert [window for row in tile_rows(height, width, side) for window in row] == windows


@given(SIDES, SIDES, st.integers(1, 40), st.integers(0, 9))
def test_surroundings_reach_as_far_as_the_map(height, width, side, halo):
    padded = np.pad(np.arange(height * width).reshape(height, width), halo, constant_values=-1)
    for window in tiles(height, width, side):
        found = surround(window, halo, height, width)
        around = padded[window.row : window.row + window.height + 2 * halo, :][
            :, window.col : window.col + window.width + 2 * halo
        ]
        known = around[around >= 0]
        assert (found.row * width + found.col, found.height * found.width) == (known.min(), known.size)


def test_the_same_ground_on_finer_and_coarser_maps():
    assert rescale(Window(8, 16, 8, 24), 4, 1) == Window(32, 64, 32, 96)
    assert rescale(Window(32, 64, 32, 96), 1, 32) == Window(1, 2, 1, 3)
