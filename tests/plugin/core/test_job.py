"""A job between the click and its end, without socket or widget."""

import pytest
from wholescene_qgis.core.job import Job, Pace, Phase


def job(**fields):
    return Job({"sources": ["/scene.tif"], "preset": "water-lite"}, "scene", "Water", **fields)


def test_the_title_names_scene_and_preset_unless_the_layer_has_another_name():
    assert job().title == "scene – Water"
    assert job(layer_name="scene (area) – Water").title == "scene (area) – Water"


def test_progress_moves_forward_only():
    running = job()
    running.phase = Phase.QUEUED
    running.progressed({"stage": "queued", "fraction": 0.0}, 0.0)
    assert running.phase is Phase.QUEUED
    running.progressed({"stage": "decoding", "fraction": 0.5, "seconds_left": 40}, 1.0)
    running.progressed({"stage": "reading", "fraction": 0.4, "seconds_left": None}, 2.0)
    assert (running.phase, running.stage, running.fraction) == (Phase.RUNNING, "reading", 0.5)


def test_progress_does_not_take_a_cancel_back():
    cancelling = job()
    cancelling.phase = Phase.CANCELLING
    cancelling.progressed({"stage": "decoding", "fraction": 0.5}, 0.0)
    assert cancelling.phase is Phase.CANCELLING


@pytest.mark.parametrize(
    ("phase", "working", "shown", "keepable"),
    [
        (Phase.CANCELLED, "/w.tif", 0.3, True),
        (Phase.FAILED, "/w.tif", 0.3, True),
        (Phase.CANCELLED, "/w.tif", 0.0, False),
        (Phase.CANCELLED, "", 0.3, False),
        (Phase.DONE, "/w.tif", 0.3, False),
        (Phase.RUNNING, "/w.tif", 0.3, False),
    ],
)
def test_only_blocks_of_a_job_that_ended_early_can_be_kept(phase, working, shown, keepable):
    ended = job(working=working, shown=shown)
    ended.phase = phase
    assert ended.keepable is keepable


def test_throughput_is_that_of_the_last_seconds():
    pace = Pace()
    pace.see(0.0, 0.0)
    assert pace.per_second() is None
    pace.see(0.1, 10.0)
    assert pace.per_second() == pytest.approx(0.01)
    for second in range(11, 60):
        pace.see(0.1, float(second))  # it stands still
    assert pace.per_second() is None


def test_throughput_in_pixels_needs_a_plan():
    running = job()
    for second in (0.0, 2.0):
        running.progressed({"stage": "encoding", "fraction": second / 10}, second)
    assert running.pixels_per_second() is None
    running.plan = {"model_width": 1000, "model_height": 500}
    assert running.pixels_per_second() == pytest.approx(50_000)


def test_a_record_brings_the_job_back_to_be_searched_for():
    before = job(id="j1", project="/p.qgz", output="/out.tif", working="/tmp/wholescene-x/j1.tif", scene_id="s")
    again = Job.from_record(before.to_record())
    assert again.phase is Phase.SEARCHING
    for name in ("request", "id", "project", "output", "working", "scene_id", "title"):
        assert getattr(again, name) == getattr(before, name)


@pytest.mark.parametrize("record", [{}, {"request": {}, "scene_name": "s", "preset_title": "p"}, {"request": 3}])
def test_what_is_no_record_is_refused(record):
    with pytest.raises((KeyError, TypeError)):
        Job.from_record(record)
