import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rasters import noise, write_raster
from wholescene.raster import statistics
from wholescene.raster.scene import Scene
from wholescene.raster.statistics import percentiles
from wholescene.wire.errors import SceneEmpty

DTYPES = ["uint8", "uint16", "int16", "uint32", "int32", "float32", "float64"]


def expected(pixels, valid, wanted):
    return [tuple(np.percentile(band[valid].astype(np.float64), wanted)) for band in pixels]


@pytest.mark.parametrize("dtype", DTYPES)
def test_equal_to_sorting(tmp_path, monkeypatch, dtype):
    monkeypatch.setattr(statistics, "BLOCK", 32)
    pixels = noise(3, 70, 90, dtype=dtype)
    if np.dtype(dtype).kind != "u":
        pixels[0] -= 120
    if np.dtype(dtype).itemsize >= 4:
        pixels[1] *= pixels[2] * 31
    pixels[:, :, :20] = 0
    with Scene.open([write_raster(tmp_path / "a.tif", pixels, nodata=0)]) as scene:
        found = percentiles(scene, (1, 2, 3), (2, 50, 98.5))
    for band, reference in zip(found, expected(pixels, (pixels != 0).any(axis=0), (2, 50, 98.5)), strict=True):
        assert band == pytest.approx(reference, rel=1e-12)


@pytest.mark.parametrize(("dtype", "nodata"), [("float32", -9999), ("int16", -9999), ("uint16", 65535)])
def test_nodata_in_one_band_is_no_sample(tmp_path, dtype, nodata):
    pixels = noise(3, 70, 90, dtype=dtype)
    pixels[1, :30] = nodata
    valid = np.repeat([False, True], [30, 40])[:, None].repeat(90, axis=1)
    with Scene.open([write_raster(tmp_path / "a.tif", pixels, nodata=nodata)]) as scene:
        found = percentiles(scene, (1, 2, 3), (0, 2, 98, 100))
    for band, reference in zip(found, expected(pixels, valid, (0, 2, 98, 100)), strict=True):
        assert band == pytest.approx(reference, rel=1e-9)


FLOATS = st.floats(width=32, allow_nan=True, allow_infinity=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=FLOATS))
def test_any_floats(tmp_path, pixels):
    valid = np.isfinite(pixels)
    path = write_raster(tmp_path / "a.tif", pixels)
    with Scene.open([path]) as scene:
        if not valid.any():
            with pytest.raises(SceneEmpty):
                percentiles(scene, (1,), (2, 98))
            return
        found = percentiles(scene, (1,), (0, 2, 98, 100))[0]
    reference = expected(pixels[None], valid, (0, 2, 98, 100))[0]
    assert found == pytest.approx(reference, rel=1e-9, abs=1e-30)


def test_progress_runs_to_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(statistics, "BLOCK", 16)
    told = []
    with Scene.open([write_raster(tmp_path / "a.tif", noise(1, 40, 40, dtype="float32"))]) as scene:
        percentiles(scene, (1,), (2, 98), told.append)
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) == 18
