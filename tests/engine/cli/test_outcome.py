"""How outcomes are shown: table, JSON, summary CSV."""

import csv
import io
import json

from rich.console import Console

from wholescene.cli.outcome import DONE, FAILED, SKIPPED, Outcome, area_table, as_json, show, write_summary
from wholescene.wire.errors import SceneEmpty


def area(value, name, pixels, hectares, share):
    return {
        "value": value,
        "name": name,
        "colour": "#2B7BBA",
        "pixels": pixels,
        "hectares": hectares,
        "share": share,
    }


RESULT = {
    "path": "b.tif",
    "areas": [area(0, "other", 7_000, 0.7, 0.7), area(1, "water", 3_000, 0.3, 0.3)],
    "nodata_pixels": 1_234,
}
IN_PIXELS = {"path": "c.tif", "areas": [area(1, "water", 5, None, 1.0)], "nodata_pixels": 0}

DONE_ONE = Outcome(("b.tif",), DONE, "b_map.tif", 1.5, RESULT)
FAILED_ONE = Outcome(("a, with comma.tif",), FAILED, error=SceneEmpty(path="a"))
SKIPPED_ONE = Outcome(("d.tif",), SKIPPED, "d_map.tif", note="is finished: d_map.tif")
LONELY = Outcome(("e1.tif", "e2.tif"), DONE, "e_map.tif", 2.0, IN_PIXELS)


def text_of(*renderables):
    console = Console(file=io.StringIO(), width=100)
    for one in renderables:
        console.print(one)
    return console.file.getvalue()


def test_table_has_classes_hectares_shares_and_nodata():
    told = text_of(area_table(RESULT))
    assert "7,000" in told
    assert "0.30" in told
    assert "30.0%" in told
    assert "1,234" in told
    assert "hectares" in told


def test_table_without_georeference_has_no_hectares():
    assert "hectares" not in text_of(area_table(IN_PIXELS))


def test_classes_that_do_not_occur_are_left_out_of_long_tables_only():
    many = {**RESULT, "areas": [area(n, f"class {n}", int(n == 3), 0.0, 0.0) for n in range(24)]}
    told = text_of(area_table(many))
    assert "class 3" in told
    assert "class 4" not in told
    few = {**RESULT, "areas": [area(0, "other", 5, 1.0, 1.0), area(1, "water", 0, 0.0, 0.0)]}
    assert "water" in text_of(area_table(few))


def test_a_path_with_brackets_is_shown_as_it_is():
    console = Console(file=io.StringIO(), width=40)
    show(Outcome(("x.tif",), DONE, "/data/[red]/a long folder name/map.tif", 1, RESULT), console, with_name=False)
    assert "/data/[red]/a long folder name/map.tif" in console.file.getvalue()


def test_summary_has_a_line_per_scene_and_the_areas_of_each_class(tmp_path):
    write_summary([DONE_ONE, FAILED_ONE, SKIPPED_ONE, LONELY], tmp_path / "summary.csv")
    with (tmp_path / "summary.csv").open(encoding="utf-8", newline="") as stream:
        done, failed, skipped, lonely = csv.DictReader(stream)
    assert (done["state"], done["water (ha)"], done["nodata_pixels"]) == ("done", "0.3000", "1234")
    assert (failed["scene"], failed["error"]) == ("a, with comma.tif", "scene.all_nodata")
    assert (skipped["state"], skipped["output"]) == ("skipped", "d_map.tif")
    assert (lonely["scene"], lonely["water (pixels)"], lonely["water (ha)"]) == ("e1.tif + e2.tif", "5", "")


def test_json_tells_everything():
    told = json.loads(as_json([DONE_ONE, FAILED_ONE], None))
    assert told["summary"] is None
    assert told["scenes"][0]["result"]["areas"][1]["hectares"] == 0.3
    assert told["scenes"][1]["error"]["params"] == {"path": "a"}
