"""What a pixel attends to, asked through the engine: queue, progress, cancel, journal, file."""

import sqlite3

import numpy as np
import patterns
import pytest
import rasterio
from service_helpers import View, running_engine

from jobs import picture, random_zoo, write_scene
from wholescene.cli.main import main
from wholescene.service.client import EngineClient
from wholescene.service.crew import Crew
from wholescene.wire.attention import AttentionRequest
from wholescene.wire.errors import (
    BadRequest,
    Cancelled,
    OutputExists,
    OutputIsInput,
    OutputUnwritable,
    PointOutside,
    SceneNotFound,
    SpimStages,
)
from wholescene.wire.request import SegmentRequest


def files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def asked(request_for, tmp_path):
    """Builds questions."""

    def build(preset="plain", output="heat.tif", **fields):
        return AttentionRequest(request_for(preset, output=str(tmp_path / output)), 7.5, 8, **fields)

    return build


def test_the_file_holds_what_the_worker_found(client, asked, tmp_path):
    view = View()
    result = client.attention(asked(crs="pixel", stage=3, head="all"), view)
    with rasterio.open(tmp_path / "heat.tif") as file:
        assert np.array_equal(file.read(), patterns.HEAT)
        assert file.descriptions == ("head 1", "head 2")
        assert tuple(file.transform)[:6] == (64, 0, 1000, 0, -64, 2000)
        assert file.tags()["WHOLESCENE_QUESTION"] == "7.5,8 pixel 3 all"
    assert result["path"] == str(tmp_path / "heat.tif")
    assert (result["stage"], result["rows"], result["cols"]) == (3, 3, 4)
    assert result["strongest"]["weight"] == patterns.HEAT[0].max()
    assert view.plans == []
    assert {"encoding", "writing"} <= set(view.stages)
    assert view.fractions == sorted(view.fractions)
    assert files(tmp_path) == ["heat.tif", "scene.tif"]


def test_it_waits_in_the_queue_and_stands_in_status_and_journal(client, asked, request_for, engine, tmp_path):
    first = client.submit(request_for("slow"))
    sent = client._ask("attention", asked().to_dict()).body
    assert sent["ahead"] == 1
    line = next(job for job in client.status()["jobs"] if job["job"] == sent["job"])
    assert (line["state"], line["task"], line["output"]) == ("queued", "attention", str(tmp_path / "heat.tif"))
    client.cancel(first)
    client.follow(sent["job"], View())
    journal = sqlite3.connect(engine.parent / "data" / "journal.sqlite")
    state, request = journal.execute("SELECT state, request FROM jobs WHERE id = ?", (sent["job"],)).fetchone()
    journal.close()
    assert state == "done"
    assert '"task": "attention"' in request


def test_cancelling_leaves_nothing(client, asked, tmp_path):
    with pytest.raises(Cancelled):
        client.attention(asked("slow"), View(stop_at="encoding"))
    assert files(tmp_path) == ["scene.tif"]


def test_errors_arrive_with_their_code(client, asked, tmp_path):
    with pytest.raises(SceneNotFound):
        client.attention(asked("fails"), View())
    assert files(tmp_path) == ["scene.tif"]


def test_outputs_are_refused_before_any_work(client, asked, scene, tmp_path):
    (tmp_path / "there.tif").write_bytes(b"mine")
    for error, name in (
        (OutputExists, "there.tif"),
        (OutputIsInput, "scene.tif"),
        (OutputUnwritable, "none/heat.tif"),
        (OutputUnwritable, "heat.png"),
    ):
        with pytest.raises(error):
            client.attention(asked(output=name), View())
    assert (tmp_path / "there.tif").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "changes",
    [
        {"output": None},
        {"output": "heat.tif"},
        {"output": 3},
        {"request": "scene.tif"},
        {"request": None},
        {"x": "7"},
        {"y": None},
        {"crs": 4326},
        {"stage": "last"},
        {"head": -1},
        {"more": 1},
        {"crs": "x" * 300_000},
    ],
)
def test_hostile_questions_are_refused_and_leave_no_job(raw, client, asked, changes):
    before = len(client.status()["jobs"])
    question = asked().to_dict()
    if "output" in changes:
        question["request"]["output"] = None
    answer = raw.ask("attention", {**question, **changes})
    assert answer.type == "error"
    assert answer.body["error"]["code"] == BadRequest.code
    assert len(client.status()["jobs"]) == before


@pytest.fixture(scope="module")
def true_engine(tmp_path_factory):
    """An engine that computes with a small network of random weights, and a scene for it."""
    home = tmp_path_factory.mktemp("true")
    random_zoo(home / "presets")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHOLESCENE_PRESETS", str(home / "presets"))
        with running_engine(home) as path:
            yield path, write_scene(home / "scene.tif", picture(260, 400))


def test_it_is_the_map_that_the_terminal_makes(true_engine, tmp_path):
    path, scene = true_engine
    here, there = tmp_path / "here.tif", tmp_path / "there.tif"
    assert (
        main(["attention", str(scene), "-p", "random", "--at", "500100,4999900", "--head", "2", "-o", str(here)]) == 0
    )
    request = SegmentRequest((str(scene),), "random", str(there), precision="float32")
    with EngineClient.connect(path) as client:
        client.attention(AttentionRequest(request, 500_100, 4_999_900, head=2), View())
    with rasterio.open(here) as one, rasterio.open(there) as other:
        np.testing.assert_allclose(other.read(), one.read(), rtol=1e-5)
        assert other.descriptions == one.descriptions == ("head 2",)
        assert (other.transform, other.crs) == (one.transform, one.crs)
        assert other.read(1).sum() == pytest.approx(1, rel=1e-5)


def test_what_the_preset_does_not_have_is_refused_before_it_computes(true_engine, tmp_path):
    path, scene = true_engine
    request = SegmentRequest((str(scene),), "random", str(tmp_path / "heat.tif"))
    with EngineClient.connect(path) as client:
        for error, fields in (
            (SpimStages, {"stage": 2}),
            (BadRequest, {"head": 9}),
            (PointOutside, {"x": 1.0}),
        ):
            view = View()
            with pytest.raises(error):
                client.attention(AttentionRequest(**{"request": request, "x": 500_100, "y": 4_999_900, **fields}), view)
            assert "encoding" not in view.stages
    assert files(tmp_path) == []


def test_a_group_of_ranks_answers_too_and_goes_on(tmp_path):
    """One rank computes, the others wait; an error of the question leaves the group as it is."""
    random_zoo(tmp_path / "presets")
    scene = write_scene(tmp_path / "scene.tif", picture(260, 400))
    home = tmp_path / "home"
    home.mkdir()
    request = SegmentRequest((str(scene),), "random", str(tmp_path / "heat.tif"), precision="float32")
    environment = {"WHOLESCENE_PRESETS": str(tmp_path / "presets"), "OMP_NUM_THREADS": "1"}
    crew = Crew(("cpu", "cpu"))
    with running_engine(home, crew=crew, environment=environment) as path, EngineClient.connect(path) as client:
        with pytest.raises(SpimStages):
            client.attention(AttentionRequest(request, 500_100, 4_999_900, stage=0), View())
        before = [rank["pid"] for rank in client.status()["worker"]["ranks"]]
        result = client.attention(AttentionRequest(request, 500_100, 4_999_900), View())
        assert [rank["pid"] for rank in client.status()["worker"]["ranks"]] == before
    with rasterio.open(result["path"]) as file:
        assert file.read(1).sum() == pytest.approx(1, rel=1e-5)
