"""The streamed scene equals the undivided network: the promise of the whole project."""

import pytest
import torch

from networks import ATTO, FPN, SWIN, UPERNET, WATER, WATER_FINE, Counter, assert_same, network, streamed
from wholescene.wire import errors

SPIM = {"stages": [3], "heads": 8, "kv_pool": 4}
SPIM_EARLY = {"stages": [1, 3], "heads": 4, "kv_pool": 2, "outer_residual": True}
SPIM_FEEDS = {"stages": [2, 3], "heads": 4, "kv_pool": 1, "outer_residual": True, "feeds_next": True}


def image(height: int, width: int, bands: int = 3) -> torch.Tensor:
    """Structure at every scale, some of it with a mean that is not zero."""
    generator = torch.Generator().manual_seed(height * width)
    noise = torch.randn(1, bands, height, width, generator=generator)
    rows = torch.linspace(-2, 2, height)[:, None]
    return noise + torch.sin(rows * 3) + torch.linspace(-1, 1, width)


@pytest.mark.parametrize("spim", [None, SPIM, SPIM_EARLY, SPIM_FEEDS])
@pytest.mark.parametrize(("size", "tile"), [((333, 260), 128), ((97, 641), 128), ((256, 256), 256), ((40, 40), 128)])
def test_streamed_logits_equal_the_undivided_forward(spim, size, tile):
    net, scene = network(spim=spim), image(*size)
    with torch.inference_mode():
        assert_same(streamed(net, scene, tile=tile), net(scene))


@pytest.mark.parametrize(
    ("encoder", "decoder"),
    [(SWIN, FPN), (ATTO, UPERNET), (SWIN, UPERNET), (ATTO, WATER), (SWIN, WATER), (ATTO, WATER_FINE)],
)
@pytest.mark.parametrize(("size", "tile"), [((333, 260), 256), ((97, 641), 256), ((513, 300), 512)])
def test_every_encoder_with_every_decoder(encoder, decoder, size, tile):
    net, scene = network(encoder=encoder, decoder=decoder, spim=SPIM), image(*size)
    with torch.inference_mode():
        assert_same(streamed(net, scene, tile=tile), net(scene))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_memory_does_not_change_a_bit(dtype, tmp_path, monkeypatch):
    monkeypatch.setenv("WHOLESCENE_SCRATCH", str(tmp_path))
    net, scene = network(spim=SPIM).to(dtype), image(300, 420).to(dtype)
    with torch.inference_mode():
        in_files = streamed(net, scene, tile=128, budget=0, dtype=dtype)
        tight = streamed(net, scene, tile=128, budget=3_000_000, dtype=dtype)
        in_memory = streamed(net, scene, tile=128, budget=1 << 30, dtype=dtype)
    assert torch.equal(in_files, in_memory)
    assert torch.equal(tight, in_memory)
    assert not list(tmp_path.iterdir())


def test_bfloat16_stays_close_to_float32():
    net, scene = network(spim=SPIM), image(320, 320)
    with torch.inference_mode():
        expected = net(scene)
        found = streamed(network(spim=SPIM).bfloat16(), scene.bfloat16(), tile=128, dtype=torch.bfloat16).float()
    spread = float(expected.max() - expected.min())
    assert (found - expected).abs().mean() < 0.02 * spread


def test_a_pixel_far_away_changes_the_answer_here():
    """Whole-scene attention and GRN reach across all tiles, as in the undivided network."""
    net, scene = network(spim=SPIM), image(64, 1600)
    changed = scene.clone()
    changed[..., :, -200:] += 3
    with torch.inference_mode():
        before, after = (streamed(net, x, tile=128)[..., :, :200] for x in (scene, changed))
    assert (before - after).abs().max() > 1e-3


def test_other_band_counts():
    net, scene = network(in_channels=7), image(70, 90, bands=7)
    with torch.inference_mode():
        assert_same(streamed(net, scene, tile=128), net(scene))


def test_multiply_adds_are_those_of_the_network():
    """43.6 GFLOP per 1024² pixels is what this network was measured at elsewhere, without SPIM."""
    from torch.utils.flop_counter import FlopCounterMode

    net, scene, counter = network(), image(256, 256), Counter()
    with torch.inference_mode():
        streamed(net, scene, tile=256, ticker=counter)
        with FlopCounterMode(display=False) as flops:
            net(scene)
    assert sum(counter.macs.values()) * 2 == pytest.approx(flops.get_total_flops(), rel=0.02)


class Impatient(Counter):
    """Wants to stop after some tiles, or never."""

    def __init__(self, patience: int | None) -> None:
        super().__init__()
        self.patience, self.tiles = patience, 0

    def tick(self, step, pixels, macs):
        super().tick(step, pixels, macs)
        self.tiles += 1

    def stopped(self):
        return self.patience is not None and self.tiles >= self.patience


def interrupted(ranks, patience):
    """How many steps this rank ran until the ranks stopped; rank 1 has had enough after some tiles."""
    ticker = Impatient(patience if ranks.rank == 1 else None)
    with pytest.raises(errors.Cancelled), torch.inference_mode():
        streamed(network(spim=SPIM), image(256, 256), tile=128, ranks=ranks, ticker=ticker)
    return len(ticker.macs)


@pytest.mark.parametrize("patience", [0, 5, 30])
def test_ranks_stop_together(patience, rank_pool):
    """Between steps, where all are told: nobody waits for one that has left."""
    steps = rank_pool.run(2, interrupted, patience)
    assert steps[0] == steps[1]
    assert (steps[0] == 0) == (patience == 0)


@pytest.mark.parametrize("tile", [16, 100, 64, 192])
def test_tiles_that_cut_pixels_or_bins_are_refused(tile):
    """SPIM pools 4 x 4 pixels of stride 32: a tile is a multiple of 128; GRN's blocks look 3 pixels far."""
    with pytest.raises(ValueError, match="do not fit"):
        streamed(network(spim=SPIM), image(64, 64), tile=tile)
