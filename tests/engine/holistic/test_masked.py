"""Masks limit the output and not the answer: held against the map without one and GDAL's rasterising of all of it."""

import numpy as np
import pytest
from affine import Affine
from rasterio.features import rasterize

from jobs import CollectingSink, picture, random_zoo, write_scene
from wholescene.holistic import segment
from wholescene.wire.errors import MaskOutside
from wholescene.wire.mask import Mask
from wholescene.wire.request import Extent, SegmentRequest

HEIGHT, WIDTH = 300, 427
TRIANGLE = ((100.0, 40.0), (390.0, 120.0), (160.0, 280.0))
RECTANGLE = ((10.0, 200.0), (60.0, 200.0), (60.0, 260.0), (10.0, 260.0))
BOTH = Mask(((TRIANGLE,), (RECTANGLE,)), "pixel")


@pytest.fixture(scope="module")
def zoo(tmp_path_factory):
    return random_zoo(tmp_path_factory.mktemp("zoo"))


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    return write_scene(tmp_path_factory.mktemp("scene") / "scene.tif", picture(HEIGHT, WIDTH))


def run(zoo, scene, **fields):
    sink = CollectingSink()
    segment(SegmentRequest((str(scene),), "random", **{"precision": "float32", **fields}), sink, zoo)
    return sink


@pytest.fixture(scope="module")
def whole(zoo, scene):
    return run(zoo, scene).classes


def inside(*rings):
    shapes = [{"type": "Polygon", "coordinates": [[*ring, ring[0]]]} for ring in rings]
    return rasterize(shapes, (HEIGHT, WIDTH), transform=Affine.identity()).astype(bool)


def test_pixels_outside_are_nodata_and_those_inside_as_without_a_mask(zoo, scene, whole):
    sink = run(zoo, scene, mask=BOTH)
    expected = np.where(inside(TRIANGLE, RECTANGLE), whole, 255)[40:280, 10:390]
    np.testing.assert_array_equal(sink.classes, expected)
    assert (sink.times == 1).all()
    assert sink.plan.grid.transform[2] == 500_000 + 10
    assert sink.plan.grid.transform[5] == 5_000_000 - 40
    assert sink.plan.provenance["mask"].startswith("2 polygons (pixel), SHA-256 ")


def test_mask_and_extent_limit_together(zoo, scene, whole):
    sink = run(zoo, scene, mask=BOTH, extent=Extent(0, 0, 200, 100, "pixel"), confidence=True)
    expected = np.where(inside(TRIANGLE, RECTANGLE), whole, 255)[40:100, 10:200]
    np.testing.assert_array_equal(sink.classes, expected)
    assert ((sink.confidence == 255) == (expected == 255)).all()


def test_crop_mode_takes_masks_too(zoo, scene):
    fields = {"mode": "crop", "crop": 128, "overlap": 0.25}
    expected = np.where(inside(RECTANGLE), run(zoo, scene, **fields).classes, 255)[200:260, 10:60]
    np.testing.assert_array_equal(run(zoo, scene, mask=Mask(((RECTANGLE,),), "pixel"), **fields).classes, expected)


def test_a_mask_beside_the_scene_is_refused(zoo, scene):
    far = tuple((x + 1000, y) for x, y in RECTANGLE)
    with pytest.raises(MaskOutside):
        run(zoo, scene, mask=Mask(((far,),), "pixel"))
    with pytest.raises(MaskOutside):
        run(zoo, scene, mask=Mask(((RECTANGLE,),), "pixel"), extent=Extent(200, 0, 300, 100, "pixel"))


@pytest.mark.parametrize("fields", [{}, {"mode": "crop", "crop": 128}])
def test_the_plan_says_when_the_first_block_comes(zoo, scene, fields):
    plan = run(zoo, scene, **fields).plan
    assert 0 < plan.seconds_to_first_block < plan.seconds
