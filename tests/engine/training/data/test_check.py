"""What the check finds in data sets that are wrong in one way each, and in a good one."""

import numpy as np
import pytest

import miniatures
from rasters import UTM, noise, write_raster
from wholescene.training.data import load_dataset
from wholescene.training.data.check import BLOCK, SAMPLE, check, sample

SIDE = miniatures.SIDE
LABELS = miniatures.stripes([0, 255, 255])  # a third land, two thirds water


@pytest.fixture
def water(tmp_path):
    """A sound data set in the format of GLH-Water."""
    miniatures.glh_water(tmp_path, LABELS)
    return tmp_path


def findings(folder, **options):
    return {finding.topic: finding for finding in check(load_dataset(folder), **options).findings}


def test_nothing_is_wrong_with_a_sound_data_set(water):
    report = check(load_dataset(water))
    assert not report.findings
    assert report.complete
    assert {name: len(scenes) for name, scenes in report.splits().items()} == {"train": 1, "val": 1, "test": 1}
    assert report.counts("train") == [SIDE * SIDE // 3, SIDE * SIDE * 2 // 3]
    assert report.shares("train") == pytest.approx([1 / 3, 2 / 3])
    scene = report.scenes[0]
    assert (scene.height, scene.width, scene.dtype, scene.ignored) == (SIDE, SIDE, "uint8", 0)


def test_values_are_those_of_the_files(tmp_path):
    pixels = noise(3, SIDE, SIDE, dtype="uint16")
    pixels[:, :2] = 0  # nodata
    miniatures.raster(tmp_path / "images" / "a.tif", pixels, nodata=0, **UTM)
    miniatures.raster(tmp_path / "labels" / "a.tif", LABELS, **UTM)
    scene = check(load_dataset(tmp_path)).scenes[0]
    valid = pixels[:, 2:].reshape(3, -1)
    assert scene.low == valid.min(1).tolist()
    assert scene.high == valid.max(1).tolist()
    assert scene.mean == pytest.approx(valid.mean(1))
    assert scene.ignored == 2 * SIDE
    assert (scene.crs, scene.pixel_metres) == ("EPSG:32631", pytest.approx((10, 10), rel=1e-2))


def test_missing_labels(water):
    (water / "val" / "label" / "02.png").unlink()
    found = findings(water)["missing labels"]
    assert (found.scene, found.wrong) == ("val/02", True)
    assert found.detail.endswith("val/label/02.*")


def test_labels_without_a_scene(water):
    miniatures.picture(water / "train" / "label" / "09.png", LABELS)
    found = findings(water)["labels without scene"]
    assert found.wrong
    assert found.detail.endswith("09.png")


def test_sizes_that_differ(water):
    miniatures.picture(water / "test" / "label" / "07.png", LABELS[:-1])
    found = findings(water)["data.labels_differ"]
    assert found.scene == "test/07"
    assert "24 × 23 pixels, the image 24 × 24" in found.detail


def test_crs_that_differ(tmp_path):
    miniatures.raster(tmp_path / "images" / "a.tif", noise(3, SIDE, SIDE), **UTM)
    miniatures.raster(tmp_path / "labels" / "a.tif", LABELS, **{**UTM, "crs": "EPSG:32632"})
    assert "EPSG:32632" in findings(tmp_path)["data.labels_differ"].detail


def test_values_of_no_class(water):
    labels = LABELS.copy()
    labels[3, :5] = 77
    miniatures.picture(water / "train" / "label" / "01.png", labels)
    found = findings(water)["unknown values"]
    assert found.scene == "train/01"
    assert "77 (5)" in found.detail
    assert "0, 255" in found.detail


def test_an_empty_class(water):
    for split, name in (("train", "01"), ("val", "02"), ("test", "07")):
        miniatures.picture(water / split / "label" / f"{name}.png", np.zeros_like(LABELS))
    assert findings(water)["empty class"].detail == "no pixel is water"
    miniatures.picture(water / "val" / "label" / "02.png", LABELS)
    assert findings(water)["empty class"].detail == "water is nowhere in train"


def test_a_scene_without_a_labelled_pixel(tmp_path):
    for name, labels in (("a", LABELS % 254), ("b", np.full_like(LABELS, 255))):
        miniatures.raster(tmp_path / "images" / f"{name}.tif", noise(3, SIDE, SIDE))
        miniatures.raster(tmp_path / "labels" / f"{name}.tif", labels)
    assert findings(tmp_path)["no labels"].scene == "b"


def test_images_without_content_and_of_mixed_types(tmp_path):
    flat, empty = noise(3, SIDE, SIDE), np.zeros((3, SIDE, SIDE), "uint16")
    flat[1] = 9
    for name, pixels, profile in (("a", flat, {}), ("b", empty, {"nodata": 0})):
        miniatures.raster(tmp_path / "images" / f"{name}.tif", pixels, **profile)
        miniatures.raster(tmp_path / "labels" / f"{name}.tif", LABELS)
    found = findings(tmp_path)
    assert (found["flat bands"].scene, found["flat bands"].detail) == ("a", "band 2 is 9 everywhere")
    assert found["no data"].scene == "b"
    assert "uint16, uint8" in found["mixed types"].detail


def test_a_broken_image(water):
    path = water / "train" / "img" / "01.jpg"
    path.write_bytes(b"no picture")
    assert findings(water)["scene.unreadable"].scene == "train/01"


def test_large_scenes_are_sampled_and_shares_estimated(tmp_path):
    height, width = 3 * BLOCK, 20 * BLOCK
    labels = np.zeros((height, width), np.uint8)
    labels[: height // 2] = 1
    miniatures.raster(
        tmp_path / "images" / "a.tif", np.broadcast_to(np.arange(width, dtype="uint16"), (1, height, width))
    )
    miniatures.raster(tmp_path / "labels" / "a.tif", labels)
    report = check(load_dataset(tmp_path))
    assert 0.3 < report.scenes[0].seen < 0.5
    assert not report.complete
    assert any("--full" in note for note in report.notes)
    assert report.shares("train")[1] == pytest.approx(0.5, abs=0.1)
    assert sum(report.counts("train")) == pytest.approx(height * width)  # estimated for the whole
    assert report.scenes[0].ignored == pytest.approx(0, abs=1)
    full = check(load_dataset(tmp_path), full=True)
    assert full.complete
    assert full.shares("train") == [0.5, 0.5]


def test_many_scenes_are_sampled(tmp_path):
    for i in range(90):
        write_raster(tmp_path / f"{i:02}.tif", noise(1, 8, 8))
        write_raster(tmp_path / f"{i:02}_label.tif", miniatures.stripes([0, 1], 8))
    report = check(load_dataset(tmp_path))
    looked = [scene.name for scene in report.scenes if scene.seen]
    assert len(report.scenes) == 90
    assert 35 <= len(looked) <= 45
    assert max(looked) >= "87"  # spread to the end
    assert any("of 90 scenes" in note for note in report.notes)


@pytest.mark.parametrize("size", [(100, 100), (12_800, 12_800), (512, 100_000), (6_800, 7_200)])
def test_samples_are_different_blocks_of_the_scene(size):
    blocks = sample(*size, full=False)
    assert len(blocks) == len(set(blocks)) <= SAMPLE
    assert all(block.row + block.height <= size[0] and block.col + block.width <= size[1] for block in blocks)
    assert [block.row for block in blocks] == sorted(block.row for block in blocks)
    if size == (12_800, 12_800):
        assert len({block.col for block in blocks}) > SAMPLE / 2
