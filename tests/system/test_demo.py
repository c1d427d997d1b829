"""What `make demo` shows: classes and areas, a map that is right, a picture to look at."""

import numpy as np
import pytest
import rasterio

from wholescene.cli.main import main
from wholescene.raster.landscape import WATER


@pytest.fixture
def demo(engine_home, tmp_path, capsys):
    """Runs the demo in a folder of its own; returns that folder and what was printed."""

    def run(*arguments):
        assert main(["demo", "--folder", str(tmp_path / "demo"), *map(str, arguments)]) == 0, capsys.readouterr().err
        return tmp_path / "demo", capsys.readouterr().out

    return run


def test_the_drawn_landscape_is_mapped_near_its_truth(demo):
    # a shift by some pixels would show here; swapped bands would not, dark water is dark in each of them
    folder, told = demo("--size", "2048")
    with rasterio.open(folder / "landscape_water-lite.tif") as dataset:
        found = dataset.read(1) == 1
    with rasterio.open(folder / "landscape-2048" / "landscape_truth.tif") as dataset:
        truth = np.isin(dataset.read(1), WATER)
    assert (found & truth).sum() / (found | truth).sum() > 0.75
    assert f"{found.sum():,}" in told
    # pixels of one metre in UTM: the hectares follow, but for the scale of the projection
    hectares = float(next(line for line in told.splitlines() if " water " in line).split()[-2].replace(",", ""))
    assert hectares == pytest.approx(found.sum() / 10_000, rel=0.002)


def test_the_picture_shows_the_scene_and_its_map(demo):
    folder, told = demo("--size", "512")
    assert str(folder / "landscape_water-lite.png") in told
    with rasterio.open(folder / "landscape_water-lite.png") as dataset:
        picture = dataset.read()
    scene, classes = picture[:3, :, :512], picture[:3, :, -512:]
    assert len(np.unique(scene.reshape(3, -1), axis=1).T) > 1000
    assert len(np.unique(classes.reshape(3, -1), axis=1).T) <= 2


def test_a_second_demo_replaces_the_first_and_keeps_the_landscape(demo):
    folder, _ = demo("--size", "256")
    drawn = (folder / "landscape-256" / "landscape.tif").stat().st_mtime_ns
    before = sorted(path.name for path in folder.iterdir())
    demo("--size", "256")
    assert sorted(path.name for path in folder.iterdir()) == before
    assert (folder / "landscape-256" / "landscape.tif").stat().st_mtime_ns == drawn


def test_a_scene_without_band_names_is_taken_in_order_and_the_demo_says_so(demo, shared_data):
    folder, told = demo("--scene", shared_data / "naip" / "images" / "20090818.tif")
    assert "BANDS=" in told
    with rasterio.open(folder / "20090818_water-lite.tif") as dataset:
        assert set(np.unique(dataset.read(1))) == {0, 1}


def test_a_folder_of_single_band_files_is_one_scene(demo, shared_data):
    folder, told = demo("--scene", shared_data / "formats" / "sentinel2", "--nodata", "255")
    assert "BANDS=" not in told
    with rasterio.open(folder / "sentinel2_water-lite.tif") as dataset:
        classes = dataset.read(1)
        assert dataset.crs.to_epsg() == 4326
    assert classes[0, 0] == 255  # outside the clip
    assert {0, 1} < set(np.unique(classes))
