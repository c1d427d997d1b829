"""Regions on their way to a device and back, with copies even where device and memory are one."""

import pytest
import torch

from networks import FPN, NARROW_CONVNEXTV2, NARROW_SWIN, UPERNET, WATER, network, tiles_of
from pixels import pixels, scaled
from wholescene.holistic.executor import Executor
from wholescene.holistic.feature_map import Chunk, FeatureMap
from wholescene.holistic.regions import divide
from wholescene.holistic.staging import Staging
from wholescene.holistic.tiles import rescale
from wholescene.nn.patch import surround

pytestmark = pytest.mark.usefixtures("one_thread")


class Copying(Staging):
    """As if the device's memory were another: what is not read arrives as NaN."""

    loaded = stored = 0

    def _brought(self, chunk, *, filled):
        self.loaded += 1
        data = chunk.data.clone() if filled else torch.full_like(chunk.data, torch.nan)
        return Chunk(data, chunk.window, chunk.inner)

    def _store(self, region, name, resident):
        self.stored += 1
        super()._store(region, name, resident)
        resident.data.fill_(torch.nan)  # the device has other use for it


class CopyingExecutor(Executor):
    """An executor whose every region is copied there and back."""

    def __post_init__(self):
        super().__post_init__()
        self.staging = Copying(self.maps, self.ranks.device)


SPIM = {"stages": [1, 3], "heads": 2, "kv_pool": 2, "outer_residual": True}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("region", [None, 256])
@pytest.mark.parametrize(
    ("encoder", "decoder"),
    [(NARROW_CONVNEXTV2, FPN), (NARROW_SWIN, UPERNET), (NARROW_CONVNEXTV2, WATER)],
    ids=["convnextv2-fpn", "swin-upernet", "convnextv2-lwc"],
)
@pytest.mark.parametrize("budget", [0, 1 << 20, 1 << 30])
def test_copies_change_no_bit(encoder, decoder, region, dtype, budget, tmp_path, monkeypatch):
    monkeypatch.setenv("WHOLESCENE_SCRATCH", str(tmp_path))
    net, scene = network(encoder=encoder, decoder=decoder, spim=SPIM).to(dtype), scaled(pixels(530, 600), dtype)
    with torch.inference_mode():
        here = tiles_of(net, scene, tile=256, dtype=dtype)
        there = tiles_of(net, scene, tile=256, dtype=dtype, region=region, budget=budget, executor_type=CopyingExecutor)
    assert here.keys() == there.keys()
    for place, data in here.items():
        assert torch.equal(there[place], data)


def share(ranks, scene):
    net = network(encoder=NARROW_SWIN, decoder=UPERNET, spim=SPIM)
    with torch.inference_mode():
        return tiles_of(net, scene, tile=256, region=256, ranks=ranks, executor_type=CopyingExecutor)


def test_copies_on_several_ranks(rank_pool):
    scene = scaled(pixels(530, 600))
    net = network(encoder=NARROW_SWIN, decoder=UPERNET, spim=SPIM)
    with torch.inference_mode():
        expected = tiles_of(net, scene, tile=256)
    found = {place: data for part in rank_pool.run(2, share, scene) for place, data in part.items()}
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[place], data) for place, data in expected.items())


def two_regions():
    """A map of 4 x 8 pixels in two regions, each with a margin of one pixel that is its neighbour's to fill."""
    division = divide((4, 8), 4, region=4)
    chunks = {}
    for region in division.regions:
        inner = rescale(region.window, 1, 1)
        window = surround(inner, 1, 4, 8)
        chunks[region.index] = Chunk(torch.zeros(window.height, window.width, 1), window, inner)
    return division, {"x": FeatureMap(1, 1, torch.float32, chunks)}


def test_a_region_brings_home_its_own_pixels_and_not_its_margin():
    division, maps = two_regions()
    staging = Copying(maps, torch.device("cpu"))
    for region, resident in staging.visit(division.regions, ["x"], "x"):
        resident["x"].data.fill_(1.0 + region.index)
    first, second = (maps["x"].chunks[index].data[0, :, 0].tolist() for index in (0, 1))
    assert (first, second) == ([1, 1, 1, 1, 0], [0, 2, 2, 2, 2])


def test_what_is_only_read_is_not_stored_and_what_is_only_written_not_loaded():
    division, maps = two_regions()
    staging = Copying(maps, torch.device("cpu"))
    for _, resident in staging.visit(division.regions, ["x"]):
        resident["x"].data.fill_(9.0)
    assert (staging.loaded, staging.stored) == (2, 0)
    assert all((chunk.data == 0).all() for chunk in maps["x"].chunks.values())
    for _, resident in staging.visit(division.regions, [], "x"):
        assert resident["x"].data.isnan().all()


def test_nothing_is_copied_where_maps_live_on_the_device():
    division, maps = two_regions()
    for region, resident in Staging(maps, torch.device("cpu")).visit(division.regions, ["x"], "x"):
        assert resident["x"] is maps["x"].chunks[region.index]


def test_no_region_no_visit():
    assert list(Staging({}, torch.device("cpu")).visit([], ["x"])) == []
