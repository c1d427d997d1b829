"""Crop mode, held against a slow reference that keeps the sums of the whole scene."""

import numpy as np
import pytest
import torch

from jobs import picture
from networks import network
from wholescene.holistic.crop import Cutting, cut, slide
from wholescene.wire.plan import Window
from wholescene.wire.request import SegmentRequest

HEIGHT, WIDTH = 171, 230
WHOLE = Window(0, 0, HEIGHT, WIDTH)


class ArrayReader:
    """A scene held as one array; notes what was read."""

    def __init__(self, image):
        self.image, self.windows = image, []

    def prefetch(self, windows):
        for window in windows:
            self.windows.append(window)
            rows, cols = slice(window.row, window.row + window.height), slice(window.col, window.col + window.width)
            yield window, np.ascontiguousarray(self.image[:, rows, cols])


@pytest.fixture(scope="module")
def net():
    return network(spim={"stages": [3], "heads": 8, "kv_pool": 2})


@pytest.fixture(scope="module")
def image():
    return picture(HEIGHT, WIDTH).astype(np.float32) / 64 - 2


def asked(**fields):
    return SegmentRequest(("a.tif",), "p", mode="crop", **fields)


def cropped(net, image, request, wanted=None, done=lambda fraction: None):
    """The logits of the wanted window, put together; each pixel has to come exactly once."""
    height, width = image.shape[1:]
    wanted = wanted or Window(0, 0, height, width)
    out, times = np.empty((5, height, width), np.float32), np.zeros((height, width), int)
    with torch.inference_mode():
        for patch in slide(net, ArrayReader(image), Cutting.of(request, height, width), wanted, done):
            window = patch.window
            rows, cols = slice(window.row, window.row + window.height), slice(window.col, window.col + window.width)
            out[:, rows, cols] = patch.data[0]
            times[rows, cols] += 1
    rows, cols = slice(wanted.row, wanted.row + wanted.height), slice(wanted.col, wanted.col + wanted.width)
    assert times.sum() == (times[rows, cols] == 1).sum() == wanted.height * wanted.width
    return out[:, rows, cols]


def slow(net, image, crop, stride, weights_of=np.ones):
    """Slide inference as mmsegmentation describes it, with arrays of the scene's size, in double precision."""
    height, width = image.shape[1:]
    sums, count = np.zeros((5, height, width)), np.zeros((height, width))
    for row in range(max(height - crop + stride - 1, 0) // stride + 1):
        for col in range(max(width - crop + stride - 1, 0) // stride + 1):
            bottom, right = min(row * stride + crop, height), min(col * stride + crop, width)
            top, left = max(bottom - crop, 0), max(right - crop, 0)
            with torch.inference_mode():
                window = torch.from_numpy(image[None, :, top:bottom, left:right].copy())
                logits = net(window)[0].numpy().astype(np.float64)
            weights = weights_of((bottom - top, right - left))
            sums[:, top:bottom, left:right] += logits * weights
            count[top:bottom, left:right] += weights
    return sums / count


def bell(shape):
    """A Gaussian around a window's middle, an eighth of its side wide."""
    rows, cols = np.mgrid[: shape[0], : shape[1]]
    down = (rows - (shape[0] - 1) / 2) / (shape[0] / 8)
    right = (cols - (shape[1] - 1) / 2) / (shape[1] / 8)
    return np.exp(-(down**2 + right**2) / 2)


@pytest.mark.parametrize(
    ("crop", "overlap", "stride"),
    [(96, 1 / 3, 64), (64, 0.5, 32), (64, 0, 64), (100, 0.25, 75), (64, 0.9, 6), (200, 1 / 3, 133)],
)
@pytest.mark.parametrize(("weighting", "weights"), [("uniform", np.ones), ("gaussian", bell)])
def test_it_is_the_mean_over_the_windows_of_a_pixel(net, image, crop, overlap, stride, weighting, weights):
    image = image[:, :90, :75] if overlap > 0.5 else image  # the reference takes its time
    expected = slow(net, image, crop, stride, weights)
    got = cropped(net, image, asked(crop=crop, overlap=overlap, weighting=weighting))
    np.testing.assert_allclose(got, expected, atol=2e-5 * np.abs(expected).max())


@pytest.mark.parametrize("weighting", ["uniform", "gaussian"])
def test_a_window_larger_than_the_scene_is_the_undivided_network(net, image, weighting):
    got = cropped(net, image, asked(crop=256, weighting=weighting))
    with torch.inference_mode():
        np.testing.assert_array_equal(got, net(torch.from_numpy(image)[None])[0].numpy())


def test_the_seams_show(net, image):
    """What the mode is there to show: the answer depends on how the scene was cut."""
    one, other = (cropped(net, image, asked(crop=crop)).argmax(0) for crop in (64, 96))
    assert (one != other).mean() > 0.01


@pytest.mark.parametrize("wanted", [Window(33, 50, 80, 100), Window(0, 0, 1, 1), Window(170, 229, 1, 1)])
@pytest.mark.parametrize("weighting", ["uniform", "gaussian"])
def test_what_is_wanted_does_not_change_the_answer_and_saves_windows(net, image, wanted, weighting):
    request = asked(crop=64, weighting=weighting)
    whole = cropped(net, image, request)
    seen = []
    part = cropped(net, image, request, wanted, seen.append)
    rows, cols = slice(wanted.row, wanted.row + wanted.height), slice(wanted.col, wanted.col + wanted.width)
    np.testing.assert_array_equal(part, whole[:, rows, cols])
    assert len(seen) < Cutting.of(request, HEIGHT, WIDTH).count_in(WHOLE)
    assert seen == sorted(seen)
    assert seen[-1] == 1


@pytest.mark.parametrize("size", [2, 3, 7])
@pytest.mark.parametrize("wanted", [WHOLE, Window(45, 10, 70, 90)])
def test_ranks_share_the_rows_and_the_bits(net, image, size, wanted):
    request = asked(crop=64, overlap=0.5, weighting="gaussian")
    cutting = Cutting.of(request, HEIGHT, WIDTH)
    parts = [part for rank in range(size) if (part := cutting.share(wanted, rank, size)) is not None]
    together = np.concatenate([cropped(net, image, request, part) for part in parts], axis=1)
    np.testing.assert_array_equal(together, cropped(net, image, request, wanted))


def test_finished_rows_leave_before_the_windows_below_are_run(net, image):
    reader = ArrayReader(image)
    cutting = Cutting.of(asked(crop=64, overlap=0), HEIGHT, WIDTH)
    with torch.inference_mode():
        next(slide(net, reader, cutting, WHOLE, lambda fraction: None))
    assert {window.row for window in reader.windows} == {0}


def test_who_is_told_may_stop_it(net, image):
    class Enough(Exception):
        pass

    def stop(fraction):
        raise Enough

    reader = ArrayReader(image)
    with pytest.raises(Enough):
        list(slide(net, reader, Cutting.of(asked(crop=64), HEIGHT, WIDTH), WHOLE, stop))
    assert len(reader.windows) == 1


@pytest.mark.parametrize(
    ("size", "crop", "overlap", "starts"),
    [
        (1024, 512, 1 / 3, (0, 341, 512)),  # 512 by 341, 640 by 426 and 256 by 170 as mmsegmentation has them
        (1280, 640, 1 / 3, (0, 426, 640)),
        (600, 256, 1 / 3, (0, 170, 340, 344)),
        (1024, 512, 0.5, (0, 256, 512)),
        (1024, 512, 0, (0, 512)),
        (1025, 512, 0, (0, 512, 513)),
        (512, 512, 0.5, (0,)),
        (511, 512, 0.5, (0,)),
    ],
)
def test_windows_lie_where_slide_inference_puts_them(size, crop, overlap, starts):
    cuts = cut(size, crop, overlap, "uniform")
    assert cuts.starts == starts
    assert cuts.side == min(crop, size)


@pytest.mark.parametrize("weighting", ["uniform", "gaussian"])
def test_the_shares_of_a_pixel_sum_to_one(weighting):
    cuts = cut(1000, 96, 0.4, weighting)
    total = np.zeros(1000)
    for start, share in zip(cuts.starts, cuts.shares.numpy(), strict=True):
        total[start : start + cuts.side] += share
    np.testing.assert_allclose(total, 1, rtol=1e-6)


def test_the_sums_are_as_high_as_a_window():
    cutting = Cutting.of(asked(crop=512), 10_000, 20_000)
    assert cutting.strip_bytes(24, Window(0, 0, 10_000, 20_000)) == 4 * 24 * 512 * 20_000
    assert cutting.strip_bytes(24, Window(0, 700, 10_000, 10)) == 4 * 24 * 512 * (682 + 512 - 341)
