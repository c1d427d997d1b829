"""LRD and ECR against the paper's equations, written out pixel by pixel, and the decoder over divided scenes."""

import pytest
import torch

from networks import ATTO, NARROW_CONVNEXT, NARROW_CONVNEXTV2, assert_same, joined, network, streamed, tiles_of
from wholescene.holistic.ranks import Alone
from wholescene.holistic.rehearsal import tile_bytes, weightless
from wholescene.nn.ecr import ECR, margin
from wholescene.nn.lrd import LRD

SETTINGS = {"name": "ehsnet", "channels": 12, "width": 8}


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


# -- LRD: equation 1 ---------------------------------------------------------------


def depthwise(x, layer):
    """Each channel of ``[C, H, W]`` correlated with its own kernel, zeros outside, one pixel at a time."""
    _, height, width = x.shape
    kernel, bias = layer.weight[:, 0], layer.bias
    reach_y, reach_x = kernel.shape[1] // 2, kernel.shape[2] // 2
    out = torch.zeros_like(x)
    for row in range(height):
        for col in range(width):
            for dy in range(-reach_y, reach_y + 1):
                for dx in range(-reach_x, reach_x + 1):
                    if 0 <= row + dy < height and 0 <= col + dx < width:
                        out[:, row, col] += kernel[:, dy + reach_y, dx + reach_x] * x[:, row + dy, col + dx]
    return out + bias[:, None, None]


def pointwise(x, layer):
    return torch.einsum("oc,chw->ohw", layer.weight[:, :, 0, 0], x) + layer.bias[:, None, None]


def test_lrd_is_equation_1():
    torch.manual_seed(0)
    module, x = LRD(3, 2).double(), drawn(1, 3, 9, 11)
    with torch.no_grad():
        reduced = pointwise(x[0], module.reduce)
        reduced = reduced * 0.5 * (1 + torch.erf(reduced / 2**0.5))
        first = depthwise(reduced, module.first)
        large = [depthwise(depthwise(first, row), col) for row, col in zip(module.rows, module.columns, strict=True)]
        expected = pointwise(torch.cat([reduced, first, *large]), module.fuse)
        assert (module(x)[0] - expected).abs().max() <= 1e-4
    sides = [layer.kernel_size for layer in (module.first, *module.rows, *module.columns)]
    assert sides == [(5, 5), (1, 7), (1, 15), (1, 31), (7, 1), (15, 1), (31, 1)]


def test_lrd_sees_as_far_as_it_says():
    torch.manual_seed(0)
    module, x = LRD(2, 2).double(), torch.zeros(1, 2, 81, 81, dtype=torch.float64)
    before = module(x)
    x[..., 40, 40] = 1.0
    changed = ((module(x) - before).abs().sum(1)[0] > 0).nonzero()
    assert changed.min().item() == 40 - LRD.reach
    assert changed.max().item() == 40 + LRD.reach


# -- ECR: equations 2 to 5 -----------------------------------------------------------


def by_sorting(features, margins, share, *, legacy=False):
    """Equations 2 to 5 with a sort and loops: the most selected pixels first, then their answers."""
    channels, pixels = features.shape[1], features.flatten(2)[0].T
    order = margins.flatten().argsort(descending=legacy)
    hard = order[: round(share * len(order))]
    keys = torch.zeros_like(pixels)
    for channel in range(channels):  # over positions
        exponential = torch.exp(pixels[:, channel] - pixels[:, channel].max())
        keys[:, channel] = exponential / exponential.sum()
    context = sum(torch.outer(keys[n], pixels[n]) for n in range(len(pixels)))
    out = pixels.clone()
    for n in hard:
        query = torch.exp(pixels[n] - pixels[n].max())
        out[n] = pixels[n] + (query / query.sum()) @ context
    return out.T.reshape(features.shape), set(hard.tolist())


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("share", [0.1, 0.37])
def test_ecr_is_equations_2_to_5(share, legacy):
    features, logits = 3 * drawn(1, 5, 17, 23), drawn(1, 4, 17, 23, seed=1)
    margins = margin(logits)
    expected, hard = by_sorting(features, margins, share, legacy=legacy)
    module = ECR(share, legacy=legacy)
    found = module(features, margins)
    assert (found - expected).abs().max() <= 1e-4
    assert set((found != features)[0].any(0).flatten().nonzero().flatten().tolist()) == hard


def test_margins_are_differences_of_the_two_largest_probabilities():
    logits = torch.tensor([[1.0, 2.0, 4.0], [0.0, 0.0, -9.0]]).T.reshape(1, 3, 1, 2)
    first = torch.softmax(torch.tensor([1.0, 2.0, 4.0]), 0)
    assert margin(logits).flatten()[0] == pytest.approx(float(first[2] - first[1]))
    assert margin(logits).flatten()[1] == pytest.approx(0.0)


def test_the_default_takes_the_least_certain_and_legacy_the_most_certain():
    margins = torch.linspace(0.0, 1.0, 101)[None, None, None]
    features = torch.ones(1, 1, 1, 101)
    for legacy, expected in ((False, range(10)), (True, range(91, 101))):
        hard = (ECR(0.1, legacy=legacy)(features, margins) != features).flatten()
        assert hard.nonzero().flatten().tolist() == list(expected)


@pytest.mark.parametrize(("legacy", "extreme"), [(False, 0.0), (True, 1.0)])
def test_of_pixels_that_are_equally_certain_all_are_selected(legacy, extreme):
    """As where probabilities are saturated: none would be an ECR that does nothing."""
    margins = torch.linspace(0.2, 0.8, 100)
    margins[40:70] = extreme
    features = torch.ones(1, 1, 1, 100)
    hard = (ECR(0.1, legacy=legacy)(features, margins.view(1, 1, 1, 100)) != features).flatten()
    assert hard.nonzero().flatten().tolist() == list(range(40, 70))


def test_keys_far_from_zero_do_no_harm():
    """A softmax over positions does not depend on a constant that all keys of a channel have in common."""
    features, margins = drawn(1, 3, 8, 8), drawn(1, 1, 8, 8, seed=1).sigmoid()
    shift = torch.tensor([500.0, -500.0, 0.0], dtype=torch.float64).view(1, 3, 1, 1)
    expected, _ = by_sorting(features + shift, margins, 0.25)
    assert (ECR(0.25)(features + shift, margins) - expected).abs().max() <= 1e-4


def test_a_share_has_to_be_one():
    with pytest.raises(ValueError, match="share"):
        ECR(1.0)


# -- the decoder over a divided scene ----------------------------------------------------


@pytest.mark.parametrize("parts", [{}, {"lrd": False}, {"ecr": False}, {"lrd": False, "ecr": False}, {"legacy": True}])
def test_the_divided_scene_gives_what_the_undivided_gives(parts):
    net = network(encoder=NARROW_CONVNEXT, decoder={**SETTINGS, **parts})
    image = torch.randn(1, 3, 330, 420, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        expected = net(image)
        for tile, region in ((160, None), (160, 160)):
            assert_same(streamed(net, image, tile=tile, region=region), expected)


def test_spim_and_grn_beside_it():
    net = network(encoder=NARROW_CONVNEXTV2, decoder=SETTINGS, spim={"stages": [3], "heads": 4, "kv_pool": 1})
    image = torch.randn(1, 3, 256, 320, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        assert_same(streamed(net, image, tile=96), net(image))


def share_of(ranks, region):
    net, image = selecting()
    with torch.inference_mode():
        return tiles_of(net, image, tile=256, region=region, ranks=ranks)


def selecting():
    net = network(encoder=NARROW_CONVNEXT, decoder={**SETTINGS, "channels": 16}, spim={"stages": [3], "heads": 2})
    return net, torch.randn(1, 3, 1000, 1100, generator=torch.Generator().manual_seed(4))


def near_the_limit(net, image):
    """Pixels of the scene whose logits may differ: around those whose margin is as good as the threshold."""
    kept = []
    hook = net.decoder.second.register_forward_hook(lambda *given: kept.append(given[2]))
    expected = net(image)
    hook.remove()
    margins = margin(kept[0])
    limit = torch.sort(margins.flatten()).values[round(0.1 * margins.numel()) - 1]
    close = ((margins - limit).abs() <= 1e-6).float()
    around = torch.nn.functional.max_pool2d(close, 3, 1, 1).repeat_interleave(8, 2).repeat_interleave(8, 3)
    return expected, around[..., : image.shape[-2], : image.shape[-1]].bool()


def test_selections_agree_outside_a_millionth_of_the_threshold_however_the_scene_is_divided(rank_pool, one_thread):
    net, image = selecting()
    with torch.inference_mode():
        expected, close = near_the_limit(net, image)
    whole = joined(share_of(Alone(), None), image.shape[-2:])
    tolerance = 1e-4 * float(expected.max() - expected.min())
    assert close.float().mean() < 0.01
    assert ((whole - expected).abs() * ~close).max() <= tolerance
    tiles = {}
    for part in rank_pool.run(2, share_of, 256):
        tiles |= part
    assert torch.equal(joined(tiles, image.shape[-2:]), whole)


def test_its_memory_can_be_planned():
    architecture = {"encoder": {**ATTO, "in_channels": 3}, "decoder": SETTINGS, "classes": 5}
    taken = tile_bytes(weightless(architecture, torch.float32).program(3), (2048, 2048), 512, torch.float32)
    joined_map = SETTINGS["channels"] * 64 * 64 * 4
    assert taken > 2 * joined_map
