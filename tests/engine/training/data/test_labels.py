"""Label rasters and polygons against GDAL's own programs, and what is refused."""

import json
import sqlite3
import struct
import threading

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import Transformer

import miniatures
from rasters import UTM, gdal_tool, noise, write_raster
from wholescene.raster.scene import Scene
from wholescene.training.data.coding import IGNORE, Coding
from wholescene.training.data.labels import open_labels
from wholescene.training.data.pair import RasterLabel, VectorLabel
from wholescene.training.data.vectors import read_layer
from wholescene.wire.errors import (
    LabelsDiffer,
    LabelsUnplaced,
    LabelTypeUnsupported,
    SceneNotFound,
    VectorField,
    VectorUnreadable,
)
from wholescene.wire.plan import Window

HEIGHT, WIDTH = 60, 80
WHOLE = Window(0, 0, HEIGHT, WIDTH)
IDS = Coding({0: IGNORE, 1: 0, 7: 1})
CODES = {"field": 0, "lake": 1, "7": 2}
LAKE = [(500_105, 4_999_905), (500_505, 4_999_895), (500_455, 4_999_505), (500_105, 4_999_905)]
ISLAND = [(500_250, 4_999_850), (500_350, 4_999_850), (500_350, 4_999_750), (500_250, 4_999_850)]
FIELD = [(500_400, 4_999_800), (500_790, 4_999_800), (500_790, 4_999_410), (500_400, 4_999_410), (500_400, 4_999_800)]


@pytest.fixture
def image(tmp_path):
    with Scene.open([write_raster(tmp_path / "image.tif", noise(3, HEIGHT, WIDTH), **UTM)]) as scene:
        yield scene


def opened(path, image, background=IGNORE, field="class", layer=None):
    return open_labels(VectorLabel(str(path), field, CODES, background, layer), image)


def geojson(path, features, crs="EPSG:32631"):
    """Features of (value, rings) in the older dialect that names its CRS."""
    collection = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{crs.replace(':', '::')}"}},
        "features": [
            {"type": "Feature", "properties": {"class": v}, "geometry": {"type": "Polygon", "coordinates": rings}}
            for v, rings in features
        ],
    }
    path.write_text(json.dumps(collection))
    return path


def burnt(tmp_path, path, image, *options):
    """What gdal_rasterize makes of a vector file on the image's grid, 255 elsewhere."""
    target = write_raster(tmp_path / "burnt.tif", np.full((HEIGHT, WIDTH), 255, np.uint8), **UTM)
    gdal_tool("gdal_rasterize", "-q", "-a", "code", *options, path, target)
    with rasterio.open(target) as file:
        return file.read(1)


class TestRasters:
    def test_values_become_train_ids_and_what_no_class_has_is_told(self, tmp_path, image):
        values = miniatures.stripes([0, 1, 7, 9], WIDTH)[:HEIGHT]
        path = write_raster(tmp_path / "l.tif", values, **UTM)
        labels, unknown = open_labels(RasterLabel(path, IDS), image).read(WHOLE)
        assert [int(labels[0, col]) for col in (0, 20, 40, 60)] == [IGNORE, 0, 1, IGNORE]
        assert unknown == {"9": HEIGHT * 20}

    @pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float32"])
    def test_any_type_of_whole_numbers_will_do(self, tmp_path, image, dtype):
        path = write_raster(tmp_path / "l.tif", np.full((HEIGHT, WIDTH), 7, dtype), **UTM)
        labels, unknown = open_labels(RasterLabel(path, IDS), image).read(WHOLE)
        assert (labels == 1).all()
        assert not unknown

    def test_nodata_of_the_labels_is_ignored_unless_a_class_has_it(self, tmp_path, image):
        values = miniatures.stripes([9, 7], WIDTH)[:HEIGHT]
        for nodata, expected in ((9, [IGNORE, 1]), (7, [IGNORE, 1])):
            path = write_raster(tmp_path / f"{nodata}.tif", values, nodata=nodata, **UTM)
            labels, unknown = open_labels(RasterLabel(path, IDS), image).read(WHOLE)
            assert [int(labels[0, 0]), int(labels[0, 79])] == expected
            assert bool(unknown) == (nodata == 7)

    def test_fractions_and_pictures_are_no_ids(self, tmp_path, image):
        path = write_raster(tmp_path / "f.tif", np.full((HEIGHT, WIDTH), 0.5, "float32"), **UTM)
        with pytest.raises(LabelTypeUnsupported, match=r"0\.5"):
            open_labels(RasterLabel(path, IDS), image).read(WHOLE)
        path = write_raster(tmp_path / "rgb.tif", noise(3, HEIGHT, WIDTH), **UTM)
        with pytest.raises(LabelTypeUnsupported, match="it has 3"):
            open_labels(RasterLabel(path, IDS), image)
        path = write_raster(tmp_path / "ids.tif", noise(HEIGHT, WIDTH), **UTM)
        with pytest.raises(LabelTypeUnsupported, match="three bands"):
            open_labels(RasterLabel(path, Coding({0: 0}, colours=True)), image)

    @pytest.mark.parametrize(
        ("size", "change", "detail"),
        [
            ((HEIGHT - 1, WIDTH), {}, "80 × 59 pixels, the image 80 × 60"),
            ((HEIGHT, WIDTH), {"crs": "EPSG:32632"}, "they are in EPSG:32632, the image in EPSG:32631"),
            ((HEIGHT, WIDTH), {"transform": UTM["transform"] @ Affine.translation(0.5, 0)}, "0.5 pixels apart"),
            ((HEIGHT, WIDTH), {"transform": UTM["transform"] @ Affine.scale(1.1)}, "pixels apart"),
        ],
    )
    def test_labels_on_another_grid_are_refused_with_the_difference(self, tmp_path, image, size, change, detail):
        path = write_raster(tmp_path / "l.tif", np.zeros(size, np.uint8), **{**UTM, **change})
        with pytest.raises(LabelsDiffer) as caught:
            open_labels(RasterLabel(path, IDS), image)
        assert detail in caught.value.message

    def test_labels_without_georeference_lie_where_their_size_says(self, tmp_path, image):
        path = write_raster(tmp_path / "l.tif", np.ones((HEIGHT, WIDTH), np.uint8))
        assert (open_labels(RasterLabel(path, IDS), image).read(WHOLE)[0] == 0).all()


class TestReaders:
    """Each format as GDAL's ogr2ogr writes it holds the same polygons."""

    FEATURES = [("lake", [LAKE, ISLAND]), ("field", [FIELD]), (None, [ISLAND])]

    @pytest.mark.parametrize(
        ("driver", "suffix"), [("GPKG", "gpkg"), ("ESRI Shapefile", "shp"), ("GeoJSON", "geojson")]
    )
    @pytest.mark.parametrize("kind", ["POLYGON", "MULTIPOLYGON", "MULTIPOLYGONZ"])
    def test_what_gdal_writes_is_read(self, tmp_path, driver, suffix, kind):
        source = geojson(tmp_path / "source.json", self.FEATURES)
        path = tmp_path / f"labels.{suffix}"
        gdal_tool("ogr2ogr", "-f", driver, "-nlt", kind, "-nln", "labels", path, source)
        layer = read_layer(path, None, "class")
        assert [polygon.value for polygon in layer.polygons] == ["lake", "field", ""]
        corners = [{tuple(vertex) for ring in polygon.rings for vertex in ring.tolist()} for polygon in layer.polygons]
        assert corners == [{*map(tuple, LAKE), *map(tuple, ISLAND)}, set(FIELD), set(ISLAND)]
        assert rasterio.crs.CRS.from_user_input(layer.crs) == rasterio.crs.CRS.from_epsg(32631)

    def test_a_geopackage_made_by_the_standard_is_read(self, tmp_path):
        shapes = [("lake", False, False), ("field", True, False), (7, False, True)]
        rows = [
            (value, miniatures.well_known_binary([[(*v, 5.0) if high else v for v in LAKE]], big=big, heights=high))
            for value, big, high in shapes
        ]
        layer = read_layer(miniatures.geopackage(tmp_path / "l.gpkg", rows), None, "class")
        assert [polygon.value for polygon in layer.polygons] == ["lake", "field", "7"]
        assert all(polygon.rings[0].tolist() == [list(vertex) for vertex in LAKE] for polygon in layer.polygons)
        assert layer.crs == "EPSG:32631"

    def test_empty_geometries_and_deleted_rows_are_left_out(self, tmp_path):
        path = miniatures.geopackage(tmp_path / "l.gpkg", [("lake", miniatures.well_known_binary([LAKE]))])
        file = sqlite3.connect(path)
        empty = b"GP\x00\x11" + struct.pack("<i", 32631) + struct.pack("<BII", 1, 3, 0)  # the flag for empty is set
        file.execute("INSERT INTO labels (geom, class) VALUES (?, 'nothing')", (empty,))
        file.execute("INSERT INTO labels (geom, class) VALUES (?, 'nothing')", (empty[:8],))
        file.execute("INSERT INTO labels (geom, class) VALUES (NULL, 'null')")
        file.commit()
        file.close()
        filled = [polygon.value for polygon in read_layer(path, None, "class").polygons if polygon.rings]
        assert filled == ["lake"]
        source = geojson(tmp_path / "source.json", self.FEATURES)
        gdal_tool("ogr2ogr", "-f", "ESRI Shapefile", tmp_path / "l.shp", source)
        table = bytearray((tmp_path / "l.dbf").read_bytes())
        header, size = struct.unpack_from("<HH", table, 8)
        table[header + size] = ord("*")  # dBASE's mark of a deleted row, here of the second
        (tmp_path / "l.dbf").write_bytes(table)
        assert [polygon.value for polygon in read_layer(tmp_path / "l.shp", None, "class").polygons] == ["lake", ""]

    def test_a_layer_has_to_be_named_where_there_are_several(self, tmp_path):
        path = tmp_path / "l.gpkg"
        source = geojson(tmp_path / "source.json", self.FEATURES)
        gdal_tool("ogr2ogr", "-nln", "one", path, source)
        gdal_tool("ogr2ogr", "-update", "-nln", "two", path, source)
        with pytest.raises(VectorUnreadable, match="name one of its layers: one, two"):
            read_layer(path, None, "class")
        assert len(read_layer(path, "two", "class").polygons) == 3
        with pytest.raises(VectorUnreadable, match="no layer 'three'"):
            read_layer(path, "three", "class")

    def test_the_real_shapefile_is_read_as_gdal_reads_it(self, shared_data, tmp_path):
        path = shared_data / "formats" / "sentinel2" / "landcover.shp"
        gdal_tool("ogr2ogr", tmp_path / "l.geojson", path, "-lco", "RFC7946=NO")
        written = json.loads((tmp_path / "l.geojson").read_text())["features"]
        field = next(iter(written[0]["properties"]))
        layer = read_layer(path, None, field)
        assert [polygon.value for polygon in layer.polygons] == [str(f["properties"][field]) for f in written]
        assert len(layer.polygons) == 23
        assert layer.polygons[5].rings[0].tolist() == written[5]["geometry"]["coordinates"][0]

    def test_what_is_wrong_is_named(self, tmp_path):
        good = geojson(tmp_path / "good.geojson", self.FEATURES)
        with pytest.raises(VectorField, match=r"no field 'kind'\. They have: class"):
            read_layer(good, None, "kind")
        with pytest.raises(SceneNotFound):
            read_layer(tmp_path / "none.gpkg", None, "class")
        for name, content in (("a.gpkg", b"SQLite"), ("a.shp", b"1234"), ("a.geojson", b"{"), ("a.kml", b"<kml/>")):
            (tmp_path / name).write_bytes(content)
            with pytest.raises(VectorUnreadable):
                read_layer(tmp_path / name, None, "class")

    def test_lines_are_refused(self, tmp_path):
        line = {
            "type": "Feature",
            "properties": {"class": "x"},
            "geometry": {"type": "LineString", "coordinates": LAKE},
        }
        (tmp_path / "l.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [line]}))
        with pytest.raises(VectorUnreadable, match="it holds a LineString, not polygons"):
            read_layer(tmp_path / "l.geojson", None, "class")
        for driver, suffix in (("GPKG", "gpkg"), ("ESRI Shapefile", "shp")):
            gdal_tool("ogr2ogr", "-f", driver, tmp_path / f"l.{suffix}", tmp_path / "l.geojson")
            with pytest.raises(VectorUnreadable, match="it holds lines, not polygons"):
                read_layer(tmp_path / f"l.{suffix}", None, "class")

    def test_a_cut_off_geometry_is_refused(self, tmp_path):
        shape = miniatures.well_known_binary([LAKE])[:-8]
        with pytest.raises(VectorUnreadable, match="cut off"):
            read_layer(miniatures.geopackage(tmp_path / "l.gpkg", [("lake", shape)]), None, "class")


class TestPolygons:
    def test_they_are_drawn_as_gdal_draws_them_and_the_last_counts(self, tmp_path, image):
        path = geojson(tmp_path / "l.geojson", [("lake", [LAKE, ISLAND]), ("field", [FIELD])])
        collection = json.loads(path.read_text())
        for feature, code in zip(collection["features"], (1, 0), strict=True):
            feature["properties"]["code"] = code
        (tmp_path / "coded.geojson").write_text(json.dumps(collection))
        expected = burnt(tmp_path, tmp_path / "coded.geojson", image)
        assert set(np.unique(expected)) == {0, 1, 255}
        labels, unknown = opened(path, image).read(WHOLE)
        np.testing.assert_array_equal(labels, expected)
        assert not unknown

    def test_any_window_gives_the_same_pixels(self, tmp_path, image):
        random = np.random.default_rng(5)
        corners = random.uniform((500_000, 4_999_400), (500_800, 5_000_000), (12, 5, 2))
        shapes = [
            ("lake" if i % 2 else "field", [[*ring.tolist(), ring[0].tolist()]]) for i, ring in enumerate(corners)
        ]
        labels = opened(geojson(tmp_path / "l.geojson", shapes), image)
        whole, _ = labels.read(WHOLE)
        for row, col, height, width in ((0, 0, 17, 23), (11, 31, 40, 9), (59, 79, 1, 1), (30, 0, 30, 80)):
            part, _ = labels.read(Window(row, col, height, width))
            np.testing.assert_array_equal(part, whole[row : row + height, col : col + width])

    def test_another_crs_is_transformed(self, tmp_path, image):
        to_degrees = Transformer.from_crs(32631, 4326, always_xy=True)
        degrees = [to_degrees.transform(*vertex) for vertex in FIELD]
        in_metres = opened(geojson(tmp_path / "m.geojson", [("field", [FIELD])]), image).read(WHOLE)[0]
        # RFC 7946: without a word on it, GeoJSON is longitude and latitude
        feature = {"type": "Feature", "properties": {"class": "field"}}
        feature["geometry"] = {"type": "Polygon", "coordinates": [degrees]}
        (tmp_path / "d.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
        in_degrees = opened(tmp_path / "d.geojson", image).read(WHOLE)[0]
        assert (in_metres == 0).sum() == 39 * 39
        assert (in_degrees != in_metres).sum() <= 8  # corners at pixels' corners may fall to either side

    def test_real_polygons_in_metres_lie_on_the_real_scene_in_degrees(self, shared_data, tmp_path):
        folder = shared_data / "formats" / "sentinel2"
        codes = {"2253": 0, "2360": 1, "2260": 2}
        with Scene.open([str(folder / "B04.tif")]) as image:
            label = VectorLabel(str(folder / "landcover.shp"), "Classvalue", codes, IGNORE)
            whole = Window(0, 0, image.grid.height, image.grid.width)
            labels, unknown = open_labels(label, image).read(whole)
            target = write_raster(
                tmp_path / "t.tif",
                np.zeros((whole.height, whole.width), "uint16"),
                crs=image.grid.crs,
                transform=image.grid.transform,
            )
        gdal_tool("ogr2ogr", "-t_srs", "EPSG:4326", tmp_path / "l.gpkg", folder / "landcover.shp")
        gdal_tool("gdal_rasterize", "-q", "-a", "Classvalue", tmp_path / "l.gpkg", target)
        with rasterio.open(target) as file:
            burnt = file.read(1)
        for value, code in codes.items():
            truth = burnt == int(value)
            assert truth.sum() > 50
            assert (truth != (labels == code)).sum() <= 3  # two versions of PROJ and GDAL
        assert unknown
        assert not set(unknown) & set(codes)

    def test_outside_is_the_background_and_a_polygon_without_class_is_ignored(self, tmp_path, image):
        path = geojson(tmp_path / "l.geojson", [("LAKE", [FIELD]), (None, [LAKE])])
        labels, _ = opened(path, image, background=0).read(WHOLE)
        assert labels[0, 0] == 0
        assert labels[50, 70] == 1  # names in any case
        assert labels[12, 20] == IGNORE

    def test_numbers_are_classes_however_they_are_stored(self, tmp_path, image):
        for value in (7, 7.0, "7"):
            labels, unknown = opened(geojson(tmp_path / "l.geojson", [(value, [FIELD])]), image).read(WHOLE)
            assert labels[50, 70] == 2
            assert not unknown

    def test_polygons_of_no_class_are_counted(self, tmp_path, image):
        path = geojson(tmp_path / "l.geojson", [("lagoon", [FIELD]), ("lagoon", [LAKE])])
        labels, unknown = opened(path, image).read(WHOLE)
        assert unknown == {"lagoon": 2}
        assert (labels == IGNORE).all()

    @pytest.mark.parametrize("sign", [1, -1])
    def test_on_an_image_without_place_they_are_drawn_in_pixels(self, tmp_path, sign):
        # QGIS shows such an image below the x axis: row 10 is y = -10
        ring = [(5, 10 * sign), (15, 10 * sign), (15, 30 * sign), (5, 30 * sign), (5, 10 * sign)]
        with Scene.open([write_raster(tmp_path / "i.tif", noise(3, HEIGHT, WIDTH))]) as scene:
            labels, _ = opened(geojson(tmp_path / "l.geojson", [("lake", [ring])]), scene).read(WHOLE)
        expected = np.full((HEIGHT, WIDTH), IGNORE)
        expected[10:30, 5:15] = 1
        np.testing.assert_array_equal(labels, expected)

    def test_an_image_without_crs_cannot_take_polygons_that_have_one(self, tmp_path):
        path = write_raster(tmp_path / "i.tif", noise(3, 9, 9), transform=UTM["transform"])
        with Scene.open([path]) as scene, pytest.raises(LabelsUnplaced, match="the image has no CRS"):
            opened(geojson(tmp_path / "l.geojson", [("lake", [LAKE])]), scene)

    def test_threads_see_the_same(self, tmp_path, image):
        labels = opened(geojson(tmp_path / "l.geojson", [("lake", [LAKE, ISLAND]), ("field", [FIELD])]), image)
        whole, _ = labels.read(WHOLE)
        wrong = []

        def read():
            for row in range(0, HEIGHT, 7):
                part, _ = labels.read(Window(row, 3, 5 if row + 5 <= HEIGHT else HEIGHT - row, 70))
                if not np.array_equal(part, whole[row : row + 5, 3:73]):
                    wrong.append(row)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong
