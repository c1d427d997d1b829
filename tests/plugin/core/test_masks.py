"""Polygons of a layer as the mask of a request."""

import numpy as np
import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsProject, QgsRasterLayer, QgsVectorLayer
from wholescene_qgis.core import masks
from wholescene_qgis.core.masks import shifted, wire_mask
from wholescene_qgis.wire.errors import ExtentEmpty, MaskTooDetailed

DONUT = "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), (2 2, 4 2, 4 4, 2 4, 2 2))"
TWO = "MULTIPOLYGON(((20 0, 30 0, 30 10, 20 0)), ((40 0, 50 0, 50 10, 40 0)))"


def polygons(*texts, crs="EPSG:32618", kind="MultiPolygon"):
    layer = QgsVectorLayer(f"{kind}?crs={crs}", "plots", "memory")
    for text in texts:
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromWkt(text))
        assert layer.dataProvider().addFeature(feature)
    layer.updateExtents()
    return layer


@pytest.fixture
def scene(write_scene):
    return QgsRasterLayer(str(write_scene("scene.tif", np.ones((3, 8, 8), np.uint8))), "scene")


def test_all_features_with_their_parts_and_holes(scene):
    mask = wire_mask(polygons(DONUT, TWO), scene)
    assert mask.crs == "EPSG:32618"
    assert [len(polygon) for polygon in mask.polygons] == [2, 1, 1]
    assert mask.polygons[0][1] == ((2, 2), (4, 2), (4, 4), (2, 4), (2, 2))


def test_selected_features_only_if_there_are_some(scene):
    layer = polygons(DONUT, TWO)
    layer.selectByIds([2])
    assert [len(polygon) for polygon in wire_mask(layer, scene).polygons] == [1, 1]


def test_curves_become_lines(scene):
    layer = polygons("CURVEPOLYGON(CIRCULARSTRING(0 0, 10 0, 0 0))", kind="CurvePolygon")
    ring = wire_mask(layer, scene).polygons[0][0]
    assert len(ring) > 20
    assert all(abs((x - 5) ** 2 + y**2 - 25) < 1e-6 for x, y in ring)


def test_layers_without_polygons_are_refused(scene):
    with pytest.raises(ExtentEmpty):
        wire_mask(polygons(), scene)


def test_more_corners_than_a_request_can_hold_are_refused(scene, monkeypatch):
    monkeypatch.setattr(masks, "MOST_CORNERS", 9)
    with pytest.raises(MaskTooDetailed):
        wire_mask(polygons(DONUT), scene)


def test_a_scene_without_georeference_counts_rows_downwards(tmp_path):
    from osgeo import gdal

    path = str(tmp_path / "plain.tif")
    gdal.GetDriverByName("GTiff").Create(path, 60, 40, 3).FlushCache()
    plain = QgsRasterLayer(path, "plain")
    layer = polygons("POLYGON((5 -3, 9 -3, 9 -7, 5 -3))", crs="")
    mask = wire_mask(layer, plain)
    assert (mask.crs, mask.polygons[0][0][:3]) == ("pixel", ((5, 3), (9, 3), (9, 7)))
    assert shifted(mask, 5, 3).polygons[0][0][:3] == ((0, 0), (4, 0), (4, 4))


def test_masks_on_the_ground_stay_where_they_are(scene):
    mask = wire_mask(polygons(DONUT), scene)
    assert shifted(mask, 5, 3) == mask
    assert shifted(None, 5, 3) is None
    assert QgsProject.instance().mapLayers() == {}
