"""A group of ranks behind a running engine: jobs, deaths, cancelling, rest."""

import os
import signal
import time

import numpy as np
import pytest
import rasterio
from patterns import pattern
from service_helpers import ENVIRONMENT, View, exists, running_engine, wait_for

from wholescene.service import conductor
from wholescene.service.crew import Crew
from wholescene.wire.errors import Cancelled, SceneNotFound, WorkerDied


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """A running engine whose worker has two ranks."""
    with running_engine(
        tmp_path_factory.mktemp("home"), segment="ranked:segment", environment=ENVIRONMENT, crew=Crew(("cpu", "cpu"))
    ) as path:
        yield path


def ranks(client):
    return client.status()["worker"]["ranks"]


def pids(client):
    return [line["pid"] for line in ranks(client)]


def test_the_blocks_of_all_ranks_are_in_the_map_and_the_report_in_the_result(client, request_for):
    result = client.segment(request_for(), View())
    with rasterio.open(result["path"]) as made:
        assert np.array_equal(made.read(1), pattern())
    assert result["exchange"] == {"ranks": 2, "bytes": {"halo": 300, "sum": 16}, "share": 0.0}


def test_status_shows_the_ranks_and_they_stay_warm(client, request_for):
    client.segment(request_for(), View())
    before = ranks(client)
    assert [(line["rank"], line["device"]) for line in before] == [(0, "cpu"), (1, "cpu")]
    assert before[0]["host"] == before[1]["host"] != ""
    client.segment(request_for(), View())
    assert ranks(client) == before


def test_a_request_that_cannot_be_met_costs_no_rank(client, request_for):
    client.segment(request_for(), View())
    before = pids(client)
    with pytest.raises(SceneNotFound):
        client.segment(request_for("unmet"), View())
    client.segment(request_for(), View())
    assert pids(client) == before


def test_a_killed_rank_fails_its_job_and_no_other(client, request_for, tmp_path):
    """Rank 0; others are killed in test_worker_group and test_attached."""
    job = client.submit(request_for("slow"))
    waiting = client.submit(request_for(output=str(tmp_path / "next.tif")))
    wait_for(lambda: client.status()["jobs"][-2]["state"] == "decoding", 60)
    before = pids(client)
    os.kill(before[0], signal.SIGKILL)
    with pytest.raises(WorkerDied) as caught:
        client.follow(job, View())
    assert caught.value.params["detail"] == "rank 0 of 2: signal SIGKILL"
    client.follow(waiting, View())
    assert not set(before) & set(pids(client))
    wait_for(lambda: not any(map(exists, before)))


def test_cancelling_keeps_ranks_that_agree_to_stop(client, request_for, monkeypatch):
    monkeypatch.setattr(conductor, "CANCEL_GRACE", 30.0)
    client.segment(request_for(), View())
    before = pids(client)
    with pytest.raises(Cancelled):
        client.segment(request_for("slow"), View(stop_at="decoding"))
    client.segment(request_for(), View())
    assert pids(client) == before


def test_ranks_that_do_not_stop_are_replaced_within_a_second(client, request_for):
    """See test_a_cancelled_job_is_told_within_a_second about the half second more."""
    job = client.submit(request_for("lost"))
    wait_for(lambda: client.status()["jobs"][-1]["state"] == "reading", 60)
    before = pids(client)
    asked = time.monotonic()
    assert client.cancel(job) == "cancelled"
    assert time.monotonic() - asked < 1.5
    client.segment(request_for(), View())
    assert not set(before) & set(pids(client))


def test_idle_ranks_give_their_memory_back(client, request_for, monkeypatch):
    client.segment(request_for(), View())
    before = pids(client)
    monkeypatch.setattr(conductor, "WORKER_IDLE", 0.1)
    wait_for(lambda: client.status()["worker"]["state"] == "none")
    wait_for(lambda: not any(map(exists, before)))
