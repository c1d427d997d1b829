"""Margins: what a step reads around a region is there, is sent once, and its way back is its adjoint."""

import pytest
import torch

from networks import FPN, NARROW_CONVNEXTV2, NARROW_SWIN, UPERNET, Counter, network, tiles_of
from wholescene import nn
from wholescene.holistic.executor import margin_of
from wholescene.holistic.feature_map import Chunk, FeatureMap
from wholescene.holistic.halo import pieces, refresh
from wholescene.holistic.ranks import Alone
from wholescene.holistic.regions import divide
from wholescene.holistic.tiles import rescale
from wholescene.nn.patch import surround
from wholescene.nn.steps import Global, Read, reads_of
from wholescene.nn.swin import Block

CHANNELS, STRIDE, TILE = 3, 4, 32
SIZE = (200, 264)  # scene pixels: odd numbers of tiles, the last of them smaller
READS = {
    "7 x 7": Read("x", halo=3),
    "wide": Read("x", halo=8),
    "windows": Block(4, 1, shift=0).step("block", "x").reads[0],
    "shifted windows": Block(4, 1, shift=3).step("block", "x").reads[0],
}


def numbered_map():
    """Every number of the map is another."""
    height, width = (side // STRIDE for side in SIZE)
    return torch.arange(height * width * CHANNELS, dtype=torch.float64).view(height, width, CHANNELS)


def shared_map(ranks, division, whole, margin=8):
    """This rank's regions of a map, their margins unknown."""
    chunks = {}
    for region in division.owned(ranks.rank):
        inner = rescale(region.window, 1, STRIDE)
        window = surround(inner, margin, whole.shape[0], whole.shape[1])
        data = torch.full((window.height, window.width, CHANNELS), torch.nan, dtype=torch.float64)
        chunk = Chunk(data, window, inner)
        chunk.at(inner).copy_(cut(whole, inner))
        chunks[region.index] = chunk
    return FeatureMap(STRIDE, CHANNELS, torch.float64, chunks)


def cut(whole, window):
    return whole[window.row : window.row + window.height, window.col : window.col + window.width]


def margins_seen(ranks, read, grid):
    """Whether every tile of this rank can be read with its surroundings after a refresh."""
    division, whole = divide(SIZE, TILE, ranks.size, region=96, grid=grid), numbered_map()
    confined = grid is not None
    feature = shared_map(ranks, division, whole)
    refresh(feature, READS[read], division, ranks, confined=confined)
    tiles = 0
    for region in division.owned(ranks.rank):
        for tile in division.tiles(region.window, STRIDE):
            frame = division.frames(STRIDE, confined=confined)[division.frame_index(tile, STRIDE, confined=confined)]
            inside = type(tile)(tile.row - frame.row, tile.col - frame.col, tile.height, tile.width)
            around = READS[read].around(inside, (frame.height, frame.width))
            needed = type(tile)(around.row + frame.row, around.col + frame.col, around.height, around.width)
            assert torch.equal(feature.chunks[region.index].at(needed), cut(whole, needed))
            tiles += 1
    return tiles


@pytest.mark.parametrize("grid", [None, (96, 160)])
@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_every_tile_finds_its_surroundings(size, read, grid, rank_pool):
    shares = [margins_seen(Alone(), read, grid)] if size == 1 else rank_pool.run(size, margins_seen, read, grid)
    assert sum(shares) == 7 * 9


def products(ranks, read, grid):
    """This rank's part of ⟨Ax, y⟩ and ⟨x, Aᵀy⟩: A fills margins, Aᵀ adds them to whom they came from."""
    division = divide(SIZE, TILE, ranks.size, region=96, grid=grid)
    x, y = (shared_map(ranks, division, numbered_map()) for _ in range(2))
    torch.manual_seed(ranks.rank)
    for feature in (x, y):
        for chunk in feature.chunks.values():
            chunk.data.normal_()
    for chunk in x.chunks.values():  # x has own pixels only: where A brings nothing, Ax is zero
        own = chunk.at(chunk.inner).clone()
        chunk.data.zero_()
        chunk.at(chunk.inner).copy_(own)
    ax = {index: Chunk(chunk.data.clone(), chunk.window, chunk.inner) for index, chunk in x.chunks.items()}
    refresh(FeatureMap(STRIDE, CHANNELS, torch.float64, ax), READS[read], division, ranks, confined=grid is not None)
    forward = sum(float((ax[index].data * chunk.data).sum()) for index, chunk in y.chunks.items())
    bring_back(ranks, y, list(pieces(division, READS[read], STRIDE, confined=grid is not None)))
    back = sum(float((chunk.data * y.chunks[index].data).sum()) for index, chunk in x.chunks.items())
    return forward, back


def bring_back(ranks, feature, found):
    """Add every piece of a margin to the pixels that it is a copy of."""

    def between(source, target):
        return [p for p in found if (p.source.rank, p.target.rank) == (source, target)]

    outgoing = [
        torch.cat(
            [
                torch.empty(0, dtype=torch.float64),
                *(feature.chunks[p.target.index].at(p.window).flatten() for p in part),
            ]
        )
        for part in (between(source, ranks.rank) for source in range(ranks.size))
    ]
    mine = [between(ranks.rank, target) for target in range(ranks.size)]
    lengths = [sum(p.window.height * p.window.width * CHANNELS for p in part) for part in mine]
    for data, part in zip(ranks.swap(outgoing, lengths, "halo"), mine, strict=True):
        for piece, values in zip(
            part, data.split([p.window.height * p.window.width * CHANNELS for p in part]), strict=True
        ):
            place = feature.chunks[piece.source.index].at(piece.window)
            place += values.view(place.shape)


@pytest.mark.parametrize("grid", [None, (96, 160)])
@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("size", [2, 3])
def test_adjoint(size, read, grid, rank_pool):
    forward, back = (sum(parts) for parts in zip(*rank_pool.run(size, products, read, grid), strict=True))
    assert forward != 0
    assert forward == pytest.approx(back, rel=1e-12)


# -- how much is sent, from formulas -----------------------------------------------------


def sent_pixels(division, read, stride):
    """Pixels that travel from rank to rank before a step."""
    found = pieces(division, read, stride, confined=False)
    return sum(p.window.height * p.window.width for p in found if p.source.rank != p.target.rank)


def steps_of(architecture):
    with torch.device("meta"):
        program = nn.build({"classes": 24, **architecture}).program(bands=3)
    return program, [(step, read) for step in program.steps for read in reads_of(step) if read.halo]


def test_halos_of_convnextv2_large_at_12800_pixels():
    """The published table: 44, 44, 398 and 44 MB in bf16 on 2 x 2 ranks: 3, 3, 27 and 3 blocks of a 7 x 7.

    Two cuts of 3200 pixels at stage 0, three rows each way: 2 · 2 · 3 · 3200 · 192 numbers a block.
    Half a scene is 200 pixels at stride 32, so each stage sends the same. Where the cuts cross, the
    four corners of 3 x 3 pixels come on top, which the table leaves out.
    """
    program, steps = steps_of({"encoder": {"name": "convnextv2", "variant": "large", "in_channels": 3}, "decoder": FPN})
    division = divide((12_800, 12_800), 256, ranks=4)
    found = dict.fromkeys(("stage0", "stage1", "stage2", "stage3"), 0)
    for step, read in steps:
        spec = program.features[read.feature]
        found[step.writes] += sent_pixels(division, read, spec.stride) * spec.channels * 2
    for stage, blocks in enumerate((3, 3, 27, 3)):
        width, channels = 3200 >> stage, 192 << stage
        corners = 4 * 3 * 3
        assert found[f"stage{stage}"] == blocks * (2 * 2 * 3 * width + corners) * channels * 2
    assert [round(sent / 1e6) for sent in found.values()] == [44, 44, 400, 45]  # 398 and 44 without corners


def test_windows_of_swin_large_at_12800_pixels():
    """Tiles of 896 pixels are whole windows of every stage: blocks that do not shift send nothing.

    Shifted ones send the three rows after a cut to the one side and the four before it to the
    other: 7 · width · C; where two cuts cross, the corners 3·3 + 4·4 + 2 · 3·4 come on top.
    """
    program, steps = steps_of({"encoder": {"name": "swin", "variant": "large", "in_channels": 3}, "decoder": FPN})
    division = divide((12_800, 12_800), 896, ranks=4)
    total = 0
    for index, (step, read) in enumerate(steps):
        spec = program.features[read.feature]
        width = 12_800 // spec.stride
        pixels = sent_pixels(division, read, spec.stride)
        assert pixels == (index % 2) * (2 * 7 * width + 49), step.name  # every second block shifts
        total += pixels * spec.channels * 2
    assert len(steps) == 2 + 2 + 18 + 2
    assert round(total / 1e6) == 207  # 206 in the table, which has no corners


def test_ranks_of_one_rank_and_unread_maps_send_nothing():
    one = divide((512, 512), 128)
    two = divide((512, 512), 128, ranks=2)
    assert sent_pixels(one, Read("x", halo=3), 4) == sent_pixels(two, Read("x"), 4) == 0
    assert sent_pixels(two, Read("x", halo=3), 4) == 2 * 3 * 128


def traffic(ranks, encoder, decoder, height, width, tile):
    """What a run sends, and the lengths of what its steps measure."""
    net = network(encoder=encoder, decoder=decoder)
    with torch.inference_mode():
        tiles_of(net, torch.zeros(1, 3, height, width), tile=tile, ranks=ranks, ticker=Counter())
    return ranks.traffic.elements


def test_halos_that_a_run_sends(rank_pool):
    """512 x 768 on two ranks, one cut of 512 pixels; the FPN's head reads two pixels of each stage."""
    sent = sum(t["halo"] for t in rank_pool.run(2, traffic, NARROW_CONVNEXTV2, FPN, 512, 768, 128))
    widths, channels, blocks = (128, 64, 32, 16), (12, 24, 48, 96), (1, 1, 2, 1)
    encoder = sum(2 * 3 * w * c * n for w, c, n in zip(widths, channels, blocks, strict=True))
    head = sum(2 * 2 * w * c for w, c in zip(widths, channels, strict=True))
    assert sent == encoder + head


def test_windows_that_a_run_sends(rank_pool):
    """448 x 448 on two ranks, cut at 224 pixels, which are whole windows: one block of two shifts."""
    sent = sum(t["halo"] for t in rank_pool.run(2, traffic, NARROW_SWIN, FPN, 448, 448, 224))
    widths, channels = (112, 56, 28, 14), (12, 24, 48, 96)
    encoder = sum(7 * w * c for w, c in zip(widths, channels, strict=True))
    head = sum(2 * 2 * w * c for w, c in zip(widths, channels, strict=True))
    assert sent == encoder + head


def test_sums_that_a_run_sends(rank_pool):
    """GRN measures four times its channels, the pools 50 bins of each channel and of their area.

    A number travels as two whole ones, and one more counts what could not be held.
    """
    for elements in rank_pool.run(2, traffic, NARROW_CONVNEXTV2, UPERNET, 512, 768, 128):
        measured = [4 * 12, 4 * 24, 4 * 48, 4 * 48, 4 * 96, 50 * (96 + 1)]
        assert elements["sum"] == sum(2 * count + 1 for count in measured)


def test_what_upernet_and_grn_measure():
    net = network(encoder=NARROW_CONVNEXTV2, decoder=UPERNET)
    steps = [step for step in net.program(3).steps if isinstance(step, Global)]
    assert [step.measured for step in steps] == [48, 96, 192, 192, 384, 50 * 97]


def test_the_margin_is_what_the_widest_reader_needs():
    program = network(encoder=NARROW_SWIN, decoder=FPN).program(3)
    assert [margin_of(program, name) for name in ("stage0", "stage3", "nobody")] == [6, 6, 0]
