import pytest

from wholescene.wire.request import Extent


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
