"""Tables: means and deviations against the statistics module, IoU against scikit-learn, places in the document."""

import statistics

import numpy as np
import pytest
from benchmarks.experiments.tables import MISSING, by_class, crossed, iou_of, named, put, spread
from benchmarks.experiments.variants import Evaluation, Variant
from sklearn.metrics import jaccard_score

LABELS = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 0])
FOUND = np.array([[0, 1, 0, 1, 1, 2, 0, 2, 2, 0], [0, 0, 0, 1, 2, 2, 2, 2, 1, 0], [1, 0, 0, 1, 1, 2, 2, 0, 2, 0]])
SEEDS = len(FOUND)


def confusion(found):
    counts = np.zeros((3, 3), int)
    np.add.at(counts, (LABELS, found), 1)
    return counts.tolist()


def scene(found):
    return {"confusion": confusion(found), "waters": [], "kinds": []}


def variant(name="a row", tests=("whole",)):
    return Variant(name, "table", {"of": name}, tuple(Evaluation(test) for test in tests))


def results(rows):
    lines = {}
    for row in rows:
        for seed, found in enumerate(FOUND):
            tests = {test.name: {"one": scene(found)} for test in row.tests}
            key = f"grid/{row.table}/{row.name.replace(' ', '-')}/{seed}"
            lines[key] = {
                "cell": key,
                "fingerprint": row.fingerprint,
                "classes": ["land", "water", "reed"],
                "resumed": False,
                "train_cpu_s": 10.0 + seed,
                "tests": tests,
            }
    return lines


def by_scikit(found):
    return jaccard_score(LABELS, found, average=None)


def test_iou_is_scikit_learns():
    line = next(iter(results([variant()]).values()))
    assert iou_of(line, "whole") == pytest.approx(by_scikit(FOUND[0]))


def test_scenes_are_pooled_by_their_pixels():
    line = {"tests": {"whole": {"one": scene(FOUND[0]), "two": scene(FOUND[1])}}}
    expected = jaccard_score(np.tile(LABELS, 2), np.concatenate(FOUND[:2]), average=None)
    assert iou_of(line, "whole") == pytest.approx(expected)


def test_spread_is_mean_and_deviation_of_the_sample():
    values = [0.52, 0.61, 0.47]
    assert spread(values) == f"{statistics.mean(values):.3f} ± {statistics.stdev(values):.3f}"
    assert spread([0.5]) == "0.500"
    assert spread([]) == "-"


def test_a_row_holds_mean_iou_and_classes_over_seeds():
    row = variant()
    table = by_class([row, variant("not run")], results([row]))
    ious = np.array([by_scikit(found) for found in FOUND])
    cells = [cell.strip() for cell in table.splitlines()[2].strip("|").split("|")]
    means = ious.mean(1)
    assert len(table.splitlines()) == 3
    assert cells[0] == "a row"
    assert cells[1] == f"{np.mean(means):.3f} ± {np.std(means, ddof=1):.3f}"
    assert cells[2:5] == [f"{ious[:, i].mean():.3f} ± {ious[:, i].std(ddof=1):.3f}" for i in range(3)]
    assert cells[5:] == ["-", "-", str(SEEDS), "11"]


def test_waters_are_named_by_most_of_their_pixels():
    one = {"waters": [[50, 30, 10, 0], [0, 5, 5, 30]], "kinds": [1, 2]}  # right, wrong
    two = {"waters": [[9, 0, 0, 0], [0, 0, 20, 5]], "kinds": [3, 2]}  # taken for land, right
    right, share = named({"tests": {"whole": {"a": one, "b": two}}}, "whole")
    assert right == pytest.approx((1 + 1 / 2) / 2)  # of class 1 one of one, of class 2 one of two
    assert share == pytest.approx((0.75 + 0.75 + 0.8) / 3)


def test_crossed_tables_can_leave_classes_out():
    row = variant(tests=("one", "two"))
    table = crossed([row], results([row]), without=("reed",))
    means = [by_scikit(found)[:2].mean() for found in FOUND]
    assert table.splitlines()[2].count(f"{np.mean(means):.3f} ± {np.std(means, ddof=1):.3f}") == 2


def test_what_has_not_been_run_is_said_so():
    assert by_class([variant()], {}) == MISSING
    assert crossed([variant()], {}) == MISSING


def test_results_of_another_plan_are_not_shown():
    before = results([variant()])
    changed = Variant("a row", "table", {"of": "another"}, (Evaluation("whole"),))
    assert by_class([changed], before) == MISSING


def test_a_table_replaces_what_stood_in_its_place(tmp_path):
    document = tmp_path / "page.md"
    document.write_text("a\n<!-- table one -->\nold\n<!-- end -->\nb\n<!-- table two -->\nkept\n<!-- end -->\n")
    put(document, "one", "| new |")
    text = "a\n<!-- table one -->\n\n| new |\n\n<!-- end -->\nb\n<!-- table two -->\nkept\n<!-- end -->\n"
    assert document.read_text() == text
    put(document, "one", "| newer |")
    assert document.read_text() == text.replace("new", "newer")
    with pytest.raises(ValueError, match="three"):
        put(document, "three", "")
