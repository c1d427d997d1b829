"""Crop mode from a request to blocks: the same doors, grids and ends as the whole-scene mode."""

import numpy as np
import pytest
import torch

from jobs import CollectingSink, picture, random_zoo, scaled, undivided, write_scene
from wholescene.holistic import models, segment
from wholescene.holistic.planner import Limits
from wholescene.presets.zoo import Zoo
from wholescene.wire import errors
from wholescene.wire.request import Extent, SegmentRequest

CROP = {"mode": "crop", "crop": 128, "overlap": 0.25, "weighting": "gaussian"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("zoo")


@pytest.fixture(scope="module")
def zoo(folder):
    return random_zoo(folder)


@pytest.fixture(scope="module")
def pixels():
    return picture(220, 300)


@pytest.fixture(scope="module")
def scene(tmp_path_factory, pixels):
    return write_scene(tmp_path_factory.mktemp("scene") / "scene.tif", pixels)


def run(zoo, scene, sink=None, ranks=None, limits=None, **fields):
    sink = sink or CollectingSink()
    request = SegmentRequest((str(scene),), "random", **{"precision": "float32", **CROP, **fields})
    segment(request, sink, zoo, ranks, limits)
    return sink


def windows(size, crop, stride):
    """First pixels of the windows along a side."""
    return sorted({min(start, size - crop) for start in range(0, size - crop + stride, stride)})


def expected(zoo, pixels, crop=128, stride=96):
    """Uniform mean of the windows' logits ``[classes, h, w]``, with arrays of the scene's size."""
    net, image = models.load(zoo.load("random"), "float32"), scaled(pixels)
    height, width = pixels.shape[1:]
    sums, count = torch.zeros(4, height, width, dtype=torch.float64), torch.zeros(height, width)
    with torch.inference_mode():
        for row in windows(height, crop, stride):
            for col in windows(width, crop, stride):
                sums[:, row : row + crop, col : col + crop] += net(image[..., row : row + crop, col : col + crop])[0]
                count[row : row + crop, col : col + crop] += 1
    return (sums / count).numpy()


def clear(logits):
    """Where the two best classes are clearly apart."""
    best = np.sort(logits, axis=0)
    return best[-1] - best[-2] > 1e-4 * (logits.max() - logits.min())


def test_the_map_is_the_mean_of_the_windows(zoo, scene, pixels):
    sink = run(zoo, scene, weighting="uniform", confidence=True)
    logits = expected(zoo, pixels)
    sure = clear(logits)
    np.testing.assert_array_equal(sink.classes[sure], logits.argmax(0)[sure] + 10)
    assert sure.mean() > 0.99
    assert (sink.times == 1).all()
    probability = torch.softmax(torch.from_numpy(logits), 0).amax(0).numpy() * 100
    assert np.abs(sink.confidence - probability).max() <= 0.51


@pytest.mark.parametrize("weighting", ["uniform", "gaussian"])
def test_one_window_is_the_undivided_network(zoo, scene, pixels, weighting):
    sink = run(zoo, scene, crop=512, weighting=weighting)
    np.testing.assert_array_equal(sink.classes, undivided(zoo, pixels)[0].argmax(0).numpy() + 10)


def test_it_is_not_the_whole_scenes_answer(zoo, scene):
    whole = run(zoo, scene, mode="holistic")
    assert (run(zoo, scene).classes != whole.classes).mean() > 0.001


def test_the_map_says_how_it_was_cut(zoo, scene):
    rows = run(zoo, scene).plan.provenance
    assert {key: rows[key] for key in CROP} == {
        "mode": "crop",
        "crop": "128",
        "overlap": "0.25",
        "weighting": "gaussian",
    }
    assert not set(CROP) & set(run(zoo, scene, mode="holistic").plan.provenance)


def test_the_plan_grows_with_the_windows(zoo, scene, monkeypatch):
    monkeypatch.setattr("wholescene.holistic.pace.speed", lambda precision, device="cpu": 1e9)
    small, large = run(zoo, scene).plan, run(zoo, scene, crop=192).plan
    assert small.peak_bytes < large.peak_bytes
    # 3 x 2 windows, and 4 x 3 with an overlap of 0.5
    assert run(zoo, scene, overlap=0.5).plan.seconds == pytest.approx(2 * small.seconds)


def test_windows_that_cannot_fit_are_refused_with_numbers(zoo, scene):
    with pytest.raises(errors.WindowTooLarge, match="128 x 128 pixels") as refused:
        run(zoo, scene, limits=Limits(memory=200_000_000))
    assert refused.value.params["allowed_mb"] == 200 < refused.value.params["needed_mb"]


@pytest.mark.parametrize(
    ("extent", "rows", "cols"),
    [
        (Extent(101, 33, 240, 190, "pixel"), slice(33, 190), slice(101, 240)),
        (Extent(500_101, 4_999_810, 500_240, 4_999_967), slice(33, 190), slice(101, 240)),
        (Extent(299, 219, 9999, 9999, "pixel"), slice(219, 220), slice(299, 300)),
    ],
)
def test_extent_limits_the_output_and_not_the_answer(zoo, scene, extent, rows, cols):
    part = run(zoo, scene, extent=extent)
    np.testing.assert_array_equal(part.classes, run(zoo, scene).classes[rows, cols])
    assert (part.times == 1).all()


def test_nodata_is_nodata(zoo, tmp_path, pixels):
    valid = np.ones(pixels.shape[1:], bool)
    valid[50:120, 100:233] = False
    sink = run(zoo, write_scene(tmp_path / "holes.tif", pixels, valid=valid), weighting="uniform")
    assert (sink.classes[~valid] == 255).all()
    logits = expected(zoo, np.where(valid, pixels, np.array([123.675, 116.28, 103.53])[:, None, None]))
    sure = clear(logits) & valid
    np.testing.assert_array_equal(sink.classes[sure], logits.argmax(0)[sure] + 10)


@pytest.mark.parametrize("grid", ["scene", "model"])
def test_windows_count_in_pixels_of_the_network(zoo, tmp_path, pixels, grid):
    """0.25 m pixels become 0.5 m ones; the map comes on either grid."""
    fine = write_scene(tmp_path / "fine.tif", pixels.repeat(2, axis=1).repeat(2, axis=2), resolution=0.25 * 0.9996)
    sink = run(zoo, fine, weighting="uniform", grid=grid)
    logits = expected(zoo, pixels)
    labels, sure = logits.argmax(0) + 10, clear(logits)
    if grid == "scene":
        labels, sure = (layer.repeat(2, axis=0).repeat(2, axis=1) for layer in (labels, sure))
    assert sink.classes.shape == labels.shape
    assert (sink.classes == labels)[sure].mean() > 0.9999
    assert (sink.times == 1).all()


def test_progress_runs_forward_to_the_end(zoo, scene, monkeypatch):
    monkeypatch.setattr("wholescene.holistic.crop.EVERY", 0)
    fractions = [fraction for _, fraction in run(zoo, scene).reports]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert len(fractions) > 3


def test_cancel_ends_the_job_between_windows(zoo, scene, monkeypatch):
    monkeypatch.setattr("wholescene.holistic.crop.EVERY", 0)
    sink = CollectingSink(cancel_at=0.3)
    with pytest.raises(errors.Cancelled):
        run(zoo, scene, sink)
    assert 0.3 <= sink.reports[-1][1] < 0.6


def share_of(ranks, folder, scene, extent=None, cancelled=False):
    """One rank's blocks: where they are and what they say; None if the job was cancelled."""
    plan = run(Zoo([folder]), scene, extent=extent).plan
    sink = CollectingSink(cancel_at=0 if cancelled and ranks.rank == 1 else 2)
    if ranks.rank:
        sink.planned(plan)  # rank 0 alone is told it
        sink.reports.append(("planning", 0.0))
    try:
        run(Zoo([folder]), scene, sink, ranks, extent=extent)
    except errors.Cancelled:
        return None
    return sink.times, sink.classes


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("extent", [None, Extent(101, 90, 240, 140, "pixel")])
def test_ranks_share_the_windows_and_the_bits(folder, zoo, scene, size, extent, rank_pool, one_thread):
    """Each rank's blocks are those of one rank alone, and together they cover the map once."""
    alone = run(zoo, scene, extent=extent)
    shares = rank_pool.run(size, share_of, folder, scene, extent)
    assert (sum(times for times, _ in shares) == 1).all()
    for times, classes in shares:
        np.testing.assert_array_equal(classes[times == 1], alone.classes[times == 1])


def test_what_one_rank_is_told_stops_all(folder, zoo, scene, rank_pool):
    assert rank_pool.run(2, share_of, folder, scene, cancelled=True) == [None, None]
