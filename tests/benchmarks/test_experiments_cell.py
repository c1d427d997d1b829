"""A cell end to end, small: it is taken up where it stood, and tested as its evaluations say."""

import numpy as np
import pytest
import torch
from benchmarks.experiments import ablations, controlled
from benchmarks.experiments.cell import cell_config, register_encoder, run_cell, train
from benchmarks.experiments.drawn_data import make_data
from benchmarks.experiments.judging import Apart, judged, prepared, segmented, tally, windows
from benchmarks.experiments.recipe import FIRST_SEED, TEST, TRAIN, Recipe
from benchmarks.experiments.ribbons import draw_scene
from benchmarks.experiments.variants import Cell, Evaluation, Variant, drawn_config

from networks import NARROW_CONVNEXT, network
from wholescene.training.run import Silent
from wholescene.training.stock import load_sources, open_stock
from wholescene.wire.errors import Cancelled
from wholescene.wire.plan import Window

DATA = Recipe(counts=((TRAIN, 1), (TEST, 1)), size=(256, 512), resolution=4.0)
SPIM = {"stages": [3], "heads": 4, "kv_pool": 1}
EVALUATIONS = (Evaluation("whole"), Evaluation("crop 128", 128), Evaluation("1 head", heads=1))


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("work")


def cell(name="holistic", size=0):
    config = drawn_config(steps=4, size=size, pixels=256 * 512, scene=256 * 512, spim=SPIM)
    config["stages"][0]["schedule"]["warmup"] = 1
    config["every"] |= {"checkpoint": 1, "log": 1}
    return Cell("test", Variant(name, "table", config, EVALUATIONS, DATA), 3)


class StopsAt(Silent):
    """Gives up after some steps."""

    def __init__(self, step):
        self.step, self.done = step, 0

    def stepped(self, step, steps, stage, loss):
        self.done = step

    def cancelled(self):
        return self.done >= self.step


def test_a_cell_that_was_stopped_ends_as_one_that_was_not(work):
    whole = run_cell(cell("uninterrupted"), work)
    register_encoder()
    config = cell_config(cell("stopped"), work)
    (work / "runs" / cell("stopped").key).mkdir(parents=True)
    with pytest.raises(Cancelled):
        train(config, load_sources(config.data, "x", None), StopsAt(2))
    resumed = run_cell(cell("stopped"), work)
    assert resumed["resumed"]
    assert not whole["resumed"]
    assert resumed["losses"] == whole["losses"]
    assert resumed["tests"] == whole["tests"]
    assert set(whole["tests"]) == {"whole", "crop 128", "1 head"}
    pixels = [sum(np.sum(scene["confusion"]) for scene in by.values()) for by in whole["tests"].values()]
    assert pixels == [256 * 512] * 3
    assert whole["steps"] == 4


class Held:
    """A scene in memory."""

    def __init__(self, image, labels):
        self.image, self.labels, self.size = image, labels, labels.shape

    def read(self, window: Window):
        place = (..., slice(window.row, window.row + window.height), slice(window.col, window.col + window.width))
        return self.image[place], self.labels[place]


def held():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, (192, 300)).astype(np.uint8)
    labels[:10] = 255
    return Held(rng.normal(size=(3, 192, 300)).astype(np.float32), labels)


def test_windows_cover_the_scene_and_the_last_is_moved_back():
    assert windows((192, 300), 128) == [Window(r, c, 128, 128) for r in (0, 64) for c in (0, 128, 172)]
    assert windows((192, 300), 0) == [Window(0, 0, 192, 300)]


def test_the_whole_scene_is_one_forward_pass():
    net, scene = network(encoder=NARROW_CONVNEXT), held()
    with torch.no_grad():
        expected = net(torch.from_numpy(scene.image)[None])[0].argmax(0).numpy()
    found, labels = segmented(net, scene)
    assert np.array_equal(found, expected)
    assert np.array_equal(labels, scene.labels)


def test_windows_see_nothing_beyond_their_edges():
    """The second row and first column of windows, against that part of the scene alone."""
    net, scene = network(encoder=NARROW_CONVNEXT), held()
    with torch.no_grad():
        alone = net(torch.from_numpy(scene.image[:, 64:192, :128])[None])[0].argmax(0).numpy()
    found, labels = segmented(net, scene, 128)
    assert np.array_equal(found[64:192, :128], alone)
    assert np.array_equal(labels, scene.labels)


def test_pairs_are_counted():
    rows, columns = np.array([0, 1, 1, 2, 1]), np.array([1, 0, 0, 1, 1])
    assert tally(rows, columns, 3, 2).tolist() == [[0, 1], [2, 1], [0, 1]]


def test_waters_are_counted_one_by_one(work):
    """The drawn scene's own labels, taken for the network's map, name every water right."""
    folder = make_data(DATA, work / "data")
    drawn = draw_scene(FIRST_SEED[TEST], DATA.size, DATA.resolution)
    truth = torch.nn.functional.one_hot(torch.from_numpy(drawn.labels.astype(np.int64)), 4).permute(2, 0, 1).float()

    class Knows(torch.nn.Module):
        spim = {}

        def forward(self, image):
            return truth[None]

    sources = load_sources(cell_config(cell(), work).data, "x", None)
    (found,) = judged(Knows(), open_stock(sources, TEST), Evaluation("whole"), folder).values()
    assert np.array_equal(found.confusion, np.diag(np.bincount(drawn.labels.ravel(), minlength=4)))
    sizes = [int((drawn.which == number).sum()) for number in range(len(drawn.waters))]
    assert found.waters.sum(1).tolist() == sizes[: len(found.waters)]
    seen = [number for number, size in enumerate(sizes) if size]
    assert [found.kinds[number] for number in seen] == [drawn.waters[number].kind for number in seen]
    assert all(found.waters[number, drawn.waters[number].kind] == sizes[number] for number in seen)


def test_attention_apart_is_that_of_each_part_alone():
    net = network(encoder=NARROW_CONVNEXT, spim={"stages": [3], "heads": 2})
    block, x = net.spim["3"], torch.randn(1, 96, 6, 10)
    with torch.no_grad():
        found = Apart(block, (4, 8))(x)
        assert torch.equal(found[..., :4, 8:], block(x[..., :4, 8:].contiguous()))
        assert not torch.allclose(found, block(x))
    changed = prepared(net, Evaluation("x", heads=4, apart=(3,), grid=(128, 256)))
    assert isinstance(changed.spim["3"], Apart)
    assert changed.spim["3"].cell == (4, 8)
    assert changed.spim["3"].block.attn.heads == 4
    assert net.spim["3"].attn.heads == 2  # the original stays
    image = torch.randn(1, 3, 128, 512)
    with torch.no_grad():
        confined = network(encoder=NARROW_CONVNEXT, spim={"stages": [3], "heads": 4, "within": "grid"}, grid=[128, 256])
        confined.load_state_dict(net.state_dict())
        torch.testing.assert_close(changed(image), confined(image))


@pytest.mark.parametrize("grid", [controlled, ablations])
def test_all_variants_of_a_table_learn_from_the_same_number_of_pixels(grid, work):
    budgets = {}
    for variant in grid.variants():
        (stage,) = variant.config["stages"]
        side = stage["size"]
        pixels = side * side if side else variant.data.size[0] * variant.data.size[1]
        budgets.setdefault(variant.table, set()).add((stage["steps"], stage["batch"] * pixels))
    assert all(len(found) == 1 for found in budgets.values())
    names = [(variant.table, variant.name) for variant in grid.variants()]
    assert len(set(names)) == len(names)
