"""Rings of patches and their smoothing, judged by GEOS and by counting pixels."""

from itertools import pairwise

import numpy as np
import pytest
from qgis.core import QgsGeometry
from qgis.PyQt.QtCore import QByteArray
from wholescene_qgis.core import polygons as polygons_module
from wholescene_qgis.core.arcs import Rings
from wholescene_qgis.core.patch_labels import Patches
from wholescene_qgis.core.polygons import polygons

from small_maps import NODATA, random_map

DOWN = (0.0, 1.0, 0.0, 0.0, 0.0, 1.0)  # coordinates are columns and rows


def patches(values):
    return Patches.read(values.shape, lambda first, count: values[first : first + count], NODATA)


def shapes(values, smooth=False, transform=DOWN):
    """Class and geometry of each polygon."""
    found = []
    for value, _area, wkb in polygons(patches(values), transform, smooth):
        geometry = QgsGeometry()
        geometry.fromWkb(QByteArray(wkb))
        found.append((value, geometry))
    return found


def drawn(polygons, shape):
    """The classes at the centres of pixels, from the polygons' own rings by the even-odd rule."""
    values = np.full(shape, NODATA, np.uint8)
    hits = np.zeros(shape, int)
    for value, geometry in polygons:
        inside = np.zeros(shape, bool)
        for ring in geometry.asPolygon():
            for one, other in pairwise(ring):
                if one.x() != other.x():  # what lies below a horizontal edge changes sides
                    left, right = sorted((round(one.x()), round(other.x())))
                    inside[round(one.y()) :, left:right] ^= True
        values[inside] = value
        hits += inside
    assert hits.max(initial=0) <= 1
    return values


@pytest.mark.parametrize("batch", [1, 1_000_000])
def test_exact_polygons_are_the_map(batch, monkeypatch):
    monkeypatch.setattr(polygons_module, "BATCH", batch)
    for seed in range(200):
        values = random_map(seed)
        found, known = shapes(values), patches(values)
        assert [value for value, _ in found] == list(known.classes)
        np.testing.assert_array_equal(drawn(found, values.shape), values)
        for (_value, geometry), pixels in zip(found, known.pixels, strict=True):
            assert geometry.isGeosValid()
            assert geometry.area() == pixels


@pytest.mark.parametrize("smooth", [False, True])
def test_there_are_no_gaps_and_no_overlaps(smooth):
    for seed in range(120):
        values = random_map(seed)
        if not (values != NODATA).any():
            continue
        found = [geometry for _, geometry in shapes(values, smooth)]
        covered, known = (values != NODATA).sum(), QgsGeometry.unaryUnion(found)
        assert all(geometry.isGeosValid() for geometry in found)
        assert sum(geometry.area() for geometry in found) == pytest.approx(covered, rel=1e-12)
        assert known.area() == pytest.approx(covered, rel=1e-12)


def test_smooth_neighbours_have_the_same_points():
    values = random_map(8, 40, 50)
    values[values == NODATA] = 0
    found = [geometry for _, geometry in shapes(values, smooth=True)]
    edges = [edge for geometry in found for edge in directed_edges(geometry)]
    assert len(set(edges)) == len(edges)
    back = {(other, one) for one, other in edges}
    alone = set(edges) - back
    on_frame = {edge for edge in edges if lies_on_frame(edge, values.shape)}
    assert alone <= on_frame  # all others run once in each direction, bit for bit


def directed_edges(geometry):
    for ring in geometry.asPolygon():
        points = [(point.x(), point.y()) for point in ring]
        yield from pairwise(points)


def lies_on_frame(edge, shape):
    (x1, y1), (x2, y2) = edge
    return x1 == x2 in (0, shape[1]) or y1 == y2 in (0, shape[0])


def test_a_border_has_the_same_form_wherever_it_lies(monkeypatch):
    values = random_map(8, 40, 50)
    framed = np.full((3040, 5050), NODATA, np.uint8)
    framed[3000:, 5000:] = values
    here, there = shapes(values, smooth=True), shapes(framed, smooth=True)
    for (_value, one), (_other, far) in zip(here, there, strict=True):
        far.translate(-5000, -3000)
        assert one.equals(far) or one.hausdorffDistance(far) < 1e-9  # but for the rounding of large numbers


def test_borders_to_nothing_and_nodes_stay():
    values = np.zeros((20, 20), np.uint8)
    values[:, 10:] = 1
    values[10:, :5] = 2
    values[3:6, 15:18] = NODATA
    exact, smooth = shapes(values), shapes(values, smooth=True)
    assert exact[1][1].asPolygon()[1:] == smooth[1][1].asPolygon()[1:]  # the hole without data
    corners = {(point.x(), point.y()) for _, geometry in smooth for ring in geometry.asPolygon() for point in ring}
    assert {(0, 0), (20, 0), (20, 20), (0, 20), (10, 0), (10, 20), (0, 10), (5, 20)} <= corners
    assert (5, 10) not in corners  # a corner of two classes, no node


def test_a_slanting_border_becomes_straight():
    rows, cols = np.mgrid[:60, :60]
    values = (cols > rows * 0.3 + 15).astype(np.uint8)
    (_, left), _ = shapes(values, smooth=True)
    off = distances(left)
    assert len(off) > 20
    assert max(off) < 0.25
    assert np.mean(off) < 0.1
    (_, left), _ = shapes(values)
    assert max(distances(left)) > 0.4  # as far off are the edges of the pixels


def distances(geometry):
    """How far the points of a border are from the line that it follows."""
    inner = [point for point in geometry.asPolygon()[0] if 4 < point.y() < 56 and point.x() > 0]
    return [abs(point.x() - (point.y() * 0.3 + 15.35)) for point in inner]


def test_patches_that_touch_at_corners_are_their_own():
    values = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], np.uint8)
    found = shapes(values)
    assert len(found) == 9
    assert all(geometry.isGeosValid() and geometry.area() == 1 for _, geometry in found)


def test_a_ring_that_closes_at_a_corner_is_a_hole():
    values = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 0]], np.uint8)
    (_, around), *_ = shapes(values)
    assert [len(ring) for ring in around.asPolygon()] == [7, 5]
    assert around.isGeosValid()


def test_every_patch_begins_with_its_outer_ring():
    values = random_map(4, 30, 30)
    known = patches(values)
    rings = Rings.of(known)
    for _value, geometry in shapes(values):
        outer, *holes = geometry.asPolygon()
        shell = QgsGeometry.fromPolygonXY([outer])
        assert all(shell.contains(QgsGeometry.fromPolygonXY([hole]).pointOnSurface()) for hole in holes)
    assert len(rings.ring_order) == len(rings.firsts) - 1
