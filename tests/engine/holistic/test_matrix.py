"""The promise, over the whole matrix: one scene, one answer, that of the undivided network.

Every encoder, decoder and kind of interaction, however many ranks share the scene, in however many
regions, in memory or in files: logits are the undivided network's within 1e-4 of their range, and
the same to the last bit among themselves. By default every two choices meet in some case;
`make test-full` runs all.
"""

from functools import lru_cache
from itertools import combinations, product

import pytest
import torch

from networks import (
    FPN,
    NARROW_CONVNEXT,
    NARROW_CONVNEXTV2,
    NARROW_SWIN,
    UPERNET,
    WATER,
    WATER_FINE,
    assert_same,
    joined,
    network,
    tiles_of,
)
from pairwise import pairwise
from pixels import pixels, scaled
from wholescene.holistic.lanes import Lanes

TILE = 256  # pools of four pixels at stride 32, and as wide as any halo
GRID = [512, 768]  # its last cells are smaller in each of the scenes

ENCODERS = {"convnext": NARROW_CONVNEXT, "convnextv2": NARROW_CONVNEXTV2, "swin": NARROW_SWIN}
DECODERS = {"fpn": FPN, "upernet": UPERNET, "lwc": WATER, "lwc finest": WATER_FINE}
SPIMS = {
    "none": None,
    "pooled": {"stages": [3], "heads": 4, "kv_pool": 4},
    "3 heads": {"stages": [3], "heads": 3},
    "1 head": {"stages": [3], "heads": 1},
    "2 heads twice": {"stages": [2, 3], "heads": 2},
    "feeds next": {"stages": [2, 3], "heads": 4, "kv_pool": 2, "feeds_next": True},
    "residual": {"stages": [1, 3], "heads": 2, "kv_pool": 4, "outer_residual": True},
    "within cells": {"stages": [2, 3], "heads": 3, "within": "grid"},
}
CONTEXTS = {"scene": {}, "grid": {"context": "grid"}}
SIZES = [(1000, 900), (1727, 1825), (97, 3001)]
RANKS = [1, 2, 3, 4]
REGIONS = [None, 512, 256]  # pixels a side; 97 x 3001 in 12 regions of one tile
BUDGETS = {"memory": 1 << 30, "files": 0}

NETWORK = {"encoder": ENCODERS, "decoder": DECODERS, "spim": SPIMS, "context": CONTEXTS}
AXES = {**{axis: list(names) for axis, names in NETWORK.items()}, "size": SIZES}
LANES = [0, 3]  # threads that compute tiles side by side
DIVISION = {"ranks": RANKS, "region": REGIONS, "memory": list(BUDGETS), "lanes": LANES}

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    monkeypatch.setenv("WHOLESCENE_SCRATCH", str(tmp_path))


def build(encoder, decoder, spim, context):
    more = {**CONTEXTS[context]}
    if more or spim == "within cells":
        more["grid"] = GRID
    return network(encoder=ENCODERS[encoder], decoder=DECODERS[decoder], spim=SPIMS[spim], **more)


@lru_cache(maxsize=1)
def undivided(encoder, decoder, spim, context, size):
    with torch.inference_mode():
        return build(encoder, decoder, spim, context)(scaled(pixels(*size)))


def share(ranks, names, colours, dtype=torch.float32, lanes=0, **how):
    """One rank's tiles of the logits."""
    net, scene = build(**names).to(dtype), scaled(colours, dtype)
    with torch.inference_mode(), Lanes(lanes) as threads:
        return tiles_of(net, scene, tile=TILE, dtype=dtype, ranks=ranks, lanes=threads, **how)


def divided(pool, names, size, ranks=1, region=None, memory="memory", lanes=0, dtype=torch.float32):
    """The logits of the whole scene, each tile from the rank that owns it."""
    how = {"dtype": dtype, "region": region, "budget": BUDGETS[memory], "lanes": lanes}
    if ranks == 1:
        return joined(share(None, names, pixels(*size), **how), size)
    shares = pool.run(ranks, share, names, pixels(*size), **how)
    assert all(set(one).isdisjoint(other) for one, other in combinations(shares, 2))
    return joined({place: data for part in shares for place, data in part.items()}, size)


def name_of(values):
    return "-".join("x".join(map(str, value)) if isinstance(value, tuple) else str(value) for value in values)


def by_network(case):
    return [repr(case[axis]) for axis in AXES]


@pytest.mark.parametrize(
    "case", sorted(pairwise({**AXES, **DIVISION}), key=by_network), ids=lambda case: name_of(case.values())
)
def test_divided_equals_undivided(case, rank_pool):
    names, division = ({axis: case[axis] for axis in axes} for axes in (NETWORK, DIVISION))
    found = divided(rank_pool, names, case["size"], **division)
    assert_same(found, undivided(**names, size=case["size"]))


EVERYWHERE = list(product(*AXES.values()))
SHARES = [(1, None), (1, 256), (2, 512), (3, None), (4, 256)]  # ranks and regions


@pytest.mark.full
@pytest.mark.parametrize("turn", range(len(EVERYWHERE)), ids=map(name_of, EVERYWHERE))
def test_divided_equals_undivided_everywhere(turn, rank_pool):
    """Each network on each scene, on 1 to 4 ranks, in large and small regions, and all the same bits.

    Memory and lanes take turns.
    """
    values = EVERYWHERE[turn]
    *parts, size = values
    names = dict(zip(NETWORK, parts, strict=True))
    expected, first = undivided(*values), None
    choices = list(product(BUDGETS, LANES))
    for index, (ranks, region) in enumerate(SHARES):
        memory, lanes = choices[(turn + index) % len(choices)]
        found = divided(rank_pool, names, size, ranks, region, memory, lanes)
        first = found if first is None else first
        assert torch.equal(found, first), (
            f"other bits on {ranks} ranks in regions of {region} in {memory}, {lanes} lanes"
        )
    assert_same(first, expected)


DIVIDED = [
    (1, 256, "files", 0),
    (1, None, "memory", 3),
    (2, None, "memory", 2),
    (3, 512, "files", 0),
    (4, 256, "memory", 0),
]
SAMPLE = [
    ("convnext", "lwc finest", "2 heads twice", "scene"),
    ("convnextv2", "fpn", "pooled", "scene"),
    ("convnextv2", "upernet", "3 heads", "scene"),
    ("convnextv2", "lwc finest", "residual", "grid"),
    ("swin", "lwc", "1 head", "scene"),
    ("swin", "upernet", "within cells", "scene"),
    ("swin", "fpn", "feeds next", "grid"),
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("parts", SAMPLE, ids="-".join)
def test_no_division_changes_a_bit(parts, dtype, rank_pool):
    names, size = dict(zip(NETWORK, parts, strict=True)), (600, 900)
    expected = divided(rank_pool, names, size, dtype=dtype)
    assert not torch.isnan(expected).any()
    for division in DIVIDED:
        assert torch.equal(divided(rank_pool, names, size, *division, dtype=dtype), expected), division


@pytest.mark.full
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("parts", SAMPLE, ids="-".join)
def test_no_division_changes_a_bit_everywhere(parts, dtype, rank_pool):
    names, size = dict(zip(NETWORK, parts, strict=True)), (1727, 1825)
    expected = divided(rank_pool, names, size, dtype=dtype)
    for division in product(RANKS, REGIONS, BUDGETS):
        assert torch.equal(divided(rank_pool, names, size, *division, dtype=dtype), expected), division


@pytest.mark.parametrize(("spim", "reaches"), [("none", False), ("within cells", False), ("2 heads twice", True)])
@pytest.mark.parametrize("encoder", ENCODERS)
def test_only_interaction_crosses_the_cells_of_a_grid(encoder, spim, reaches):
    """Other pixels in the first cell: the far cells' answers stay what they are, or change where SPIM reads them."""
    names = {"encoder": encoder, "decoder": "upernet", "spim": spim, "context": "grid"}
    colours = pixels(1000, 900)
    changed = colours.clone()
    changed[..., 100:400, 100:600] = 255 - changed[..., 100:400, 100:600]
    before, after = (joined(share(None, names, x), (1000, 900)) for x in (colours, changed))
    assert not torch.equal(before[..., :512, :768], after[..., :512, :768])
    for far in ((..., slice(512, None), slice(None)), (..., slice(None), slice(768, None))):
        assert torch.equal(before[far], after[far]) != reaches
        if reaches:
            assert ((before[far] - after[far]).abs().amax((0, 1)) > 0).float().mean() > 0.99  # every pixel sees it
