"""The loss's sums against torch's own functions and slow transcriptions."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from wholescene.training.config import Loss
from wholescene.training.data import IGNORE
from wholescene.training.losses import Criterion, boundary, class_weights, soft_dice

CLASSES = 4


@pytest.fixture
def pixels():
    drawn = torch.Generator().manual_seed(3)
    logits = torch.randn(2, CLASSES, 12, 14, generator=drawn, dtype=torch.float64)
    labels = torch.randint(0, CLASSES, (2, 12, 14), generator=drawn).to(torch.uint8)
    labels[torch.rand(labels.shape, generator=drawn) < 0.2] = IGNORE
    return logits, labels


def criterion(balance=None, **settings):
    return Criterion(Loss(**settings), torch.ones(CLASSES) if balance is None else balance)


def test_cross_entropy_is_the_mean_over_labelled_pixels(pixels):
    logits, labels = pixels
    entropy = criterion()
    sums = entropy.measure(logits, labels, entropy.weights(labels))
    count = int((labels != IGNORE).sum())
    expected = F.cross_entropy(logits, labels.long(), ignore_index=IGNORE)
    assert entropy.value(sums, sums, count, 1).item() == pytest.approx(expected.item(), rel=1e-12)


def test_parts_of_an_image_add_up_to_the_whole(pixels):
    logits, labels = pixels
    everything = criterion(dice=1.0)
    weights = everything.weights(labels)
    whole = everything.measure(logits, labels, weights)
    halves = [everything.measure(logits[..., s], labels[..., s], weights[..., s]) for s in (slice(5), slice(5, None))]
    torch.testing.assert_close(halves[0] + halves[1], whole)


def test_class_weights_are_those_of_torch_up_to_its_divisor(pixels):
    logits, labels = pixels
    balance = torch.tensor([0.5, 1.0, 2.0, 4.0])
    weighted = criterion(balance)
    sums = weighted.measure(logits, labels, weighted.weights(labels))
    expected = F.cross_entropy(logits, labels.long(), balance.double(), ignore_index=IGNORE, reduction="sum")
    assert sums[0].item() == pytest.approx(expected.item(), rel=1e-6)


def test_dice_of_classes_pixel_by_pixel(pixels):
    logits, labels = pixels
    probabilities = logits.softmax(1).numpy()
    scores = []
    for number in range(1, CLASSES):
        both = found = wanted = 0.0
        for place in np.argwhere(labels.numpy() != IGNORE):
            share = probabilities[place[0], number, place[1], place[2]]
            own = labels[tuple(place)] == number
            both, found, wanted = both + share * float(own), found + share, wanted + float(own)
        scores.append((2 * both + 1) / (found + wanted + 1))
    sums = criterion(dice=1.0).measure(logits, labels, torch.ones(labels.shape))
    assert soft_dice(sums[1:]).item() == pytest.approx(1 - np.mean(scores), rel=1e-9)


def test_the_ranks_shares_of_dice_add_up_to_it(pixels):
    logits, labels = pixels
    overlap = criterion(dice=0.5)
    sums = overlap.measure(logits, labels, overlap.weights(labels))
    alone = overlap.value(sums, sums, 100, 1)
    shares = [overlap.value(half, sums, 100, 2) for half in (sums * 0.25, sums * 0.75)]
    assert sum(shares).item() == pytest.approx(alone.item())


def surrounded(labels, reach):
    """For each pixel the known labels around it."""
    for (row, col), label in np.ndenumerate(labels):
        rows, cols = slice(max(row - reach, 0), row + reach + 1), slice(max(col - reach, 0), col + reach + 1)
        around = labels[rows, cols]
        yield (row, col), label, set(around[around != IGNORE].tolist())


def test_boundaries_lie_on_both_sides(pixels):
    labels = pixels[1][0]
    labels[3:9, 3:12] = 1
    found = boundary(labels[None])[0]
    for place, label, around in surrounded(labels.numpy(), 2):
        assert bool(found[place]) == (label != IGNORE and len(around) > 1), place


def test_a_straight_boundary_is_two_pixels_wide_on_each_side_and_legacy_on_both_only_if_rising():
    labels = torch.zeros(1, 9, 10, dtype=torch.uint8)
    labels[..., 5:] = 1
    assert boundary(labels)[0, 4].tolist() == [False] * 3 + [True] * 4 + [False] * 3
    assert boundary(labels, legacy=True)[0, 4].tolist() == [False] * 3 + [True] * 4 + [False] * 3
    falling = 1 - labels
    assert boundary(falling)[0, 4].tolist() == [False] * 3 + [True] * 4 + [False] * 3
    assert not boundary(falling, legacy=True).any()  # derivatives below zero are cut off


def test_boundary_weights_are_added_to_one(pixels):
    labels = pixels[1]
    weights = criterion(boundary=1.5).weights(labels)
    expected = (1 + 1.5 * boundary(labels).float()) * (labels != IGNORE)
    torch.testing.assert_close(weights, expected)


def test_ignored_pixels_make_no_boundary():
    labels = torch.zeros(1, 9, 10, dtype=torch.uint8)
    labels[..., 5:] = IGNORE
    assert not boundary(labels).any()


@pytest.mark.parametrize(("hardest", "share"), [(0.7, 0.0), (0.0, 0.3), (0.2, 0.5), (1.0, 0.0)])
def test_hard_pixels_are_those_that_sorting_finds(pixels, hardest, share):
    logits, labels = pixels
    known = labels != IGNORE
    own = logits.softmax(1).gather(1, labels.long().masked_fill(~known, 0)[:, None])[:, 0][known]
    hard = criterion(hardest=hardest, hardest_share=share)
    below, count = hard.hard(hard.histogram(logits, labels))
    needed = max(hardest, own.sort().values[max(0, math.ceil(share * len(own)) - 1)].item() if share else 0)
    assert needed - 0.5 / 1024 <= below <= needed + 1.5 / 1024
    assert count == int((own.float() < below).sum())
    chosen = F.cross_entropy(logits, labels.long(), ignore_index=IGNORE, reduction="none")[known][own.float() < below]
    sums = hard.measure(logits, labels, hard.weights(labels), below)
    assert sums[0].item() == pytest.approx(chosen.sum().item(), rel=1e-6)


@pytest.mark.parametrize(
    ("how", "expected"), [("none", [1, 1]), ("inverse", [2, 2 / 3]), ("root", [1.5773503, 0.9106836])]
)
def test_weights_of_classes(how, expected):
    counts = [100, 300]
    found = class_weights(counts, how)
    if how != "root":
        assert found.tolist() == pytest.approx(expected)
    assert (found[0] / found[1]).item() == pytest.approx({"none": 1, "inverse": 3, "root": 3**0.5}[how], rel=1e-6)
    assert (found * torch.tensor([0.25, 0.75])).sum().item() == pytest.approx(1, rel=1e-6)
