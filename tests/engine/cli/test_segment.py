"""`wholescene segment` inside this process, with a small network of random weights."""

import csv
import json
import os

import numpy as np
import pytest
import rasterio

from jobs import picture, random_zoo
from wholescene.cli.main import main


@pytest.fixture
def presets(engine_home, tmp_path, monkeypatch):
    """A zoo whose preset "random" has weights."""
    random_zoo(tmp_path / "presets")
    monkeypatch.setenv("WHOLESCENE_PRESETS", str(tmp_path / "presets"))


@pytest.fixture
def scenes(tmp_path, write_raster, presets):
    """A folder with two scenes."""
    (tmp_path / "scenes").mkdir()
    return [write_raster(f"scenes/{name}.tif", picture(96, 128, seed)) for seed, name in enumerate(("one", "two"))]


def segment(*arguments):
    return main(["segment", *map(str, arguments), "--preset", "random", "--precision", "float32"])


def values(path):
    with rasterio.open(path) as dataset:
        return dataset.read(1)


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_map_stands_beside_the_scene_and_the_table_is_printed(scenes, capsys):
    assert segment(scenes[0]) == 0
    told = capsys.readouterr().out
    output = scenes[0].with_name("one_random.tif")
    assert str(output) in told
    counts = np.bincount(values(output).ravel(), minlength=14)
    for number in range(4):
        assert f"class {number}" in told
        assert f"{counts[10 + number]:,}" in told


def test_a_second_map_gets_a_number_and_overwrite_replaces_the_first(scenes):
    for _ in range(2):
        assert segment(scenes[0]) == 0
    assert "one_random_2.tif" in left_in(scenes[0].parent)
    assert segment(scenes[0], "--overwrite") == 0
    assert "one_random_3.tif" not in left_in(scenes[0].parent)


def test_an_existing_output_is_refused(scenes, tmp_path, capsys):
    output = tmp_path / "map.tif"
    output.write_bytes(b"precious")
    assert segment(scenes[0], "--output", output) == 1
    assert "[output.exists]" in capsys.readouterr().err
    assert output.read_bytes() == b"precious"
    assert segment(scenes[0], "--output", output, "--overwrite") == 0
    assert values(output).shape == (96, 128)


def test_the_output_may_not_be_an_input(scenes, capsys):
    before = scenes[0].read_bytes()
    assert segment(scenes[0], "--output", scenes[0], "--overwrite") == 1
    assert "[output.is_input]" in capsys.readouterr().err
    assert scenes[0].read_bytes() == before


def test_several_scenes_go_on_after_an_error_and_end_with_a_summary(scenes, capsys):
    folder = scenes[0].parent
    broken = folder / "broken.tif"
    broken.write_text("not a raster")
    assert segment(broken, *scenes) == 1
    assert "[scene.unreadable]" in capsys.readouterr().err
    with (folder / "summary_random.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["state"] for row in rows] == ["failed", "done", "done"]
    hectares = sum(float(rows[1][f"class {number} (ha)"]) for number in range(4))
    assert hectares == pytest.approx(96 * 128 / 10_000, rel=0.01)


def test_what_is_finished_is_skipped_until_the_scene_changes(scenes, capsys):
    folder = scenes[0].parent
    assert segment(*scenes) == 0
    capsys.readouterr()
    maps = {name: (folder / name).stat().st_mtime_ns for name in ("one_random.tif", "two_random.tif")}
    # the shell's * names the maps too
    assert segment(*sorted(folder.glob("*.tif")), "--json") == 0
    states = {scene["sources"][0]: scene["state"] for scene in _json(capsys)["scenes"]}
    assert set(states.values()) == {"skipped"}
    assert {name: (folder / name).stat().st_mtime_ns for name in maps} == maps

    later = maps["one_random.tif"] + 10**10
    os.utime(scenes[0], ns=(later, later))
    assert segment(*scenes, "--json") == 0
    assert [scene["state"] for scene in _json(capsys)["scenes"]] == ["done", "skipped"]


def test_another_extent_is_another_map(scenes, capsys):
    assert segment(*scenes) == 0
    capsys.readouterr()
    assert segment(*scenes, "--extent", "0,0,64,64", "--extent-crs", "pixel", "--json") == 0
    made = _json(capsys)["scenes"]
    assert [scene["state"] for scene in made] == ["done", "done"]
    whole, part = values(scenes[0].with_name("one_random.tif")), values(made[0]["output"])
    np.testing.assert_array_equal(part, whole[:64, :64])


def test_what_was_asked_otherwise_is_not_finished(scenes, capsys):
    """Each run differs from the first in one wish, and is itself finished when it is asked for again."""
    assert segment(*scenes) == 0
    modes = (["--mode", "crop"], ["--spim-stages", "none"])
    for wish in (["--bands", "3,2,1"], ["--nodata", "0"], ["--confidence"], *modes):
        for state in ("done", "skipped"):
            capsys.readouterr()
            assert segment(*scenes, *wish, "--json") == 0
            assert {scene["state"] for scene in _json(capsys)["scenes"]} == {state}, wish


def test_it_is_the_same_wish_from_another_folder(scenes, monkeypatch, capsys):
    assert segment(*scenes) == 0
    capsys.readouterr()
    monkeypatch.chdir(scenes[0].parent)
    assert segment(*(scene.name for scene in scenes), "--json") == 0
    assert {scene["state"] for scene in _json(capsys)["scenes"]} == {"skipped"}


def test_several_scenes_need_a_folder_and_equal_names_do_not_meet(scenes, tmp_path, write_raster, capsys):
    (tmp_path / "other").mkdir()
    twin = write_raster("other/one.tif", picture(96, 128, 7))
    assert segment(scenes[0], twin, "--output", tmp_path / "nowhere") == 1
    assert "[output.unwritable]" in capsys.readouterr().err
    maps = tmp_path / "maps"
    maps.mkdir()
    assert segment(scenes[0], twin, "--output", maps) == 0
    assert {"one_random.tif", "one_random_2.tif"} <= set(left_in(maps))
    assert (values(maps / "one_random.tif") != values(maps / "one_random_2.tif")).any()


def test_a_name_that_ends_in_a_separator_is_a_folder_and_made(scenes, tmp_path, capsys):
    new = tmp_path / "new"
    assert segment(scenes[0], "--output", f"{new}/deep/") == 0
    assert "one_random.tif" in left_in(new / "deep")
    assert segment(*scenes, "--output", f"{new}/several/") == 0
    assert {"one_random.tif", "two_random.tif", "summary_random.csv"} <= set(left_in(new / "several"))


def test_a_folder_that_cannot_be_made_is_told(scenes, tmp_path, capsys):
    (tmp_path / "file").write_bytes(b"precious")
    assert segment(scenes[0], "--output", f"{tmp_path}/file/") == 1
    assert "[output.unwritable]" in capsys.readouterr().err
    assert (tmp_path / "file").read_bytes() == b"precious"


def test_a_stack_of_files_is_one_scene(tmp_path, write_raster, presets):
    pixels = picture(96, 128)
    whole = write_raster("whole.tif", pixels)
    bands = [write_raster(f"{name}.tif", pixels[n : n + 1]) for n, name in enumerate(("red", "green", "blue"))]
    assert segment(whole, "--output", tmp_path / "a.tif") == 0
    assert segment(*reversed(bands), "--stack", "--output", tmp_path / "b.tif") == 0
    np.testing.assert_array_equal(values(tmp_path / "a.tif"), values(tmp_path / "b.tif"))


def test_json_is_all_there_is_on_stdout(scenes, capsys):
    assert segment(scenes[0], "--json") == 0
    (scene,) = _json(capsys)["scenes"]
    counts = np.bincount(values(scene["output"]).ravel(), minlength=14)
    assert [area["pixels"] for area in scene["result"]["areas"]] == counts[10:14].tolist()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--extent", "5,5,5,9"], "extent.empty"),
        (["--extent", "0,0,9,9"], "extent.outside"),
        (["--extent", "0,0,9,9", "--extent-crs", "EPSG:0"], "crs.unknown"),
        (["--bands", "1,2"], "scene.bands"),
        (["--bands", "1,2,nir"], "scene.band_unknown"),
        (["--grid", "nowhere.tif"], "scene.not_found"),
        (["--output", "no/such/folder/map.tif"], "output.unwritable"),
        (["--output", "map.png"], "output.unwritable"),
        (["--output", "map"], "output.unwritable"),
        (["--preset", "nope"], "preset.unknown"),
        (["--preset", "fbp"], "preset.weights_missing"),
    ],
)
def test_bad_requests_are_coded_errors_that_leave_nothing(scenes, arguments, code, capsys):
    before = left_in(scenes[0].parent)
    assert main(["segment", str(scenes[0]), "--preset", "random", *arguments, "--json"]) == 1
    told = _json(capsys)
    error = told.get("error") or told["scenes"][0]["error"]
    assert error["code"] == code
    assert "{" not in error["message"]  # every parameter of the sentence was given
    assert left_in(scenes[0].parent) == before


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: None, "scene.not_found"),
        (lambda path: path.write_text("text"), "scene.unreadable"),
        (lambda path: _truncated(path), "scene.truncated"),
        (lambda path: _raster(path, np.zeros((3, 64, 64), np.uint8), nodata=0), "scene.all_nodata"),
        (lambda path: _raster(path, np.full((3, 64, 64), np.nan, np.float32)), "scene.all_nodata"),
        (lambda path: _raster(path, np.zeros((1, 64, 64), np.uint8)), "scene.bands"),
    ],
    ids=["missing", "no raster", "truncated", "all nodata", "NaN", "one band"],
)
def test_bad_scenes_are_coded_errors_that_leave_nothing(tmp_path, presets, make, code, capsys):
    folder = tmp_path / "bad"
    folder.mkdir()
    make(folder / "scene.tif")
    before = left_in(folder)
    assert segment(folder / "scene.tif", "--json") == 1
    assert _json(capsys)["scenes"][0]["error"]["code"] == code
    assert left_in(folder) == before


def test_changed_weights_are_refused(scenes, tmp_path, capsys):
    weights = tmp_path / "presets" / "random" / "weights.safetensors"
    changed = bytearray(weights.read_bytes())
    changed[-1] ^= 1
    weights.write_bytes(changed)
    assert segment(scenes[0]) == 1
    assert "[preset.weights_corrupt]" in capsys.readouterr().err


def _json(capsys):
    return json.loads(capsys.readouterr().out)


def _raster(path, pixels, **options):
    count, height, width = pixels.shape
    shape = {"count": count, "height": height, "width": width, "dtype": pixels.dtype.name}
    with rasterio.open(path, "w", driver="GTiff", **shape, **options) as file:
        file.write(pixels)


def _truncated(path):
    _raster(path, picture(256, 256), tiled=True, blockxsize=64, blockysize=64)
    path.write_bytes(path.read_bytes()[: 256 * 256])
