"""Classes of enlarged logits: those of torch's own enlargement, whatever the window."""

import math

import pytest
import torch
import torch.nn.functional as F

from wholescene.nn.logits import Logits
from wholescene.nn.patch import Patch, surround
from wholescene.wire.plan import Window

TIE = 1e-5  # logits closer than this may be ordered otherwise


def smooth(classes: int, height: int, width: int) -> torch.Tensor:
    """Logits ``[1, classes, height, width]`` with areas and borders."""
    return F.interpolate(torch.randn(1, classes, 4, 5), size=(height, width), mode="bicubic")


def noise(classes: int, height: int, width: int) -> torch.Tensor:
    return torch.randn(1, classes, height, width)


def logits_of(coarse: torch.Tensor, factor: int, window: Window) -> Logits:
    """What a rank would know of ``window`` of the finer map: one coarse pixel more on each side."""
    size = coarse.shape[-2], coarse.shape[-1]
    tile = Window(window.row // factor, window.col // factor, window.height // factor, window.width // factor)
    known = surround(tile, 1, *size)
    data = coarse[..., known.row : known.row + known.height, known.col : known.col + known.width]
    return Logits(Patch(data, known, size), factor, window)


def winners(coarse: torch.Tensor, factor: int, window: Window | None = None) -> torch.Tensor:
    height, width = (side * factor for side in coarse.shape[-2:])
    classes, finite = logits_of(coarse, factor, window or Window(0, 0, height, width)).winners()
    assert finite
    return classes


@pytest.mark.parametrize("make", [smooth, noise])
@pytest.mark.parametrize(("classes", "factor"), [(1, 4), (2, 4), (9, 2), (24, 4), (5, 32)])
def test_winners_are_those_of_torchs_enlargement(make, classes, factor):
    torch.manual_seed(classes)
    coarse = make(classes, 23, 31)
    enlarged = F.interpolate(coarse.double(), scale_factor=factor, mode="bilinear", align_corners=False)[0]
    won = winners(coarse, factor).long()
    lost_by = enlarged.amax(0) - enlarged.gather(0, won[None])[0]
    assert lost_by.max() < TIE
    assert make is noise or classes == 1 or len(won.unique()) > 1


@pytest.mark.parametrize("make", [smooth, noise])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_no_window_shows(make, dtype):
    """Every bit of the map is that of the undivided one."""
    torch.manual_seed(1)
    coarse, factor = make(6, 16, 24).to(dtype), 4
    whole = winners(coarse, factor)
    for side in (8, 20, 32):
        for row in range(0, 64, side):
            for col in range(0, 96, side):
                window = Window(row, col, min(side, 64 - row), min(side, 96 - col))
                expected = whole[row : row + window.height, col : col + window.width]
                assert torch.equal(winners(coarse, factor, window), expected)


def test_a_window_without_its_surroundings_is_refused():
    coarse = Patch(noise(3, 4, 4), Window(4, 4, 4, 4), (16, 16))
    with pytest.raises(ValueError, match="reaches out"):
        Logits(coarse, 4, Window(16, 16, 16, 16)).winners()


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_highest_logit_that_is_no_number_is_told(number):
    coarse = noise(3, 6, 6)
    coarse[0, 1, 2, 3] = number
    assert logits_of(coarse, 4, Window(0, 0, 24, 24)).winners()[1] is False


def test_a_class_that_is_impossible_somewhere_is_no_error():
    coarse = noise(3, 6, 6)
    coarse[0, 1] = -math.inf
    classes, finite = logits_of(coarse, 4, Window(0, 0, 24, 24)).winners()
    assert finite
    assert 1 not in classes


def test_between_pixels_that_exclude_each_others_classes_nothing_can_win():
    coarse = torch.zeros(1, 2, 4, 4)
    coarse[0, 0, :, :2] = coarse[0, 1, :, 2:] = -math.inf
    assert logits_of(coarse, 4, Window(0, 0, 16, 16)).winners()[1] is False


@pytest.mark.parametrize(("classes", "factor"), [(257, 4), (2, 3)])
def test_what_a_class_map_cannot_hold_is_refused(classes, factor):
    with pytest.raises(ValueError, match="not"):
        logits_of(noise(classes, 4, 4), factor, Window(0, 0, 4 * factor, 4 * factor))


def test_256_classes_are_told_apart():
    coarse = torch.eye(256).view(1, 256, 16, 16)
    assert torch.equal(winners(coarse, 2)[::2, ::2].flatten().long(), torch.arange(256))


@pytest.mark.parametrize("factor", [2, 32])
def test_a_map_of_one_coarse_pixel_is_of_one_class(factor):
    coarse = torch.tensor([0.0, 2.0, 1.0]).view(1, 3, 1, 1)
    assert torch.equal(winners(coarse, factor), torch.ones(factor, factor, dtype=torch.uint8))


def test_dense_logits_are_taken_as_they_are():
    dense = noise(4, 10, 12)
    window = Window(0, 0, 10, 12)
    classes, _ = Logits(Patch(dense, window, (10, 12)), 1, window).winners()
    assert torch.equal(classes.long(), dense[0].argmax(0))
