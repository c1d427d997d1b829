"""From a request to blocks, held against one plain forward pass over the whole image."""

import math

import numpy as np
import pytest
import rasterio
import torch
from safetensors.torch import load_file, save_file

from jobs import CollectingSink, picture, random_zoo, undivided, write_scene
from wholescene.holistic import segment
from wholescene.holistic.delivery import classify
from wholescene.nn.logits import Logits
from wholescene.nn.patch import Patch
from wholescene.presets.seal import seal
from wholescene.wire import errors
from wholescene.wire.plan import Window
from wholescene.wire.request import Extent, SegmentRequest

QUARTER_METRE = 0.25 * 0.9996  # in metres of the UTM grid, which is drawn smaller along its central meridian


@pytest.fixture(scope="module")
def zoo(tmp_path_factory):
    return random_zoo(tmp_path_factory.mktemp("zoo"))


@pytest.fixture(scope="module")
def pixels():
    return picture(300, 427)


@pytest.fixture(scope="module")
def scene(tmp_path_factory, pixels):
    return write_scene(tmp_path_factory.mktemp("scene") / "scene.tif", pixels)


def run(zoo, scene, sink=None, **fields):
    sink = sink or CollectingSink()
    request = SegmentRequest(sources=(str(scene),), preset="random", **{"precision": "float32", **fields})
    segment(request, sink, zoo)
    return sink


def expected_labels(zoo, pixels):
    """Labels of the undivided network, and where its top two classes are clearly apart."""
    logits = undivided(zoo, pixels)[0]
    top = logits.topk(2, dim=0).values
    clear = (top[0] - top[1]) > 1e-4 * (logits.max() - logits.min())
    return (logits.argmax(0) + 10).numpy(), clear.numpy()


def test_map_equals_the_undivided_network(zoo, scene, pixels):
    sink = run(zoo, scene)
    labels, clear = expected_labels(zoo, pixels)
    assert (sink.times == 1).all()
    np.testing.assert_array_equal(sink.classes[clear], labels[clear])
    assert clear.mean() > 0.999
    assert len(np.unique(labels)) > 1


def test_plan_describes_the_map(zoo, scene):
    plan = run(zoo, scene).plan
    with rasterio.open(scene) as file:
        assert (plan.grid.width, plan.grid.height) == (file.width, file.height)
        assert plan.grid.transform == tuple(file.transform)[:6]
        assert rasterio.crs.CRS.from_wkt(plan.grid.crs) == file.crs
    assert [entry.value for entry in plan.classes] == [10, 11, 12, 13]
    assert plan.provenance["precision"] == plan.precision == "float32"
    assert plan.seconds > 0
    assert plan.peak_bytes > 1 << 20


@pytest.mark.parametrize(
    ("extent", "rows", "cols"),
    [
        (Extent(101, 33, 240, 190, "pixel"), slice(33, 190), slice(101, 240)),
        (Extent(500_101, 4_999_810, 500_240, 4_999_967), slice(33, 190), slice(101, 240)),
        (Extent(-50, -50, 7, 5, "pixel"), slice(0, 5), slice(0, 7)),
        (Extent(426, 299, 9999, 9999, "pixel"), slice(299, 300), slice(426, 427)),
    ],
)
def test_extent_limits_the_output_and_not_the_answer(zoo, scene, extent, rows, cols):
    whole, part = run(zoo, scene), run(zoo, scene, extent=extent)
    np.testing.assert_array_equal(part.classes, whole.classes[rows, cols])
    assert (part.times == 1).all()
    a, _, c, _, e, f = part.plan.grid.transform
    assert (c, f) == (500_000 + a * cols.start, 5_000_000 + e * rows.start)


def test_nodata_is_nodata_and_enters_as_scaled_zero(zoo, tmp_path, pixels):
    valid = np.ones(pixels.shape[1:], bool)
    valid[50:120, 200:333] = False
    scene = write_scene(tmp_path / "holes.tif", pixels, valid=valid)
    sink = run(zoo, scene)
    assert (sink.classes[~valid] == 255).all()
    filled = np.where(valid, pixels, np.array([123.675, 116.28, 103.53])[:, None, None])
    labels, clear = expected_labels(zoo, filled)
    np.testing.assert_array_equal(sink.classes[valid & clear], labels[valid & clear])


def test_confidence_is_the_probability_of_the_class_in_percent(zoo, scene, pixels):
    sink = run(zoo, scene, confidence=True)
    expected = torch.softmax(undivided(zoo, pixels)[0], 0).amax(0).numpy() * 100
    assert np.abs(sink.confidence - expected).max() <= 0.51


def test_a_scene_without_georeference_works_in_pixels(zoo, tmp_path, pixels):
    sink = run(zoo, write_scene(tmp_path / "plain.tif", pixels, crs=None))
    labels, clear = expected_labels(zoo, pixels)
    np.testing.assert_array_equal(sink.classes[clear], labels[clear])
    assert sink.plan.grid.crs == ""


def test_fine_pixels_are_averaged_and_the_map_keeps_the_scenes_grid(zoo, tmp_path, pixels):
    """0.25 m pixels become 0.5 m ones, the finest that the preset takes."""
    fine = pixels.repeat(2, axis=1).repeat(2, axis=2)
    sink = run(zoo, write_scene(tmp_path / "fine.tif", fine, resolution=QUARTER_METRE))
    labels, clear = expected_labels(zoo, pixels)
    assert sink.classes.shape == fine.shape[1:]
    large, sure = (layer.repeat(2, axis=0).repeat(2, axis=1) for layer in (labels, clear))
    assert (sink.classes == large)[sure].mean() > 0.9999
    assert (sink.times == 1).all()


def test_model_grid_gives_the_networks_own_pixels(zoo, tmp_path, pixels):
    fine = pixels.repeat(2, axis=1).repeat(2, axis=2)
    sink = run(zoo, write_scene(tmp_path / "fine.tif", fine, resolution=QUARTER_METRE), grid="model")
    assert sink.classes.shape == (sink.plan.model_height, sink.plan.model_width) == pixels.shape[1:]
    labels, sure = expected_labels(zoo, pixels)
    assert (sink.classes == labels)[sure].mean() > 0.9999
    assert (sink.times == 1).all()


def test_progress_runs_forward_to_the_end(zoo, scene):
    reports = run(zoo, scene).reports
    fractions = [fraction for _, fraction in reports]
    assert fractions == sorted(fractions)
    assert reports[0] == ("planning", 0.0)
    assert fractions[-1] == pytest.approx(1, abs=0.01)


def test_cancel_ends_the_job(zoo, scene, monkeypatch):
    monkeypatch.setattr("wholescene.holistic.progress.EVERY", 0)
    sink = CollectingSink(cancel_at=0.3)
    with pytest.raises(errors.Cancelled):
        run(zoo, scene, sink)
    assert sink.reports[-1][1] < 0.5


def test_bfloat16_is_recorded_and_close(zoo, scene):
    exact, rounded = run(zoo, scene), run(zoo, scene, precision="bf16")
    assert rounded.plan.precision == "bf16"
    assert (exact.classes == rounded.classes).mean() > 0.95


def test_a_precision_that_the_preset_forbids(tmp_path, scene):
    strict = random_zoo(tmp_path, **{"wholescene:precisions": ["float32"]})
    with pytest.raises(errors.PrecisionUnsupported):
        run(strict, scene, precision="bf16")
    assert run(strict, scene, precision="auto").plan.precision == "float32"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"preset": "no-such"}, errors.UnknownPreset),
        ({"sources": ("missing.tif",)}, errors.SceneNotFound),
        ({"extent": Extent(0, 0, 10, 10, "EPSG:4326")}, errors.ExtentOutside),
        ({"extent": Extent(0, 0, 10, 10, "EPSG:nonsense")}, errors.CrsUnknown),
        ({"bands": ("1", "2", "9")}, errors.UnknownBand),
        ({"bands": ("1", "2")}, errors.BandCount),
    ],
)
def test_bad_requests_have_codes(zoo, scene, fields, error):
    request = SegmentRequest(**{"sources": (str(scene),), "preset": "random", **fields})
    with pytest.raises(error):
        segment(request, CollectingSink(), zoo)


def test_a_scene_without_a_valid_pixel(zoo, tmp_path):
    nothing = write_scene(tmp_path / "nothing.tif", np.zeros((3, 80, 90), np.uint8), nodata=0)
    with pytest.raises(errors.SceneEmpty):
        run(zoo, nothing)


def test_weights_that_changed(tmp_path, scene):
    zoo = random_zoo(tmp_path)
    weights = tmp_path / "random" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    with pytest.raises(errors.WeightsCorrupt):
        run(zoo, scene)
    weights.unlink()
    with pytest.raises(errors.WeightsMissing):
        run(zoo, scene)


def test_features_that_overflow_are_told_and_not_mapped(tmp_path, scene):
    zoo, sink = random_zoo(tmp_path), CollectingSink()
    path = tmp_path / "random" / "weights.safetensors"
    weights = load_file(path)
    name = next(name for name in weights if name.endswith("fc1.weight"))
    save_file({**weights, name: weights[name] * 1e25}, path)
    seal(tmp_path / "random")
    with pytest.raises(errors.NotFinite):
        run(zoo, scene, sink)
    assert not sink.times.any()


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_logit_that_is_no_number_is_told(number):
    data, window = torch.zeros(1, 3, 8, 8), Window(0, 0, 8, 8)
    data[0, 1, 4, 5] = number
    logits, tile = Logits(Patch(data, window, (8, 8)), 1, window), Window(64, 128, 8, 8)
    with pytest.raises(errors.NotFinite, match="row 64, column 128"):
        classify(tile, logits, torch.arange(3, dtype=torch.uint8), confidence=False)
