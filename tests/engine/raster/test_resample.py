import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.enums import Resampling

from rasters import noise, write_raster
from wholescene.raster.resample import Axis, Sampler, cover, resample

FACTORS = [1.0, 0.3, 0.5, 0.77, 1.03, 1.5, 2.0, 3.7, 10.0]


def axis_matrix(factor, size, count):
    """The weights as a dense matrix in double precision, straight from the definition."""
    matrix = np.zeros((count, size))
    for output in range(count):
        if factor > 1:
            for pixel in range(size):
                matrix[output, pixel] = max(0, min(pixel + 1, (output + 1) * factor) - max(pixel, output * factor))
            matrix[output] /= matrix[output].sum()
        else:
            centre = (output + 0.5) * factor - 0.5
            matrix[output] = [np.interp(centre, np.arange(size), np.eye(size)[pixel]) for pixel in range(size)]
    return matrix


def outputs(factor, size):
    return int(np.ceil(size / factor - 1e-6))


def run(values, valid, factors, window):
    """Resample a window (rows, columns as ranges) from just the source pixels that it needs."""
    (top, bottom), (left, right) = window
    rows = Sampler(Axis(factors[0], values.shape[1]), top, bottom)
    cols = Sampler(Axis(factors[1], values.shape[2]), left, right)
    part = np.s_[rows.start : rows.stop, cols.start : cols.stop]
    mask = None if valid is None or valid[part].all() else valid[part]
    return resample(values[(slice(None), *part)], mask, rows, cols)


def whole(values, factors):
    return tuple((0, outputs(factor, size)) for factor, size in zip(factors, values.shape[1:], strict=True))


@pytest.mark.parametrize("factor_y", FACTORS)
@pytest.mark.parametrize("factor_x", [0.6, 1.0, 2.4])
def test_equal_to_the_definition(factor_x, factor_y):
    values, factors = noise(2, 23, 31, dtype="uint16"), (factor_y, factor_x)
    found, mask = run(values, None, factors, whole(values, factors))
    rows, cols = axis_matrix(factor_y, 23, found.shape[1]), axis_matrix(factor_x, 31, found.shape[2])
    assert mask is None
    np.testing.assert_allclose(found, rows @ values.astype(float) @ cols.T, rtol=2e-6)


@pytest.mark.parametrize(("factor", "method"), [(2, Resampling.average), (5, Resampling.average)])
def test_whole_factors_equal_gdals_average(tmp_path, factor, method):
    values = noise(2, 40, 60, dtype="float32")
    values[:, :13, :17] = -1
    with rasterio.open(write_raster(tmp_path / "a.tif", values, nodata=-1)) as file:
        reference = file.read(out_shape=(2, 40 // factor, 60 // factor), resampling=method)
    found, mask = run(values, values[0] != -1, (factor, factor), whole(values, (factor, factor)))
    np.testing.assert_array_equal(mask, reference[0] != -1)
    np.testing.assert_allclose(found, np.where(reference == -1, 0, reference), rtol=1e-5)


def test_enlarging_equals_gdals_bilinear_inside(tmp_path):
    values = noise(1, 20, 30, dtype="float32")
    with rasterio.open(write_raster(tmp_path / "a.tif", values)) as file:
        reference = file.read(out_shape=(1, 60, 90), resampling=Resampling.bilinear)
    found, _ = run(values, None, (1 / 3, 1 / 3), whole(values, (1 / 3, 1 / 3)))
    np.testing.assert_allclose(found[:, 3:-3, 3:-3], reference[:, 3:-3, 3:-3], rtol=1e-4)


def test_only_valid_pixels_weigh():
    values = noise(1, 24, 24, dtype="float32")
    valid = noise(24, 24, seed=1) > 120
    valid[:9, :9] = False
    factors = (2.5, 1.6)
    dirty = np.where(valid, values, np.nan)
    found, mask = run(dirty, valid, factors, whole(values, factors))
    rows, cols = axis_matrix(2.5, 24, found.shape[1]), axis_matrix(1.6, 24, found.shape[2])
    weight = rows @ valid @ cols.T
    clean = np.where(valid, values[0].astype(float), 0)
    expected = np.divide(rows @ clean @ cols.T, weight, out=np.zeros_like(weight), where=weight > 0)
    np.testing.assert_array_equal(mask, weight > 1e-12)
    np.testing.assert_allclose(found[0], expected, rtol=1e-4)
    assert not mask[:3, :5].any()


@settings(max_examples=150, deadline=None)
@given(
    factors=st.tuples(st.sampled_from(FACTORS), st.floats(0.2, 12)),
    size=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    corners=st.tuples(*[st.floats(0, 1)] * 4),
    holes=st.sampled_from([None, 0.05, 0.6]),
)
def test_any_window_gives_the_same_bits(factors, size, corners, holes):
    values = noise(2, *size, dtype="float32")
    valid = None if holes is None else np.random.default_rng(1).random(size) > holes
    ranges = whole(values, factors)
    every, mask = run(values, valid, factors, ranges)
    mask = np.ones(every.shape[1:], bool) if mask is None else mask
    window = []
    for (_, count), first, second in zip(ranges, corners[::2], corners[1::2], strict=True):
        low, high = sorted([int(first * count), int(second * count)])
        low = min(low, count - 1)
        window.append((low, max(high, low + 1)))
    part, part_mask = run(values, valid, factors, window)
    cut = np.s_[window[0][0] : window[0][1], window[1][0] : window[1][1]]
    np.testing.assert_array_equal(part.view(np.uint32), every[(slice(None), *cut)].copy().view(np.uint32))
    np.testing.assert_array_equal(np.ones(part.shape[1:], bool) if part_mask is None else part_mask, mask[cut])


def test_cover_is_the_mask_of_resample():
    valid = noise(30, 30) > 200
    rows, cols = Sampler(Axis(3.3, 30), 2, 9), Sampler(Axis(0.7, 30), 5, 40)
    part = valid[rows.start : rows.stop, cols.start : cols.stop]
    _, mask = resample(part[None].astype("uint8"), part, rows, cols)
    np.testing.assert_array_equal(cover(part, rows, cols), mask)


def test_a_constant_stays_constant():
    values = np.full((1, 50, 50), 200, np.uint8)
    for factor in FACTORS:
        found, _ = run(values, None, (factor, factor), whole(values, (factor, factor)))
        np.testing.assert_allclose(found, 200, rtol=1e-6)
