"""One scene, one answer, for the encoders and decoders beside those of `test_matrix`: each in one network of the zoo.

Batch norms have the statistics of a real scene, so that no channel is dead and every part matters.
"""

from functools import lru_cache
from unittest.mock import patch

import pytest
import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from networks import assert_same, joined, network, tiles_of
from pixels import pixels, scaled
from wholescene.holistic.workload import Workload
from wholescene.nn import pointrend, selection

TILE = 256
SIZE = (500, 600)
RESNET = {"name": "resnet", "variant": "18"}
AT_8 = {**RESNET, "output_stride": 8}

ZOO = {
    "resnet-fpn": (RESNET, {"name": "fpn", "channels": 16}, None),
    "resnet-upernet": (
        {**RESNET, "deep_stem": False},
        {"name": "upernet", "channels": 16},
        {"stages": [3], "heads": 4},
    ),
    "resnet 50-fcn": ({**RESNET, "variant": "50"}, {"name": "fcn", "channels": 16}, None),
    "dilated resnet-psp": (AT_8, {"name": "psp", "channels": 16}, None),
    "dilated resnet-deeplabv3plus": (AT_8, {"name": "deeplabv3plus", "channels": 16, "narrow": 8}, None),
    "dilated resnet-ocr": (
        AT_8,
        {"name": "ocr", "channels": 16, "inner": 8, "joined": False, "soft_channels": 16},
        {"stages": [3], "heads": 4, "kv_pool": 4},
    ),
    "mit-ocr": ({"name": "mit", "variant": "b0"}, {"name": "ocr", "channels": 16, "inner": 8}, None),
    "mit-segformer": ({"name": "mit", "variant": "b0"}, {"name": "segformer", "channels": 16}, None),
    "mit-pointrend": (
        {"name": "mit", "variant": "b0"},
        {"name": "pointrend", "base": {"name": "segformer", "channels": 16}, "channels": 8},
        None,
    ),
    "resnet-pyramid-semantic fpn": (
        RESNET,
        {"name": "pyramid", "channels": 12, "base": {"name": "semantic_fpn", "channels": 8}},
        None,
    ),
    "resnet-pyramid-pointrend": (
        RESNET,
        {"name": "pyramid", "channels": 12}
        | {"base": {"name": "pointrend", "channels": 8, "base": {"name": "semantic_fpn", "channels": 8}}},
        None,
    ),
    "mit-segvit": (
        {"name": "mit", "variant": "b0"},
        {"name": "segvit", "channels": 32, "heads": 4, "layers": 2},
        None,
    ),
    "resnet-mask2former": (
        RESNET,
        {"name": "mask2former", "channels": 32, "heads": 4, "queries": 5, "pixel_layers": 2, "layers": 3}
        | {"pixel_inner": 32, "inner": 32},
        None,
    ),
    "mit-segformer of its authors": (
        {"name": "mit", "variant": "b0"},
        {"name": "segformer", "channels": 16, "dialect": "linear"},
        None,
    ),
    "stdc-fcn with biases": (
        {"name": "stdc", "variant": "stdc1"},
        {"name": "fcn", "channels": 16, "convs": 1, "joined": True, "bias": True},
        None,
    ),
    "efficientnet-fpn": ({"name": "efficientnet", "variant": "lite0"}, {"name": "fpn", "channels": 16}, None),
    "stdc-stdc": ({"name": "stdc", "variant": "stdc1"}, {"name": "stdc", "channels": 32, "context": 16}, None),
    "hrnet-fcn": (
        {"name": "hrnet", "variant": "w18"},
        {"name": "fcn", "channels": 16, "convs": 1, "kernel": 1, "concatenate": False, "joined": True},
        {"stages": [2, 3], "heads": 3, "kv_pool": 2},
    ),
    "glnet-fpn": ({"name": "glnet", "channels": 16, "crop": 256}, {"name": "fpn", "channels": 16}, None),
    "fctl-fpn": ({"name": "fctl", "channels": 16, "crop": 256}, {"name": "fpn", "channels": 16}, None),
    "magnet-magnet": ({"name": "magnet", "channels": 8, "crop": 256}, {"name": "magnet", "channels": 8}, None),
    "isdnet-upernet": (
        {"name": "isdnet", "channels": 16},
        {"name": "upernet", "channels": 16},
        {"stages": [3], "heads": 4},
    ),
    "hrnet-ehsnet": ({"name": "hrnet", "variant": "w18"}, {"name": "ehsnet", "channels": 16}, None),
}

TOKENS = {"mit-segvit", "resnet-mask2former"}
ONE_SIDED = {"dilated resnet-psp", "dilated resnet-ocr"}  # with random weights they find one class everywhere

pytestmark = pytest.mark.usefixtures("one_thread")


def settled(name):
    """The network of that name, its batch norms' statistics those of two pieces of a scene."""
    encoder, decoder, spim = ZOO[name]
    net = network(encoder=encoder, decoder=decoder, spim=spim)
    norms = [module for module in net.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    scene = scaled(pixels(*SIZE))
    with torch.no_grad():
        net.train()(torch.cat([scene[..., :128, :128], scene[..., -128:, -128:]]))
    if name in TOKENS:
        tell_apart(net.eval(), scene)
    if name in ONE_SIDED:
        with torch.inference_mode():
            net.decoder.conv_seg.bias -= net.eval()(scene).mean((0, 2, 3))
    return net.eval()


def tell_apart(net, scene):
    """Each of the first tokens gets a class of its own, as training would make it; random ones all say the same."""
    classify, kept = getattr(net.decoder, "class_embed", None) or net.decoder.class_predictor, []
    hook = classify.register_forward_pre_hook(lambda _, given: kept.append(given[0]))
    with torch.inference_mode():
        net(scene)
    hook.remove()
    tokens = kept[-1][0, : classify.out_features - 1].clone()
    apart = tokens - tokens.mean(0)
    apart *= 8 / apart.square().sum(1, keepdim=True)
    classify.weight[:-1] = apart
    classify.bias[:-1] = -(apart @ tokens.mean(0))


@lru_cache(maxsize=1)
def undivided(name):
    with torch.inference_mode():
        return settled(name)(scaled(pixels(*SIZE)))


def undecided(name, expected):
    """Pixels that PointRend may decide anew in one run only: their margins are at the limit, but for rounding."""
    kept, size = [torch.zeros(1, 1, *SIZE)], [-(-side // 32) * 32 for side in SIZE]
    rounding = 1e-5 * float(expected.max() - expected.min())

    def limit(values, share):
        found = selection.limit(values, share)
        close = ((values - found).abs() <= rounding).float()
        # enlarging spreads what was decided to the pixels around
        around = F.interpolate(F.max_pool2d(close, 5, 1, 2), size=size)
        kept.append(around[..., : SIZE[0], : SIZE[1]])
        return found

    if "pointrend" in name:
        net = settled(name)
        with torch.inference_mode(), patch.object(pointrend, "limit", limit):
            net(scaled(pixels(*SIZE)))
        assert len(kept) == 3
    found = torch.stack(kept).amax(0)
    assert found.mean() < 0.03
    return found.bool()


def share(ranks, name, dtype=torch.float32, **how):
    """One rank's tiles of the logits."""
    net = settled(name).to(dtype)
    with torch.inference_mode():
        return tiles_of(net, scaled(pixels(*SIZE), dtype), tile=TILE, dtype=dtype, ranks=ranks, **how)


# without values nobody can tell which points PointRend chooses: tests/engine/nn/test_pointrend.py
@pytest.mark.parametrize("name", [name for name in ZOO if "pointrend" not in name])
def test_multiply_adds_are_those_that_torch_counts(name):
    """The planner's figures, which count pools of a few numbers not at all and what is computed twice twice."""
    encoder, decoder, spim = ZOO[name]
    net = network(encoder=encoder, decoder=decoder, spim=spim).to("meta").eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(torch.empty(1, 3, 512, 768, device="meta"))
    workload = Workload(net.program(3), (512, 768), "float32")
    assert 2 * workload.macs == pytest.approx(counter.get_total_flops(), rel=0.03)
    head = workload.step_macs(workload.program.head)
    decoders = sum(counter.get_flop_counts()["Segmenter.decoder"].values())
    assert 0 <= 2 * head <= 1.001 * decoders
    assert (workload.part_macs("interaction") > 0) == (spim is not None)


# only in the whole matrix
SLOW = {
    "dilated resnet-ocr",
    "dilated resnet-psp",
    "fctl-fpn",
    "hrnet-ehsnet",
    "isdnet-upernet",
    "mit-pointrend",
    "mit-segvit",
    "resnet 50-fcn",
    "resnet-mask2former",
    "resnet-pyramid-pointrend",
    "resnet-upernet",
    "mit-segformer of its authors",
    "stdc-fcn with biases",
}


@pytest.mark.parametrize("name", [pytest.param(each, marks=[pytest.mark.full] if each in SLOW else []) for each in ZOO])
def test_divided_equals_undivided(name, rank_pool):
    expected = undivided(name)
    assert float(expected.std(dim=(2, 3)).min()) > 0
    assert len(expected.argmax(1).unique()) > 1
    one = joined(share(None, name), SIZE)
    assert_same(torch.where(undecided(name, expected), expected, one), expected)
    parts = rank_pool.run(2, share, name, region=256)
    assert torch.equal(joined({place: data for part in parts for place, data in part.items()}, SIZE), one)


@pytest.mark.full
@pytest.mark.parametrize("name", ZOO)
def test_no_division_changes_a_bit_in_bf16(name, rank_pool):
    one = joined(share(None, name, torch.bfloat16, budget=0), SIZE)
    for ranks, region in ((2, None), (4, 512)):
        parts = rank_pool.run(ranks, share, name, torch.bfloat16, region=region)
        assert torch.equal(joined({place: data for part in parts for place, data in part.items()}, SIZE), one)
