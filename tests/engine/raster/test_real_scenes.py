"""Scenes as they come: skipped where ../shared/data is not."""

from dataclasses import dataclass

import numpy as np
import pytest
import rasterio

from wholescene.raster.bands import match_bands
from wholescene.raster.scaling import scaling_from
from wholescene.raster.scene import Scene
from wholescene.raster.view import ModelView
from wholescene.wire.errors import BandCount
from wholescene.wire.plan import Window


@dataclass(frozen=True)
class Wanted:
    name: str
    common_name: str
    wavelength_nm: float | None = None


RGB = [Wanted(name, name) for name in ("red", "green", "blue")]
PERCENTILE = scaling_from({"type": "percentile", "lower": 2, "upper": 98})


def test_sentinel_2_bands_in_files_of_their_own(shared_data):
    sources = sorted(map(str, (shared_data / "formats" / "sentinel2").glob("B0*.tif")))
    with Scene.open(sources, nodata=255) as scene:
        assert scene.name == "sentinel2"
        bands = match_bands(scene.bands, RGB, None, "water-lite")
        assert bands == (4, 3, 2)
        assert scene.grid.pixel_size_metres == pytest.approx((8.24, 8.20), abs=0.03)
        window = Window(300, 400, 1200, 900)
        stack = []
        for number in (4, 3, 2):
            with rasterio.open(sources[number - 1]) as file:
                stack.append(file.read(1))
        pixels = np.stack(stack)
        valid = (pixels != 255).all(axis=0)
        assert 0 < valid.sum() < valid.size
        cut = np.s_[300:1500, 400:1300]
        np.testing.assert_array_equal(scene.read(bands, window), pixels[(slice(None), *cut)])
        np.testing.assert_array_equal(scene.valid(bands, window), valid[cut])
        fitted = PERCENTILE.fit(scene, bands)
        np.testing.assert_allclose(fitted.offset, [np.percentile(band[valid], 2) for band in pixels])
        view = ModelView(scene, bands, fitted, (10, 20))
        assert view.grid.pixel_size_metres == pytest.approx((10, 10), rel=1e-3)
        whole = view.read(Window(0, 0, view.grid.height, view.grid.width))
        part = view.read(Window(701, 333, 400, 512))
        np.testing.assert_array_equal(part, whole[:, 701:1101, 333:845])


def test_landsat_in_degrees(shared_data):
    with Scene.open([str(shared_data / "formats" / "landsat" / "1985.tif")]) as scene:
        assert scene.grid.pixel_size_metres == pytest.approx((89.0, 89.4), abs=0.2)
        with pytest.raises(BandCount):
            match_bands(scene.bands, RGB, None, "water-lite")
        assert match_bands(scene.bands, RGB, ["3", "4", "1"], "water-lite") == (3, 4, 1)


def test_aerial_images_with_infrared(shared_data):
    path = sorted((shared_data / "naip" / "images").glob("*.tif"))[0]
    with Scene.open([str(path)]) as scene:
        assert scene.grid.pixel_size_metres == pytest.approx((5, 5), rel=1e-3)
        with rasterio.open(path) as file:
            expected = file.read([1, 2, 3])
        window = Window(0, 0, scene.grid.height, scene.grid.width)
        np.testing.assert_array_equal(scene.read((1, 2, 3), window), expected)
        np.testing.assert_array_equal(scene.valid((1, 2, 3), window), (expected != 0).any(axis=0))


def test_a_photograph_without_georeference(shared_data):
    path = shared_data / "dubai" / "t2" / "images" / "image_part_001.jpg"
    with Scene.open([str(path)]) as scene:
        assert match_bands(scene.bands, RGB, None, "water-lite") == (1, 2, 3)
        view = ModelView(scene, (1, 2, 3), scaling_from({"type": "z-score", "mean": 0, "std": 1}), (0.5, 6))
        assert view.native
        with rasterio.open(path) as file:
            np.testing.assert_array_equal(view.read(Window(10, 20, 30, 40)), file.read()[:, 10:40, 20:60])
