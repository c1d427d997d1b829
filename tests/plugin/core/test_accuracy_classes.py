"""Which class of the reference is which of the map."""

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsRasterLayer
from wholescene_qgis.core import styling
from wholescene_qgis.core.accuracy_classes import (
    Beyond,
    MapClass,
    classes_of,
    given_mapping,
    guess_mapping,
    value_names,
    with_found,
)
from wholescene_qgis.wire.errors import MappingUnknown

CLASSES = [MapClass(0, "other", "#e8e4d8"), MapClass(1, "Open water", "#2379bd"), MapClass(2, "forest", "#1a7f37")]


def test_numbers_without_names_are_values():
    assert guess_mapping(["0", "1", "7"], {}, CLASSES) == {"0": 0, "1": 1}


def test_names_go_before_numbers():
    # the reference counts another way round; its 3 is nothing that the map knows
    names = {"1": "Forest", "2": "open_water", "0": "road"}
    assert guess_mapping(["0", "1", "2"], names, CLASSES) == {"1": 2, "2": 1}


def test_texts_of_a_field_are_names():
    assert guess_mapping(["OPEN-WATER", "Forest ", "lake"], {}, CLASSES) == {"OPEN-WATER": 1, "Forest ": 2}


def test_a_mapping_that_was_given():
    pairs = [("lake", "open water"), (3, "2"), (4.0, 0), ("cloud", ""), ("", "forest"), (None, None)]
    assert given_mapping(pairs, CLASSES) == {"lake": 1, "3": 2, "4": 0, "cloud": Beyond.IGNORE}


def test_a_mapping_to_a_class_that_is_not_there():
    with pytest.raises(MappingUnknown) as raised:
        given_mapping([("lake", "wetland")], CLASSES)
    assert raised.value.params == {"name": "wetland", "classes": "other (0), Open water (1), forest (2)"}


def test_values_that_only_the_pixels_tell_of():
    assert with_found(CLASSES, [2, 9, 1]) == [*CLASSES, MapClass(9, "9")]


@pytest.fixture
def raster(tmp_path):
    path = str(tmp_path / "map.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(path, 4, 4, 1)
    dataset.WriteArray(np.tri(4, dtype=np.uint8))
    dataset.GetRasterBand(1).SetNoDataValue(255)
    return path


def test_classes_of_a_legend(raster):
    layer = QgsRasterLayer(raster, "map", "gdal")
    entries = [{"value": each.value, "name": each.name, "colour": each.colour} for each in CLASSES]
    styling.apply_classes(layer, entries)
    assert classes_of(layer) == CLASSES
    assert value_names(layer) == {"0": "other", "1": "Open water", "2": "forest"}


def test_classes_of_an_attribute_table(raster):
    table = gdal.RasterAttributeTable()
    usages = {"Value": gdal.GFU_MinMax, "Class": gdal.GFU_Name, "Count": gdal.GFU_PixelCount}
    usages.update(Red=gdal.GFU_Red, Green=gdal.GFU_Green, Blue=gdal.GFU_Blue)
    for name, usage in usages.items():
        table.CreateColumn(name, gdal.GFT_String if name == "Class" else gdal.GFT_Integer, usage)
    for row, (value, name) in enumerate([(0, "land"), (1, "water")]):
        for column, cell in enumerate([value, name, 5, 10, 20, 30]):
            set_cell = table.SetValueAsString if column == 1 else table.SetValueAsInt
            set_cell(row, column, cell)
    dataset = gdal.Open(raster, gdal.GA_Update)
    dataset.GetRasterBand(1).SetDefaultRAT(table)
    del dataset
    layer = QgsRasterLayer(raster, "map", "gdal")
    assert classes_of(layer) == [MapClass(0, "land", "#0a141e"), MapClass(1, "water", "#0a141e")]


def test_a_raster_that_names_nothing(raster):
    layer = QgsRasterLayer(raster, "map", "gdal")
    assert classes_of(layer) == []
    assert value_names(layer) == {}
