"""Loss, scores, schedule, and a checkpoint that resumes."""

from pathlib import Path

import pytest
import torch
from torch import nn

from wholescene.training.loop import Stage, Training
from wholescene.training.metrics import loss, score
from wholescene.training.scenes import IGNORE


def test_scores_leave_ignored_pixels_out() -> None:
    found = score(torch.tensor([1, 1, 1, 0, 0]), torch.tensor([1, 0, IGNORE, 1, 0]))
    assert found == (1, 1, 1)
    assert found.iou == pytest.approx(1 / 3)
    assert found.f1 == pytest.approx(1 / 2)


def test_the_loss_falls_as_logits_agree_and_ignores_what_it_should() -> None:
    labels = torch.tensor([[[0, 1, IGNORE]]])
    good = torch.tensor([[[[9.0, -9.0, 0.0]], [[-9.0, 9.0, 0.0]]]])
    assert loss(good, labels) < 0.01 < 1 < loss(-good, labels)
    changed = good.clone()
    changed[..., 2] = 100
    assert loss(changed, labels) == loss(good, labels)


def test_a_batch_that_is_ignored_altogether_has_a_finite_gradient() -> None:
    logits = torch.zeros(1, 2, 2, 2, requires_grad=True)
    loss(logits, torch.full((1, 2, 2), IGNORE)).backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_the_rate_warms_up_and_falls() -> None:
    stage = Stage("any", steps=100, batch=1, size=32, first_rate=1.0, last_rate=0.1, warmup=10)
    rates = [stage.rate(step) for step in range(100)]
    assert rates[0] == 0.1
    assert max(rates) == rates[10] == 1.0
    assert rates[11:] == sorted(rates[11:], reverse=True)
    assert rates[-1] == pytest.approx(0.1, abs=0.01)


def test_training_goes_on_where_the_checkpoint_stands(tmp_path: Path) -> None:
    torch.manual_seed(0)
    batch = torch.randn(2, 3, 8, 8), torch.randint(0, 2, (2, 8, 8))
    first = Training(nn.Conv2d(3, 2, 1), tmp_path)
    first.learn(batch, 0.01)
    first.step = 1
    first.save()
    second = Training(nn.Conv2d(3, 2, 1), tmp_path)
    second.resume()
    assert second.step == 1
    assert first.learn(batch, 0.01) == second.learn(batch, 0.01)
    torch.testing.assert_close(first.average.state_dict(), second.average.state_dict())
