import numpy as np
import pytest

from rasters import noise, write_raster
from wholescene.raster.scaling import scaling_from
from wholescene.raster.scene import Scene

IMAGENET = {"type": "z-score", "mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375]}


def column(values):
    return np.array(values, np.float64).reshape(-1, 1, 1)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "float32", "float64"])
def test_z_score(dtype):
    values = noise(3, 9, 11, dtype=dtype)
    scaled = scaling_from(IMAGENET).apply(values, None)
    expected = (values.astype(np.float64) - column(IMAGENET["mean"])) / column(IMAGENET["std"])
    assert scaled.dtype == np.float32
    assert scaled.flags.c_contiguous
    np.testing.assert_allclose(scaled, expected, rtol=1e-5, atol=1e-6)


def test_min_max_with_and_without_clip():
    values = np.array([[[0, 1000, 5500, 10_000, 20_000]]], np.uint16)
    plain = {"type": "min-max", "minimum": [1000], "maximum": [10_000]}
    np.testing.assert_allclose(scaling_from(plain).apply(values, None)[0, 0], [-1 / 9, 0, 0.5, 1, 19 / 9], rtol=1e-6)
    clipped = scaling_from({**plain, "clip": True}).apply(values, None)[0, 0]
    np.testing.assert_allclose(clipped, [0, 0, 0.5, 1, 1], rtol=1e-6)


def test_one_number_serves_all_bands():
    values = np.full((32, 2, 2), 10_000, np.uint16)
    np.testing.assert_allclose(scaling_from({"type": "z-score", "mean": 0, "std": 10_000}).apply(values, None), 1)


def test_invalid_pixels_are_zero_whatever_they_held():
    values = noise(3, 4, 5, dtype="float32")
    values[:, 0, 0] = np.nan
    values[1, 1, 1] = np.inf
    valid = np.isfinite(values).all(axis=0)
    valid[3, 3] = False
    for description in (IMAGENET, {"type": "min-max", "minimum": 50, "maximum": 60, "clip": True}):
        scaled = scaling_from(description).apply(values, valid)
        assert (scaled[:, ~valid] == 0).all()
        assert np.isfinite(scaled).all()
        np.testing.assert_array_equal(scaled[:, valid], scaling_from(description).apply(values, None)[:, valid])


def test_percentiles_are_fitted_to_the_scene(tmp_path):
    pixels = noise(2, 50, 60, dtype="uint16")
    pixels[0] *= 3
    with Scene.open([write_raster(tmp_path / "a.tif", pixels)]) as scene:
        scaling = scaling_from({"type": "percentile", "lower": 2, "upper": 98})
        assert scaling.needs_statistics
        with pytest.raises(TypeError):
            scaling.apply(pixels, None)
        fitted = scaling.fit(scene, (1, 2))
    assert not fitted.needs_statistics
    low, high = np.percentile(pixels, [2, 98], axis=(1, 2))
    expected = np.clip((pixels - column(low)) / column(high - low), 0, 1)
    np.testing.assert_allclose(fitted.apply(pixels, None), expected, atol=1e-6)
    again = scaling_from(fitted.to_dict())  # as it may travel to another process
    np.testing.assert_allclose(again.apply(pixels, None), expected, atol=1e-6)


def test_a_band_of_one_value_scales_to_zero(tmp_path):
    with Scene.open([write_raster(tmp_path / "a.tif", np.full((1, 8, 8), 7, np.uint8))]) as scene:
        fitted = scaling_from({"type": "percentile", "lower": 2, "upper": 98}).fit(scene, (1,))
        assert (fitted.apply(scene.read((1,), _window(8)), None) == 0).all()


def _window(size):
    from wholescene.wire.plan import Window

    return Window(0, 0, size, size)


@pytest.mark.parametrize(
    "description",
    [
        {},
        {"type": "log"},
        {"type": "z-score", "mean": [1, 2]},
        {"type": "z-score", "mean": [1, 2], "std": [1]},
        {"type": "z-score", "mean": [1, 2], "std": [1, 0]},
        {"type": "z-score", "mean": [float("nan")], "std": [1]},
        {"type": "z-score", "mean": ["a"], "std": [1]},
        {"type": "min-max", "minimum": [5], "maximum": [5]},
        {"type": "percentile", "lower": 98, "upper": 2},
        {"type": "percentile", "lower": -1, "upper": 98},
        {"type": "percentile", "lower": None, "upper": 98},
    ],
)
def test_what_cannot_be_understood(description):
    with pytest.raises(ValueError, match=r"scaling|percentile|float"):
        scaling_from(description)
