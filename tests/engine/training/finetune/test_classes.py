"""The classes of a fine-tuned preset."""

import json

import pytest

from wholescene.training.data.vectors import read_layer
from wholescene.training.finetune.classes import class_field, distinct, merge, values_beside
from wholescene.wire.errors import ClassesUnusable, ClassFieldMissing, ClassLeftOut, ClassNotThere
from wholescene.wire.plan import ClassEntry

BASE = (ClassEntry(0, "other", "#E9E3D5"), ClassEntry(1, "Water", "#2B7BBA"))


def merged(*texts, beside=None, wanted=(), colours=None):
    return merge("base", BASE, texts, beside or {}, wanted, colours or {}, "labels.gpkg")


def test_known_names_and_values_are_the_bases_classes():
    found = merged("water", "0")
    assert found.entries == BASE
    assert found.kept == (0, 1)
    assert found.codes == {"water": 1, "0": 0}
    assert found.of_base(2) == [0, 1]


def test_new_names_get_free_values_and_colours_of_their_own():
    found = merged("WATER", "reed", "sand")
    assert [(e.value, e.name) for e in found.entries] == [(0, "other"), (1, "Water"), (2, "reed"), (3, "sand")]
    assert found.kept == (0, 1, None, None)
    assert len({entry.colour for entry in found.entries}) == 4


def test_numbers_are_values():
    found = merged("1", "7")
    assert [(e.value, e.name) for e in found.entries] == [(0, "other"), (1, "Water"), (7, "class 7")]


def test_values_beside_names_are_taken_where_they_are_free():
    found = merged("reed", "sand", "mud", beside={"reed": 9, "sand": 1, "mud": 300})
    assert {e.name: e.value for e in found.entries} == {"other": 0, "Water": 1, "reed": 9, "sand": 3, "mud": 2}
    with pytest.raises(ClassesUnusable, match="same value"):
        merged("reed", "sand", beside={"reed": 9, "sand": 9})


def test_classes_can_be_chosen_and_ordered():
    found = merged("reed", "water", wanted=("Reed", "1"))
    assert [e.name for e in found.entries] == ["reed", "Water"]
    assert found.kept == (None, 1)
    assert found.of_base(2) == [255, 1]  # 255: not in the new preset
    assert found.codes == {"reed": 0, "water": 1}


def test_what_is_wrong_with_classes_is_named():
    with pytest.raises(ClassNotThere, match="snow"):
        merged("water", wanted=("water", "snow"))
    with pytest.raises(ClassLeftOut, match="reed"):
        merged("water", "reed", wanted=("water", "other"))
    with pytest.raises(ClassesUnusable, match="2 to"):
        merged("water", wanted=("water", "Water"))
    with pytest.raises(ClassesUnusable, match="255"):
        merged("255")
    with pytest.raises(ClassesUnusable, match="snow"):
        merged("water", colours={"snow": "#FFFFFF"})
    with pytest.raises(ClassesUnusable, match="white"):
        merged("water", colours={"water": "white"})


def test_colours_asked_for_come_first():
    found = merged("reed", colours={"reed": "#00ff00", "other": "#111111"})
    assert [entry.colour for entry in found.entries] == ["#111111", "#2B7BBA", "#00FF00"]


def test_a_distinct_colour_is_far_from_all_others():
    used = ["#FF0000", "#00FF00"]
    colour = distinct(used)
    channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    assert channels[2] == max(channels)  # blue


def test_the_class_field_is_found_or_asked_for(polygons):
    path = polygons(("water", 0, 0, 5, 5), field="class_name", class_id=[4])
    assert class_field(path, None, None) == "class_name"
    assert class_field(path, None, "class_id") == "class_id"
    layer = read_layer(path, None, "class_name")
    assert values_beside(path, None, "class_name", layer.polygons) == {"water": 4}
    other = polygons(("water", 0, 0, 5, 5), field="kind", name="other.geojson")
    with pytest.raises(ClassFieldMissing, match="kind"):
        class_field(other, None, None)
    assert json.loads(path.read_text())["features"][0]["properties"] == {"class_name": "water", "class_id": 4}
