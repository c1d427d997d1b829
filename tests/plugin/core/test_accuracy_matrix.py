"""Figures of an error matrix."""

import numpy as np
import pytest
from wholescene_qgis.core.accuracy_matrix import ClassFigures, figures_of


def test_rows_are_the_map_and_columns_the_reference():
    # map and reference of 10 pixels: of 6 that the map calls water, 4 are; of 5 that are water, it finds 4
    figures = figures_of([[3, 1], [2, 4]])
    water = figures.classes[1]
    assert water.users == pytest.approx(4 / 6)
    assert water.producers == pytest.approx(4 / 5)
    assert water.iou == pytest.approx(4 / 7)
    assert water.f1 == pytest.approx(2 * (4 / 6) * (4 / 5) / (4 / 6 + 4 / 5))
    assert figures.overall == 0.7


def test_the_figures_are_those_of_scikit_learn():
    # scikit-learn 1.9.1 on map [0,0,0,1,1,2,2,2,2,0], reference [0,1,0,1,2,2,2,0,2,0]:
    # accuracy_score; jaccard_score, f1_score, precision_score, recall_score (average=None)
    figures = figures_of([[3, 1, 0], [0, 1, 1], [1, 0, 3]])
    assert figures.overall == pytest.approx(0.7)
    assert [each.iou for each in figures.classes] == pytest.approx([0.6, 1 / 3, 0.6])
    assert [each.f1 for each in figures.classes] == pytest.approx([0.75, 0.5, 0.75])
    assert [each.users for each in figures.classes] == pytest.approx([0.75, 0.5, 0.75])
    assert [each.producers for each in figures.classes] == pytest.approx([0.75, 0.5, 0.75])
    assert figures.mean_iou == pytest.approx(0.5111111111)
    assert figures.mean_f1 == pytest.approx(2 / 3)


def test_a_class_that_is_nowhere_divides_by_nothing_and_does_not_lower_the_means():
    figures = figures_of([[5, 0, 0], [0, 0, 0], [1, 0, 4]])
    assert figures.classes[1] == ClassFigures(None, None, None, None)
    assert figures.mean_iou == pytest.approx((5 / 6 + 4 / 5) / 2)


def test_a_class_that_the_map_never_names_counts_as_wrong():
    figures = figures_of([[5, 2], [0, 0]])
    assert figures.classes[1] == ClassFigures(None, 0.0, 0.0, 0.0)
    assert figures.mean_iou == pytest.approx((5 / 7 + 0) / 2)


def test_what_the_map_does_not_know_is_wrong_wherever_it_lies():
    figures = figures_of([[5, 0, 3], [0, 2, 0]])
    assert figures.overall == 0.7
    assert figures.classes[0].users == 5 / 8
    assert figures.classes[0].producers == 1.0
    assert len(figures.classes) == 2


def test_no_count_at_all():
    figures = figures_of(np.zeros((2, 2)))
    assert (figures.overall, figures.mean_iou, figures.mean_f1) == (None, None, None)
