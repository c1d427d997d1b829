"""EHSNet's decoder in training: its own auxiliary head, and gradients of divided scenes."""

import pytest
import torch
import torch.nn.functional as F

from networks import NARROW_CONVNEXT, network
from rank_pool import RankPool
from wholescene.holistic.ranks import Alone
from wholescene.training.auxiliary import AuxiliaryHead, DecodersHead, make_head
from wholescene.training.config import read_config
from wholescene.training.exchange import Exchange
from wholescene.training.spatial import SpatialRun, live_steps, share
from wholescene.wire.errors import TrainingConfigInvalid

DECODER = {"name": "ehsnet", "channels": 8, "width": 6}
SIZE, TILE = (192, 224), 160


def learner():
    return network(encoder=NARROW_CONVNEXT, decoder=DECODER).double().requires_grad_(True)


def scene():
    drawn = torch.Generator().manual_seed(1)
    return torch.randn(1, 3, *SIZE, generator=drawn, dtype=torch.float64), torch.randint(0, 5, SIZE, generator=drawn)


def gradients(net):
    return {name: weight.grad for name, weight in net.named_parameters() if weight.grad is not None}


def undivided():
    """Plain autograd of the module, with the auxiliary logits taken off its own head."""
    net, (image, labels) = learner(), scene()
    kept = []
    net.decoder.second.register_forward_hook(lambda *given: kept.append(given[2]))
    loss = F.cross_entropy(net(image), labels[None])
    second = F.interpolate(kept[0], scale_factor=8, mode="bilinear", align_corners=False)
    (loss + 0.4 * F.cross_entropy(second, labels[None])).backward()
    return gradients(net)


def divided(ranks):
    """This rank's share of the same by steps."""
    torch.manual_seed(0)
    net, (image, labels) = learner(), scene()
    program = net.program(3)
    run = SpatialRun(program, share(SIZE, TILE, ranks.size, None), Exchange(ranks), live_steps(net, program))
    window = run.region.window
    run.encode(part(image, window))

    def entropy(tile, logits):
        return F.cross_entropy(logits, part(labels, tile)[None], reduction="sum")

    run.exchange.live = True
    first = sum(run.local(program.head, entropy))
    second = sum(run.local(make_head(net, 5).step(net), entropy))
    run.exchange.closed((first + 0.4 * second) / labels.numel()).backward()
    return gradients(net)


def part(data, window):
    return data[..., window.row : window.row + window.height, window.col : window.col + window.width]


@pytest.fixture(scope="module")
def expected():
    return undivided()


def assert_same(found, expected):
    assert set().union(*found) == set(expected)
    for name, wanted in expected.items():
        summed = sum(share[name] for share in found if name in share)
        assert (summed - wanted).norm() <= 1e-5 * wanted.norm() + 1e-12, name


def test_gradients_of_one_rank(expected):
    assert "decoder.second.conv.weight" in expected
    assert_same([divided(Alone())], expected)


def test_gradients_of_two_ranks(expected):
    pool = RankPool()
    try:
        assert_same(pool.run(2, divided), expected)
    finally:
        pool.end()


def test_the_decoders_own_head_is_the_auxiliary_head():
    net = network(encoder=NARROW_CONVNEXT, decoder=DECODER)
    own = make_head(net, 5)
    assert isinstance(own, DecodersHead)
    assert not list(own.parameters())
    assert own.source(net) is net.decoder.second
    assert isinstance(make_head(network(encoder=NARROW_CONVNEXT), 5), AuxiliaryHead)


def test_ecr_without_an_auxiliary_loss_is_refused(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text(
        '[preset]\nname = "x"\n[network]\nencoder = { name = "convnext", variant = "atto" }\n'
        'decoder = { name = "ehsnet" }\n[data]\nsources = [{ folder = "data" }]\n'
        '[[stages]]\nname = "a"\nsteps = 1\nbatch = 1\nsize = 64\nschedule = { rate = 1e-3 }\n'
    )
    with pytest.raises(TrainingConfigInvalid, match="auxiliary"):
        read_config(path)
