import pytest

from wholescene.wire.errors import BadRequest
from wholescene.wire.request import Extent, SegmentRequest


@pytest.mark.parametrize(
    ("extent", "text"),
    [
        (Extent(500000, 4100000.5, 510000.0, 4110000), "500000,4100000.5,510000,4110000"),
        (Extent(-71.23456789, -8.5, 0, 1e-7, "EPSG:4326"), "-71.23456789,-8.5,0,1e-07 (EPSG:4326)"),
    ],
)
def test_an_extent_reads_as_it_was_given(extent, text):
    assert str(extent) == text


def test_the_text_of_an_extent_gives_its_very_edges():
    edges = (0.1 + 0.2, 4_999_600.123456789, 500_200.1, 4_999_800.0000000001)
    assert tuple(map(float, str(Extent(*edges)).split(","))) == edges


@pytest.mark.parametrize(
    "fields",
    [
        {"mode": "tiles"},
        {"crop": 16},
        {"crop": 512.0},
        {"crop": True},
        {"overlap": 1},
        {"overlap": -0.1},
        {"overlap": float("nan")},
        {"overlap": "0.5"},
        {"weighting": "linear"},
        {"spim_stages": 3},
        {"spim_stages": "3"},
        {"spim_stages": [3, 2]},
        {"spim_stages": [3, 3]},
        {"spim_within": "region"},
        {"spim_within": "grid", "spim_grid": [512]},
        {"spim_within": "grid", "spim_grid": [512, 100]},
        {"spim_within": "grid", "spim_grid": [0, 512]},
        {"spim_within": "grid", "mode": "crop"},
        {"spim_grid": [512, 512]},
        {"spim_heads": 0},
        {"spim_heads": 2.0},
    ],
    ids=str,
)
def test_windows_and_attention_that_make_no_sense(fields):
    """Refused with the field's name, from wherever the request comes."""
    with pytest.raises(BadRequest) as refused:
        SegmentRequest.from_dict({"sources": ["a.tif"], "preset": "p", **fields})
    assert any(f"'{field}'" in refused.value.message for field in fields)


def test_lists_of_the_wire_become_tuples():
    fields = {"spim_stages": [], "spim_within": "grid", "spim_grid": [512, 1024], "spim_heads": 4}
    request = SegmentRequest.from_dict({"sources": ["a.tif"], "preset": "p", **fields})
    assert (request.spim_stages, request.spim_grid, request.spim_heads) == ((), (512, 1024), 4)
