"""What is held out: shares, whole polygons or blocks, and no neighbours."""

import contextlib

import numpy as np
import pytest

from wholescene.raster.scaling import LinearScaling
from wholescene.raster.scene import Scene
from wholescene.raster.view import ModelView
from wholescene.training.data.vectors import read_layer
from wholescene.training.finetune.polygons import GAP, Drawn
from wholescene.training.finetune.split import divide
from wholescene.wire.errors import NothingHeldOut
from wholescene.wire.plan import Window

IDS = {"disc": 0, "ground": 1}
IGNORE = 255


@contextlib.contextmanager
def drawn(scene, path):
    layer = read_layer(path, None, "class")
    with contextlib.closing(Scene.open([scene.path])) as opened:
        view = ModelView(opened, (1, 2, 3), LinearScaling((0.0,), (1.0,)))
        yield Drawn(layer.polygons, [IDS[polygon.value] for polygon in layer.polygons], layer.crs, view, str(path))


def split(scene, path, share=0.25, seed=0):
    with drawn(scene, path) as found:
        (labelled,) = divide([found], [found.count()], 2, share, seed)
        height, width = labelled.size
        return labelled.read(Window(0, 0, height, width))


def painted(boxes, scene):
    """The boxes (class, column, row, width, height) as numpy draws them."""
    out = np.full(scene.bright.shape, IGNORE, np.uint8)
    for value, col, row, width, height in boxes:
        out[row : row + height, col : col + width] = IDS[value]
    return out


GRID = [
    (name, col + shift, row, 12, 12)
    for row in range(4, 180, 40)
    for col in range(4, 300, 44)
    for name, shift in (("disc", 0), ("ground", 16))
]
HALVES = [("disc", 0, 0, 165, 200), ("ground", 165, 0, 165, 200)]


@pytest.mark.parametrize("boxes", [GRID, HALVES], ids=["many small", "two large"])
@pytest.mark.parametrize("share", [0.25, 0.5])
def test_about_the_share_of_each_class_is_held_out_and_far_from_the_rest(scene, polygons, boxes, share):
    learn, held = split(scene, polygons(*boxes), share)
    everything = painted(boxes, scene)
    assert not ((learn != IGNORE) & (held != IGNORE)).any()
    for part in (learn, held):
        np.testing.assert_array_equal(part[part != IGNORE], everything[part != IGNORE])
    for label in (0, 1):
        of_class = (held == label).sum() / (everything == label).sum()
        assert 0.5 * share <= of_class <= 1.5 * share
        assert (learn == label).any()
    rows, cols = np.nonzero(held != IGNORE)
    for row, col in list(zip(rows, cols, strict=True))[::37]:
        around = learn[max(0, row - GAP) : row + GAP + 1, max(0, col - GAP) : col + GAP + 1]
        assert (around == IGNORE).all()
    dropped = (everything != IGNORE) & (learn == IGNORE) & (held == IGNORE)
    assert dropped.any()


def test_small_polygons_are_never_torn(scene, polygons):
    _, held = split(scene, polygons(*GRID))
    for _, col, row, width, height in GRID:
        inside = held[row : row + height, col : col + width] != IGNORE
        assert inside.all() or not inside.any()


def test_the_same_seed_holds_out_the_same(scene, polygons):
    path = polygons(*GRID)
    np.testing.assert_array_equal(split(scene, path)[1], split(scene, path)[1])
    assert (split(scene, path)[1] != split(scene, path, seed=1)[1]).any()


def test_nothing_is_held_out_if_nobody_wants_it(scene, polygons):
    learn, held = split(scene, polygons(*GRID), share=0.0)
    np.testing.assert_array_equal(learn, painted(GRID, scene))
    assert (held == IGNORE).all()


def test_one_small_polygon_of_each_class_cannot_be_divided(scene, polygons):
    with pytest.raises(NothingHeldOut):
        split(scene, polygons(("disc", 10, 10, 12, 12), ("ground", 40, 10, 12, 12)))


def test_of_polygons_at_one_place_the_last_one_counts(scene, polygons):
    boxes = [("disc", 0, 0, 100, 100), ("ground", 20, 20, 30, 30)]
    learn, _ = split(scene, polygons(*boxes), share=0.0)
    np.testing.assert_array_equal(learn, painted(boxes, scene))
