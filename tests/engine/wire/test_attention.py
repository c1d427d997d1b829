"""The question what a pixel attends to: what is taken, what is refused."""

import math

import pytest

from wholescene.wire.attention import AttentionRequest
from wholescene.wire.errors import BadRequest
from wholescene.wire.request import SegmentRequest

REQUEST = {"sources": ["scene.tif"], "preset": "water-lite"}


def question(**fields):
    return {"request": REQUEST, "x": 10, "y": 20.5, "output": "/heat.tif", **fields}


def test_what_travels_is_what_arrives():
    asked = AttentionRequest(
        SegmentRequest(("scene.tif",), "water-lite", "/heat.tif"), 10, 20.5, "EPSG:4326", stage=0, head="all"
    )
    assert AttentionRequest.from_dict(asked.to_dict()) == asked


def test_the_output_may_stand_beside_the_request_or_in_it():
    assert AttentionRequest.from_dict(question()).request.output == "/heat.tif"
    inside = {"request": {**REQUEST, "output": "/there.tif"}, "x": 1, "y": 2}
    assert AttentionRequest.from_dict(inside).request.output == "/there.tif"


@pytest.mark.parametrize(
    "fields",
    [
        {"x": math.nan},
        {"x": math.inf},
        {"x": None},
        {"y": "20"},
        {"y": True},
        {"crs": 4326},
        {"stage": -1},
        {"stage": "3"},
        {"stage": True},
        {"stage": 1.0},
        {"head": 0},
        {"head": "first"},
        {"head": [1]},
        {"output": 7},
        {"request": None},
        {"request": {"sources": [], "preset": "p"}},
        {"request": {**REQUEST, "colour": "red"}},
        {"pixel": 3},
    ],
)
def test_nonsense_is_refused(fields):
    with pytest.raises(BadRequest):
        AttentionRequest.from_dict(question(**fields))
