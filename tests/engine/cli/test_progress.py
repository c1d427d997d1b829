"""What is said while a job runs, and how Ctrl-C is heard."""

import os
import signal

import pytest

from wholescene.cli.progress import LogView, Stop, describe_plan, duration, stop_on_signals
from wholescene.wire.plan import OutputGrid, Plan

PLAN = Plan(
    grid=OutputGrid(10, 10, (1, 0, 0, 0, -1, 0), ""),
    classes=(),
    preset="water-lite",
    precision="bf16",
    model_width=2000,
    model_height=1000,
    peak_bytes=1_500_000_000,
    seconds=200.0,
)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (200, "3 min 20 s"),
        (3599.7, "1 h 00 min"),
        (7500, "2 h 05 min"),
    ],
)
def test_durations_read_well(seconds, words):
    assert duration(seconds) == words


def test_the_plan_says_size_precision_memory_and_time():
    told = describe_plan(PLAN)
    for word in ("2000 × 1000", "bf16", "1.5 GB", "3 min 20 s"):
        assert word in told


def test_a_log_gets_a_line_per_stage_not_per_report(capsys):
    view = LogView(Stop())
    view.started("scene.tif")
    view.planned(PLAN)
    for step in range(100):
        view.progress("encoding", step / 200, 5.0)
    view.progress("decoding", 0.9, 1.0)
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 3
    assert "decoding 90%" in told.err


def test_the_first_ctrl_c_asks_and_the_second_insists():
    with stop_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.wanted
        assert LogView(stop).cancelled()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
