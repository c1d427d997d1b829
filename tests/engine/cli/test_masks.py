"""``--mask FILE``: what vector files become, and that the map is nodata outside."""

import json
import sqlite3

import numpy as np
import pytest
import rasterio
from rasterio.features import rasterize

from jobs import picture, random_zoo, write_scene
from wholescene.cli.main import main
from wholescene.cli.masks import read_mask
from wholescene.wire.errors import SceneNotFound, VectorUnreadable
from wholescene.wire.mask import Mask

SQUARE = [[500_050, 4_999_900], [500_200, 4_999_900], [500_200, 4_999_800], [500_050, 4_999_800], [500_050, 4_999_900]]
UTM = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32632"}}
POLYGON = {"type": "Polygon", "coordinates": [SQUARE]}


def geojson(path, values, **more):
    path.write_text(json.dumps({**values, **more}))
    return path


def test_polygons_of_any_kind_of_geojson(tmp_path):
    ring = tuple((float(x), float(y)) for x, y in SQUARE)
    feature = {"type": "Feature", "properties": None, "geometry": POLYGON}
    several = {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}
    assert read_mask(geojson(tmp_path / "a.geojson", POLYGON)) == Mask(((ring,),), "OGC:CRS84")
    assert read_mask(geojson(tmp_path / "b.json", feature, crs=UTM)).crs == "urn:ogc:def:crs:EPSG::32632"
    collection = {"type": "FeatureCollection", "features": [feature, {"type": "Feature", "geometry": several}]}
    assert read_mask(geojson(tmp_path / "c.geojson", collection)).polygons == ((ring,),) * 3


def test_the_map_is_nodata_outside_and_the_same_inside(engine_home, tmp_path, monkeypatch):
    random_zoo(tmp_path / "presets")
    monkeypatch.setenv("WHOLESCENE_PRESETS", str(tmp_path / "presets"))
    scene = write_scene(tmp_path / "scene.tif", picture(260, 400))
    mask = geojson(tmp_path / "mask.geojson", POLYGON, crs=UTM)
    whole, part = tmp_path / "whole.tif", tmp_path / "part.tif"
    plain = ["segment", str(scene), "-p", "random", "--precision", "float32"]
    assert main([*plain, "-o", str(whole)]) == 0
    assert main([*plain, "-o", str(part), "--mask", str(mask)]) == 0
    with rasterio.open(whole) as file, rasterio.open(part) as masked:
        inside = rasterize([POLYGON], file.shape, transform=file.transform).astype(bool)
        window = masked.window(*masked.bounds)
        assert window.width == 150
        expected = np.where(inside, file.read(1), 255)[100:200, 50:200]
        np.testing.assert_array_equal(masked.read(1), expected)
        assert masked.tags()["WHOLESCENE_MASK"].startswith("1 polygon (urn:ogc:def:crs:EPSG::32632)")


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        "{}",
        '{"type": "Point", "coordinates": [0, 0]}',
        '{"type": "Polygon"}',
        '{"type": "FeatureCollection", "features": [1]}',
        '{"type": "FeatureCollection", "features": []}',
        '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}',
    ],
)
def test_files_without_polygons_are_refused(tmp_path, text):
    path = tmp_path / "mask.geojson"
    path.write_text(text)
    with pytest.raises(VectorUnreadable):
        read_mask(path)


def test_other_files_that_hold_no_polygons_are_refused(tmp_path):
    with pytest.raises(SceneNotFound):
        read_mask(tmp_path / "none.gpkg")
    (tmp_path / "mask.kml").write_text("<kml/>")
    with pytest.raises(VectorUnreadable):
        read_mask(tmp_path / "mask.kml")
    sqlite3.connect(tmp_path / "empty.gpkg").close()
    with pytest.raises(VectorUnreadable):
        read_mask(tmp_path / "empty.gpkg")
