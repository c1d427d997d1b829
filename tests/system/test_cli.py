"""The command line as processes: what other programs, the keyboard and a full disk make of it."""

import json
import os
import resource
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
import rasterio

from jobs import picture, random_zoo

WHOLESCENE = [sys.executable, "-m", "wholescene.cli"]
PATIENCE = 120  # seconds until a process counts as stuck


@pytest.fixture
def presets(engine_home, tmp_path, monkeypatch):
    random_zoo(tmp_path / "presets")
    monkeypatch.setenv("WHOLESCENE_PRESETS", str(tmp_path / "presets"))


@pytest.fixture
def scene(tmp_path, write_raster, presets):
    """A scene in a folder whose name is not easy, with nothing else in it."""
    (tmp_path / "Łódź und Umgebung").mkdir()
    return write_raster("Łódź und Umgebung/scène.tif", picture(160, 224))


def run(*arguments, **options):
    command = [*WHOLESCENE, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, **options)


def segment(scene, *more, **options):
    return run("segment", scene, "--preset", "random", "--precision", "float32", *more, **options)


def values(path):
    with rasterio.open(path) as dataset:
        return dataset.read(1)


@pytest.fixture
def engine(presets):
    """A running engine in a home of its own."""
    process = subprocess.Popen([*WHOLESCENE, "serve", "--idle-exit", "60"], stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(PATIENCE, process.kill)
    watchdog.start()
    first = process.stdout.readline()
    yield first
    process.terminate()
    process.wait(PATIENCE)
    watchdog.cancel()
    process.stdout.close()


def test_stdout_is_json_and_stderr_tells_the_progress(scene):
    done = segment(scene, "--json")
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)["scenes"]
    assert values(told["output"]).shape == (160, 224)
    assert "decoding" in done.stderr


def test_the_engine_makes_the_same_map(scene, engine, engine_home):
    assert str(engine_home / "engine.json") in engine
    direct, remote = scene.with_name("direct.tif"), scene.with_name("remote.tif")
    assert segment(scene, "--output", direct).returncode == 0
    # a relative name is meant from where the client stands
    through = segment(scene.name, "--output", "remote.tif", "--engine", cwd=scene.parent)
    assert through.returncode == 0, through.stderr
    np.testing.assert_array_equal(values(remote), values(direct))
    status = json.loads(run("status", "--json").stdout)
    assert [job["state"] for job in status["jobs"]] == ["done"]


def test_errors_of_the_engine_reach_the_terminal(scene, engine):
    failed = segment(scene, "--bands", "1,2", "--engine")
    assert failed.returncode == 1
    assert "[scene.bands]" in failed.stderr


def test_shutdown_ends_the_engine(engine, engine_home):
    assert run("shutdown").returncode == 0
    assert not (engine_home / "engine.json").exists()
    assert "[engine.not_found]" in run("shutdown").stderr


def test_without_an_engine_the_error_says_how_to_start_one(scene):
    refused = segment(scene, "--engine")
    assert refused.returncode == 1
    assert "[engine.not_found]" in refused.stderr
    assert "wholescene serve" in refused.stderr


@pytest.mark.parametrize("through_engine", [False, True])
def test_ctrl_c_stops_cleanly(through_engine, tmp_path, write_raster, presets, request):
    (tmp_path / "large").mkdir()
    large = write_raster("large/scene.tif", picture(2048, 2048))
    more = []
    if through_engine:
        request.getfixturevalue("engine")
        more = ["--engine"]
    command = [*WHOLESCENE, "segment", str(large), "--preset", "random", *more]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(PATIENCE, process.kill)
    watchdog.start()
    for line in process.stderr:
        if "encoding" in line:
            process.send_signal(signal.SIGINT)
            break
    out, err = process.communicate()
    watchdog.cancel()
    assert process.returncode == 130, err
    assert "Stopped" in err
    assert out == ""
    assert os.listdir(large.parent) == ["scene.tif"]


def test_a_full_disk_is_a_coded_error_that_leaves_nothing(scene, tmp_path):
    # random class values do not compress: the map needs more than this
    def small_files_only():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    # everything that may be compiled or cached has been by then
    assert segment(scene, "--output", tmp_path / "before.tif").returncode == 0
    full = segment(scene, "--json", preexec_fn=small_files_only, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert full.returncode == 1, full.stderr
    assert json.loads(full.stdout)["scenes"][0]["error"]["code"] == "output.disk_full"
    assert os.listdir(scene.parent) == [scene.name]
