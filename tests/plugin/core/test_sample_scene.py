"""The first scene of who has none: drawn by the engine's own program."""

import os
from pathlib import Path

import pytest
from osgeo import gdal
from wholescene_qgis.core.sample_scene import SIDE, SampleScene

ENGINE = Path(__file__).parents[3] / ".venv" / "bin" / "python"


@pytest.fixture
def sample(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("WHOLESCENE_HOME", str(tmp_path / "home"))
    sample = SampleScene()
    yield sample
    sample.stop()


@pytest.mark.skipif(not ENGINE.exists(), reason="no engine in .venv")
def test_a_landscape_is_drawn_once(qtbot, sample, tmp_path, monkeypatch):
    monkeypatch.setenv("WHOLESCENE_PYTHON", str(ENGINE))
    with qtbot.waitSignal(sample.ready, timeout=120_000) as ready:
        sample.ask(str(tmp_path))
    path = Path(ready.args[0])
    scene = gdal.Open(str(path))
    assert (scene.RasterXSize, scene.RasterYSize, scene.RasterCount) == (SIDE, SIDE, 3)
    assert scene.GetProjection()
    drawn = path.stat().st_mtime_ns
    with qtbot.waitSignal(sample.ready):
        sample.ask(str(tmp_path))
    assert path.stat().st_mtime_ns == drawn


def test_without_an_engine_that_is_told(qtbot, sample, tmp_path, monkeypatch):
    monkeypatch.delenv("WHOLESCENE_PYTHON", raising=False)
    with qtbot.waitSignal(sample.failed) as failed:
        sample.ask(str(tmp_path))
    assert failed.args[0]["code"] == "engine.not_installed"


@pytest.mark.parametrize("text", ["#!/bin/sh\necho 'no numpy'; exit 3\n", "not a program"])
def test_a_program_that_fails_is_quoted(qtbot, sample, tmp_path, monkeypatch, text):
    python = tmp_path / "python"
    python.write_text(text)
    os.chmod(python, 0o755)
    monkeypatch.setenv("WHOLESCENE_PYTHON", str(python))
    with qtbot.waitSignal(sample.failed, timeout=20_000) as failed:
        sample.ask(str(tmp_path))
    assert failed.args[0]["code"] == "engine.start_failed"
    assert not sample.is_running()
    if text.startswith("#!"):
        assert "no numpy" in failed.args[0]["params"]["detail"]
