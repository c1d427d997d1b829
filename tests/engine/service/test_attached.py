"""Worker groups that attach themselves: what the engine takes from them, and a real one under torchrun."""

import os
import signal
import subprocess
import sys
import threading
from unittest.mock import ANY

import numpy as np
import psutil
import pytest
import rasterio
from patterns import CLASSES, HEIGHT, WIDTH, pattern
from service_helpers import ENVIRONMENT, RawClient, View, exists, running_engine, wait_for

from wholescene.service import agent
from wholescene.service import engine as engine_module
from wholescene.service.client import EngineClient
from wholescene.service.place import Place
from wholescene.wire.connection import ConnectionInfo, read_connection, write_connection
from wholescene.wire.errors import Cancelled, EngineLost, RanksMissing, SceneNotFound, WholeSceneError, WorkerDied
from wholescene.wire.plan import OutputGrid, Plan

PLAN = Plan(OutputGrid(WIDTH, HEIGHT, (0.5, 0.0, 1000.0, 0.0, -0.5, 2000.0), ""), CLASSES, "plain", "float32").to_dict()


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """An engine that computes nothing itself."""
    with running_engine(tmp_path_factory.mktemp("home"), attached_only=True) as path:
        yield path


class Agent(RawClient):
    """An agent that can say anything."""

    def __init__(self, info, rank=0, size=1, group="g", **options):
        super().__init__(info, **options)
        self.offer = {"group": group, "rank": rank, "size": size, "host": f"host {rank}", "device": "cpu", "port": 5000}
        self.life = ""

    def attach(self, **changes):
        return self.ask("worker.attach", {**self.offer, **changes})

    def begin(self):
        """Attach, be started, get the job."""
        assert self.attach().type == "worker.attached"
        self.life = self.receive("worker.start").body["life"]
        self.event("here", device="cpu", host="host", pid=99)
        self.event("joined")
        return self.receive("worker.run").body

    def event(self, kind, **values):
        return self.send("worker.event", {"life": self.life, "event": {"event": kind, **values}})

    def block(self, job, row=0, height=HEIGHT, classes=None, **changes):
        body = {"life": self.life, "job": job, "row": row, "col": 0, "height": height, "width": WIDTH, **changes}
        pixels = pattern()[row : row + height].tobytes() if classes is None else classes
        message = self.session.message("worker.block", body, [pixels])
        self.socket.send_multipart(self.session.encode(message))


@pytest.fixture
def agents(engine):
    """Makes agents; each leaves at the end."""
    made = []

    def make(*arguments, **options):
        made.append(Agent(read_connection(engine), *arguments, **options))
        return made[-1]

    yield make
    for one in made:
        if one.session.key == read_connection(engine).key_bytes:
            one.send("bye")
        one.close()
    with EngineClient.connect(engine) as client:
        wait_for(lambda: client.status()["groups"] == [])


def code(message):
    assert message.type == "error", message
    return message.body["error"]["code"]


def test_a_job_waits_for_a_group_and_is_done_by_it(client, agents, request_for):
    job = client.submit(request_for())
    assert client.status()["jobs"][-1]["state"] == "queued"
    one = agents()
    command = one.begin()
    assert (command["job"], command["request"]["preset"]) == (job, "plain")
    one.event("planned", job=job, plan=PLAN)
    one.event("progress", job=job, stage="decoding", fraction=0.5, seconds_left=None)
    for row in range(0, HEIGHT, 10):
        one.block(job, row, 10)
        assert one.receive("worker.credit").body["blocks"] == 1
    one.event("finished", job=job, report={"traffic": {}, "seconds": 1.0})
    result = client.follow(job, View())
    with rasterio.open(result["path"]) as made:
        assert np.array_equal(made.read(1), pattern())
    status = client.status()
    assert status["worker"]["ranks"] == [{"rank": 0, "device": "cpu", "host": "host", "pid": 99}]
    assert status["groups"][0]["ranks"] == [{"rank": 0, "host": "host 0", "device": "cpu"}]


def test_a_job_that_came_before_rank_0_is_given_to_it(client, agents, request_for):
    second = agents(1, 2)
    second.attach()
    job = client.submit(request_for())
    wait_for(lambda: client.status()["worker"]["state"] == "busy")
    first = agents(0, 2)
    assert first.begin()["job"] == job
    second.life = second.receive("worker.start").body["life"]
    assert second.life == first.life
    for one in (first, second):
        one.event("failed", job=job, error={"code": "scene.not_found", "params": {"path": "x"}})
    with pytest.raises(SceneNotFound):
        client.follow(job, View())
    following = client.submit(request_for())
    assert first.receive("worker.run").body == {"life": first.life, "job": following, "request": ANY}  # still warm
    client.cancel(following)


@pytest.mark.parametrize(
    "changes",
    [
        {"group": ""},
        {"group": 7},
        {"rank": 1},
        {"rank": -1},
        {"size": 0},
        {"size": 10**6},
        {"host": "h" * 300},
        {"port": 0},
        {"port": "5000"},
        {"device": None},
    ],
)
def test_offers_that_make_no_sense_are_refused(agents, changes):
    assert code(agents().attach(**changes)) == "wire.message"


def test_a_place_is_held_by_one(agents):
    first, second, third = agents(0, 2), agents(0, 2), agents(1, 3)
    assert first.attach().type == "worker.attached"
    assert code(second.attach()) == "worker.refused"
    assert code(third.attach()) == "worker.refused"  # another size
    assert code(first.attach(rank=1)) == "worker.refused"
    assert first.attach(port=5001).type == "worker.attached"  # a sign of life


def test_another_key_attaches_nothing(client, agents, engine):
    stranger = agents(key=bytes(32))
    stranger.send("worker.attach", stranger.offer)
    stranger.raw()
    assert client.status()["groups"] == []


def test_a_replayed_block_is_refused(client, agents, request_for):
    job = client.submit(request_for())
    one = agents()
    one.begin()
    body = {"life": one.life, "job": job, "row": 0, "col": 0, "height": 1, "width": WIDTH}
    frames = one.session.pack("worker.block", body, [bytes(WIDTH)])
    for _ in range(2):
        one.socket.send_multipart(frames)
    assert code(one.receive("error")) == "wire.replayed"
    client.cancel(job)


def test_only_who_has_attached_may_send(agents):
    one = agents()
    assert code(one.ask("worker.event", {"life": "", "event": {"event": "joined"}})) == "worker.refused"
    one.block("0" * 16)
    assert code(one.receive("error")) == "worker.refused"


def test_the_largest_strip_arrives(agents):
    """It is refused for what it says, not dropped for its size."""
    one = agents()
    one.block("0" * 16, height=1, width=agent.MAX_STRIP_PIXELS, classes=bytes(agent.MAX_STRIP_PIXELS))
    assert code(one.receive("error")) == "worker.refused"


def test_blocks_of_another_job_or_life_are_refused_and_the_job_goes_on(client, agents, request_for):
    job = client.submit(request_for())
    one = agents()
    one.begin()
    one.event("planned", job=job, plan=PLAN)
    one.block("0" * 16)
    assert code(one.receive("error")) == "worker.refused"
    one.block(job, life="0" * 16)
    assert code(one.receive("error")) == "worker.refused"
    one.event("finished", job="0" * 16, report={})
    assert code(one.receive("error")) == "worker.refused"
    one.block(job)
    one.event("finished", job=job, report={})
    assert client.follow(job, View())["nodata_pixels"] == 0


@pytest.mark.parametrize(
    ("changes", "classes"),
    [({}, b"x"), ({"row": -1}, None), ({"height": 0}, b""), ({"width": 1 << 40}, None), ({"col": "0"}, None)],
)
def test_blocks_that_do_not_fit_are_refused(client, agents, request_for, changes, classes):
    job = client.submit(request_for())
    one = agents()
    one.begin()
    body = {"life": one.life, "job": job, "row": 0, "col": 0, "height": 1, "width": WIDTH, **changes}
    pixels = bytes(WIDTH) if classes is None else classes
    one.socket.send_multipart(one.session.pack("worker.block", body, [pixels]))
    assert code(one.receive("error")) == "wire.message"
    client.cancel(job)


def test_an_oversized_block_costs_its_sender_the_connection_and_nobody_else(client, agents, request_for):
    job = client.submit(request_for())
    one = agents()
    one.begin()
    body = {"life": one.life, "job": job, "row": 0, "col": 0, "height": 3 << 20, "width": 1}
    one.socket.send_multipart(one.session.pack("worker.block", body, [bytes(3 << 20)]))
    assert client.cancel(job) == "cancelled"


def test_more_blocks_than_granted_are_refused(client, agents, request_for, engine):
    """The plan never comes, so that no block is dealt with."""
    job = client.submit(request_for())
    one = agents()
    one.begin()
    for row in range(9):
        one.block(job, row, 1)
    assert code(one.receive("error")) == "worker.refused"
    client.cancel(job)


@pytest.mark.parametrize(
    "event",
    [
        None,
        {},
        {"event": "dance"},
        {"event": "block", "job": "j"},
        {"event": "progress", "stage": "decoding", "fraction": "half", "seconds_left": None},
        {"event": "failed", "error": "bad"},
        {"event": "ended"},
        {"event": "here", "device": "cpu", "host": "h", "pid": True},
        {"event": "here", "device": "cpu", "host": "h" * 300, "pid": 1},
        {"event": "cancelled", "job": 7},
    ],
)
def test_events_that_are_none_are_refused(agents, event):
    one = agents()
    one.attach()
    assert code(one.ask("worker.event", {"life": "", "event": event})) == "wire.message"


@pytest.mark.parametrize(
    "event",
    [
        {"event": "failed", "error": {"code": "scene.not_found", "params": [1]}},
        {"event": "failed", "error": {"code": "scene.not_found", "params": {"self": 1}}},
        {"event": "planned", "plan": {"grid": 1}},
        {"event": "finished", "report": {"traffic": {"halo": "much"}}},
    ],
)
def test_signed_nonsense_fails_the_job_and_no_other(client, agents, request_for, event):
    job = client.submit(request_for())
    one = agents()
    one.begin()
    one.event(**{"job": job, "kind": event["event"], **{k: v for k, v in event.items() if k != "event"}})
    with pytest.raises(WholeSceneError):
        client.follow(job, View())


def test_ranks_that_do_not_come_are_named(client, agents, request_for, monkeypatch):
    monkeypatch.setattr("wholescene.service.attached.MEETING_SECONDS", 0.3)
    agents(1, 3).attach()
    with pytest.raises(RanksMissing) as caught:
        client.segment(request_for(), View())
    assert caught.value.params["missing"] == "0, 1, 2"  # rank 1 waits to hear where to meet
    wait_for(lambda: "remote-events" not in {thread.name for thread in threading.enumerate()})
    late = agents(0, 3)
    assert late.attach().body == {"life": ""}
    following = client.submit(request_for())
    first = late.receive("worker.start").body["life"]  # nothing was started for the job that had failed
    assert late.receive("worker.run").body["life"] == first
    client.cancel(following)


def test_an_agent_that_goes_ends_the_job(client, agents, request_for):
    job = client.submit(request_for())
    one = agents()
    one.begin()
    one.send("bye")
    with pytest.raises(WorkerDied, match="host 0 has gone"):
        client.follow(job, View())


def test_an_agent_that_falls_silent_ends_the_job(client, agents, request_for, monkeypatch):
    monkeypatch.setattr(engine_module, "WORKER_SILENT", 0.5)
    job = client.submit(request_for())
    agents().begin()
    with pytest.raises(WorkerDied, match="has gone"):
        client.follow(job, View())


def test_an_agent_that_was_taken_for_lost_may_come_again(client, agents, request_for, monkeypatch):
    monkeypatch.setattr(engine_module, "WORKER_SILENT", 0.3)
    one = agents()
    job = client.submit(request_for())
    one.begin()
    assert one.attach().body == {"life": one.life}
    with pytest.raises(WorkerDied):
        client.follow(job, View())
    monkeypatch.undo()
    assert one.attach().body == {"life": ""}  # so that it ends the process that it still has
    following = client.submit(request_for())
    assert one.receive("worker.start").body["life"] != one.life
    client.cancel(following)


def test_a_group_that_cancels_is_told_and_kept(client, agents, request_for, monkeypatch):
    monkeypatch.setattr("wholescene.service.conductor.CANCEL_GRACE", 30.0)
    job = client.submit(request_for())
    one = agents()
    one.begin()
    assert client.cancel(job) == "cancelled"
    assert one.receive("worker.cancel").body["job"] == job
    one.event("cancelled", job=job)
    following = client.submit(request_for())
    assert one.receive("worker.run").body["job"] == following
    client.cancel(following)


def test_large_blocks_go_in_strips():
    classes = bytes(range(256)) * (4096 * 3)
    event = {"event": "block", "job": "j", "row": 7, "col": 5, "height": 3072, "width": 1024, "classes": classes}
    parts = list(agent.strips({**event, "confidence": None}))
    # 1020 rows of 1024 bytes: 1 MiB less the 4 KiB that encryption may need
    assert [(part["row"], part["height"]) for part in parts] == [(7, 1020), (1027, 1020), (2047, 1020), (3067, 12)]
    assert b"".join(part["classes"] for part in parts) == classes
    assert len(list(agent.strips({**event, "height": 1, "classes": b"", "confidence": b""}))) == 1


def test_without_torchrun_an_agent_says_so(engine, capsys, monkeypatch):
    from wholescene.service.worker import main

    monkeypatch.delenv("RANK", raising=False)
    assert main(["--engine", str(engine)]) == 1
    assert "torchrun" in capsys.readouterr().err


def test_an_agent_leaves_when_the_engine_says_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(agent, "ENGINE_SILENT", 0.2)
    gone = ConnectionInfo(f"tcp://127.0.0.1:{agent.free_port()}", "ab" * 32, 1, 1, "0")
    path = write_connection(gone, tmp_path / "private" / "engine.json")
    with pytest.raises(EngineLost):
        agent.Agent(path, "patterns:segment", agent.Post("g", 0, 1, 0, "127.0.0.1"), Place(), None).run()


# -- a real group under torchrun --


@pytest.fixture(scope="module")
def group(engine):
    """Two ranks that torchrun has started; its process."""
    command = [sys.executable, "-m", "torch.distributed.run", "--nnodes=1", "--nproc-per-node=2"]
    command += ["--master-addr=127.0.0.1", f"--master-port={agent.free_port()}"]
    command += ["-m", "wholescene.service.worker", "--engine", str(engine), "--segment", "ranked:segment"]
    process = subprocess.Popen(
        [*command, "--interface", "lo"], env={**os.environ, **ENVIRONMENT}, stdout=subprocess.PIPE
    )
    with EngineClient.connect(engine) as client:
        wait_for(lambda: [len(line["ranks"]) for line in client.status()["groups"]] == [2], 60)
    yield process
    process.terminate()
    out, _ = process.communicate(timeout=60)
    assert out == b""


def pids(client):
    return [line["pid"] for line in client.status()["worker"]["ranks"]]


def test_torchrun_computes_and_the_blocks_arrive(group, client, request_for):
    for _ in range(2):
        result = client.segment(request_for(), View())
        with rasterio.open(result["path"]) as made:
            assert np.array_equal(made.read(1), pattern())
        assert result["exchange"]["bytes"] == {"halo": 300, "sum": 16}


def test_under_torchrun_a_killed_rank_is_replaced(group, client, request_for):
    job = client.submit(request_for("slow"))
    wait_for(lambda: client.status()["jobs"][-1]["state"] == "decoding", 60)
    before = pids(client)
    os.kill(before[1], signal.SIGKILL)
    with pytest.raises(WorkerDied) as caught:
        client.follow(job, View())
    assert caught.value.params["detail"] == "rank 1 of 2: signal SIGKILL"
    client.segment(request_for(), View())
    assert not set(before) & set(pids(client))


def test_under_torchrun_cancelling_stops_all_and_keeps_them(group, client, request_for, monkeypatch):
    monkeypatch.setattr("wholescene.service.conductor.CANCEL_GRACE", 30.0)
    client.segment(request_for(), View())
    before = pids(client)
    with pytest.raises(Cancelled):
        client.segment(request_for("slow"), View(stop_at="decoding"))
    client.segment(request_for(), View())
    assert pids(client) == before


def test_an_idle_group_keeps_only_its_agents(group, client, request_for, monkeypatch):
    client.segment(request_for(), View())
    before = pids(client)
    monkeypatch.setattr("wholescene.service.conductor.WORKER_IDLE", 0.1)
    wait_for(lambda: not any(map(exists, before)))
    agents = [child for child in psutil.Process(group.pid).children() if "--engine" in child.cmdline()]
    assert len(agents) == 2
