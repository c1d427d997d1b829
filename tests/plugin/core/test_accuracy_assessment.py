"""From a cross table to figures and files."""

import csv
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from qgis.PyQt.QtGui import QColor
from wholescene_qgis.core import accuracy_html, accuracy_report, accuracy_words
from wholescene_qgis.core.accuracy_assessment import assess
from wholescene_qgis.core.accuracy_classes import Beyond, MapClass
from wholescene_qgis.core.accuracy_reference import Kind, Note
from wholescene_qgis.core.accuracy_report import Heading
from wholescene_qgis.core.accuracy_table import CrossTable
from wholescene_qgis.wire.errors import NothingMapped, OutputUnwritable

LAND, WATER, ROAD = (
    MapClass(0, "land", "#e8e4d8"),
    MapClass(1, "<water> & ice", "#2379bd"),
    MapClass(2, "road", "#555555"),
)
CLASSES = [LAND, WATER, ROAD]
COUNTS = {(0, "l"): 50, (0, "w"): 10, (1, "w"): 30, (1, "l"): 5, (1, "cloud"): 4, (0, "cloud"): 1}
HEADING = Heading("a <map>", "map.tif", "reference", "2026-11-21T12:00:00+00:00", "water-lite", "0.1.0")


def table(kind=Kind.RASTER, counts=COUNTS, **more):
    return CrossTable(kind, counts, {0: 600, 1: 400}, None, **more)


def test_what_the_mapping_leaves_out_is_told():
    found = assess(table(), CLASSES, {"l": 0, "w": 1})
    np.testing.assert_array_equal(found.matrix, [[50, 10, 0], [5, 30, 0], [0, 0, 0]])
    assert found.ignored == {"cloud": 5}
    assert found.figures.overall == 80 / 95
    assert found.figures.classes[2].iou is None
    assert found.figures.mean_iou == pytest.approx((50 / 65 + 30 / 45) / 2)
    assert found.sample is None
    assert any("5 pixels" in sentence and "cloud" in sentence for sentence in accuracy_words.aside(found))


@pytest.mark.parametrize("mapping", [{"l": 0, "w": 1}, {"l": 0, "w": 1, "cloud": Beyond.OTHER}], ids=["rest", "named"])
def test_what_counts_as_other_is_wrong(mapping):
    found = assess(table(), CLASSES, mapping, Beyond.OTHER)
    np.testing.assert_array_equal(found.matrix, [[50, 10, 0, 1], [5, 30, 0, 4], [0, 0, 0, 0]])
    assert found.columns == ["land", "<water> & ice", "road", "other"]
    assert found.figures.overall == 80 / 100
    assert found.ignored == {}


def test_several_reference_classes_can_be_one_of_the_map():
    found = assess(table(), CLASSES, {"l": 0, "w": 1, "cloud": 1})
    np.testing.assert_array_equal(found.matrix[:2], [[50, 11, 0], [5, 34, 0]])


def test_nothing_that_the_map_knows():
    with pytest.raises(NothingMapped) as raised:
        assess(table(names={"l": "Lehm"}), CLASSES, {"cloud": Beyond.OTHER})
    assert raised.value.params == {"found": "cloud, Lehm, w", "classes": "land, <water> & ice, road"}


def test_points_are_weighted_by_the_area_of_their_class():
    found = assess(table(Kind.POINTS), CLASSES, {"l": 0, "w": 1})
    assert found.figures.overall == pytest.approx(0.6 * 50 / 60 + 0.4 * 30 / 35)
    assert found.sample.overall.value == found.figures.overall
    assert found.counts_figures.overall == 80 / 95
    assert found.sample.areas[1].value == pytest.approx(600 * 10 / 60 + 400 * 30 / 35)
    assert found.area_unit == "pixels"


def test_json_holds_everything(tmp_path):
    path = str(tmp_path / "accuracy.json")
    accuracy_report.write_json(assess(table(Kind.POINTS), CLASSES, {"l": 0, "w": 1}), HEADING, path)
    with open(path, encoding="utf-8") as stream:
        told = json.load(stream)
    assert told["orientation"] == "rows = map, columns = reference"
    assert told["matrix"] == [[50, 10, 0], [5, 30, 0], [0, 0, 0]]
    assert told["columns"] == [each.name for each in CLASSES]
    assert told["classes"][1]["users_accuracy"] == pytest.approx(30 / 35)
    assert told["classes"][2]["iou"] is None
    assert told["ignored"] == {"cloud": 5}
    assert told["mapping"] == {"cloud": "ignore", "l": 0, "w": 1}
    assert told["sample"]["confidence"] == 0.95
    assert told["sample"]["overall_accuracy"]["margin"] > 0
    assert told["preset"] == "water-lite"


def test_csv_says_how_the_matrix_lies(tmp_path):
    path = str(tmp_path / "accuracy.csv")
    accuracy_report.write_csv(assess(table(), CLASSES, {"l": 0, "w": 1}, Beyond.OTHER), path)
    with open(path, encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["rows = map, columns = reference", "land", "<water> & ice", "road", "other", "sum"]
    assert rows[1:5] == [
        ["land", "50", "10", "0", "1", "61"],
        ["<water> & ice", "5", "30", "0", "4", "39"],
        ["road", "0", "0", "0", "0", "0"],
        ["sum", "55", "40", "0", "5", "100"],
    ]
    assert rows[6] == ["value", "name", "users_accuracy", "producers_accuracy", "iou", "f1"]
    assert rows[9] == ["2", "road", "", "", "", ""]
    assert ["overall_accuracy", "0.8"] in rows


class Page(HTMLParser):
    """Tags that are open at the end, attributes that name something outside, and the text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.outside, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.outside += [name for name, _ in attributes if name in ("src", "href", "srcset", "data")]
        assert tag not in ("script", "link", "img", "iframe")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("kind", list(Kind))
def test_the_page_needs_nothing_else_and_says_how_to_read_it(kind):
    found = assess(table(kind, notes=(Note.NO_CRS,)), CLASSES, {"l": 0, "w": 1}, Beyond.OTHER)
    page = accuracy_html.page(found, HEADING)
    read = Page(page)
    assert read.open == []
    assert read.outside == []
    assert "url(" not in page
    assert "@import" not in page
    assert "http" not in page
    assert "Rows are classes of the map, columns are classes of the reference." in read.text
    assert "coordinates were taken as they are" in read.text
    assert "<water> & ice" in read.text  # escaped in the page
    assert "prefers-color-scheme: dark" in page
    for each in CLASSES:
        assert f"background: {each.colour}" in page
    assert ("Olofsson" in read.text) == (kind is Kind.POINTS)
    assert QColor(WATER.colour).isValid()
    assert not re.search(r"\bnan\b|None", read.text)


def test_a_folder_that_is_not_there(tmp_path):
    found = assess(table(), CLASSES, {"l": 0, "w": 1})
    for write in (accuracy_report.write_csv, lambda found, path: accuracy_html.write_html(found, HEADING, path)):
        with pytest.raises(OutputUnwritable):
            write(found, str(tmp_path / "none" / "file"))
