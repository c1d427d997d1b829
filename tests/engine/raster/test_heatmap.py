"""Heat maps: what is written is what is read, and nothing else stays in the folder."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS

from wholescene.raster.grid import Grid
from wholescene.raster.heatmap import HeatMap, HeatMapWriter
from wholescene.wire.errors import BadMessage, OutputExists, OutputUnwritable

LAYERS = np.random.default_rng(0).random((2, 5, 7)).astype(np.float32)
GRID = Grid(7, 5, Affine(64, 0, 500_000, 0, -64, 5_000_000), CRS.from_epsg(32632))
HEAT = HeatMap(LAYERS, ("head 1", "head 2"), GRID, 3, {"stage": "3"})


def write_heatmap(path, layers, grid, names, provenance, overwrite=True):
    return HeatMapWriter(HeatMap(layers, tuple(names), grid, 3, provenance), path, overwrite).finish()


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


def test_a_file_that_came_meanwhile_is_kept_unless_it_may_be_replaced(tmp_path):
    writer = HeatMapWriter(HEAT, tmp_path / "heat.tif")
    (tmp_path / "heat.tif").write_bytes(b"mine")
    with pytest.raises(OutputExists):
        writer.finish()
    assert (tmp_path / "heat.tif").read_bytes() == b"mine"
    assert [found.name for found in tmp_path.iterdir()] == ["heat.tif"]


def test_what_travels_is_what_arrives():
    arrived = HeatMap.from_wire(HEAT.to_wire())
    np.testing.assert_array_equal(arrived.layers, LAYERS)
    assert (arrived.names, arrived.grid, arrived.stage) == (HEAT.names, GRID, 3)
    assert arrived.provenance == {"stage": "3"}


def test_the_strongest_place_is_told_in_the_coordinates_of_the_map():
    layers = np.zeros((1, 5, 7), np.float32)
    layers[0, 2, 3] = 0.5
    told = HeatMap(layers, ("mean",), GRID, 3, {}).describe()
    assert told["strongest"] == {"weight": 0.5, "x": 500_000 + 3.5 * 64, "y": 5_000_000 - 2.5 * 64}
    assert told["average"] == 1 / 35


@pytest.mark.parametrize(
    "changes",
    [
        {"values": b"short"},
        {"values": "text"},
        {"height": -5},
        {"width": "many"},
        {"width": 0, "values": b""},
        {"names": None},
        {"names": []},
        {"transform": [1, 2]},
        {"provenance": 7},
        {"stage": None},
    ],
)
def test_what_is_no_heat_map_is_refused(changes):
    with pytest.raises(BadMessage):
        HeatMap.from_wire({**HEAT.to_wire(), **changes})
