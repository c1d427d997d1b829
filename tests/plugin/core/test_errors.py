"""Coded errors as sentences of the panel."""

import string

import pytest
from wholescene_qgis.core.errors import REMEDIES, sentence
from wholescene_qgis.wire import errors


def test_problem_and_way_out_are_told():
    told = sentence(errors.SceneNotFound(path="/a/b.tif").to_dict())
    assert told == "There is no file at /a/b.tif. Check the path."


def test_no_sentence_sends_people_of_the_panel_to_the_command_line():
    for code, kind in errors.CATALOGUE.items():
        if code.startswith(("data.", "training.", "evaluation.")):
            continue  # of commands that have no door in the panel
        told = sentence({"code": code, "params": {}, "message": ""})
        assert " --" not in told, code
        assert "wholescene " not in told, code
        assert told, kind


def test_the_panels_own_remedies_belong_to_codes_and_fill_their_parameters():
    for code, remedy in REMEDIES.items():
        kind = errors.CATALOGUE[code]
        known = {name for text in (kind.problem, kind.remedy) for _, name, _, _ in string.Formatter().parse(text)}
        assert {name for _, name, _, _ in string.Formatter().parse(remedy)} <= known | {None}


def test_other_versions_are_told_which_side_to_update():
    error = errors.ProtocolMismatch(
        client_protocol=1, client_version="0.1.0", engine_protocol=2, engine_version="0.3.0", older="client"
    )
    assert "Update the plugin" in sentence(error.to_dict())
    assert "0.3.0" in sentence(error.to_dict())


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ({"code": "from.the.future", "params": {"x": 1}, "message": "Something new."}, "Something new."),
        ({"code": "from.the.future"}, "from.the.future"),
        ({"code": "scene.not_found", "params": {}}, "There is no file at {path}. Check the path."),
        ({"code": "scene.not_found", "params": {"path": "{0}%s"}}, "There is no file at {0}%s. Check the path."),
    ],
    ids=["unknown", "unknown and silent", "without parameters", "odd parameters"],
)
def test_nothing_breaks_the_sentence(error, told):
    assert sentence(error) == told
