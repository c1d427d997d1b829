"""Counting map against reference: expected counts come from one coordinate transformation per pixel, by OSR."""

import math
from collections import Counter

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import (
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)
from wholescene_qgis.core import accuracy_map, accuracy_reference
from wholescene_qgis.core.accuracy_reference import Kind, Note, RasterReference, VectorReference
from wholescene_qgis.core.accuracy_table import cross_tabulate
from wholescene_qgis.wire import errors

HERE = (400000.0, 10.0, 0.0, 4200000.0, 0.0, -10.0)  # UTM 18N, 10 m
NODATA = 255


def reference_system(epsg):
    system = osr.SpatialReference()
    system.ImportFromEPSG(epsg)
    system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return system


@pytest.fixture
def write(tmp_path):
    """Writes class values ``[h, w]``; no epsg and no transform: bare rows and columns."""

    def write(name, values, epsg=32618, transform=HERE, nodata=NODATA, kind=gdal.GDT_Byte):
        height, width = values.shape
        dataset = gdal.GetDriverByName("GTiff").Create(str(tmp_path / name), width, height, 1, kind)
        if epsg:
            dataset.SetProjection(reference_system(epsg).ExportToWkt())
        if transform:
            dataset.SetGeoTransform(transform)
        if nodata is not None:
            dataset.GetRasterBand(1).SetNoDataValue(nodata)
        dataset.WriteArray(values)
        return str(tmp_path / name)

    return write


@pytest.fixture
def values():
    """30 × 40 classes 0 to 2 in patches of 5 pixels, with a corner that the scene did not cover."""
    values = np.random.default_rng(1).integers(0, 3, (6, 8), np.uint8).repeat(5, 0).repeat(5, 1)
    values[:5, :5] = NODATA
    return values


def vector(kind, shapes, epsg=32618):
    """A reference of (WKT, class) pairs."""
    of = {Kind.POLYGONS: "MultiPolygon", Kind.POINTS: "MultiPoint"}[kind]
    crs = f"crs=epsg:{epsg}&" if epsg else ""
    layer = QgsVectorLayer(f"{of}?{crs}field=class:string", "reference", "memory")
    for shape, name in shapes:
        feature = QgsFeature(layer.fields())
        feature.setAttribute("class", name)
        feature.setGeometry(QgsGeometry.fromWkt(shape))
        assert layer.dataProvider().addFeature(feature)
    source = QgsVectorLayerFeatureSource(layer)
    return VectorReference(source, "reference", "class", kind, bool(epsg), QgsCoordinateTransformContext())


def counted(path, reference, watch=lambda fraction: None):
    return cross_tabulate(path, reference, watch)


def box(left, top, right, bottom):
    """WKT of a rectangle in columns and rows of the map."""
    x, y = (lambda col: HERE[0] + 10 * col), (lambda row: HERE[3] - 10 * row)
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return "MULTIPOLYGON(((" + ",".join(f"{x(col)} {y(row)}" for col, row in corners) + ")))"


def test_the_same_grid(write, values):
    other = np.random.default_rng(2).integers(0, 3, values.shape, np.uint8)
    other[20:, 30:] = 9  # the reference's own nodata
    found = counted(write("map.tif", values), RasterReference(write("other.tif", other, nodata=9), "other"))
    both = (values != NODATA) & (other != 9)
    expected = Counter((int(m), str(r)) for m, r in zip(values[both], other[both], strict=True))
    assert found.counts == expected
    assert found.map_only == ((values != NODATA) & (other == 9)).sum()
    assert found.reference_only == ((values == NODATA) & (other != 9)).sum()
    assert found.pixels == {value: (values == value).sum() for value in (0, 1, 2)}
    assert found.keys == ("0", "1", "2")


@pytest.mark.parametrize(
    ("epsg", "transform", "shape"),
    [
        (32618, (399913.37, 7.31, 0.0, 4200031.73, 0.0, -7.31), (60, 70)),
        (32618, (399950.7, 33.0, 0.0, 4200050.3, 0.0, -31.0), (20, 20)),
        (4326, None, (80, 90)),
        (32618, (399900.0, 9.0, 1.5, 4200040.0, -1.2, -9.0), (60, 70)),
    ],
    ids=["finer and shifted", "coarser", "in degrees", "rotated"],
)
def test_another_grid_is_sampled_at_the_centres_of_the_map_s_pixels(write, values, epsg, transform, shape):
    if transform is None:
        lon, lat = -76.1405, 37.9433  # north-west of the map
        transform = (lon, 0.00007, 0.0, lat, 0.0, -0.00005)
    other = np.random.default_rng(3).integers(0, 5, shape, np.uint8)
    path = write("other.tif", other, epsg, transform, nodata=4)
    found = counted(write("map.tif", values), RasterReference(path, "other"))
    change = osr.CoordinateTransformation(reference_system(32618), reference_system(epsg))
    inverse = gdal.InvGeoTransform(transform)
    expected, without, near_edges = Counter(), 0, 0
    for row, col in np.argwhere(values != NODATA):
        x, y, _ = change.TransformPoint(HERE[0] + 10 * (col + 0.5), HERE[3] - 10 * (row + 0.5))
        pixel, line = gdal.ApplyGeoTransform(inverse, x, y)
        near_edges += min(abs(pixel - round(pixel)), abs(line - round(line))) < 1e-6
        inside = 0 <= pixel < shape[1] and 0 <= line < shape[0]
        if inside and other[math.floor(line), math.floor(pixel)] != 4:
            expected[int(values[row, col]), str(other[math.floor(line), math.floor(pixel)])] += 1
        else:
            without += 1
    assert near_edges == 0  # else the comparison would hang on rounding
    assert found.counts == expected
    assert found.map_only == without
    assert sum(expected.values()) > 300


def test_strips_do_not_show(write, values, monkeypatch):
    other = np.random.default_rng(2).integers(0, 3, (60, 70), np.uint8)
    reference = RasterReference(write("other.tif", other, 32618, (399913.0, 7.3, 0, 4200031.0, 0, -7.3)), "other")
    path, told = write("map.tif", values), []
    whole = counted(path, reference)
    monkeypatch.setattr(accuracy_map, "STRIP_PIXELS", 80)
    assert counted(path, reference, told.append) == whole
    assert len(told) == 15
    assert told[-1] == 1.0


def test_references_with_large_negative_and_broken_values(write, values):
    other = np.where(values == 1, -7.0, 70000.0)
    other[8, 8], other[9, 9], other[9, 10] = math.nan, 0.5, math.inf
    found = counted(
        write("map.tif", values),
        RasterReference(write("other.tif", other, nodata=None, kind=gdal.GDT_Float32), "other"),
    )
    assert set(found.keys) == {"-7", "0.5", "70000", "inf"}
    assert found.map_only == 1


def test_a_picture_is_no_reference(write, values):
    other = np.arange(values.size, dtype=np.float32).reshape(values.shape)
    reference = RasterReference(write("other.tif", other, nodata=None, kind=gdal.GDT_Float32), "other")
    with pytest.raises(errors.RasterUnreadable, match=r"accuracy\.raster"):
        counted(write("map.tif", values), reference)


@pytest.mark.parametrize("epsg", [32618, 32633], ids=["beside it", "beyond what its CRS reaches"])
def test_a_reference_elsewhere(write, values, epsg):
    away = (900000.0, 10.0, 0.0, 5000000.0, 0.0, -10.0)
    reference = RasterReference(write("other.tif", values, epsg, away), "other")
    with pytest.raises(errors.NoOverlap) as raised:
        counted(write("map.tif", values), reference)
    assert raised.value.params == {"reference": "other", "map": "map.tif"}


def test_a_reference_without_a_class_where_the_map_has_one(write, values):
    other = np.where(values == NODATA, 1, NODATA).astype(np.uint8)
    with pytest.raises(errors.NoOverlap):
        counted(write("map.tif", values), RasterReference(write("other.tif", other), "other"))


def test_labels_without_a_place_lie_on_the_map_pixel_by_pixel(write, values):
    found = counted(write("map.tif", values), RasterReference(write("other.png.tif", values, 0, None), "other"))
    assert found.notes == (Note.SAME_SIZE,)
    assert found.counts == {(value, str(value)): (values == value).sum() for value in (0, 1, 2)}
    with pytest.raises(errors.ReferenceUnplaced):
        counted(write("map.tif", values), RasterReference(write("small.tif", values[1:], 0, None), "other"))


def test_map_and_labels_without_a_place(write, values):
    found = counted(
        write("map.tif", values, 0, None), RasterReference(write("other.tif", values[:20], 0, None), "other")
    )
    assert found.notes == ()
    assert sum(found.counts.values()) == (values[:20] != NODATA).sum()
    assert all(str(value) == key for value, key in found.counts)


def test_what_is_no_raster_and_what_is_no_class_map(write, values, tmp_path):
    (tmp_path / "text.tif").write_text("nothing")
    with pytest.raises(errors.RasterUnreadable):
        counted(str(tmp_path / "text.tif"), RasterReference(write("other.tif", values), "other"))
    with pytest.raises(errors.RasterUnreadable):
        counted(write("map.tif", values), RasterReference(str(tmp_path / "none.tif"), "other"))
    with pytest.raises(errors.RasterUnreadable):
        counted(write("map.tif", values), RasterReference(write("other.tif", values), "other", band=2))
    floats = write("floats.tif", values.astype(np.float32), kind=gdal.GDT_Float32)
    with pytest.raises(errors.RasterUnreadable):
        counted(floats, RasterReference(write("other.tif", values), "other"))


def test_polygons_hold_the_pixels_whose_centres_they_hold(write, values):
    shapes = [
        ("MULTIPOLYGON(((400055 4199990, 400290 4199952, 400231 4199751, 400055 4199990)))", "water"),
        ("MULTIPOLYGON(((400301 4199951, 400399 4199890, 400311 4199713, 400301 4199951)))", "forest"),
    ]
    found = counted(write("map.tif", values), vector(Kind.POLYGONS, shapes))
    geometries = [(QgsGeometry.fromWkt(shape), name) for shape, name in shapes]
    expected = Counter()
    for row, col in np.argwhere(values != NODATA):
        centre = QgsGeometry.fromPointXY(QgsPointXY(HERE[0] + 10 * (col + 0.5), HERE[3] - 10 * (row + 0.5)))
        for geometry, name in geometries:
            if geometry.contains(centre):
                expected[int(values[row, col]), name] += 1
    assert found.counts == expected
    assert sum(expected.values()) > 100
    assert found.keys == ("forest", "water")


def test_polygons_in_degrees(write, values):
    change = osr.CoordinateTransformation(reference_system(32618), reference_system(4326))
    corners = [change.TransformPoint(x, y)[:2] for x, y in ((400102, 4199948), (400298, 4199948), (400201, 4199801))]
    shape = "MULTIPOLYGON(((" + ",".join(f"{x:.12f} {y:.12f}" for x, y in [*corners, corners[0]]) + ")))"
    same = "MULTIPOLYGON(((400102 4199948, 400298 4199948, 400201 4199801, 400102 4199948)))"
    path = write("map.tif", values)
    found = counted(path, vector(Kind.POLYGONS, [(shape, "water")], epsg=4326))
    assert found.counts == counted(path, vector(Kind.POLYGONS, [(same, "water")])).counts
    assert found.counts


def test_overlapping_polygons_of_different_classes_say_nothing(write, values):
    shapes = [(box(10, 10, 20, 20), "water"), (box(15, 10, 25, 20), "forest"), (box(10, 10, 12, 20), "water")]
    found = counted(write("map.tif", values), vector(Kind.POLYGONS, shapes))
    assert found.ambiguous == 50
    assert sum(found.counts.values()) == 100


def test_polygons_without_a_class_or_elsewhere(write, values):
    path = write("map.tif", values)
    with pytest.raises(errors.NotLabelled) as raised:
        counted(path, vector(Kind.POLYGONS, [(box(10, 10, 20, 20), None), (box(20, 20, 22, 22), " ")]))
    assert raised.value.params["count"] == 2
    with pytest.raises(errors.NoOverlap):
        counted(path, vector(Kind.POLYGONS, [(box(100, 100, 120, 120), "water")]))
    with pytest.raises(errors.NoOverlap):
        counted(path, vector(Kind.POLYGONS, []))
    reference = vector(Kind.POLYGONS, [(box(10, 10, 20, 20), "water")])
    other = VectorReference(reference.source, "r", "kind", Kind.POLYGONS, True, reference.context)
    with pytest.raises(errors.ReferenceField) as raised:
        counted(path, other)
    assert raised.value.params["offered"] == "class"


def test_points_in_another_crs(write, values):
    change = osr.CoordinateTransformation(reference_system(32618), reference_system(3857))
    wanted = [(7, 8, "a"), (7, 8, "b"), (29, 39, "a"), (20, 3, "c"), (2, 2, "a"), (8, 20, None)]
    shapes = []
    for row, col, name in wanted:
        x, y, _ = change.TransformPoint(HERE[0] + 10 * col + 0.5, HERE[3] - 10 * row - 9.5)  # beside the corner
        shapes.append((f"MULTIPOINT(({x:.6f} {y:.6f}))", name))
    shapes.append(("MULTIPOINT((0 0))", "a"))
    found = counted(write("map.tif", values), vector(Kind.POINTS, shapes, epsg=3857))
    expected = Counter((int(values[row, col]), name) for row, col, name in wanted[:4])
    assert found.counts == expected
    assert found.reference_only == 2  # on nodata, and far away
    assert found.map_only == 1  # not labelled yet
    assert found.pixels == {value: (values == value).sum() for value in (0, 1, 2)}
    # 10 m in UTM, a degree and a half from its central meridian: 0.01 ha but for the scale of the projection
    for value, hectares in found.hectares.items():
        assert hectares == pytest.approx(0.01 * found.pixels[value], rel=1e-3)


def test_points_that_nobody_labelled(write, values):
    with pytest.raises(errors.NotLabelled):
        counted(write("map.tif", values), vector(Kind.POINTS, [("MULTIPOINT((400100 4199900))", None)]))
    with pytest.raises(errors.NoOverlap):
        counted(write("map.tif", values), vector(Kind.POINTS, [("MULTIPOINT((0 0))", "a")]))


def test_points_at_the_edges_belong_to_the_pixel_that_begins_there(write, values):
    """Upper and left edges belong to a pixel, lower and right ones to the next."""
    corners = [(400000, 4200000), (400400, 4199990), (399999.99, 4199900), (400200, 4199900), (400100, 4199700)]
    shapes = [(f"MULTIPOINT(({x} {y}))", "a") for x, y in corners]
    found = counted(
        write("map.tif", np.where(values == NODATA, 0, values).astype(np.uint8)), vector(Kind.POINTS, shapes)
    )
    assert found.counts == Counter([(0, "a"), (int(values[10, 20]), "a")])
    assert found.reference_only == 3


def test_points_on_a_map_without_a_place(write, values):
    # QGIS draws it from (0, 0) downwards
    reference = vector(Kind.POINTS, [("MULTIPOINT((8.5 -7.5))", "a")], epsg=0)
    found = counted(write("map.tif", values, 0, None), reference)
    assert found.counts == {(int(values[7, 8]), "a"): 1}
    assert found.hectares is None
    assert found.notes == ()


def test_areas_in_degrees_are_those_of_the_ground(write):
    """61 cells of one degree, from the equator to 61° north: on a sphere R² Δλ sin φ, the flattening does little."""
    values = np.zeros((61, 1), np.uint8)
    values[0] = 1
    transform = (10.0, 1.0, 0.0, 61.0, 0.0, -1.0)
    reference = vector(Kind.POINTS, [("MULTIPOINT((10.5 60.5))", "a")], epsg=4326)
    found = counted(write("map.tif", values, 4326, transform), reference)
    assert found.hectares is not None
    sphere = 6371.0**2 * math.radians(1) * math.sin(math.radians(61)) * 100  # hectares
    assert sum(found.hectares.values()) == pytest.approx(sphere, rel=0.005)


def test_whoever_watches_can_stop_it(write, values):
    def stop(_fraction):
        raise errors.Cancelled()

    with pytest.raises(errors.Cancelled):
        counted(write("map.tif", values), RasterReference(write("other.tif", values), "other"), stop)


def test_keys():
    key_of = accuracy_reference.key_of
    assert [key_of(value) for value in (3, 3.0, 2.5, " water ", "", None, math.nan)] == [
        "3", "3", "2.5", "water", None, None, None,
    ]  # fmt: skip
