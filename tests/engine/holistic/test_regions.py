"""How a scene is shared: every pixel once, in whole tiles, and about evenly."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from networks import NARROW_CONVNEXTV2, NARROW_SWIN, UPERNET, assert_same, joined, network, tiles_of
from pixels import pixels, scaled
from wholescene.holistic.regions import Division, divide
from wholescene.wire.plan import Window

TILE = 8
SIDES = st.integers(1, 90)
RANKS = st.integers(1, 9)


@given(SIDES, SIDES, RANKS, st.one_of(st.none(), st.integers(1, 100)))
def test_regions_share_the_scene_in_whole_tiles(height, width, ranks, side):
    division = divide((height, width), TILE, ranks, side)
    count = np.zeros((height, width), int)
    for index, region in enumerate(division.regions):
        window = region.window
        assert region.index == index
        assert 0 <= region.rank < ranks
        count[window.row : window.row + window.height, window.col : window.col + window.width] += 1
        for first, length, end in ((window.row, window.height, height), (window.col, window.width, width)):
            assert first % TILE == 0
            assert (first + length) % TILE == 0 or first + length == end
            assert length <= max(TILE, (side or 90) // TILE * TILE)
    assert (count == 1).all()


@given(SIDES, SIDES, RANKS)
def test_what_a_rank_owns_is_one_rectangle(height, width, ranks):
    division = divide((height, width), TILE, ranks, region=16)
    for rank in range(ranks):
        windows = [region.window for region in division.owned(rank)]
        if windows:
            rows = max(w.row + w.height for w in windows) - min(w.row for w in windows)
            cols = max(w.col + w.width for w in windows) - min(w.col for w in windows)
            assert rows * cols == sum(w.height * w.width for w in windows)


@given(st.integers(1, 12), st.integers(1, 12), RANKS)
def test_nobody_has_a_row_or_column_of_tiles_more_than_its_share(rows, cols, ranks):
    division = divide((rows * TILE, cols * TILE), TILE, ranks)
    owned = [sum(r.window.height * r.window.width for r in division.owned(rank)) // TILE**2 for rank in range(ranks)]
    assert sum(owned) == rows * cols
    assert max(owned) - rows * cols / ranks < min(rows, cols)


def test_the_division_of_one_scene():
    """100 x 200 in tiles of 32: 4 x 7 tiles, halved across the longer side, then each half again."""
    windows = [region.window for region in divide((100, 200), 32, ranks=4).regions]
    assert windows == [Window(0, 0, 64, 128), Window(64, 0, 36, 128), Window(0, 128, 64, 72), Window(64, 128, 36, 72)]


@given(SIDES, SIDES, st.integers(1, 6), st.integers(1, 6))
def test_each_tile_lies_in_the_cell_that_it_is_said_to_lie_in(height, width, rows, cols):
    size = (-(-height // 4) * 4, -(-width // 4) * 4)
    division = divide(size, TILE, 3, 16, grid=(rows * TILE, cols * TILE))
    assert isinstance(division, Division)
    for stride in (1, 4):
        frames = division.frames(stride, confined=True)
        for region in division.regions:
            for tile in division.tiles(region.window, stride):
                frame = frames[division.frame_index(tile, stride, confined=True)]
                assert tile.intersection(frame) == tile
        assert sum(f.height * f.width for f in frames) == size[0] * size[1] // stride**2


# -- more ranks than tiles -------------------------------------------------------------

SPIM = {"stages": [2, 3], "heads": 3}


def share(ranks, encoder, colours):
    net = network(encoder=encoder, decoder=UPERNET, spim=SPIM)
    with torch.inference_mode():
        return tiles_of(net, scaled(colours), tile=256, ranks=ranks)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("encoder", [NARROW_CONVNEXTV2, NARROW_SWIN], ids=lambda encoder: encoder["name"])
@pytest.mark.parametrize(("size", "tiles"), [((200, 250), 1), ((130, 300), 2), ((700, 250), 3)])
def test_ranks_that_own_nothing_take_part(size, tiles, encoder, rank_pool):
    shares = rank_pool.run(4, share, encoder, pixels(*size))
    assert sum(len(part) for part in shares) == tiles
    assert sum(not part for part in shares) == 4 - tiles
    found = joined({place: data for part in shares for place, data in part.items()}, size)
    with torch.inference_mode():
        expected = network(encoder=encoder, decoder=UPERNET, spim=SPIM)(scaled(pixels(*size)))
    assert_same(found, expected)
    alone = share(None, encoder, pixels(*size))
    assert torch.equal(found, joined(alone, size))


@pytest.mark.parametrize("ranks", [2, 3, 5, 6, 7, 8])
@pytest.mark.parametrize("rows", [1, 2, 3, 5])
@pytest.mark.parametrize("cols", [2, 3, 4])
def test_no_rank_is_idle_where_there_are_tiles_enough(rows, cols, ranks):
    division = divide((rows * 32, cols * 32), 32, ranks)
    busy = sum(bool(division.owned(rank)) for rank in range(ranks))
    assert busy == min(ranks, rows * cols)
