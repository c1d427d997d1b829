"""Options for ranks, threads, devices and memory, and a real scene shared between real processes."""

import argparse
import json
import os

import numpy as np
import pytest
import rasterio

from jobs import picture, random_zoo
from wholescene.cli import resources, segment, threads
from wholescene.cli.main import main, parser
from wholescene.cli.outcome import exchange_line


def crew(*words, command="segment"):
    arguments = ["segment", "x.tif", "--preset", "p"] if command == "segment" else ["serve"]
    return resources.crew(parser().parse_args([*arguments, *words]))


def test_without_options_there_is_one_rank_that_chooses_for_itself():
    alone = crew()
    assert (alone.devices, alone.threads, alone.memory, alone.device_memory) == ((None,), None, None, None)


def test_ranks_get_a_device_each():
    assert crew("--ranks", "3", "--device", "cpu").devices == ("cpu", "cpu", "cpu")
    assert crew("--ranks", "2").devices == crew("--ranks", "2", "--device", "auto").devices == (None, None)
    assert crew("--ranks", "2", "--device", "cuda").devices == ("cuda:0", "cuda:1")
    assert crew("--device", "cuda:1").devices == ("cuda:1",)
    assert crew("--devices", "0,2,cpu", command="serve").devices == ("cuda:0", "cuda:2", "cpu")
    assert crew("--devices", "cpu,cpu", command="serve").devices == ("cpu", "cpu")


def test_amounts_are_for_all_ranks_of_the_machine():
    told = crew("--ranks", "2", "--memory", "8GiB", "--device-memory", "24GB", "--threads", "3")
    assert (told.memory, told.device_memory, told.threads) == (8 << 30, 24_000_000_000, 3)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--ranks", "0"], "not a number from 1"),
        (["--ranks", "5000"], "at most 1024"),
        (["--memory", "much"], "not an amount of memory"),
        (["--device", "gpu"], "none of auto, cpu, cuda"),
        (["--ranks", "2", "--device", "cuda:0"], "do not share"),
        (["--engine", "--ranks", "2"], "--ranks is for this process"),
    ],
)
def test_what_makes_no_sense_is_refused(words, told, capsys):
    with pytest.raises(SystemExit):
        main(["segment", "x.tif", "--preset", "p", *words])
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--devices", "0,0"], ["--devices", "a"], ["--devices", "0,1", "--ranks", "3"]])
def test_devices_that_make_no_sense_are_refused(words):
    with pytest.raises(SystemExit):
        main(["serve", *words])


def test_every_option_of_serve_reaches_the_engine(monkeypatch, tmp_path):
    told = {}
    monkeypatch.setattr("wholescene.service.run.serve", lambda **given: told.update(given) or 0)
    words = ["--connection", str(tmp_path / "e.json"), "--bind", "tcp://lo:0", "--attached-only", "--idle-exit", "0"]
    assert main(["serve", *words, "--ranks", "2"]) == 0
    assert told.pop("crew").size == 2
    assert told == {
        "connection": tmp_path / "e.json",
        "bind": "tcp://lo:0",
        "attached_only": True,
        "idle_exit": None,
    }


def test_devices_are_chosen_and_looked_for(monkeypatch):
    import torch

    from wholescene.holistic.devices import choose
    from wholescene.wire.errors import DeviceMissing

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert (choose(), choose(None, 1, 2), choose(None, 1, 3), choose("cpu")) == ("cuda:0", "cuda:1", "cpu", "cpu")
    assert (choose("cuda"), choose("cuda:1")) == ("cuda:0", "cuda:1")
    with pytest.raises(DeviceMissing, match="cuda:2"):
        choose("cuda:2")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose() == "cpu"
    with pytest.raises(DeviceMissing):
        choose("cuda")


def test_a_device_that_is_not_there_is_an_error_of_each_scene(scenes, capsys):
    assert run(scenes[0], "--device", "cuda:77") == 1
    assert "compute.device" in capsys.readouterr().err


def test_ranks_without_devices_say_so(scenes, capsys, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert run(scenes[0], "--device", "cuda", "--ranks", "2") == 1
    assert "compute.device" in capsys.readouterr().err


def test_threads_are_set_before_and_after_torch_is_there(monkeypatch):
    asked = []
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setitem(threads.sys.modules, "torch", argparse.Namespace(set_num_threads=asked.append))
    threads.set_threads(3)
    assert (os.environ["OMP_NUM_THREADS"], asked) == ("3", [3])


def test_the_line_about_exchanges_names_kinds_and_share():
    line = exchange_line({"ranks": 2, "bytes": {"halo": 3_000_000, "sum": 0, "attention": 1_000_000}, "share": 0.124})
    assert line == "2 ranks exchanged 4.00 MB (halo 3.00 MB, attention 1.00 MB): 12% of their time"


def test_status_lists_ranks_and_groups():
    from wholescene.cli.status import rank_lines

    alone = {"worker": {"ranks": [{"rank": 0, "device": None, "host": None, "pid": 1}]}, "groups": []}
    assert rank_lines(alone) == []
    ranks = [
        {"rank": 0, "device": "cuda:0", "host": "a", "pid": 7},
        {"rank": 1, "device": None, "host": None, "pid": None},
    ]
    group = {"name": "g", "size": 3, "ranks": [{"rank": 2, "host": "b", "device": "cpu"}]}
    assert rank_lines({"worker": {"ranks": ranks}, "groups": [group]}) == [
        "  rank 0: cuda:0 on a, process 7",
        "  rank 1: starting",
        "  group g: 1 of 3 ranks are attached: 2 on b (cpu)",
    ]


# -- real ranks --


@pytest.fixture
def scenes(tmp_path, write_raster, engine_home, monkeypatch):
    random_zoo(tmp_path / "presets")
    monkeypatch.setenv("WHOLESCENE_PRESETS", str(tmp_path / "presets"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return [write_raster(f"{name}.tif", picture(160, 192, seed)) for seed, name in enumerate(("one", "two"))]


def run(*arguments):
    return main(["segment", *map(str, arguments), "--preset", "random", "--precision", "float32"])


def values(path):
    with rasterio.open(path) as dataset:
        return dataset.read()


def test_two_ranks_make_the_map_of_one(scenes, tmp_path, capsys):
    assert run(*scenes, "--output", f"{tmp_path}/alone/", "--confidence") == 0
    capsys.readouterr()
    assert run(*scenes, "--output", f"{tmp_path}/shared/", "--confidence", "--ranks", "2", "--json") == 0
    told = json.loads(capsys.readouterr().out)["scenes"]
    for scene in told:
        exchange = scene["result"]["exchange"]
        assert exchange["ranks"] == 2
        assert 0 <= exchange["share"] <= 1
    # of each scene alone: both have the same size
    assert told[0]["result"]["exchange"]["bytes"] == told[1]["result"]["exchange"]["bytes"] != {}
    for name in ("one_random.tif", "two_random.tif"):
        assert np.array_equal(values(tmp_path / "shared" / name), values(tmp_path / "alone" / name))


def test_a_scene_that_fails_stops_neither_the_others_nor_the_ranks(scenes, tmp_path, monkeypatch, capsys):
    from wholescene.cli import ranked

    started = []
    launch = ranked.GroupDoor._warm_group

    def count(door):
        before = door._group
        group = launch(door)
        started.extend([] if before is group else [group])
        return group

    monkeypatch.setattr(ranked.GroupDoor, "_warm_group", count)
    lost = tmp_path / "lost.tif"
    lost.write_bytes(b"no raster")
    assert run(lost, scenes[0], "--output", f"{tmp_path}/maps/", "--ranks", "2") == 1
    assert "scene.unreadable" in capsys.readouterr().err
    assert (tmp_path / "maps" / "one_random.tif").exists()
    assert len(started) == 1


def test_a_group_that_died_between_two_scenes_is_replaced(scenes, tmp_path):
    from wholescene.cli.progress import LogView, Stop
    from wholescene.cli.ranked import GroupDoor
    from wholescene.service.crew import Crew
    from wholescene.wire.request import SegmentRequest

    view = LogView(Stop())
    with GroupDoor(Crew(("cpu", "cpu"))) as door:
        door.segment(SegmentRequest((str(scenes[0]),), "random", str(tmp_path / "before.tif")), view)
        first = door._group
        first._members[1].kill()
        assert first.wait(20)
        door.segment(SegmentRequest((str(scenes[0]),), "random", str(tmp_path / "after.tif")), view)
        assert door._group is not first


def test_a_group_that_is_stopped_leaves_nothing(scenes, tmp_path):
    from wholescene.cli.ranked import GroupDoor
    from wholescene.service.crew import Crew
    from wholescene.wire.errors import Cancelled
    from wholescene.wire.request import SegmentRequest

    class Impatient:
        def __init__(self):
            self.plans = []

        def planned(self, plan):
            self.plans.append(plan)

        def progress(self, stage, fraction, seconds_left):
            pass

        def cancelled(self):
            return bool(self.plans)

    request = SegmentRequest((str(scenes[0]),), "random", str(tmp_path / "map.tif"), precision="float32")
    view = Impatient()
    with GroupDoor(Crew(("cpu", "cpu"))) as door:
        with pytest.raises(Cancelled):
            door.segment(request, view)
        assert not list(tmp_path.glob("map*"))
        view.cancelled = lambda: False
        assert door.segment(request, view)["path"] == str(tmp_path / "map.tif")


def test_the_way_of_one_rank_is_this_process():
    from wholescene.cli import direct

    with segment.door(None, crew()) as way:
        assert way.func is direct.segment
