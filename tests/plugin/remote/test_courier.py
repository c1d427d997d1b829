"""Jobs on an engine that shares no folder with us, told in paths of this machine; with a real engine."""

from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsSettings
from wholescene_qgis.core import errand
from wholescene_qgis.core.errand import Errand, under_way
from wholescene_qgis.core.remote.courier import Courier
from wholescene_qgis.core.remote.host import RemoteHost
from wholescene_qgis.core.remote.sending import CHUNK
from wholescene_qgis.core.session import EngineSession
from wholescene_qgis.wire.errors import EngineDied, EngineLost
from wholescene_qgis.wire.message import new_id
from wholescene_qgis.wire.transfer import WINDOW

PRESET = "water-lite"
SOON, COMPUTED = 20_000, 180_000  # ms
HUGE = 1 << 30  # bytes; takes this machine some seconds to send


@pytest.fixture
def open_courier(real_engine, qtbot):
    """A courier that is connected to the engine as to one of another machine."""
    info, _home = real_engine
    opened = []

    def connect():
        session = EngineSession()
        courier = Courier(session, session)
        opened.append((courier, session))
        courier.serve(RemoteHost("gpu-box"))
        with qtbot.waitSignal(courier.connected, timeout=SOON):
            courier.open(info)
        return courier

    yield connect
    for courier, session in opened:
        courier.serve(None)
        session.stop()
    QgsSettings().remove("wholescene/remote_rate/gpu-box")


@pytest.fixture
def courier(open_courier):
    return open_courier()


@pytest.fixture
def scene(write_scene):
    values = np.random.default_rng(1).integers(0, 255, (3, 256, 256)).astype(np.uint8)
    return write_scene("data/scene.tif", values)


@pytest.fixture
def large(write_scene):
    values = np.random.default_rng(2).integers(0, 255, (3, 800, 900)).astype(np.uint8)
    return write_scene("data/large.tif", values)


def request(scene, **more):
    return {"sources": [str(scene)], "preset": PRESET, "precision": "float32", **more}


def test_a_job_ends_with_its_map_beside_the_scene(courier, open_courier, scene, real_engine, qtbot, tmp_path):
    ticket, told = new_id(), []
    courier.shipping.connect(lambda _ticket, news: told.append(news))
    with qtbot.waitSignal(courier.done, timeout=COMPUTED) as done:
        courier.submit(request(scene, output=str(tmp_path / "data" / "map.tif")), ticket)
    job, result = done.args
    assert result["path"] == str(tmp_path / "data" / "map.tif")
    assert {news["output"] for news in told} == {result["path"]}
    assert gdal.Open(result["path"]).ReadAsArray().shape == (256, 256)
    written = sorted(path.name for path in scene.parent.iterdir())
    assert written == ["map.qml", "map.tif", "map.tif.aux.xml", "scene.tif"]
    assert result["qml"] == str(tmp_path / "data" / "map.qml")

    # another QGIS that knows only the job's id gets the same file
    (tmp_path / "again").mkdir()
    again = open_courier()
    with qtbot.waitSignal(again.done, timeout=SOON):
        again.attach(job, str(tmp_path / "again" / "map.tif"))
    assert (tmp_path / "again" / "map.tif").read_bytes() == Path(result["path"]).read_bytes()


def test_a_file_that_is_there_is_told_before_anything_is_sent(courier, scene, qtbot, tmp_path):
    (tmp_path / "map.tif").write_bytes(b"mine")
    with qtbot.waitSignal(courier.refused, timeout=SOON) as refused:
        courier.submit(request(scene, output=str(tmp_path / "map.tif")), new_id())
    assert refused.args[1]["code"] == "output.exists"
    assert (tmp_path / "map.tif").read_bytes() == b"mine"


def test_a_large_scene_waits_for_consent_and_can_be_withdrawn(courier, large, qtbot):
    ticket, submitted = new_id(), []
    courier.submitted.connect(lambda *told: submitted.append(told))
    with qtbot.waitSignal(courier.shipping, timeout=SOON, check_params_cb=lambda _t, news: news["stage"] == "asking"):
        courier.submit(request(large), ticket)
    courier.withdraw(ticket)
    courier.consent(ticket)
    qtbot.wait(300)
    assert submitted == []


def test_a_scene_that_is_withdrawn_while_it_is_sent_is_sent_no_further(courier, large, real_engine, qtbot):
    with large.open("ab") as stream:
        stream.truncate(HUGE)  # behind the pixels, where no program looks: it travels all the same
    ticket, stages = new_id(), []
    courier.shipping.connect(lambda _t, news: news["stage"] == "asking" and courier.consent(ticket))
    courier.shipping.connect(lambda _t, news: stages.append((news["stage"], news["done"])))
    courier.submit(request(large), ticket)
    qtbot.waitUntil(lambda: any(stage == "sending" and done > 0 for stage, done in stages), timeout=SOON)
    courier.withdraw(ticket)
    qtbot.waitUntil(lambda: not under_way(), timeout=5_000)
    (part,) = [path for path in real_engine[1].rglob("large.tif.part") if path.stat().st_size]
    sent = part.stat().st_size
    assert 0 < sent < HUGE // 2
    qtbot.wait(500)
    assert part.stat().st_size <= sent + WINDOW * CHUNK  # what was on its way may still arrive
    part.unlink()


def test_a_scene_that_is_sent_at_once_arrives(courier, scene, qtbot, monkeypatch):
    begin = Errand.start

    def begin_and_end(work):
        begin(work)
        assert errand.wait(SOON / 1000)  # as where this thread gets no turn before that one has ended
        return work

    monkeypatch.setattr(Errand, "start", begin_and_end)
    ticket, refused = new_id(), []
    courier.refused.connect(lambda *told: refused.append(told))
    with qtbot.waitSignal(courier.submitted, timeout=SOON) as submitted:
        courier.submit(request(scene), ticket)
    assert (submitted.args[1], refused) == (ticket, [])
    monkeypatch.undo()
    with qtbot.waitSignal(courier.done, timeout=COMPUTED):
        pass


def test_an_estimate_sends_nothing_large_and_comes_once_the_scene_is_there(courier, large, qtbot):
    question = {"request": request(large), "as_scene": False}
    with qtbot.waitSignal(courier.unestimated, timeout=SOON) as told:
        courier.ask_estimate(question, "estimate1")
    assert (told.args[0], told.args[1]["code"]) == ("estimate1", "remote.not_sent")
    ticket, ended = new_id(), []
    courier.done.connect(lambda job, _result: ended.append(job))
    courier.shipping.connect(lambda _t, news: news["stage"] == "asking" and courier.consent(ticket))
    with qtbot.waitSignal(courier.submitted, timeout=COMPUTED) as submitted:
        courier.submit(request(large), ticket)
    with qtbot.waitSignal(courier.estimated, timeout=COMPUTED) as estimated:
        courier.ask_estimate(question, "estimate2")
    assert estimated.args[0] == "estimate2"
    assert estimated.args[1]["scene"] == [900, 800]
    assert estimated.args[1]["errors"] == []
    qtbot.waitUntil(lambda: ended == [submitted.args[0]], timeout=COMPUTED)


def test_a_map_that_waits_for_a_connection_can_be_forgotten(courier, open_courier, scene, real_engine, qtbot, tmp_path):
    with qtbot.waitSignal(courier.done, timeout=COMPUTED) as done:
        courier.submit(request(scene, output=str(tmp_path / "first.tif")), new_id())
    job, home, told = done.args[0], tmp_path / "again", []
    home.mkdir()
    again = open_courier()
    again.done.connect(lambda *end: told.append(end))
    lose = lambda *_: again._session.lost.emit(EngineLost(detail="the cable is cut").to_dict())  # noqa: E731
    again.fetching.connect(lose)
    with qtbot.waitSignal(again.lost, timeout=SOON):
        again.attach(job, str(home / "map.tif"))
    again.fetching.disconnect(lose)
    again.forget(job)
    with qtbot.waitSignal(again.connected, timeout=SOON):
        again.open(real_engine[0])
    qtbot.wait(500)
    qtbot.waitUntil(lambda: not under_way())
    assert list(home.iterdir()) == []
    assert told == []


@pytest.mark.parametrize("known", [True, False])
def test_where_a_dead_engine_wanted_to_write_is_no_place_here(courier, qtbot, tmp_path, known):
    job, here = "0123456789abcdef", str(tmp_path / "map.tif")
    with qtbot.waitSignal(courier.failed, timeout=SOON) as failed:
        courier.attach(job, here if known else "")
    assert failed.args[1]["code"] == "job.unknown"
    record = {"state": "failed", "output": "/there/results/map.tif", "error": EngineDied().to_dict()}
    with qtbot.waitSignal(courier.recalled, timeout=SOON) as recalled:
        courier._session.recalled.emit(job, record)
    assert recalled.args == [job, {**record, "output": here if known else ""}]


def test_a_scene_that_is_nowhere_is_refused(courier, qtbot, tmp_path):
    with qtbot.waitSignal(courier.refused, timeout=SOON) as refused:
        courier.submit(request("WMS:nothing", output=str(tmp_path / "map.tif")), new_id())
    assert refused.args[1]["code"] == "remote.source"


def test_a_map_that_finds_no_place_here_waits_there_and_is_fetched_again(courier, open_courier, scene, qtbot, tmp_path):
    with qtbot.waitSignal(courier.done, timeout=COMPUTED) as done:
        courier.submit(request(scene, output=str(tmp_path / "first.tif")), new_id())
    job, home, again = done.args[0], tmp_path / "unplugged", open_courier()
    failed = []
    again.failed.connect(lambda *end: failed.append(end))
    with qtbot.waitSignal(again.undelivered, timeout=SOON) as told:
        again.attach(job, str(home / "first.tif"))
    assert (told.args[0], told.args[1]["code"]) == (job, "output.unwritable")
    home.mkdir()
    with qtbot.waitSignal(again.done, timeout=SOON) as brought:
        again.deliver_again(job)
    assert brought.args[1]["path"] == str(home / "first.tif")
    assert (home / "first.tif").read_bytes() == (tmp_path / "first.tif").read_bytes()
    assert failed == []
