"""Which class answers to which."""

import numpy as np
import pytest

from wholescene.evaluation.classes import Wishes, match
from wholescene.wire import errors
from wholescene.wire.plan import ClassEntry


def entries(*names):
    return tuple(ClassEntry(i + 5, name, f"#0000{i:02X}") for i, name in enumerate(names))


LAND_COVER = entries("land", "Water", "building", "dry_cropland", "road")
WATER = entries("other", "water")
OTHERS = dict.fromkeys(("land", "building", "dry cropland", "road"), "other")


def matched(labels, maps, dataset=None, preset=None, **rest):
    return match(labels, maps, Wishes(dataset or {}, preset or {}, **rest), "data", "preset")


def test_by_name_in_any_case_and_with_underscores():
    found = matched(LAND_COVER, entries("road", "Dry Cropland", "water", "land", "building", "sea"))
    assert found.names == ("road", "Dry Cropland", "water", "land", "building")
    assert found.of_label == (3, 2, 4, 1, 0)
    assert found.of_map == (0, 1, 2, 3, 4, 5)  # "sea" is no class of the labels: always wrong


def test_classes_are_merged_and_ignored_as_the_tables_say():
    found = matched(LAND_COVER, WATER, OTHERS, ignore=["road"])
    assert found.names == ("other", "water")
    assert found.of_label == (0, 1, 0, 0, None)
    raw = np.arange(15).reshape(5, 3)
    assert found.merged(raw).tolist() == [[0 + 6 + 9, 1 + 7 + 10, 2 + 8 + 11], [3, 4, 5]]


def test_classes_of_the_preset_are_merged_too():
    found = matched(
        WATER, entries("river", "lake", "land"), preset={"river": "water", "lake": "water", "land": "other"}
    )
    assert found.names == ("water", "other")
    assert found.of_map == (0, 0, 1)
    assert found.merged(np.array([[1, 2, 4, 8], [16, 32, 64, 128]])).tolist() == [[48, 64, 128], [3, 4, 8]]


def test_a_class_that_fits_nothing_is_named():
    with pytest.raises(errors.EvaluationClasses, match=r"answers to these of 'data': land, building.*other, water"):
        matched(LAND_COVER[:3], WATER)
    with pytest.raises(errors.EvaluationClasses, match=r"land \(as sand\)"):
        matched(LAND_COVER[:2], WATER, {"land": "sand"})


def test_a_name_that_does_not_exist_is_told_with_those_that_do():
    with pytest.raises(errors.EvaluationClass, match=r"no class 'lnad' in data\. Its classes: land, Water"):
        matched(LAND_COVER[:2], WATER, {"lnad": "other"})
    with pytest.raises(errors.EvaluationClass, match="no class 'snow' in data"):
        matched(LAND_COVER, WATER, OTHERS, ignore=["snow"])
    with pytest.raises(errors.EvaluationClass, match="no class 'sea' in preset"):
        matched(WATER, WATER, preset={"sea": "water"})


def test_something_has_to_be_left():
    with pytest.raises(errors.EvaluationInvalid, match="all classes of the data set are ignored"):
        matched(WATER, WATER, ignore=["other", "water"])
    with pytest.raises(errors.EvaluationInvalid, match="no class is left to average over"):
        matched(WATER, WATER, unaveraged=["other", "water"])
