"""Heat maps: what is written is what is read, and nothing else stays in the folder."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS

from wholescene.raster.grid import Grid
from wholescene.raster.heatmap import write_heatmap
from wholescene.wire.errors import OutputUnwritable

LAYERS = np.random.default_rng(0).random((2, 5, 7)).astype(np.float32)
GRID = Grid(7, 5, Affine(64, 0, 500_000, 0, -64, 5_000_000), CRS.from_epsg(32632))


def test_numbers_names_place_and_provenance_are_kept(tmp_path):
    write_heatmap(tmp_path / "heat.tif", LAYERS, GRID, ["head 1", "head 2"], {"stage": "3"})
    with rasterio.open(tmp_path / "heat.tif") as file:
        np.testing.assert_array_equal(file.read(), LAYERS)
        assert (file.transform, file.crs, file.descriptions) == (GRID.transform, GRID.crs, ("head 1", "head 2"))
        assert file.tags()["WHOLESCENE_STAGE"] == "3"
    assert [path.name for path in tmp_path.iterdir()] == ["heat.tif"]


def test_a_scene_without_georeference(tmp_path):
    grid = Grid(7, 5, Affine(64, 0, 0, 0, 64, 0))
    write_heatmap(tmp_path / "heat.tif", LAYERS, grid, ["a", "b"], {})
    with rasterio.open(tmp_path / "heat.tif") as file:
        assert file.crs is None
        assert file.transform.a == 64


def test_what_was_there_stays_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "heat.tif"
    path.write_bytes(b"old")
    with pytest.raises(AttributeError):  # a fault of the caller's in the middle of writing
        write_heatmap(path, LAYERS, GRID, ["a", "b"], {"stage": "3", 4: "not a name"})
    assert path.read_bytes() == b"old"
    write_heatmap(path, LAYERS, GRID, ["a", "b"], {})
    assert path.read_bytes() != b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["heat.tif"]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OutputUnwritable):
        write_heatmap(tmp_path / "none" / "heat.tif", LAYERS, GRID, ["a", "b"], {})
