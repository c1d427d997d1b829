"""What a request would take, asked through the engine: beside the jobs, never in the way of control."""

import json
import os

import numpy as np
import psutil
import pytest
from service_helpers import View, exists, running_engine, wait_for, worker_pid

from jobs import picture, random_zoo, write_scene
from wholescene.cli.main import main
from wholescene.service import estimator
from wholescene.service.client import EngineClient
from wholescene.service.crew import Crew
from wholescene.wire.errors import EstimateFailed, WholeSceneError
from wholescene.wire.request import Extent, SegmentRequest


def asked(estimate):
    """What `patterns` was asked, and by which process."""
    words = estimate.output.split(" pid ")
    return words[0], int(words[1])


def test_a_process_beside_the_worker_answers(client, request_for):
    client.segment(request_for(), View())
    first, second = (asked(client.estimate(request_for())) for _ in range(2))
    assert first == second  # it stays warm
    assert first[0] == "False 1 None False"
    assert first[1] not in (worker_pid(client), os.getpid())
    assert asked(client.estimate(request_for(), as_scene=True))[0] == "True 1 None False"


def test_it_is_answered_while_a_job_runs_and_holds_up_no_control(client, raw, request_for):
    job = client.submit(request_for("stuck"))
    wait_for(lambda: client.status()["worker"]["state"] == "busy")
    assert client.estimate(request_for()).preset == "plain"
    question = raw.send("estimate", {"request": request_for("slow").to_dict()})
    assert raw.ask("status").type == "status"  # comes before the estimate, which takes a second
    assert client.cancel(job) == "cancelled"
    assert raw.receive("estimate").reply_to == question.id


def test_of_several_questions_of_a_client_the_last_is_answered(raw, request_for):
    sent = [raw.send("estimate", {"request": request_for("slow").to_dict()}).id for _ in range(4)]
    answers = [raw.receive("estimate", "error") for _ in range(4)]
    told = {answer.reply_to: answer.body["error"]["code"] if answer.type == "error" else "" for answer in answers}
    assert [told[question] for question in sent] == ["", "estimate.replaced", "estimate.replaced", ""]


def test_a_process_that_dies_is_replaced(client, request_for):
    _, before = asked(client.estimate(request_for()))
    with pytest.raises(EstimateFailed, match="SIGKILL"):
        client.estimate(request_for("dies"))
    _, after = asked(client.estimate(request_for()))
    assert before != after
    with pytest.raises(WholeSceneError, match="ZeroDivisionError: a fault of ours"):
        client.estimate(request_for("breaks"))


def test_a_question_without_an_answer_is_given_up(client, request_for, monkeypatch):
    monkeypatch.setattr(estimator, "ANSWER_SECONDS", 0.2)
    with pytest.raises(EstimateFailed, match="more than"):
        client.estimate(request_for("stuck"))


def test_the_process_goes_when_nobody_asks(client, request_for, monkeypatch):
    _, pid = asked(client.estimate(request_for()))
    monkeypatch.setattr(estimator, "IDLE_SECONDS", 0.1)
    wait_for(lambda: not exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"request": None},
        {"request": {"sources": ["a.tif"], "preset": ""}},
        {"request": {"sources": ["a.tif"], "preset": "p", "extent": [0, 0, 1, 1]}},
        {"request": {"sources": ["a.tif"], "preset": "p", "output": "relative.tif"}},
        {"request": {"sources": ["a.tif"] * 60_000, "preset": "p"}},
        {"request": {"sources": ["a.tif"], "preset": "p"}, "as_scene": "yes"},
    ],
)
def test_hostile_questions_are_refused(raw, body):
    answer = raw.ask("estimate", body)
    assert (answer.type, answer.body["error"]["code"]) == ("error", "request.invalid")


def test_hello_and_status_tell_what_the_machine_has(client, raw):
    raw.ask("hello", {"protocol": 1, "client": "test", "version": "1"})
    machine = wait_for(lambda: client.status()["machine"])
    assert (machine["device"], machine["name"], machine["unused"]) == ("cpu", "2 processors", None)
    assert 0 < machine["memory_free"] <= machine["memory_total"]
    hello = raw.ask("hello", {"protocol": 1, "client": "test", "version": "1"})
    assert hello.body["machine"]["name"] == "2 processors"


# -- with the true computation ----------------------------------------------------------


@pytest.fixture(scope="module")
def true_engine(tmp_path_factory):
    home = tmp_path_factory.mktemp("true")
    facts = {
        "wholescene:value_range": [0, 255],
        "wholescene:validated": {"pixels": 100_000, "by": "us"},
        "wholescene:ground_resolution": [0.5, 2.0],
    }
    random_zoo(home / "presets", **facts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHOLESCENE_PRESETS", str(home / "presets"))
        with running_engine(home, crew=Crew(("cpu",))) as path:
            yield path


@pytest.fixture
def true_client(true_engine):
    with EngineClient.connect(true_engine) as client:
        yield client


def codes(problems):
    return [problem["code"] for problem in problems]


def request_of(scene, **fields):
    return SegmentRequest((str(scene),), "random", **{"precision": "float32", **fields})


def test_numbers_are_those_of_the_plan_command(true_client, tmp_path, capsys):
    scene = write_scene(tmp_path / "scene.tif", picture(260, 400))
    found = true_client.estimate(request_of(scene))
    assert main(["plan", str(scene), "-p", "random", "--precision", "float32", "--device", "cpu", "--json"]) == 0
    schedule = json.loads(capsys.readouterr().out)["schedule"]
    assert (found.scene, found.network, found.kept, found.kept_pixels) == ((400, 260), (400, 260), (400, 260), 104_000)
    assert (found.region, found.regions) == (schedule["region"], schedule["regions"])
    assert (found.precision, found.device, found.ranks) == ("float32", "cpu", 1)
    assert found.peak_bytes == pytest.approx(schedule["main_bytes"], rel=0.5)
    assert 0 < found.seconds_to_first_block < found.seconds
    assert found.errors == ()
    assert codes(found.warnings) == ["notice.size"]  # 104,000 pixels; scored on 100,000
    assert found.output == str(tmp_path / "scene_random.tif")
    assert found.output_bytes == 104_000
    assert found.output_free > 0
    assert not (tmp_path / "scene_random.tif").exists()


def test_values_are_percentiles_of_the_scene(true_client, tmp_path):
    pixels = picture(260, 400)
    found = true_client.estimate(request_of(write_scene(tmp_path / "scene.tif", pixels)))
    expected = [np.percentile(band, (2, 50, 98)) for band in pixels]  # small enough to be read whole
    for number, (told, wanted) in enumerate(zip(found.values, expected, strict=True), 1):
        assert told["band"] == number
        assert [told["low"], told["median"], told["high"]] == pytest.approx(wanted.tolist())


def test_an_extent_limits_what_is_kept_and_an_area_what_is_computed(true_client, tmp_path):
    scene = write_scene(tmp_path / "scene.tif", picture(260, 400))
    extent = Extent(100, 50, 200, 100, "pixel")
    found = true_client.estimate(request_of(scene, extent=extent, confidence=True))
    assert (found.scene, found.kept, found.output_bytes) == ((400, 260), (100, 50), 10_000)
    area = true_client.estimate(request_of(scene, extent=extent), as_scene=True)
    assert (area.scene, area.kept) == ((100, 50), (100, 50))
    assert area.peak_bytes < found.peak_bytes
    assert codes(area.warnings) == []


def test_crop_mode_is_estimated_too(true_client, tmp_path):
    scene = write_scene(tmp_path / "scene.tif", picture(260, 400))
    found = true_client.estimate(request_of(scene, mode="crop", crop=128, overlap=0.0))
    assert found.regions == 3 * 4  # windows
    assert found.seconds_to_first_block == pytest.approx(found.seconds / 3)


def test_all_that_is_wrong_is_told_at_once(true_client, tmp_path):
    scene = write_scene(tmp_path / "scene.tif", picture(260, 400), resolution=5.0)
    output = tmp_path / "there.tif"
    output.write_bytes(b"mine")
    found = true_client.estimate(
        request_of(
            scene,
            output=str(output),
            bands=("1", "2", "7"),
            extent=Extent(0, 0, 1, 1),
            precision="fp16",
        )
    )
    assert set(codes(found.errors)) == {"scene.band_unknown", "extent.outside", "compute.precision", "output.exists"}
    assert set(codes(found.warnings)) == {"notice.size", "notice.coarse"}
    assert found.network == (1001, 651)  # pixels of 5 / 0.9996 m (UTM's scale) brought to 2 m, the last ones begun
    assert output.read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("change", "fields", "expected"),
    [
        (lambda pixels: pixels.astype(np.uint16) * 16, {}, ["notice.values"] * 3),
        (lambda pixels: (pixels / 255).astype(np.float32), {}, ["notice.values_narrow"] * 3),
        (lambda pixels: pixels, {"bands": ("1", "1", "3")}, ["notice.bands_twice"]),
    ],
)
def test_values_and_bands_that_the_preset_does_not_know_are_warned_of(true_client, tmp_path, change, fields, expected):
    scene = write_scene(tmp_path / "scene.tif", change(picture(200, 300)), resolution=1.0)
    found = true_client.estimate(request_of(scene, **fields))
    assert (codes(found.errors), codes(found.warnings)) == ([], expected)


def test_resolutions_that_the_preset_does_not_know_are_warned_of(true_client, tmp_path):
    unplaced = write_scene(tmp_path / "a.tif", picture(64, 64), crs=None)
    fine = write_scene(tmp_path / "b.tif", picture(64, 64), resolution=0.1)
    assert codes(true_client.estimate(request_of(unplaced)).warnings) == ["notice.unplaced"]
    assert codes(true_client.estimate(request_of(fine)).warnings) == ["notice.fine"]


def test_scenes_and_presets_that_cannot_be_used_are_told(true_client, tmp_path):
    scene = write_scene(tmp_path / "scene.tif", picture(64, 64))
    assert codes(true_client.estimate(request_of(tmp_path / "none.tif")).errors) == ["scene.not_found"]
    assert codes(true_client.estimate(SegmentRequest((str(scene),), "nobody")).errors) == ["preset.unknown"]
    weightless = true_client.estimate(SegmentRequest((str(scene),), "fbp"))
    assert codes(weightless.errors) == ["preset.weights_missing"]
    assert weightless.peak_bytes > 197_000_000 * 4  # planned all the same; the parameters of Swin-L alone


def test_a_scene_that_cannot_fit_is_told_with_the_numbers(true_engine, tmp_path):
    scene = write_scene(tmp_path / "scene.tif", picture(260, 400))
    home = tmp_path / "home"
    home.mkdir()
    with running_engine(home, crew=Crew(memory=50 << 20)) as path, EngineClient.connect(path) as client:
        found = client.estimate(SegmentRequest((str(scene),), "water-lite"))
    assert codes(found.errors) == ["plan.memory"]
    assert found.peak_bytes is None
    assert found.network == (400, 260)


def test_nothing_is_waited_for_longer_than_it_takes(true_client, tmp_path):
    """Values of a large scene are sampled, not read."""
    scene = write_scene(tmp_path / "scene.tif", np.zeros((3, 3000, 4000), np.uint8))
    found = true_client.estimate(request_of(scene, bands=("1", "2", "3")))
    assert codes(found.warnings) == ["notice.size", *["notice.values_narrow"] * 3]
