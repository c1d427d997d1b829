import threading
from pathlib import Path

import numpy as np
import pytest
import rasterio

from rasters import UTM, gdal_tool, noise, write_raster
from wholescene.raster.scene import Scene
from wholescene.wire.errors import DataTypeUnsupported, SceneEmpty, ScenesDiffer, SceneTruncated, SceneUnreadable
from wholescene.wire.plan import Window

WHOLE = Window(0, 0, 60, 80)


@pytest.fixture
def pixels():
    return noise(4, 60, 80)


def test_reads_windows_in_the_files_own_type(tmp_path):
    for dtype in ("uint8", "uint16", "int16", "float32", "float64"):
        pixels = noise(3, 60, 80, dtype=dtype)
        with Scene.open([write_raster(tmp_path / f"{dtype}.tif", pixels, **UTM)]) as scene:
            assert scene.dtype == dtype
            assert (scene.grid.width, scene.grid.height) == (80, 60)
            read = scene.read((3, 1), Window(5, 7, 11, 13))
        assert read.dtype == np.dtype(dtype)
        np.testing.assert_array_equal(read, pixels[[2, 0], 5:16, 7:20])


def test_overviews_do_not_change_what_is_read(tmp_path, pixels):
    path = write_raster(tmp_path / "a.tif", pixels)
    with rasterio.open(path, "r+") as file:
        file.build_overviews([2, 4])
        for band in range(1, 5):  # make overviews lie, to see whether they are read
            assert file.overviews(band) == [2, 4]
    with rasterio.open(path, "r+", overview_level=0) as overview:
        overview.write(np.zeros((4, 30, 40), np.uint8))
    with Scene.open([path]) as scene:
        np.testing.assert_array_equal(scene.read((1, 2, 3, 4), WHOLE), pixels)


def test_several_files_are_the_bands_of_one_scene(tmp_path, pixels):
    stack = [write_raster(tmp_path / f"B0{i + 2}.tif", pixels[i], **UTM) for i in range(3)]
    stack.append(write_raster(tmp_path / "pair.tif", pixels[2:].astype("uint16"), **UTM))
    with Scene.open(stack) as scene:
        assert [(band.number, band.name) for band in scene.bands] == [
            (1, "B02"),
            (2, "B03"),
            (3, "B04"),
            (4, ""),
            (5, ""),
        ]
        assert scene.dtype == "uint16"
        np.testing.assert_array_equal(scene.read((5, 1, 3), WHOLE), pixels[[3, 0, 2]])


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"transform": UTM["transform"] @ rasterio.Affine.translation(0.5, 0)}, "0.5 pixels apart"),
        ({"crs": "EPSG:32632"}, "another CRS"),
    ],
)
def test_files_that_lie_elsewhere_are_refused(tmp_path, pixels, change, detail):
    first = write_raster(tmp_path / "first.tif", pixels, **UTM)
    other = write_raster(tmp_path / "other.tif", pixels, **{**UTM, **change})
    with pytest.raises(ScenesDiffer) as caught:
        Scene.open([first, other])
    assert caught.value.params["path"] == other
    assert detail in caught.value.message


def test_files_of_other_size_are_refused(tmp_path, pixels):
    first = write_raster(tmp_path / "first.tif", pixels)
    other = write_raster(tmp_path / "other.tif", pixels[:, :-1])
    with pytest.raises(ScenesDiffer, match="80 × 59 pixels against 80 × 60"):
        Scene.open([first, other])


def test_a_grid_that_differs_by_rounding_is_the_same(tmp_path, pixels):
    nudged = {**UTM, "transform": UTM["transform"] @ rasterio.Affine.translation(1e-4, 0)}
    sources = [write_raster(tmp_path / "a.tif", pixels, **UTM), write_raster(tmp_path / "b.tif", pixels, **nudged)]
    with Scene.open(sources) as scene:
        assert len(scene.bands) == 8


class TestValid:
    """The oracle is GDAL's own dataset mask wherever it has one."""

    def check(self, path, bands=(1, 2, 3), **kwargs):
        with rasterio.open(path) as file:
            expected = file.dataset_mask() != 0
        with Scene.open([path], **kwargs) as scene:
            assert scene.may_be_invalid(bands)
            np.testing.assert_array_equal(scene.valid(bands, WHOLE), expected)
            window = Window(3, 5, 20, 30)
            np.testing.assert_array_equal(scene.valid(bands, window), expected[3:23, 5:35])
            values, mask = scene.read_masked(bands, WHOLE)
            np.testing.assert_array_equal(mask, expected)
            np.testing.assert_array_equal(values, scene.read(bands, WHOLE))
        assert 0 < expected.sum() < expected.size

    @pytest.mark.parametrize(("dtype", "nodata"), [("uint8", 0), ("uint8", 255), ("uint16", 0), ("float32", 0)])
    def test_nodata_that_is_measured_too(self, tmp_path, dtype, nodata):
        """Black, red or saturated pixels hold it in one band or two, as GDAL's dataset mask knows."""
        pixels = noise(3, 60, 80, dtype=dtype)
        pixels[:, :20, :40] = nodata
        pixels[1, 40:] = nodata
        self.check(write_raster(tmp_path / "a.tif", pixels, nodata=nodata))

    @pytest.mark.parametrize(
        ("dtype", "nodata"),
        [("int16", -9999), ("uint16", 65535), ("float32", -9999), ("float32", -3.4028234663852886e38)],
    )
    def test_nodata_that_is_no_measurement_counts_in_every_band(self, tmp_path, dtype, nodata):
        """GDAL's dataset mask would let a raw -9999 through to the network where another band holds data."""
        pixels = noise(3, 60, 80, dtype=dtype)
        pixels[:, :20, :40] = nodata
        pixels[1, 40:] = nodata
        expected = np.ones((60, 80), bool)
        expected[:20, :40] = expected[40:] = False
        with Scene.open([write_raster(tmp_path / "a.tif", pixels, nodata=nodata)]) as scene:
            np.testing.assert_array_equal(scene.valid((1, 2, 3), WHOLE), expected)
            np.testing.assert_array_equal(scene.read_masked((3, 2), WHOLE)[1], expected)
            # a band that is not asked for does not matter
            assert scene.valid((1, 3), WHOLE)[40:].all()

    def test_nodata_of_one_band_only(self, tmp_path):
        pixels = noise(2, 60, 80, dtype="int16")
        pixels[:, :9] = -9999
        mixed = str(tmp_path / "mixed.vrt")
        gdal_tool("gdalbuildvrt", "-q", "-separate", mixed, *self.bands_beside(tmp_path, pixels))
        with Scene.open([mixed]) as scene:
            assert scene.may_be_invalid((1, 2))
            np.testing.assert_array_equal(scene.valid((1, 2), WHOLE), pixels[1] != -9999)
            assert not scene.may_be_invalid((1,))

    def bands_beside(self, folder, pixels):
        """Two files, of which only the second has a nodata value."""
        first = write_raster(folder / "first.tif", pixels[0], **UTM)
        return first, write_raster(folder / "second.tif", pixels[1], nodata=-9999, **UTM)

    def test_internal_mask(self, tmp_path, pixels):
        mask = np.ones((60, 80), bool)
        mask[:30, :20] = False
        self.check(write_raster(tmp_path / "a.tif", pixels[:3], mask=mask))

    def test_mask_file_beside(self, tmp_path, pixels):
        path = write_raster(tmp_path / "a.tif", pixels[:3])
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as file:
            file.write_mask(np.pad(np.full((40, 40), 255, np.uint8), ((20, 0), (0, 40))))
        assert Path(f"{path}.msk").exists()
        self.check(path)

    def test_alpha(self, tmp_path, pixels):
        pixels[3] = 255
        pixels[3, :, 60:] = 0
        self.check(write_raster(tmp_path / "a.tif", pixels, photometric="RGB", alpha="YES"))

    def test_vrt_with_holes(self, tmp_path, pixels):
        part = write_raster(tmp_path / "a.tif", pixels[:3, :30, :40], **UTM)
        moved = {**UTM, "transform": UTM["transform"] @ rasterio.Affine.translation(40, 30)}
        other = write_raster(tmp_path / "b.tif", pixels[:3, 30:, 40:], **moved)
        mosaic = str(tmp_path / "mosaic.vrt")
        gdal_tool("gdalbuildvrt", "-q", "-addalpha", mosaic, part, other)
        self.check(mosaic)

    def test_nan_and_infinity_in_any_band(self, tmp_path):
        pixels = noise(3, 60, 80, dtype="float32")
        pixels[0, 3, 4], pixels[2, 5, 6], pixels[1, 7, 8] = np.nan, np.inf, -np.inf
        expected = np.isfinite(pixels).all(axis=0)
        for nodata in (None, np.nan, -1.0):
            with Scene.open([write_raster(tmp_path / "a.tif", pixels, nodata=nodata)]) as scene:
                np.testing.assert_array_equal(scene.valid((1, 2, 3), WHOLE), expected)
                # a band that is not asked for does not matter
                assert scene.valid((1,), WHOLE).sum() == WHOLE.height * WHOLE.width - 1

    def test_nodata_of_the_request_replaces_the_files(self, tmp_path):
        pixels = noise(3, 60, 80)
        pixels[:, :9] = 0
        pixels[:, 9:20] = 255
        path = write_raster(tmp_path / "a.tif", pixels, nodata=0)
        with Scene.open([path], nodata=255) as scene:
            np.testing.assert_array_equal(scene.valid((1, 2, 3), WHOLE), (pixels != 255).any(axis=0))

    @pytest.mark.parametrize("nodata", [-9999, 0.5, np.nan, 1e12])
    def test_nodata_that_the_type_cannot_hold_marks_nothing(self, tmp_path, pixels, nodata):
        with Scene.open([write_raster(tmp_path / "a.tif", pixels)], nodata=nodata) as scene:
            assert scene.valid((1, 2), WHOLE).all()

    def test_across_files_every_file_has_to_be_valid(self, tmp_path, pixels):
        pixels[0, :10] = 0
        pixels[1, :, :10] = 0
        sources = [write_raster(tmp_path / f"{i}.tif", pixels[i], nodata=0) for i in range(2)]
        with Scene.open(sources) as scene:
            np.testing.assert_array_equal(scene.valid((1, 2), WHOLE), (pixels[0] != 0) & (pixels[1] != 0))
            np.testing.assert_array_equal(scene.valid((2,), WHOLE), pixels[1] != 0)

    def test_nothing_to_mask(self, tmp_path, pixels):
        with Scene.open([write_raster(tmp_path / "a.tif", pixels[:3])]) as scene:
            assert not scene.may_be_invalid((1, 2, 3))
            assert scene.read_masked((1, 2, 3), WHOLE)[1] is None
            assert scene.valid((1,), WHOLE).all()


@pytest.mark.parametrize("fill", [0, np.nan])
def test_all_nodata(tmp_path, fill):
    path = write_raster(tmp_path / "a.tif", np.full((3, 60, 80), fill, "float32"), nodata=0)
    with Scene.open([path]) as scene, pytest.raises(SceneEmpty):
        scene.check_not_empty((1, 2, 3))


def test_one_valid_pixel_is_enough(tmp_path):
    pixels = np.zeros((3, 60, 80), np.uint8)
    pixels[1, 59, 79] = 1
    with Scene.open([write_raster(tmp_path / "a.tif", pixels, nodata=0)]) as scene:
        scene.check_not_empty((1, 2, 3))


def test_complex_numbers_are_refused(tmp_path):
    path = write_raster(tmp_path / "a.tif", np.zeros((1, 6, 8), "complex64"))
    with pytest.raises(DataTypeUnsupported, match="complex64"):
        Scene.open([path])


class TestDamaged:
    def test_cut_off_in_the_pixels(self, tmp_path):
        path = tmp_path / "a.tif"
        # the directory comes first in a COG, so that the file still opens
        write_raster(path, noise(3, 2000, 2000), driver="COG")
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
        with Scene.open([str(path)]) as scene, pytest.raises(SceneTruncated) as caught:
            scene.read((1, 2, 3), Window(100, 0, 1900, 2000))
        params = caught.value.params
        assert (params["path"], params["first_row"], params["last_row"]) == (str(path), 100, 1999)

    @pytest.mark.parametrize("keep", [0, 4, 300])
    def test_cut_off_before_the_directory(self, tmp_path, keep):
        path = tmp_path / "a.tif"
        write_raster(path, noise(3, 500, 500), compress="deflate")
        path.write_bytes(path.read_bytes()[:keep])
        with pytest.raises((SceneUnreadable, SceneTruncated)), Scene.open([str(path)]) as scene:
            scene.read((1, 2, 3), Window(0, 0, 500, 500))

    def test_not_a_raster(self, tmp_path):
        path = tmp_path / "notes.tif"
        path.write_text("no raster here")
        with pytest.raises(SceneUnreadable):
            Scene.open([str(path)])


def test_threads_have_their_own_handles(tmp_path, pixels):
    with Scene.open([write_raster(tmp_path / "a.tif", pixels)]) as scene:
        failures = []

        def work():
            try:
                for row in range(0, 60, 3):
                    np.testing.assert_array_equal(scene.read((2,), Window(row, 0, 3, 80))[0], pixels[1, row : row + 3])
            except BaseException as problem:
                failures.append(problem)
            finally:
                scene.close_thread()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert len(scene._opened) == 1  # those of ended threads are closed


def test_wavelengths(tmp_path, pixels):
    path = write_raster(tmp_path / "a.tif", pixels)
    with rasterio.open(path, "r+") as file:
        file.update_tags(1, wavelength="665.0", wavelength_units="Nanometers")
        file.update_tags(2, wavelength="0.56", wavelength_units="Micrometers")
        file.update_tags(3, ns="IMAGERY", CENTRAL_WAVELENGTH_UM="0.49")
    with Scene.open([path]) as scene:
        assert [band.wavelength_nm for band in scene.bands] == [665.0, pytest.approx(560), pytest.approx(490), None]
