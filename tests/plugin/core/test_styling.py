"""A class map in the project: legend, place, and the switch from the growing to the finished file."""

import numpy
import pytest
from osgeo import gdal
from qgis.core import QgsPalettedRasterRenderer, QgsProject, QgsRasterLayer
from wholescene_qgis.core import styling
from wholescene_qgis.core.canvas_raster import CanvasRaster
from wholescene_qgis.wire.plan import OutputGrid, Window

CLASSES = [
    {"value": 0, "name": "other", "colour": "#dcd2bd"},
    {"value": 1, "name": "water", "colour": "#1f6fb4"},
    {"value": 7, "name": "rivière & lac", "colour": "#00ff7f"},
]
GRID = OutputGrid(60, 40, (10.0, 0.0, 500000.0, 0.0, -10.0, 4000000.0), "")


@pytest.fixture
def pixels():
    pixels = numpy.random.default_rng(1).choice([0, 1, 7], (40, 60)).astype("uint8")
    pixels[:10] = 255
    return pixels


@pytest.fixture
def working(tmp_path, pixels):
    path = str(tmp_path / "working.tif")
    canvas = CanvasRaster(path, GRID)
    canvas.write(Window(0, 0, 40, 60), pixels.tobytes())
    canvas.close()
    return path


@pytest.fixture
def finished(tmp_path, pixels):
    """A finished map as the engine leaves it, with a colour table and category names of its own."""
    path = str(tmp_path / "finished.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(path, 60, 40, 1)
    dataset.SetGeoTransform((500000, 10, 0, 4000000, 0, -10))
    band = dataset.GetRasterBand(1)
    table = gdal.ColorTable()
    table.SetColorEntry(1, (255, 0, 255, 255))
    band.SetColorTable(table)
    band.SetCategoryNames(["file's other", "file's water"])
    band.SetNoDataValue(255)
    band.WriteArray(pixels)
    dataset = band = None
    return path


@pytest.fixture
def project(qgis_new_project):
    return QgsProject.instance()


@pytest.fixture
def scenes(project, tmp_path):
    made = []
    for name in ("top", "scene", "bottom"):
        path = str(tmp_path / f"{name}.tif")
        gdal.GetDriverByName("GTiff").Create(path, 60, 40, 3)
        made.append(QgsRasterLayer(path, name))
    for layer in reversed(made):
        project.addMapLayer(layer)
    return made


def legend(layer):
    renderer = layer.renderer()
    assert isinstance(renderer, QgsPalettedRasterRenderer)
    return [(int(entry.value), entry.label, entry.color.name()) for entry in renderer.classes()]


EXPECTED = [(0, "other", "#dcd2bd"), (1, "water", "#1f6fb4"), (7, "rivière & lac", "#00ff7f")]


def painted(layer, row, col):
    image = layer.renderer().block(1, layer.extent(), 60, 40)
    return image.color(row, col)


def names(group):
    return [child.name() for child in group.children()]


def test_classes_have_their_names_and_colours(working, pixels):
    layer = styling.class_layer(working, "scene – Water", CLASSES)
    assert layer.isValid()
    assert legend(layer) == EXPECTED
    row, col = numpy.argwhere(pixels == 7)[0]
    from qgis.PyQt.QtGui import QColor

    assert QColor(painted(layer, int(row), int(col))).name() == "#00ff7f"
    assert painted(layer, 0, 0) >> 24 == 0  # nodata is transparent


def test_the_map_lies_just_above_its_scene(project, scenes, working, qgis_iface):
    qgis_iface.setActiveLayer(scenes[2])
    layer = styling.class_layer(working, "map", CLASSES)
    styling.insert_above(layer, scenes[1].id())
    assert names(project.layerTreeRoot()) == ["top", "map", "scene", "bottom"]
    assert project.mapLayer(layer.id()) is layer
    assert qgis_iface.activeLayer() is scenes[2]


@pytest.mark.parametrize("custom_order", [False, True])
def test_a_second_map_lies_on_the_first(project, scenes, working, custom_order):
    root = project.layerTreeRoot()
    root.setCustomLayerOrder(scenes)
    root.setHasCustomLayerOrder(custom_order)
    for name in ("first", "second"):
        styling.insert_above(styling.class_layer(working, name, CLASSES), scenes[1].id())
    assert [layer.name() for layer in root.layerOrder()] == ["top", "second", "first", "scene", "bottom"]
    assert [node.name() for node in root.children()] == ["top", "second", "first", "scene", "bottom"]


def test_the_map_goes_into_the_group_of_its_scene(project, scenes, working):
    root = project.layerTreeRoot()
    group = root.insertGroup(1, "group")
    node = root.findLayer(scenes[1].id())
    group.addChildNode(node.clone())
    root.removeChildNode(node)
    styling.insert_above(styling.class_layer(working, "map", CLASSES), scenes[1].id())
    assert names(group) == ["map", "scene"]


def test_the_map_goes_on_top_when_its_scene_is_gone(project, scenes, working):
    styling.insert_above(styling.class_layer(working, "map", CLASSES), "gone")
    assert names(project.layerTreeRoot()) == ["map", "top", "scene", "bottom"]


def test_a_custom_drawing_order_is_kept(project, scenes, working):
    root = project.layerTreeRoot()
    root.setHasCustomLayerOrder(True)
    root.setCustomLayerOrder([scenes[2], scenes[1], scenes[0]])
    styling.insert_above(styling.class_layer(working, "map", CLASSES), scenes[1].id())
    assert [layer.name() for layer in root.customLayerOrder()] == ["bottom", "map", "scene", "top"]


def test_the_finished_file_takes_the_place_of_the_growing_one(project, working, finished, pixels):
    layer = styling.class_layer(working, "scene – Water", CLASSES)
    styling.insert_above(layer, "none")
    layer.renderer().setOpacity(0.6)
    identity = layer.id()
    styling.switch_to(layer, finished)
    assert layer.isValid()
    assert layer.source() == finished
    assert (layer.id(), layer.name()) == (identity, "scene – Water")
    assert legend(layer) == EXPECTED
    assert layer.renderer().opacity() == pytest.approx(0.6)
    shown = layer.dataProvider().block(1, layer.extent(), 60, 40)
    assert (numpy.frombuffer(shown.data().data(), "uint8").reshape(40, 60) == pixels).all()


def test_a_class_that_the_user_has_recoloured_stays_so(project, working, finished):
    layer = styling.class_layer(working, "map", CLASSES)
    styling.insert_above(layer, "none")
    styling.apply_classes(layer, [{**CLASSES[1], "colour": "#123456"}])
    styling.switch_to(layer, finished)
    assert legend(layer) == [(1, "water", "#123456")]


def test_the_saved_project_shows_the_same_legend(project, working, finished, tmp_path):
    layer = styling.class_layer(working, "map", CLASSES)
    styling.insert_above(layer, "none")
    styling.switch_to(layer, finished)
    path = str(tmp_path / "saved.qgz")
    assert project.write(path)
    project.clear()
    assert project.read(path)
    (again,) = project.mapLayersByName("map")
    assert again.isValid()
    assert legend(again) == EXPECTED
