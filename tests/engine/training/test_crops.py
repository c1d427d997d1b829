"""Gradients of a batch of crops: equal however many ranks share it, batch norm and Dice included."""

import pytest
import torch
import torch.nn.functional as F

from networks import FPN, NARROW_CONVNEXTV2, UPERNET, network
from rank_pool import RankPool
from wholescene.holistic.ranks import Alone
from wholescene.training.auxiliary import AuxiliaryHead
from wholescene.training.config import Loss, read_config
from wholescene.training.losses import Criterion
from wholescene.training.passes import Passes
from wholescene.training.samples import Sample
from wholescene.training.team import Team, sum_gradients

BATCH, CLASSES = 4, 5


def crops():
    drawn = torch.Generator().manual_seed(2)
    images = torch.randn(BATCH, 3, 64, 64, generator=drawn, dtype=torch.float64)
    labels = torch.randint(0, CLASSES, (BATCH, 64, 64), generator=drawn).to(torch.uint8)
    labels[torch.rand(labels.shape, generator=drawn) < 0.3] = 255
    labels[0, :, :50] = 255  # ranks do not have as many pixels as each other
    return images, labels


def networks(decoder):
    net = network(encoder=NARROW_CONVNEXTV2, decoder=decoder, spim={"stages": [3], "heads": 4})
    torch.manual_seed(5)
    return net.double().requires_grad_(True).train(), AuxiliaryHead(48, CLASSES, 8).double()


def shared(ranks, decoder, toml, loss):
    """Summed loss and gradients, and batch norm's memory."""
    net, head = networks(decoder)
    images, labels = crops()
    mine = range(ranks.rank, BATCH, ranks.size)
    criterion = Criterion(Loss(**loss), torch.arange(1, CLASSES + 1) / 3)
    config = read_config(toml)
    config.loss = criterion.settings
    passes = Passes(net, head if loss["auxiliary"] else None, criterion, config, Team(ranks, ranks, 0, 1))
    samples = [Sample(images[i], labels[i]) for i in mine]
    share = passes.crops(samples, int((labels != 255).sum()))
    share.backward()
    learning = [*net.parameters(), *(head.parameters() if loss["auxiliary"] else ())]
    sum_gradients(learning, ranks)
    total = ranks.total(share.detach().clone())
    return total.item(), [weight.grad for weight in learning], dict(net.named_buffers())


@pytest.fixture(scope="module")
def pool():
    pool = RankPool()
    yield pool
    pool.end()


@pytest.fixture
def toml(tmp_path):
    from training_runs import CROPS, configuration

    return configuration(tmp_path, CROPS)


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize(("decoder", "dice"), [(UPERNET, 0.0), (FPN, 0.7)])
def test_ranks_share_a_batch(pool, toml, size, decoder, dice):
    loss = {"auxiliary": 0.4, "dice": dice, "boundary": 1.0}
    value, expected, memory = shared(Alone(), decoder, toml, loss)
    for found, gradients, statistics in pool.run(size, shared, decoder, toml, loss):
        assert found == pytest.approx(value, rel=1e-6)
        for one, other in zip(gradients, expected, strict=True):
            assert (one - other).norm() <= 1e-5 * other.norm() + 1e-9
        for name, kept in memory.items():
            torch.testing.assert_close(statistics[name], kept, rtol=1e-6, atol=1e-9)


def test_alone_it_is_autograd_of_the_plain_loss(toml):
    plain = {"auxiliary": 0.0, "dice": 0.0, "boundary": 0.0}
    value, found, _ = shared(Alone(), UPERNET, toml, plain)
    net, _ = networks(UPERNET)
    images, labels = crops()
    weights = (torch.arange(1, CLASSES + 1) / 3).double()
    summed = F.cross_entropy(net(images), labels.long(), weights, ignore_index=255, reduction="sum")
    loss = summed / (labels != 255).sum()
    loss.backward()
    assert value == pytest.approx(loss.item(), rel=1e-6)
    for one, weight in zip(found, net.parameters(), strict=True):
        assert (one - weight.grad).norm() <= 1e-6 * weight.grad.norm() + 1e-9
