"""Scores against scikit-learn's, on the same pixels."""

import math

import numpy as np
import pytest
from sklearn import metrics as reference

from wholescene.evaluation.metrics import error_rate, mean_scores, scores

NAMES = ("land", "water", "building", "road")


def pixels(seed, classes=4, absent=(), never=(), strange=0.0):
    """Labels and a map that is right in about two of three pixels; ``strange``: the share mapped as none of them."""
    random = np.random.default_rng(seed)
    labels = random.choice([i for i in range(classes) if i not in absent], 5000)
    guesses = random.choice([i for i in range(classes) if i not in never], 5000)
    mapped = np.where((random.random(5000) < 0.6) & ~np.isin(labels, never), labels, guesses)
    mapped[random.random(5000) < strange] = classes
    return labels, mapped


def matrix(labels, mapped, classes=4):
    out = np.zeros((classes, classes + 1), np.int64)
    np.add.at(out, (labels, mapped), 1)
    return out


def test_the_matrix_has_labels_in_rows_as_in_scikit_learn():
    labels, mapped = pixels(0)
    assert (matrix(labels, mapped)[:, :4] == reference.confusion_matrix(labels, mapped)).all()


@pytest.mark.parametrize("absent", [(), (3,)])
@pytest.mark.parametrize("never", [(), (2,)])
@pytest.mark.parametrize("strange", [0.0, 0.1])
def test_scores_are_those_of_scikit_learn(absent, never, strange):
    labels, mapped = pixels(1, absent=absent, never=never, strange=strange)
    found = scores(matrix(labels, mapped), NAMES)
    occurring = [i for i in range(4) if i in labels or i in mapped]
    every = {"labels": range(4), "average": None, "zero_division": 0}
    assert found.oa == pytest.approx(reference.accuracy_score(labels, mapped))
    assert found.miou == pytest.approx(reference.jaccard_score(labels, mapped, labels=occurring, average="macro"))
    assert found.f1 == pytest.approx(
        reference.f1_score(labels, mapped, labels=occurring, average="macro", zero_division=0)
    )
    recall = reference.recall_score(labels, mapped, **every)
    precision = reference.precision_score(labels, mapped, **every)
    iou = reference.jaccard_score(labels, mapped, **every)
    f1 = reference.f1_score(labels, mapped, **every)
    assert found.macc == pytest.approx(np.mean([recall[i] for i in range(4) if i in labels]))
    for i, entry in enumerate(found.classes):
        assert entry.labelled == (labels == i).sum()
        assert entry.mapped == (mapped == i).sum()
        if i not in occurring:
            assert all(map(math.isnan, (entry.iou, entry.f1, entry.precision, entry.recall)))
            continue
        assert entry.iou == pytest.approx(iou[i])
        assert entry.f1 == pytest.approx(f1[i])
        assert math.isnan(entry.recall) if i not in labels else entry.recall == pytest.approx(recall[i])
        assert math.isnan(entry.precision) if i not in mapped else entry.precision == pytest.approx(precision[i])


def test_unaveraged_classes_stay_out_of_the_means_and_their_pixels_stay_in():
    labels, mapped = pixels(2)
    found = scores(matrix(labels, mapped), NAMES, {"road"})
    assert found.miou == pytest.approx(reference.jaccard_score(labels, mapped, labels=[0, 1, 2], average="macro"))
    assert found.f1 == pytest.approx(reference.f1_score(labels, mapped, labels=[0, 1, 2], average="macro"))
    assert found.oa == pytest.approx(reference.accuracy_score(labels, mapped))
    assert [entry.averaged for entry in found.classes] == [True, True, True, False]


def test_without_pixels_there_is_no_score():
    found = scores(np.zeros((4, 5), np.int64), NAMES)
    assert found.pixels == 0
    assert all(map(math.isnan, (found.oa, found.miou, found.macc, found.f1)))
    assert found.to_dict()["miou"] is None
    assert math.isnan(error_rate(np.zeros((4, 5), np.int64)))


def test_a_hand_counted_matrix():
    # 6 of 10 land are land, 1 is nothing that is scored; 8 of 8 water are water
    found = scores(np.array([[6, 3, 1], [0, 8, 0]]), ("land", "water"))
    land, water = found.classes
    assert (land.iou, land.precision, land.recall) == (0.6, 1.0, 0.6)
    assert (water.iou, water.recall) == (8 / 11, 1.0)
    assert found.oa == 14 / 18
    assert error_rate(np.array([[6, 3, 1], [0, 8, 0]])) == pytest.approx(4 / 18)


def test_the_mean_of_scenes_leaves_out_what_a_scene_does_not_have():
    one = scores(np.array([[8, 2, 0], [0, 0, 0]]), ("land", "water"))
    other = scores(np.array([[4, 0, 0], [0, 4, 0]]), ("land", "water"))
    mean = mean_scores([one, other])
    assert mean.oa == pytest.approx(0.9)
    assert mean.classes[1].recall == 1.0  # of the second scene alone
    assert mean.classes[0].iou == pytest.approx(0.9)
    assert mean.pixels == 18
