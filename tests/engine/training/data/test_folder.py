"""Folders of one's own: described by a dataset.toml, or guessed."""

import json

import numpy as np
import pytest

import miniatures
from rasters import UTM, noise, write_raster
from wholescene.training.data import IGNORE, load_dataset
from wholescene.training.data.description import formats, load_format
from wholescene.wire.errors import (
    DataDescriptionInvalid,
    DataFormatUnknown,
    DataLayoutUnknown,
    LabelTypeUnsupported,
    SceneNotFound,
)
from wholescene.wire.plan import Window

LABELS = miniatures.stripes([0, 1, 4])
SIZE = LABELS.shape
ALL = Window(0, 0, *SIZE)
RING = [(500_000, 5_000_000), (500_100, 5_000_000), (500_100, 4_999_900), (500_000, 4_999_900), (500_000, 5_000_000)]
DESCRIBED = """
name = "lakes"
title = "Lakes"
ignore = [0]
classes = [
  { value = 1, name = "Lake", colour = "#0000ff" },
  { value = 2, label = 4, name = "Reed", colour = "#00AA00" },
]
[[layouts]]
images = "{name}/scene.tif"
labels = "{name}/truth.tif"
[split]
train = ["a"]
test = ["b"]
"""


def scenes(folder, *names):
    for name in names:
        miniatures.raster(folder / name / "scene.tif", noise(3, *SIZE), **UTM)
        miniatures.raster(folder / name / "truth.tif", LABELS, **UTM)


def labels_of(dataset, pair):
    with dataset.open(pair) as scene:
        return scene.read(ALL)[1]


class TestDescribed:
    def test_a_dataset_toml_says_it_all(self, tmp_path):
        scenes(tmp_path, "a", "b", "c")
        (tmp_path / "dataset.toml").write_text(DESCRIBED)
        dataset = load_dataset(tmp_path)
        assert (dataset.name, dataset.title) == ("lakes", "Lakes")
        assert {name: [pair.name for pair in pairs] for name, pairs in dataset.splits.items()} == {
            "train": ["a"],
            "test": ["b"],
        }
        assert [(entry.value, entry.colour) for entry in dataset.classes] == [(1, "#0000FF"), (2, "#00AA00")]
        expected = np.choose(np.searchsorted([0, 1, 4], LABELS), [IGNORE, 0, 1])
        np.testing.assert_array_equal(labels_of(dataset, dataset.pairs[0]), expected)

    def test_a_split_file_replaces_the_split(self, tmp_path):
        scenes(tmp_path, "a", "b", "c")
        (tmp_path / "dataset.toml").write_text(DESCRIBED)
        (tmp_path / "mine.toml").write_text('train = ["c"]\nval = ["a"]')
        dataset = load_dataset(tmp_path, split=tmp_path / "mine.toml")
        assert {name: [pair.name for pair in pairs] for name, pairs in dataset.splits.items()} == {
            "train": ["c"],
            "val": ["a"],
        }

    def test_a_converted_image_is_taken_in_place_of_the_original(self, tmp_path):
        miniatures.glh_water(tmp_path, miniatures.stripes([0, 255]))
        pixels = noise(3, *SIZE, seed=9)
        miniatures.raster(tmp_path / "test" / "img" / "07.tif", pixels)
        pair = load_dataset(tmp_path).splits["test"][0]
        assert pair.sources == (str(tmp_path / "test" / "img" / "07.tif"),)

    def test_several_images_are_the_bands_of_one_scene(self, tmp_path):
        pixels = noise(2, *SIZE)
        for band, values in zip(("B03", "B04"), pixels, strict=True):
            miniatures.raster(tmp_path / "a" / f"{band}.tif", values)
        miniatures.raster(tmp_path / "a" / "truth.tif", LABELS)
        (tmp_path / "dataset.toml").write_text(DESCRIBED.replace("scene.tif", "B*.tif").replace('test = ["b"]', ""))
        dataset = load_dataset(tmp_path)
        with dataset.open(dataset.pairs[0]) as scene:
            np.testing.assert_array_equal(scene.scene.read((1, 2), ALL), pixels)

    def test_polygons_of_one_file_label_all_scenes(self, tmp_path):
        scenes(tmp_path, "a")
        shapes = [("lake", miniatures.well_known_binary([RING]))]
        miniatures.geopackage(tmp_path / "all.gpkg", shapes, field="kind")
        text = DESCRIBED.replace('labels = "{name}/truth.tif"', 'labels = "all.gpkg"\nfield = "kind"\nbackground = 2')
        (tmp_path / "dataset.toml").write_text(text.replace('test = ["b"]', ""))
        dataset = load_dataset(tmp_path)
        labels = labels_of(dataset, dataset.pairs[0])
        assert (labels[:10, :10] == 0).all()
        assert (labels == 1).sum() == labels.size - 100

    def test_it_may_build_on_a_known_format(self, tmp_path):
        miniatures.glh_water(tmp_path, miniatures.stripes([0, 255]))
        (tmp_path / "dataset.toml").write_text('name = "mine"\nlike = "glh-water"\n[split]\ntrain = ["*/0?"]\n')
        dataset = load_dataset(tmp_path)
        assert dataset.name == "mine"
        assert len(dataset.splits["train"]) == 3
        assert dataset.classes[1].name == "water"

    @pytest.mark.parametrize(
        ("old", "new", "detail"),
        [
            ("title", "titel", "titel"),
            ("[[layouts]]", "[[variants.x.layouts]]", "'layouts'"),
            ("value = 1", "value = 255", "255"),
            ("value = 1", "value = 2", "values of their own"),
            ("ignore = [0]", "ignore = [4]", "both a class and ignored"),
            ("#0000ff", "blue", "blue"),
            ('labels = "', 'background = 7\nlabels = "', "background 7"),
            ("{name}/scene", "{tile}/scene", "mosaic"),
        ],
    )
    def test_a_mistake_is_named(self, tmp_path, old, new, detail):
        scenes(tmp_path, "a", "b")
        (tmp_path / "dataset.toml").write_text(DESCRIBED.replace(old, new))
        with pytest.raises(DataDescriptionInvalid) as caught:
            load_dataset(tmp_path)
        assert detail in caught.value.message
        assert "dataset.toml" in caught.value.message


class TestGuessed:
    @pytest.mark.parametrize(
        ("image", "label"),
        [
            ("images/a.tif", "labels/a.tif"),
            ("train/image/a.tif", "train/mask/a.png"),
            ("images/train/a.jpg", "masks/train/a_mask.png"),
            ("a.tif", "a_label.tif"),
        ],
    )
    def test_images_and_labels_whose_names_match(self, tmp_path, image, label):
        (miniatures.picture if image.endswith("jpg") else miniatures.raster)(
            tmp_path / image, np.moveaxis(noise(3, *SIZE), 0, -1).copy() if image.endswith("jpg") else noise(3, *SIZE)
        )
        (miniatures.picture if label.endswith("png") else miniatures.raster)(tmp_path / label, LABELS)
        dataset = load_dataset(tmp_path)
        assert [entry.value for entry in dataset.classes] == [0, 1, 4]
        assert any("guessed" in note for note in dataset.notes)
        found = labels_of(dataset, dataset.splits["train"][0])
        np.testing.assert_array_equal(found, np.searchsorted([0, 1, 4], LABELS))

    @pytest.mark.parametrize(("values", "classes"), [([0, 255], [0, 255]), ([0, 1, 255], [0, 1])])
    def test_255_is_a_class_beside_0_alone(self, tmp_path, values, classes):
        miniatures.raster(tmp_path / "images" / "a.tif", noise(3, *SIZE))
        miniatures.raster(tmp_path / "labels" / "a.tif", miniatures.stripes(values))
        dataset = load_dataset(tmp_path)
        assert [entry.name for entry in dataset.classes] == [f"class {value}" for value in classes]
        assert (labels_of(dataset, dataset.pairs[0]) == IGNORE).any() == (len(values) == 3)

    def test_polygons_beside_the_scene(self, tmp_path):
        write_raster(tmp_path / "a.tif", noise(3, *SIZE), **UTM)
        shapes = [(name, miniatures.well_known_binary([RING])) for name in ("reed", "lake")]
        miniatures.geopackage(tmp_path / "a.gpkg", shapes)
        dataset = load_dataset(tmp_path)
        assert [entry.name for entry in dataset.classes] == ["lake", "reed"]
        labels = labels_of(dataset, dataset.pairs[0])
        assert (labels[:10, :10] == 0).all()
        assert (labels == IGNORE).sum() == labels.size - 100

    def test_colours_have_to_be_explained(self, tmp_path):
        miniatures.raster(tmp_path / "images" / "a.tif", noise(3, *SIZE))
        miniatures.raster(tmp_path / "labels" / "a.tif", noise(3, *SIZE))
        with pytest.raises(LabelTypeUnsupported, match=r"dataset\.toml"):
            load_dataset(tmp_path)

    def test_nothing_that_matches(self, tmp_path):
        write_raster(tmp_path / "a.tif", noise(3, *SIZE))
        with pytest.raises(DataLayoutUnknown, match="no images and labels with names that match"):
            load_dataset(tmp_path)
        with pytest.raises(SceneNotFound):
            load_dataset(tmp_path / "nowhere")


class TestCatalogue:
    def test_every_format_can_be_loaded(self):
        for name in formats():
            description = load_format(name)
            assert description.name == name
            assert description.layouts
            assert description.title

    def test_an_unknown_name_is_answered_with_the_known(self, tmp_path):
        with pytest.raises(DataFormatUnknown, match="fbp, fbp:16bit"):
            load_dataset(tmp_path, "fpb")

    def test_a_folder_of_another_format_is_told_what_was_expected(self, tmp_path):
        with pytest.raises(DataLayoutUnknown, match="Image__8bit_NirRGB"):
            load_dataset(tmp_path, "fbp")

    def test_classes_are_those_of_the_shipped_preset(self, repository):
        item = json.loads((repository / "models" / "fbp" / "preset.json").read_text())
        theirs = item["properties"]["mlm:output"][0]["classification:classes"]
        ours = load_format("fbp").entries()
        assert [(entry.value, entry.colour.lstrip("#")) for entry in ours] == [
            (entry["value"], entry["color_hint"]) for entry in theirs
        ]
