"""Masks of requests: what is taken, what is refused, what provenance and identity make of them."""

import math

import pytest

from wholescene.wire.errors import BadRequest
from wholescene.wire.identity import identity
from wholescene.wire.mask import Mask
from wholescene.wire.request import SegmentRequest

KNOWN = "77752b84e86e3617"  # of a release before masks
SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]


def request(mask, **fields):
    return {"sources": ["/a.tif"], "preset": "p", "mask": mask, **fields}


def test_what_travels_is_what_arrives():
    taken = SegmentRequest.from_dict(
        request({"polygons": [[SQUARE, [[1, 1], [2, 1], [2, 2, 99]]]], "crs": "EPSG:4326"})
    )
    assert taken.mask.polygons[0][1] == ((1.0, 1.0), (2.0, 1.0), (2.0, 2.0))  # a height is left out
    assert SegmentRequest.from_dict(taken.to_dict()) == taken


@pytest.mark.parametrize(
    "mask",
    [
        {},
        {"polygons": []},
        {"polygons": [[]]},
        {"polygons": [[[[0, 0], [1, 1]]]]},
        {"polygons": [[[[0, 0], [1, 1], [0, 0]]]]},
        {"polygons": [[[[0, 0], [1, 1], [math.nan, 0]]]]},
        {"polygons": [[[[0, 0], [1, 1], [1e400, 0]]]]},
        {"polygons": [[[[0, 0], [1, 1], ["2", 0]]]]},
        {"polygons": [[[[0, 0], [1, 1], [2]]]]},
        {"polygons": [[[[0, 0], [1, 1], True]]]},
        {"polygons": [SQUARE]},
        {"polygons": {"type": "Polygon"}},
        {"polygons": "POLYGON((0 0, 1 0, 1 1))"},
        {"polygons": [[SQUARE]], "crs": 4326},
        {"polygons": [[SQUARE]], "colour": "red"},
        [[SQUARE]],
        "mask.geojson",
    ],
)
def test_nonsense_is_refused(mask):
    with pytest.raises(BadRequest):
        SegmentRequest.from_dict(request(mask))


def test_requests_without_a_mask_keep_the_identity_they_had():
    plain = SegmentRequest(("/a.tif",), "p")
    without = {key: value for key, value in plain.to_dict().items() if key != "mask"}  # as earlier releases sent it
    assert identity(SegmentRequest.from_dict(without)) == identity(plain) == KNOWN
    masked = SegmentRequest.from_dict(request({"polygons": [[SQUARE]]}))
    floats = SegmentRequest.from_dict(request({"polygons": [[[[float(x), float(y)] for x, y in SQUARE]]]}))
    assert identity(masked) == identity(floats) != identity(plain)


def test_provenance_tells_masks_apart():
    one, other = (Mask((((((0.0, 0.0), (4.0, 0.0), (4.0, y)),)),), "EPSG:4326") for y in (4.0, 5.0))
    assert str(one).startswith("1 polygon (EPSG:4326), SHA-256 ")
    assert str(one) != str(other)
