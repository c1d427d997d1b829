"""Each published data set in miniature, in its own files and folders; facts about them from their authors."""

import numpy as np
import pytest

import miniatures
from rasters import UTM, noise, write_raster
from wholescene.presets.preset import PresetBand
from wholescene.training.data import IGNORE, ModelInput, load_dataset
from wholescene.wire.errors import DataBands, LabelValueUnknown, SceneTruncated, TilesUnplaced
from wholescene.wire.plan import Window

ALL = Window(0, 0, miniatures.SIDE, miniatures.SIDE)
AS_STORED = {"type": "z-score", "mean": 0, "std": 1}
TEST_SCENE, OTHER_SCENE = "GF2_PMS1__L1A0001064454-MSS1", "GF2_PMS2__L1A0000000001-MSS2"


def wants(*names):
    return ModelInput("model", tuple(PresetBand(name, name) for name in names), AS_STORED)


def read(dataset, pair, *names):
    with dataset.open(pair, wants(*names) if names else None) as scene:
        return scene.read(Window(0, 0, *scene.size))


class TestFiveBillionPixels:
    LABELS = miniatures.stripes([0, 1, 2, 23, 24, 0])

    def test_raw_0_is_ignored_and_train_ids_are_one_less(self, tmp_path):
        miniatures.five_billion_pixels(tmp_path, [TEST_SCENE, OTHER_SCENE], self.LABELS)
        dataset = load_dataset(tmp_path)
        assert dataset.name == "fbp"
        assert len(dataset.classes) == 24
        assert (dataset.classes[0].name, dataset.classes[0].value) == ("industrial area", 1)
        assert (dataset.classes[23].name, dataset.classes[23].colour) == ("airport", "#C89600")
        _, labels = read(dataset, dataset.splits["test"][0])
        expected = np.where(self.LABELS == 0, IGNORE, self.LABELS.astype(int) - 1)
        np.testing.assert_array_equal(labels, expected)

    def test_the_official_test_scenes_are_for_testing(self, tmp_path):
        miniatures.five_billion_pixels(tmp_path, [TEST_SCENE, OTHER_SCENE], self.LABELS)
        dataset = load_dataset(tmp_path, "fbp")
        assert {name: [pair.name for pair in pairs] for name, pairs in dataset.splits.items()} == {
            "train": [OTHER_SCENE],
            "test": [TEST_SCENE],
        }
        assert any("29 of the scenes" in note for note in dataset.notes)

    def test_files_tagged_as_cmyk_keep_their_measured_values(self, tmp_path):
        stored = miniatures.five_billion_pixels(tmp_path, [OTHER_SCENE], self.LABELS)[OTHER_SCENE]
        dataset = load_dataset(tmp_path, "fbp")
        image, _ = read(dataset, dataset.pairs[0], "red", "green", "blue")
        np.testing.assert_array_equal(image, stored[[1, 2, 3]])  # the files hold infrared, red, green, blue
        image, _ = read(dataset, dataset.pairs[0])
        mean, std = [0.506, 0.371, 0.390, 0.363], [0.254, 0.244, 0.231, 0.231]  # of the authors, on 0..1
        expected = (stored / 255 - np.reshape(mean, (4, 1, 1))) / np.reshape(std, (4, 1, 1))
        np.testing.assert_allclose(image, expected, atol=1e-5)

    @pytest.mark.parametrize(("name", "order"), [("fbp:16bit", [2, 1, 0]), ("fbp:16bit-rgbn", [0, 1, 2])])
    def test_the_order_of_the_bands_of_16_bits_is_a_setting(self, tmp_path, name, order):
        stored = miniatures.five_billion_pixels(tmp_path, [OTHER_SCENE], self.LABELS)[OTHER_SCENE]
        dataset = load_dataset(tmp_path, name)
        image, _ = read(dataset, dataset.pairs[0], "red", "green", "blue")
        np.testing.assert_array_equal(image, stored[order] * 4.0)

    def test_files_with_other_bands_are_refused(self, tmp_path):
        miniatures.five_billion_pixels(tmp_path, [OTHER_SCENE], self.LABELS)
        path = tmp_path / "Image__8bit_NirRGB" / f"{OTHER_SCENE}.tif"
        write_raster(path, noise(3, *self.LABELS.shape))
        dataset = load_dataset(tmp_path, "fbp")
        with pytest.raises(DataBands, match=r"3 band\(s\); 'fbp' has 4"):
            dataset.open(dataset.pairs[0])


def test_water_of_glh_is_255_and_not_ignored(tmp_path):
    labels = miniatures.stripes([0, 255, 255])
    miniatures.glh_water(tmp_path, labels)
    dataset = load_dataset(tmp_path)
    assert dataset.name == "glh-water"
    assert {name: [pair.name for pair in pairs] for name, pairs in dataset.splits.items()} == {
        "train": ["train/01"],
        "val": ["val/02"],
        "test": ["test/07"],
    }
    image, found = read(dataset, dataset.splits["test"][0])
    assert image.shape == (3, miniatures.SIDE, miniatures.SIDE)
    np.testing.assert_array_equal(found, labels // 255)


class TestUavid:
    # of the authors' toolkit, in their order; the second numbers are REST's
    COLOURS = {
        (0, 0, 0): (0, 0),  # clutter
        (128, 0, 0): (1, 1),  # building
        (128, 64, 128): (2, 2),  # road
        (192, 0, 192): (3, 6),  # static car
        (0, 128, 0): (4, 3),  # tree
        (128, 128, 0): (5, 4),  # vegetation
        (64, 64, 0): (6, 7),  # human
        (64, 0, 128): (7, 5),  # moving car
    }

    def write(self, folder):
        order = miniatures.stripes(list(range(8)))
        miniatures.uavid(folder, np.array(list(self.COLOURS), np.uint8)[order])
        return order

    @pytest.mark.parametrize(("name", "which"), [("uavid", 0), ("uavid:rest", 1)])
    def test_colours_become_ids_in_either_order(self, tmp_path, name, which):
        order = self.write(tmp_path)
        dataset = load_dataset(tmp_path, name)
        _, labels = read(dataset, dataset.splits["train"][0])
        ids = np.array([both[which] for both in self.COLOURS.values()])
        np.testing.assert_array_equal(labels, ids[order])

    def test_frames_of_a_sequence_stay_together_and_test_frames_have_no_labels(self, tmp_path):
        self.write(tmp_path)
        dataset = load_dataset(tmp_path)
        assert dataset.name == "uavid"
        assert [(pair.name, pair.group) for pair in dataset.splits["train"]] == [
            ("train/seq1/000000", "seq1"),
            ("train/seq1/000100", "seq1"),
        ]
        assert [pair.name for pair in dataset.splits["val"]] == ["valid/seq16/000000"]
        assert [pair.name for pair in dataset.unlabelled] == ["test/seq21/000000"]

    def test_flat_folders_hold_ids(self, tmp_path):
        ids = miniatures.stripes(list(range(8)))
        miniatures.picture(tmp_path / "img" / "a.png", np.moveaxis(noise(3, *ids.shape), 0, -1).copy())
        miniatures.picture(tmp_path / "mask" / "a.png", ids)
        dataset = load_dataset(tmp_path, "uavid:rest-flat")
        np.testing.assert_array_equal(read(dataset, dataset.pairs[0])[1], ids)


class TestWhuOhs:
    IMAGE = noise(32, 20, 28, dtype="int16") * 40
    LABELS = noise(20, 28, seed=3) % 25  # 0 is no label

    def test_tiles_have_32_bands_of_reflectance_times_10000(self, tmp_path):
        miniatures.whu_ohs(tmp_path, self.IMAGE, self.LABELS, 10, {})
        dataset = load_dataset(tmp_path)
        assert dataset.name == "whu-ohs"
        pair = next(pair for pair in dataset.splits["train"] if pair.name == "tr/S1/1_2")
        assert pair.group == "S1"
        image, labels = read(dataset, pair)
        np.testing.assert_allclose(image, self.IMAGE[:, 10:20, 20:28] / 10000, atol=1e-6)
        expected = np.where(self.LABELS == 0, IGNORE, self.LABELS.astype(int) - 1)[10:20, 20:28]
        np.testing.assert_array_equal(labels, expected)

    def test_true_colour_is_found_by_wavelength(self, tmp_path):
        miniatures.whu_ohs(tmp_path, self.IMAGE, self.LABELS, 10, {})
        dataset = load_dataset(tmp_path)
        bands = [PresetBand(str(nm), None, nm) for nm in (670.0, 566.0, 480.0)]  # the authors' true colour
        with dataset.open(dataset.pairs[0], ModelInput("rgb", tuple(bands), AS_STORED)) as scene:
            assert scene.view.bands == (14, 7, 2)

    @pytest.mark.parametrize("georeference", [{}, UTM], ids=["by name", "by georeference"])
    def test_tiles_are_joined_to_the_scene_that_they_were_cut_from(self, tmp_path, georeference):
        miniatures.whu_ohs(tmp_path, self.IMAGE, self.LABELS, 10, georeference)
        dataset = load_dataset(tmp_path, "whu-ohs:mosaic")
        assert [pair.name for pair in dataset.splits["train"]] == ["tr/S1"]
        with dataset.open(dataset.splits["train"][0]) as scene:
            assert scene.size == (20, 28)
            assert (scene.grid.crs is None) == (not georeference)
            if georeference:
                assert scene.grid.transform == UTM["transform"]
            image, labels = scene.read(Window(3, 5, 15, 20))
        np.testing.assert_allclose(image, self.IMAGE[:, 3:18, 5:25] / 10000, atol=1e-6)
        expected = np.where(self.LABELS == 0, IGNORE, self.LABELS.astype(int) - 1)[3:18, 5:25]
        np.testing.assert_array_equal(labels, expected)

    def test_messages_name_a_tile_and_not_all_of_them(self, tmp_path):
        labels = self.LABELS.copy()
        labels[15, 3] = 99
        miniatures.whu_ohs(tmp_path, self.IMAGE, labels, 10, {})
        dataset = load_dataset(tmp_path, "whu-ohs:mosaic")
        with dataset.open(dataset.splits["train"][0]) as scene:
            with pytest.raises(LabelValueUnknown) as unknown:
                scene.read(Window(10, 0, 10, 10))
            (tmp_path / "tr" / "image" / "S1_0_1.tif").unlink()
            with pytest.raises(SceneTruncated) as missing:
                scene.read(Window(0, 10, 10, 10))
        assert "S1_0_0.tif and the tiles around it" in unknown.value.message
        assert "99" in unknown.value.message
        assert "S1_0_0.tif and the tiles around it" in missing.value.message
        assert max(len(error.value.message) for error in (unknown, missing)) < 800

    def test_tiles_that_say_nothing_of_their_place_are_refused(self, tmp_path):
        miniatures.raster(tmp_path / "tr" / "image" / "S1_0001.tif", self.IMAGE)
        miniatures.raster(tmp_path / "tr" / "label" / "S1_0001.tif", self.LABELS)
        with pytest.raises(TilesUnplaced, match=r"S1_0001\.tif has no georeference"):
            load_dataset(tmp_path, "whu-ohs:mosaic")

    def test_labels_joined_by_others_count_from_0(self, tmp_path):
        labels = np.where(self.LABELS == 0, 255, self.LABELS - 1).astype(np.uint8)
        miniatures.raster(tmp_path / "image" / "val" / "a.tif", self.IMAGE)
        miniatures.raster(tmp_path / "label_0" / "val" / "a.tif", labels)
        dataset = load_dataset(tmp_path, "whu-ohs:joined")
        np.testing.assert_array_equal(read(dataset, dataset.splits["val"][0])[1], labels)


def test_the_first_five_scenes_of_each_inria_city_validate(tmp_path):
    labels = miniatures.stripes([0, 255])
    miniatures.inria(tmp_path, labels)
    dataset = load_dataset(tmp_path / "AerialImageDataset")
    assert dataset.name == "inria"
    assert {pair.name for pair in dataset.splits["val"]} == {"austin1", "austin5", "tyrol-w3"}
    assert {pair.name for pair in dataset.splits["train"]} == {"austin6", "austin12", "tyrol-w36"}
    np.testing.assert_array_equal(read(dataset, dataset.pairs[0])[1], labels // 255)


class TestNaip:
    """One place on several dates: west teaches, east tests."""

    DATES = ("20090818", "20160816", "20170827")

    def write(self, folder):
        image, labels = noise(4, 10, 700), noise(10, 700) % 2
        labels[:, :3] = 255
        for date in self.DATES:
            miniatures.raster(folder / "images" / f"{date}.tif", image, **UTM)
            miniatures.raster(folder / "water" / f"{date}.tif", labels, nodata=255, **UTM)
        miniatures.raster(folder / "images" / "20180716.tif", image, **UTM)
        return image, labels

    def test_parts_are_scenes_of_their_own(self, tmp_path):
        image, labels = self.write(tmp_path)
        dataset = load_dataset(tmp_path)
        assert dataset.name == "naip"
        assert [pair.name for pair in dataset.splits["train"]] == ["20090818", "20160816"]
        assert [pair.name for pair in dataset.splits["val"]] == ["20170827"]
        assert [pair.name for pair in dataset.splits["test"]] == list(self.DATES)
        with dataset.open(dataset.splits["test"][0], wants("nir")) as scene:
            assert scene.size == (10, 120)
            found, train_ids = scene.read(Window(0, 0, 10, 120))
            assert scene.grid.transform.c == UTM["transform"].c + 580 * 10
        np.testing.assert_array_equal(found[0], image[3, :, 580:])
        np.testing.assert_array_equal(train_ids, labels[:, 580:])

    def test_as_a_whole_the_rest_is_seen_but_not_labelled(self, tmp_path):
        image, labels = self.write(tmp_path)
        dataset = load_dataset(tmp_path)
        with dataset.open(dataset.splits["train"][0], wants("nir"), whole=True) as scene:
            assert scene.size == (10, 700)
            found, train_ids = scene.read(Window(0, 0, 10, 700))
        np.testing.assert_array_equal(found[0], image[3])
        np.testing.assert_array_equal(train_ids[:, :540], labels[:, :540])  # 255 is ignored in the files too
        assert (train_ids[:, 540:] == IGNORE).all()


def test_dubai_is_split_as_its_readme_says(tmp_path):
    labels = miniatures.stripes([0, 1, 2, 3, 4, 5])
    for name in ("t1", "t2", "t3", "t4", "t6", "t7", "t8", "u13", "u78"):
        write_raster(tmp_path / f"dubai_{name}_rgb.tif", noise(3, *labels.shape))
        if name != "t4":
            write_raster(tmp_path / f"dubai_{name}_lc.tif", labels, nodata=0)
    dataset = load_dataset(tmp_path)
    found = {name: {pair.name for pair in pairs} for name, pairs in dataset.splits.items()}
    assert found == {"train": {"t6", "u78"}, "val": {"t2"}, "test": {"u13"}}
    assert [pair.name for pair in dataset.unlabelled] == ["t4"]
    _, train_ids = read(dataset, dataset.splits["val"][0])
    np.testing.assert_array_equal(train_ids, np.where(labels == 0, IGNORE, labels.astype(int) - 1))


@pytest.mark.full
def test_the_real_dubai_scenes(shared_data, tmp_path):
    """Sizes are those of the scenes' README; labels are those of its own program, read at once."""
    import subprocess
    import sys

    import rasterio

    subprocess.run([sys.executable, shared_data / "dubai" / "build.py", tmp_path], check=True)
    for name, first in (("dubai", 1), ("dubai:water", 0)):
        dataset = load_dataset(tmp_path, name)
        (union,) = (pair for pair in dataset.splits["train"] if pair.name == "u78")
        assert [pair.name for pair in dataset.unlabelled] == ["t4", "t5"]
        with dataset.open(union) as scene:
            assert scene.size == (9929, 8877)
            window = Window(3500, 6200, 600, 700)  # across the edge of the L
            image, labels = scene.read(window)
        with rasterio.open(union.label.source) as file, rasterio.open(union.sources[0]) as picture:
            cut = rasterio.windows.Window(6200, 3500, 700, 600)
            truth, mask, pixels = file.read(1, window=cut), picture.dataset_mask(window=cut), picture.read(window=cut)
        ignored = (truth == (0 if first else 255)) | (mask == 0)
        np.testing.assert_array_equal(labels, np.where(ignored, IGNORE, truth.astype(int) - first))
        assert (mask == 0).any()
        assert (image[:, mask == 0] == 0).all()
        mean, std = np.reshape([123.675, 116.28, 103.53], (3, 1, 1)), np.reshape([58.395, 57.12, 57.375], (3, 1, 1))
        np.testing.assert_allclose(image, (pixels - mean) / std * (mask > 0), atol=1e-5)


def test_the_real_prairie_is_split_as_its_readme_says(shared_data):
    dataset = load_dataset(shared_data / "naip")
    found = {name: [pair.name[:4] for pair in pairs] for name, pairs in dataset.splits.items()}
    dates = ["2009", "2010", "2012", "2014", "2015", "2016"]
    assert found == {"train": dates, "val": ["2017"], "test": [*dates, "2017"]}
    import rasterio

    with rasterio.open(shared_data / "naip" / "water" / "20170827.tif") as file:
        truth = file.read(1)
    with rasterio.open(shared_data / "naip" / "images" / "20170827.tif") as file:
        pixels = file.read([1, 2, 3])
    with dataset.open(dataset.splits["test"][-1], wants("red", "green", "blue")) as scene:
        image, labels = scene.read(Window(100, 30, 200, 100))
    np.testing.assert_array_equal(image, pixels[:, 100:300, 610:710])
    np.testing.assert_array_equal(labels, np.where(pixels[:, 100:300, 610:710].any(0), truth[100:300, 610:710], 255))
