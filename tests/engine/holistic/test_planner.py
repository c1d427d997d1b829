"""Schedules, from arithmetic that stands in documents and papers; refusals with their numbers."""

import json
from functools import cache
from itertools import pairwise

import msgspec
import pytest

from networks import ATTO, NARROW_CONVNEXTV2, network
from wholescene.holistic.expected_traffic import heads_exchanged
from wholescene.holistic.planner import Limits, Room, Schedule, schedule
from wholescene.holistic.precision import DTYPES
from wholescene.holistic.rehearsal import weightless
from wholescene.holistic.workload import Workload
from wholescene.wire import errors

GIB = 1 << 30
LARGE = (12_800, 12_800)
SWIN_L = {"name": "swin", "variant": "large", "in_channels": 3}
SWIN_L_FLOPS = 224.8e12  # of the encoder on a scene of 12,800², and of UPerNet-512 beside it, in operations
UPERNET_FLOPS = 266e12


def large(spim=None):
    """Swin-L with UPerNet-512 as the papers have it, in bf16, without weights."""
    spim = {"stages": [0, 1, 2, 3], "heads": 4, "kv_pool": 1} if spim is None else spim
    return _large(json.dumps(spim))


@cache
def _large(spim):
    decoder = {"name": "upernet", "channels": 512}
    architecture = {"encoder": SWIN_L, "decoder": decoder, "spim": json.loads(spim), "classes": 24}
    return weightless(architecture, DTYPES["bf16"]).program(3)


def planned(program=None, size=LARGE, tile=512, precision="bf16", ranks=1, device="cpu", **how):
    """A schedule with room enough, unless ``how`` says otherwise."""
    how = {"room": Room(256 * GIB, 139 * GIB), "threads": 1, "weights_on": "cpu", "assumed": True} | how
    return schedule(program or small(precision), size, tile, precision, ranks, device, how.pop("limits", None), **how)


@cache
def small(precision="bf16"):
    """The network of the preset that is shipped."""
    spim = {"stages": [3], "heads": 8, "kv_pool": 4}
    architecture = {"encoder": ATTO, "decoder": {"name": "fpn", "channels": 128}, "spim": spim, "classes": 2}
    return weightless(architecture, DTYPES[precision]).program(3)


# -- bytes ---------------------------------------------------------------------------


def test_feature_maps_of_a_large_scene():
    """12,800², C = 192 in bf16: 3.93 + 1.97 + 0.98 + 0.49 GB."""
    found = planned(large(spim={"stages": []}), limits=Limits(256 * GIB))
    sizes = {placed.feature: round(placed.bytes / 1e9, 2) for placed in found.maps}
    assert sizes == {"stage0": 3.93, "stage1": 1.97, "stage2": 0.98, "stage3": 0.49, "pooled": 0.16}
    assert set(found.places.values()) == {"memory"}


def test_float32_takes_twice_as_much():
    half, full = (planned(precision=precision) for precision in ("bf16", "float32"))
    assert [2 * placed.bytes for placed in half.maps] == [placed.bytes for placed in full.maps]


@pytest.mark.parametrize(
    ("stage", "tokens", "channels", "gigabytes"),
    [(0, 10_240_000, 192, 7.86), (1, 2_560_000, 384, 3.93), (2, 640_000, 768, 1.97), (3, 160_000, 1536, 0.98)],
)
def test_keys_and_values_that_are_not_pooled(stage, tokens, channels, gigabytes):
    step = planned(large()).attention[stage]
    assert (step.tokens, step.keys, step.channels, step.pooled) == (tokens, tokens, channels, False)
    assert round(step.bytes / 1e9, 2) == gigabytes  # 2 · N · C · 2 bytes


def test_pooled_keys_are_sixteen_times_fewer():
    found = planned(large(spim={"stages": [2], "heads": 4, "kv_pool": 4}))
    (step,) = found.attention
    assert (step.tokens, step.keys, step.pooled) == (640_000, 40_000, True)


def test_margins_count_where_a_rank_has_neighbours():
    """Two ranks side by side: the 7 x 7 convolutions read three pixels of the other side."""
    one, two = (planned(size=(1024, 1024), ranks=ranks, limits=Limits(GIB * 8)) for ranks in (1, 2))
    gained = {a.feature: b.bytes - a.bytes for a, b in zip(one.maps, two.maps, strict=True)}
    assert gained == {f"stage{i}": 2 * 3 * (256 >> i) * (40 << i) * 2 for i in range(4)}


# -- work and time -------------------------------------------------------------------


def test_multiply_adds_of_the_large_network():
    """Swin-L 225, UPerNet-512 266, attention 80.5 P + 10.1 P + 1.26 P + 157 T operations on 12,800²."""
    program = large()
    workload = Workload(program, LARGE, "bf16")
    assert 2 * workload.part_macs("encoder") == pytest.approx(SWIN_L_FLOPS, rel=0.02)
    assert 2 * workload.part_macs("decoder") == pytest.approx(UPERNET_FLOPS, rel=0.02)
    steps = [step for step in program.steps if workload.part(step) == "interaction"]
    scores = [2 * workload.score_macs(step) for step in steps]
    assert scores == pytest.approx([80.5e15, 10.1e15, 1.26e15, 157e12], rel=0.01)


def test_attention_within_cells_is_counted_cell_by_cell():
    """A grid of 2 x 2 cells asks a quarter of the keys each: 4 · (N/4)² of N²."""
    spim = {"stages": [3], "heads": 4, "kv_pool": 1}
    near = network(encoder=NARROW_CONVNEXTV2, spim={**spim, "within": "grid"}, grid=[256, 256]).program(3)
    far = network(encoder=NARROW_CONVNEXTV2, spim=spim).program(3)
    step = next(step for step in near.steps if step.name == "stage3.spim")
    other = next(step for step in far.steps if step.name == "stage3.spim")
    size = (512, 512)
    assert 4 * Workload(near, size, "bf16").score_macs(step) == Workload(far, size, "bf16").score_macs(other)


def test_seconds_add_up_and_more_devices_need_fewer():
    program = large(spim={"stages": [2, 3], "heads": 4, "kv_pool": 4})
    times = [planned(program, ranks=ranks, device="cuda").seconds for ranks in (1, 2, 4)]
    for seconds in times:
        assert seconds.total == pytest.approx(
            seconds.encoder + seconds.interaction + seconds.decoder + seconds.exchange
        )
    assert all(fewer.total > more.total for fewer, more in pairwise(times))
    assert times[0].exchange == 0 < times[1].exchange


def test_one_data_centre_gpu_takes_about_five_seconds():
    """With attention on the last two stages, pooled by 4: the figure that documents give for such a device."""
    program = large(spim={"stages": [2, 3], "heads": 4, "kv_pool": 4})
    assert 1 < planned(program, device="cuda").seconds.total < 5


def test_fewer_threads_work_where_memory_has_no_room_for_their_tiles():
    """A laptop with many threads runs a large network slowly, and does not refuse it."""
    program = large(spim={"stages": []})
    alone = planned(program, limits=Limits(256 * GIB))
    memory = 5 * alone.tile_bytes + 2 * GIB
    tight = planned(program, threads=16, limits=Limits(memory), room=Room(memory))
    assert 1 < tight.lanes < 16
    assert tight.tile_bytes == pytest.approx(tight.lanes * alone.tile_bytes, rel=0.001)
    assert tight.tile_bytes <= memory // 2
    assert tight.main_bytes <= memory
    assert planned(program, threads=16, limits=Limits(256 * GIB)).lanes == 16


# -- where maps live -----------------------------------------------------------------


def test_all_on_the_device_where_it_is_large():
    found = planned(large(spim={"stages": [3], "heads": 4, "kv_pool": 4}), device="cuda")
    assert set(found.places.values()) == {"device"}
    assert (found.regions, found.scratch_bytes, found.memory_budget) == (1, 0, 0)


def test_regions_pass_through_a_device_that_is_small():
    """8 GB of maps cannot stay on 8 GiB beside weights and tiles."""
    found = planned(large(spim={"stages": [3], "heads": 4, "kv_pool": 4}), device="cuda", room=Room(64 * GIB, 8 * GIB))
    assert {"device", "memory"} >= set(found.places.values()) > {"device"}
    assert found.regions > 1
    assert found.region % 512 == 0
    assert found.device_bytes <= 8 * GIB


def test_what_is_visited_most_for_its_bytes_stays_nearest():
    """Stage 2 of ConvNeXt V2 atto has six blocks, stage 0 two and four times the bytes."""
    found = planned(limits=Limits(1 * GIB), room=Room(GIB))
    order = ["memory", "file"]
    ranks = [order.index(found.places[f"stage{stage}"]) for stage in range(4)]
    assert ranks == sorted(ranks, reverse=True)
    assert set(found.places.values()) == {"memory", "file"}


def test_unasked_a_job_is_modest():
    """1.5 GiB for features at most, so that QGIS beside it goes on; what does not fit goes to files."""
    found = planned(precision="float32", room=Room(24 * GIB))
    assert found.scratch_bytes > 0
    assert found.main_bytes < 3 * GIB


def test_a_disk_without_room_makes_a_job_immodest():
    found = planned(precision="float32", room=Room(24 * GIB, scratch=GIB))
    assert found.scratch_bytes <= GIB
    assert found.main_bytes > 3 * GIB


@pytest.mark.parametrize("memory", [GIB, 2 * GIB, 4 * GIB, 16 * GIB])
@pytest.mark.parametrize("ranks", [1, 2])
def test_limits_are_kept(memory, ranks):
    found = planned(ranks=ranks, limits=Limits(memory), room=Room(memory))
    assert found.main_bytes <= memory
    held = {placed.place: 0 for placed in found.maps}
    for placed in found.maps:
        held[placed.place] += placed.bytes
    assert held.get("file", 0) == found.scratch_bytes
    assert ranks * found.memory_budget >= held.get("memory", 0)


def test_files_keep_memory_from_growing_with_the_scene():
    sizes = ((6_400, 6_400), LARGE)
    peaks = [planned(size=size, limits=Limits(600 << 20), room=Room(600 << 20)).main_bytes for size in sizes]
    assert peaks[1] == pytest.approx(peaks[0], rel=0.1)


def test_hosts_of_a_cluster_share_what_one_host_would_hold():
    room = Room(64 * GIB)
    one, four = (planned(ranks=16, local_ranks=local, limits=Limits(64 * GIB), room=room) for local in (16, 4))
    assert four.main_bytes < one.main_bytes / 3


# -- refusals ------------------------------------------------------------------------


def test_full_attention_is_refused_on_a_laptop():
    """Keys and values of stage 0 alone are 7.9 GB, and are there twice while they are joined."""
    with pytest.raises(errors.PlanMemory) as caught:
        planned(large(), room=Room(8 * GIB), limits=Limits(8 * GIB))
    params = caught.value.params
    assert params["allowed_mb"] == 8589
    assert params["part"] == "keys and values of stage0.spim"
    assert params["part_mb"] == 15_729
    assert params["needed_mb"] > params["part_mb"]
    assert f"--memory {params['needed_mb']}MB" in caught.value.message


def test_what_a_refusal_asks_for_is_enough():
    program = large(spim={"stages": [2], "heads": 4, "kv_pool": 1})
    with pytest.raises(errors.PlanMemory) as caught:
        planned(program, room=Room(2 * GIB), limits=Limits(2 * GIB))
    needed = caught.value.params["needed_mb"] * 10**6
    assert planned(program, room=Room(needed), limits=Limits(needed)).main_bytes <= needed
    with pytest.raises(errors.PlanMemory):
        planned(program, room=Room(needed - 10**7), limits=Limits(needed - 10**7))


def test_many_small_ranks_are_refused_for_themselves():
    with pytest.raises(errors.PlanMemory) as caught:
        planned(ranks=16, room=Room(GIB), limits=Limits(GIB))
    assert caught.value.params["part"] == "the processes themselves"


def test_more_devices_make_a_job_fit():
    program = large()
    with pytest.raises(errors.PlanDeviceMemory) as caught:
        planned(program, device="cuda", room=Room(256 * GIB, 12 * GIB))
    assert caught.value.params["part"] == "keys and values of stage0.spim"
    assert planned(program, ranks=4, device="cuda", room=Room(256 * GIB, 12 * GIB)).device_bytes <= 12 * GIB


def test_a_scratch_disk_that_is_too_small_is_refused():
    with pytest.raises(errors.ScratchFull) as caught:
        planned(limits=Limits(GIB), room=Room(GIB, scratch=10**8))
    assert caught.value.params["free_mb"] == 100
    assert caught.value.params["needed_mb"] > 500


def test_half_precision_is_refused_on_processors():
    with pytest.raises(errors.PrecisionOnDevice):
        planned(small(), precision="fp16")


# -- the schedule itself -------------------------------------------------------------


def test_other_ranks_get_the_same_schedule():
    found = planned(ranks=3)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Schedule) == found


def test_exchanged_bytes_are_those_of_the_formulas():
    """Four heads on four ranks of a quarter of the tokens each; the other kinds are far smaller."""
    spim = {"stages": [2], "heads": 4, "kv_pool": 1}
    found = planned(large(spim=spim), size=(4096, 4096), ranks=4, device="cuda")
    assert found.exchange["attention"] == 2 * heads_exchanged([128 * 128] * 4, [1] * 4, 768)
    assert 0 < found.exchange["sum"] < found.exchange["halo"] < found.exchange["attention"]


def test_one_rank_exchanges_nothing():
    assert planned().exchange == {"halo": 0, "sum": 0, "attention": 0}


def test_the_machine_is_asked_where_nobody_says_what_there_is():
    found = schedule(small("float32"), (1024, 1024), 512, "float32")
    assert found.device == "cpu"
    assert found.main_bytes > 0
    assert found.seconds.total > 0
