"""Provenance of a class map in the metadata of its layer."""

import pytest
from osgeo import gdal
from qgis.core import QgsRasterLayer
from wholescene_qgis.core.layer_metadata import describe, provenance


@pytest.fixture
def class_map(tmp_path):
    def make(**tags):
        path = str(tmp_path / "map.tif")
        dataset = gdal.GetDriverByName("GTiff").Create(path, 4, 4, 1)
        dataset.SetMetadata({f"WHOLESCENE_{key}": value for key, value in tags.items()})
        return path

    return make


def test_the_layer_tells_how_its_map_was_made(class_map):
    made = {"ENGINE": "wholescene 0.1.0", "JOB": "0011223344556677", "WEIGHTS_LICENCE": "MIT"}
    path = class_map(SCENE="/a/scene.tif", PRESET="water-lite", **made)
    layer = QgsRasterLayer(path, "scene – Water")
    describe(layer, path)
    metadata = layer.metadata()
    assert metadata.title() == "scene – Water"
    assert metadata.abstract() == "Classes of /a/scene.tif, by the preset water-lite (wholescene 0.1.0)."
    assert metadata.licenses() == ["MIT"]
    assert "preset: water-lite" in metadata.history()
    assert metadata.identifier() == "0011223344556677"


def test_what_its_licence_forbids_is_said_in_words(class_map):
    limits = {"WEIGHTS_LICENCE": "CC-BY-NC-4.0", "WEIGHTS_USE": "non-commercial use only"}
    path = class_map(SCENE="s", PRESET="p", ENGINE="e", **limits)
    layer = QgsRasterLayer(path, "map")
    describe(layer, path)
    constraint = layer.metadata().constraints()[0]
    assert constraint.type == "use"
    assert "CC-BY-NC-4.0" in constraint.constraint
    assert constraint.constraint in layer.metadata().abstract()


def test_a_part_says_that_it_is_one(class_map):
    path = class_map(SCENE="s", PRESET="p", ENGINE="e", PARTIAL="50.0 % of the map; the rest is nodata")
    layer = QgsRasterLayer(path, "part")
    describe(layer, path)
    assert layer.metadata().abstract().endswith("50.0 % of the map; the rest is nodata")


def test_other_rasters_keep_their_metadata(class_map, tmp_path):
    path = class_map()
    layer = QgsRasterLayer(path, "scene")
    describe(layer, path)
    assert layer.metadata().title() == ""
    assert provenance(path) == provenance(str(tmp_path / "gone.tif")) == {}
